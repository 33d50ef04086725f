/** What one too many is answered with, in Amazon's words (two spaces included). */
import { type LimitName, limitOf } from '../core/limits.ts'
import { limitExceeded } from '../core/problem.ts'
import type { Platform } from '../platform.ts'

/** All but what is measured otherwise. */
export type Counted = Exclude<LimitName, 'policyLength'>

const PLURALS: Record<Counted, string> = {
  restApis: 'APIs',
  resources: 'Resources',
  stages: 'Stages',
  stageVariables: 'Stage Variables',
  authorizers: 'Authorizers',
  models: 'Models',
  requestValidators: 'Request Validators',
  documentationParts: 'Documentation Parts',
  documentationVersions: 'Documentation Versions',
  apiKeys: 'API Keys',
  usagePlans: 'Usage Plans',
  clientCertificates: 'Client Certificates',
  domainNames: 'Domain Names',
  basePathMappings: 'Base Path Mappings',
  routingRules: 'Routing Rules',
  vpcLinks: 'VPC Links',
}
const OF_ACCOUNT = ['restApis', 'apiKeys', 'usagePlans', 'clientCertificates', 'domainNames', 'vpcLinks']
const OF_DOMAIN = ['basePathMappings', 'routingRules']

const holderOf = (name: Counted): string =>
  OF_ACCOUNT.includes(name)
    ? 'account'
    : OF_DOMAIN.includes(name)
      ? 'domain name'
      : name === 'stageVariables'
        ? 'stage'
        : 'API'

/** Refuses what would be more than the limit; counts only where there is one. */
export async function keepLimit(
  name: Counted,
  platform: Platform,
  countWithIt: () => number | Promise<number>,
): Promise<void> {
  const limit = limitOf(name, platform.settings.limits)
  if (limit === Number.POSITIVE_INFINITY || (await countWithIt()) <= limit) return
  const plural = PLURALS[name]
  throw limitExceeded(
    `Maximum number of ${plural} for this ${holderOf(name)} has been reached.  Please contact AWS if you need additional ${plural}.`,
  )
}
