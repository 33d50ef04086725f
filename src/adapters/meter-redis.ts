/**
 * Token buckets and quotas that several processes share. Exact: one atomic round trip decides all buckets and quotas of a call.
 * Leased: src/core/leases.ts, most calls without a round trip.
 *
 * A bucket is a string `units at`, a quota a number under a key with its period's end. All keys of a call must lie on one server:
 * a primary with replicas, not a cluster.
 */
import { type LeaseAnswer, LeasedMeter, type MeterStore } from '../core/leases.ts'
import type { QuotaSpec } from '../core/quota.ts'
import { type BucketSpec, CLOCK_SKEW_MS } from '../core/throttle.ts'
import type { Meter } from '../platform.ts'
import { type RedisConnection, type Reply, script } from './redis-connection.ts'

/** How long Redis keeps what is idle beyond the moment from which forgetting it changes nothing, in milliseconds. */
const SLACK_MS = 10_000
/** The longest that an idle bucket is kept: one with a rate of 0 is never full again. */
const MAX_TTL_MS = 34_560_000_000

/**
 * KEYS: buckets, then quotas. ARGV: now, number of buckets, `all` or `each`, and numbers apart by spaces: for each key rate and
 * burst, or limit and end; with `each` also want and back. The arithmetic is that of src/core/throttle.ts.
 * Answers with `all`: {0, used …} or {which key refused, wait}; with `each`: granted, used, wait for each key. Wait -1: never.
 */
const TAKE = script(`
local now, nb, all = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == 'all'
local per = all and 2 or 4
local numbers, states, out = {}, {}, {}
for text in string.gmatch(ARGV[4], '%S+') do numbers[#numbers + 1] = tonumber(text) end
local function wait(s, tokens)
  if not s.units then return s.q - now end
  if s.q < tokens or (s.p <= 0 and s.units < tokens * 1000) then return -1 end
  return math.max(0, math.ceil((tokens * 1000 - s.units) / s.p))
end
for i = 1, #KEYS do
  local o = (i - 1) * per
  local s = { p = numbers[o + 1], q = numbers[o + 2], want = 1, back = 0 }
  if not all then s.want, s.back = numbers[o + 3], numbers[o + 4] end
  local held = redis.call('GET', KEYS[i])
  if i <= nb then
    s.units, s.at = s.q * 1000, now
    if held then
      local units, at = string.match(held, '(%S+) (%S+)')
      units, at = tonumber(units), tonumber(at)
      if now > at then units = units + (now - at) * s.p end
      s.units = units
      if at - now > ${CLOCK_SKEW_MS} then
        redis.call('SET', KEYS[i], string.format('%.17g %.17g', units, now), 'KEEPTTL')
      elseif at > now then s.at = at end
    end
    s.units = math.min(s.units + s.back * 1000, s.q * 1000)
    s.free = math.max(0, math.floor(s.units / 1000))
  else
    local count = tonumber(held or '0')
    s.used = math.max(math.min(count, 0), count - s.back)
    s.free = math.max(0, s.p - s.used)
  end
  if all and s.free < 1 then return { i, wait(s, 1) } end
  states[i] = s
end
if all then out[1] = 0 end
for i = 1, #KEYS do
  local s = states[i]
  local granted = math.min(s.want, s.free)
  if s.units then
    s.units = s.units - granted * 1000
    if granted + s.back > 0 then
      local ttl = ${MAX_TTL_MS}
      if s.p > 0 then ttl = math.min(ttl, math.ceil((s.q * 1000 - s.units) / s.p) + ${SLACK_MS}) end
      redis.call('SET', KEYS[i], string.format('%.17g %.17g', s.units, s.at), 'PX', string.format('%.0f', ttl))
    end
  else
    s.used = s.used + granted
    if granted + s.back > 0 then
      local ttl = math.max(0, s.q - now) + ${SLACK_MS}
      redis.call('SET', KEYS[i], string.format('%.0f', s.used), 'PX', string.format('%.0f', ttl))
    end
    if all then out[#out + 1] = s.used end
  end
  if not all then
    out[#out + 1] = granted
    out[#out + 1] = s.used or 0
    out[#out + 1] = granted < s.want and wait(s, 1) or 0
  end
end
return out`)

/** KEYS: one quota. ARGV: count, milliseconds to keep it, 1 if it may only be raised. */
const SET_USED = script(`
local held = redis.call('GET', KEYS[1])
if ARGV[3] == '1' and held and tonumber(held) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`)

/** A list of buckets or quotas as the script takes it. */
interface Packed {
  keys: string[]
  numbers: string
}

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
    'rate' in spec ? `${spec.rate} ${spec.burst}` : `${spec.limit} ${spec.endsAt}`

  /** Callers hand over the same lists again and again: what goes to Redis is made once. */
  const packs = new WeakMap<readonly (BucketSpec | QuotaSpec)[], Packed>()
  function packed(specs: readonly (BucketSpec | QuotaSpec)[]): Packed {
    let pack = packs.get(specs)
    if (!pack) {
      pack = { keys: specs.map(keyOf), numbers: specs.map(numbersOf).join(' ') }
      packs.set(specs, pack)
    }
    return pack
  }

  const store: MeterStore = {
    async take(buckets, quotas, now) {
      const [some, more] = [packed(buckets), packed(quotas)]
      const keys = more.keys.length === 0 ? some.keys : [...some.keys, ...more.keys]
      const args = [String(now), String(buckets.length), 'all', `${some.numbers} ${more.numbers}`]
      const [refused, ...rest] = (await redis.run(TAKE, keys, args)) as number[]
      if (refused === 0) return { admitted: true, used: rest }
      const wait = rest[0]!
      const bucket = buckets[refused! - 1]
      return {
        admitted: false,
        by: bucket ? 'throttle' : 'quota',
        key: (bucket ?? quotas[refused! - 1 - buckets.length]!).key,
        retryAfterMs: wait < 0 ? undefined : wait,
      }
    },

    async exchange(requests, now) {
      // the script takes buckets before quotas; the answers go back in the order of the requests
      const order = requests
        .map((request, i) => ({ ...request, i }))
        .sort((a, b) => Number('rate' in b.spec) - Number('rate' in a.spec))
      const keys = order.map(({ spec }) => keyOf(spec))
      const numbers = order.map(({ spec, want, back }) => `${numbersOf(spec)} ${want} ${back}`).join(' ')
      const buckets = order.filter(({ spec }) => 'rate' in spec).length
      const args = [String(now), String(buckets), 'each', numbers]
      const reply = (await redis.run(TAKE, keys, args)) as number[]
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
      await redis.run(SET_USED, [quotaKey(quota)], [String(used), String(keep), atLeast ? '1' : '0'])
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
