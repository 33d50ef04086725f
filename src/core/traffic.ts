/**
 * Which buckets a call must pass, in Amazon's order (guide: api-gateway-request-throttling): the client's limit for the method,
 * the client's limit in its usage plan, the method's limit in its stage, the account's limit.
 *
 * A client's limits hold for one API key "aggregated across all API stages within a usage plan". A stage's limits hold for each
 * method by itself, also those of its default `*` + `/*` ("Each method in this stage will respect these rate and burst settings").
 *
 * What stands before `|` in a key is its subject: stores may keep all counters of a subject together.
 */
import type { MethodRules } from './method-settings.ts'
import type { BucketSpec } from './throttle.ts'

export interface ThrottleLimits {
  /** tokens per second */
  rateLimit?: number
  /** tokens */
  burstLimit?: number
}

/** What of a usage plan limits a client. */
export interface PlanLimits {
  id: string
  apiStages?: { apiId?: string; stage?: string; throttle?: Record<string, ThrottleLimits> }[]
  throttle?: ThrottleLimits
  quota?: { limit?: number; offset?: number; period?: string }
}

/** A method of a deployed stage, as it is called. */
export interface Called {
  region: string
  apiId: string
  stageName: string
  /** the resource's path, e.g. `/pets/{id}` */
  path: string
  /** the method's own name, ANY too */
  verb: string
  /** the verb of the call */
  called: string
}

export const clientSubject = (region: string, planId: string, keyId: string): string =>
  `client/${region}/${planId}/${keyId}`

/**
 * A limit as a bucket. There is none where no rate is set or one is negative (Amazon's tools write -1 for "no limit"). Without a
 * burst a bucket holds one second's tokens.
 */
function bucketOf(key: string, limits: ThrottleLimits | undefined): BucketSpec[] {
  const { rateLimit: rate, burstLimit: burst } = limits ?? {}
  if (rate === undefined || rate === null || rate < 0 || (burst ?? 0) < 0) return []
  return [{ key, rate, burst: burst ?? Math.max(1, Math.ceil(rate)) }]
}

/** What the stage and the account allow, whoever calls. */
export function stageBuckets(
  called: Called,
  rules: MethodRules,
  account: ThrottleLimits,
): readonly BucketSpec[] {
  const { region, apiId, stageName, path, verb } = called
  const limits = { rateLimit: rules.throttlingRateLimit, burstLimit: rules.throttlingBurstLimit }
  const method = bucketOf(`method/${apiId}/${stageName}/${verb} ${path}|`, limits)
  const all = accountBuckets(region, account)
  return method.length > 0 ? [...method, ...all] : all
}

const accounts = new WeakMap<ThrottleLimits, Map<string, readonly BucketSpec[]>>()

/** The same list for all methods of a region: most have no limit of their own. */
function accountBuckets(region: string, account: ThrottleLimits): readonly BucketSpec[] {
  const byRegion = accounts.get(account) ?? new Map<string, readonly BucketSpec[]>()
  accounts.set(account, byRegion)
  const known = byRegion.get(region) ?? bucketOf(`account/${region}|`, account)
  byRegion.set(region, known)
  return known
}

/** What the usage plan allows this client. */
export function clientBuckets(called: Called, plan: PlanLimits, keyId: string): BucketSpec[] {
  const { region, apiId, stageName, path, verb } = called
  const subject = clientSubject(region, plan.id, keyId)
  const throttles = plan.apiStages?.find((one) => one.apiId === apiId && one.stage === stageName)?.throttle
  // the root resource's are written `//GET` or `/GET`
  const paths = path === '/' ? ['/', ''] : [path]
  const name = paths
    .flatMap((path) => [`${path}/${called.called}`, `${path}/${verb}`, `${path}/*`])
    .concat('/*/*')
    .find((name) => throttles?.[name])
  return [
    ...(name ? bucketOf(`${subject}|${apiId}/${stageName}${name}`, throttles![name]) : []),
    ...bucketOf(`${subject}|`, plan.throttle),
  ]
}
