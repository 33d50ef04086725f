/**
 * Token buckets and quotas that several processes share. Exact: one atomic round trip decides all buckets and quotas of a call, and
 * of the calls that came with it (meter-redis-batch.ts). Leased: src/core/leases.ts, most calls without a round trip.
 *
 * All keys of a call must lie on one server: a primary with replicas, not a cluster.
 */
import { type LeaseAnswer, LeasedMeter, type MeterStore } from '../core/leases.ts'
import type { QuotaSpec } from '../core/quota.ts'
import type { BucketSpec } from '../core/throttle.ts'
import type { Meter } from '../platform.ts'
import { batchedTake, type Packed } from './meter-redis-batch.ts'
import { EXCHANGE, SET_USED, SLACK_MS } from './meter-redis-scripts.ts'
import type { RedisConnection } from './redis-connection.ts'
import { bulk, type Reply } from './redis-protocol.ts'

export type MeterMode = 'exact' | 'leased'

/** `prefix` keeps several gateways apart on one Redis. Rejects with RedisUnavailable while Redis is down. */
export function redisMeter(
  redis: RedisConnection,
  options: { mode?: MeterMode; prefix?: string; now?: () => number } = {},
): Meter {
  const { mode = 'exact', prefix = 'edgeway:meter:', now = Date.now } = options
  const quotaKey = (quota: QuotaSpec) => `${prefix}${quota.key}:${quota.endsAt}`
  const keyOf = (spec: BucketSpec | QuotaSpec) => ('rate' in spec ? prefix + spec.key : quotaKey(spec))
  const numbersOf = (spec: BucketSpec | QuotaSpec) =>
    'rate' in spec ? `${spec.rate},${spec.burst}` : `${spec.limit},${spec.endsAt}`

  const known = new WeakMap<BucketSpec | QuotaSpec, Packed>()
  function packed(spec: BucketSpec | QuotaSpec): Packed {
    let pack = known.get(spec)
    if (!pack) {
      pack = { key: bulk(keyOf(spec)), numbers: numbersOf(spec), batch: 0, place: 0 }
      known.set(spec, pack)
    }
    return pack
  }
  const lists = new WeakMap<readonly (BucketSpec | QuotaSpec)[], readonly Packed[]>()
  function pack(specs: readonly (BucketSpec | QuotaSpec)[]): readonly Packed[] {
    let list = lists.get(specs)
    if (!list) {
      list = specs.map(packed)
      lists.set(specs, list)
    }
    return list
  }

  const store: MeterStore = {
    take: batchedTake(pack, redis),

    async exchange(requests, now) {
      // the script takes buckets before quotas; the answers go back in the order of the requests
      const order = requests
        .map((request, i) => ({ ...request, i }))
        .sort((a, b) => Number('rate' in b.spec) - Number('rate' in a.spec))
      const keys = order.map(({ spec }) => bulk(keyOf(spec)))
      const buckets = order.filter(({ spec }) => 'rate' in spec).length
      const numbers = order.map(({ spec, want, back }) => `${numbersOf(spec)},${want},${back}`)
      const reply = (await redis.run(EXCHANGE, keys, [`[${now},${buckets},${numbers.join()}]`])) as number[]
      const answers: LeaseAnswer[] = []
      order.forEach(({ i }, at) => {
        const [granted, used, wait] = reply.slice(at * 3) as [number, number, number]
        answers[i] = { granted, used, retryAfterMs: wait < 0 ? undefined : wait }
      })
      return answers
    },

    async used(quotas) {
      if (quotas.length === 0) return []
      return ((await redis.send(['MGET', ...quotas.map(quotaKey)])) as Reply[]).map((count) => Number(count))
    },

    async setUsed(quota, used, now, atLeast) {
      const keep = Math.max(0, quota.endsAt - now) + SLACK_MS
      await redis.run(SET_USED, [bulk(quotaKey(quota))], [String(used), String(keep), atLeast ? '1' : '0'])
    },
  }
  if (mode === 'exact') return { durable: false, ...store }
  const leased = new LeasedMeter(store, (work, ms) => setTimeout(work, ms).unref?.(), now)
  return {
    durable: false,
    take: (buckets, quotas, now) => leased.take(buckets, quotas, now),
    used: (quotas, now) => leased.used(quotas, now),
    setUsed: (quota, used, now, atLeast) => leased.setUsed(quota, used, now, atLeast),
    close: () => leased.release(now(), true),
  }
}
