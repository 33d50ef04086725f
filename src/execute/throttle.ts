/**
 * Throttles and quota: a call takes from every bucket and counter that applies to it, or from none, and is refused by the first
 * that has nothing left (guide: api-gateway-request-throttling; order and keys: src/core/traffic.ts).
 */
import type { Matched } from '../core/call.ts'
import { Fault } from '../core/fault.ts'
import type { QuotaSpec } from '../core/quota.ts'
import type { BucketSpec, MeterVerdict } from '../core/throttle.ts'
import { type Called, clientBuckets, type PlanLimits, stageBuckets } from '../core/traffic.ts'
import type { Client } from '../store/usage.ts'
import type { Gateway } from './gateway.ts'

/** The API key of a call and the usage plan that ties it to the stage. */
export interface PlanClient {
  plan: PlanLimits
  keyId: string
}

const NO_QUOTAS: readonly QuotaSpec[] = []

/** Throws THROTTLED or QUOTA_EXCEEDED. Without a promise where the meter and the client's counts are in memory. */
export function throttle(
  matched: Matched,
  holder: PlanClient | null,
  on: Gateway,
): Promise<void> | undefined {
  const { clock, meter } = on.platform
  const now = clock.now()
  if (!holder)
    return settle(
      attempt(() => meter.take(stageBucketsOf(matched, on), NO_QUOTAS, now)),
      matched,
      on,
    )
  const client = on.usage.client(matched.located.api.region, holder.plan, holder.keyId, now)
  const buckets = clientBucketsOf(client, matched, on)
  const take = () => meter.take(buckets, client.quotas, now)
  const seeding = on.usage.ready(client, now)
  return settle(seeding ? seeding.then(take) : attempt(take), matched, on, client, now)
}

/** A verdict now or later; an error thrown at once is one that comes later. */
function attempt(take: () => MeterVerdict | Promise<MeterVerdict>): MeterVerdict | Promise<MeterVerdict> {
  try {
    return take()
  } catch (error) {
    return Promise.reject(error)
  }
}

function settle(
  verdict: MeterVerdict | Promise<MeterVerdict>,
  matched: Matched,
  on: Gateway,
  client?: Client,
  now = 0,
): Promise<void> | undefined {
  if ('admitted' in verdict) return conclude(verdict, matched, on, client, now)
  return verdict.then(
    (verdict) => conclude(verdict, matched, on, client, now),
    (error) => failed(error, matched, on),
  )
}

function conclude(
  verdict: MeterVerdict,
  { located }: Matched,
  on: Gateway,
  client: Client | undefined,
  now: number,
): undefined {
  if (verdict.admitted) {
    if (client) on.usage.note(client, verdict.used)
    return
  }
  const { api, stage } = located
  const { by, key, retryAfterMs } = verdict
  on.counts.add(by === 'quota' ? 'QuotaExceededCount' : 'ThrottleCount', api.apiId, stage.stageName)
  const headers = on.platform.settings.rateLimitHeaders ? refusal(verdict, client, now) : []
  if (by === 'quota')
    throw new Fault('QUOTA_EXCEEDED', { reason: `Usage plan quota exceeded: ${key}`, headers })
  throw new Fault('THROTTLED', {
    reason: `Rate or burst limit exceeded: ${key}${retryAfterMs === undefined ? '' : `, next token in ${retryAfterMs} ms`}`,
    headers,
  })
}

/** Retry-After, and the fields of draft-ietf-httpapi-ratelimit-headers: a policy's name, what is left of it, when there is more. */
function refusal(
  { by, key, retryAfterMs }: MeterVerdict & { admitted: false },
  client: Client | undefined,
  now: number,
): [string, string][] {
  const name =
    by === 'quota' ? 'quota' : key.startsWith('client/') ? 'usage-plan' : key.slice(0, key.indexOf('/'))
  if (retryAfterMs === undefined) return [['RateLimit', `"${name}";r=0`]]
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  const headers: [string, string][] = [
    ['Retry-After', String(seconds)],
    ['RateLimit', `"${name}";r=0;t=${seconds}`],
  ]
  const quota = client?.quotas.find((quota) => quota.key === key)
  if (by === 'quota' && quota) {
    const end = Math.ceil((quota.endsAt - now) / 1000)
    headers.push(['RateLimit-Policy', `"${name}";q=${quota.limit};w=${Math.max(1, end)}`])
  }
  return headers
}

/** The store is down: what a call gets is the operator's choice. */
function failed(error: unknown, { located }: Matched, on: Gateway): undefined {
  const { api, stage } = located
  const open = on.platform.settings.onStoreFailure === 'open'
  const consequence = open ? 'calls are served without throttles and quotas' : 'calls are refused'
  on.counts.storeFailed('the meter', error, api.apiId, stage.stageName, consequence)
  // the words are Amazon's (guide: api-gateway-create-usage-plans-with-rest-api)
  if (!open)
    throw new Fault('DEFAULT_5XX', {
      reason: 'Usage Plan check failed due to an internal error',
      cause: error,
    })
}

const calledOf = ({ located, resource, method }: Matched): Called => ({
  region: located.api.region,
  apiId: located.api.apiId,
  stageName: located.stage.stageName,
  path: resource.path,
  verb: method.httpMethod,
  called: located.call.method,
})

function stageBucketsOf(matched: Matched, on: Gateway): readonly BucketSpec[] {
  const { settings } = matched
  settings.stageBuckets ??= stageBuckets(calledOf(matched), settings, on.platform.settings.accountThrottle)
  return settings.stageBuckets
}

function clientBucketsOf(client: Client, matched: Matched, on: Gateway): readonly BucketSpec[] {
  const { settings } = matched
  let buckets = client.buckets.get(settings) as readonly BucketSpec[] | undefined
  if (!buckets) {
    buckets = [...clientBuckets(calledOf(matched), client.plan, client.keyId), ...stageBucketsOf(matched, on)]
    client.buckets.set(settings, buckets)
  }
  return buckets
}
