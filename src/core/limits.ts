/**
 * Amazon's limits on what may be made, by name, as the guide has them (limits.md, "API Gateway resources"). Each can be
 * overridden in the settings; `Infinity` means that nothing is counted.
 */
import { limitExceeded, type Problem } from './problem.ts'

/** How many there may be, what Amazon calls them, and of what. */
type Limit = readonly [most: number, plural: string, within: string]

const API = 'API'
const ACCOUNT = 'account'
const LIMITS = {
  /** Amazon: 600 regional and private, 120 edge-optimized APIs a region */
  restApis: [Number.POSITIVE_INFINITY, 'APIs', ACCOUNT],
  resources: [300, 'Resources', API],
  stages: [10, 'Stages', API],
  stageVariables: [100, 'Stage Variables', 'stage'],
  authorizers: [10, 'Authorizers', API],
  models: [300, 'Models', API],
  requestValidators: [300, 'Request Validators', API],
  documentationParts: [2000, 'Documentation Parts', API],
  documentationVersions: [2000, 'Documentation Versions', API],
  apiKeys: [10_000, 'API Keys', ACCOUNT],
  usagePlans: [300, 'Usage Plans', ACCOUNT],
  clientCertificates: [60, 'Client Certificates', ACCOUNT],
  domainNames: [120, 'Domain Names', ACCOUNT],
  basePathMappings: [300, 'Base Path Mappings', 'domain name'],
  routingRules: [50, 'Routing Rules', 'domain name'],
  vpcLinks: [20, 'VPC Links', ACCOUNT],
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof LIMITS

/** Characters of a resource policy. */
const POLICY_LENGTH = 8192

/** Limits of calls, each with its default where it holds: execute/locate.ts, execute/authorizers/lambda.ts, core/vtl/template.ts. */
const CALL_LIMITS = ['urlLength', 'headerBytes', 'authorizerTimeoutMs', 'templateSteps']

/** Everything that may be overridden. */
export const LIMIT_NAMES: readonly string[] = [...Object.keys(LIMITS), 'policyLength', ...CALL_LIMITS]

type Overrides = Readonly<Record<string, number>>

export const limitOf = (name: LimitName, overrides: Overrides): number => overrides[name] ?? LIMITS[name][0]

export const policyLength = (overrides: Overrides): number => overrides.policyLength ?? POLICY_LENGTH

/** In Amazon's words, two spaces included. */
export function limitReached(name: LimitName): Problem {
  const [, plural, within] = LIMITS[name]
  return limitExceeded(
    `Maximum number of ${plural} for this ${within} has been reached.  Please contact AWS if you need additional ${plural}.`,
  )
}
