/** The Redis meter decides calls that come together in one script: as if they had come one after the other. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisMeter } from '../../src/adapters/meter-redis.ts'
import { connectRedis, type RedisConnection } from '../../src/adapters/redis-connection.ts'
import type { BucketSpec, Meter, MeterVerdict, QuotaSpec } from '../../src/platform.ts'
import { MeterModel } from '../support/meter-model.ts'
import { connected, type RedisServer, startRedis } from '../support/redis.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const HOUR = 3_600_000
const SLOW = 120_000
/** A busy machine is no Redis that is down. */
const PATIENT = { deadlineMs: 20_000 }

let server: RedisServer
let redis: RedisConnection
let meter: Meter
beforeAll(async () => {
  server = await startRedis()
  redis = connectRedis(server.url, () => {}, PATIENT)
  meter = redisMeter(redis)
  await connected(redis)
})
afterAll(async () => {
  await redis?.close()
  await server?.kill()
})

let names = 0
const bucket = (rate: number, burst: number): BucketSpec => ({ key: `s${names++}|b`, rate, burst })
const quota = (limit: number): QuotaSpec => ({ key: `s${names++}|q`, limit, endsAt: NOW + 12 * HOUR })

interface Call {
  buckets: BucketSpec[]
  quotas: QuotaSpec[]
  now: number
}
const together = (calls: Call[], by = meter) =>
  Promise.all(calls.map(({ buckets, quotas, now }) => by.take(buckets, quotas, now)))
const times = (count: number, buckets: BucketSpec[], quotas: QuotaSpec[] = []): Call[] =>
  Array.from({ length: count }, () => ({ buckets, quotas, now: NOW }))
const scripts = async () =>
  Number(/cmdstat_evalsha:calls=(\d+)/.exec(String(await redis.send(['INFO', 'commandstats'])))?.[1])

test('calls of one turn are one script; their order is theirs', async () => {
  const spec = bucket(1, 3)
  await together(times(1, [bucket(1, 1)]))
  const before = await scripts()
  const verdicts = await together(times(10, [spec]))
  expect((await scripts()) - before).toBe(1)
  expect(verdicts.map(({ admitted }) => admitted)).toEqual([...Array(3).fill(true), ...Array(7).fill(false)])
  expect(verdicts[9]).toEqual({ admitted: false, by: 'throttle', key: spec.key, retryAfterMs: 1000 })
})

test('the last token goes to the first who may have it, and who is refused elsewhere leaves it', async () => {
  const [shared, poor, rich] = [bucket(1, 1), bucket(0, 0), bucket(1, 9)]
  const spent = quota(0)
  const verdicts = await together([
    ...times(1, [poor, shared]),
    ...times(1, [shared], [spent]),
    ...times(1, [rich, shared]),
    ...times(1, [shared]),
  ])
  expect(verdicts.map((verdict) => (verdict.admitted ? true : verdict.key))).toEqual([
    poor.key,
    spent.key,
    true,
    shared.key,
  ])
})

test('more calls than one script takes, and more than the limit', async () => {
  const limited = quota(250)
  const [own, wide] = [bucket(0, 100), bucket(0, 1000)]
  const calls = Array.from({ length: 400 }, (_, i) =>
    times(1, i % 2 ? [own, wide] : [wide], [limited]),
  ).flat()
  const verdicts = await together(calls)
  const used = verdicts.flatMap((verdict) => (verdict.admitted ? verdict.used : []))
  expect(used).toEqual(Array.from({ length: 250 }, (_, i) => i + 1))
  expect(verdicts.filter((verdict, i) => verdict.admitted && i % 2).length).toBe(100)
  expect(await meter.used([limited], NOW)).toEqual([250])
})

test('a key under which something else lies fails its own calls and takes nothing', async () => {
  const [shared, good, list, words] = [bucket(0, 4), bucket(0, 9), bucket(0, 9), bucket(0, 9)]
  const odd = quota(9)
  await redis.send(['RPUSH', `edgeway:meter:${list.key}`, 'x'])
  await redis.send(['SET', `edgeway:meter:${words.key}`, 'no bucket'])
  await redis.send(['SET', `edgeway:meter:${odd.key}:${odd.endsAt}`, 'many'])
  const settled = await Promise.allSettled(
    [
      ...times(2, [shared, good]),
      ...times(2, [shared, list]),
      ...times(1, [words, shared]),
      ...times(1, [shared], [odd]),
      ...times(3, [shared, good]),
    ].map(({ buckets, quotas, now }) => meter.take(buckets, quotas, now)),
  )
  expect(
    settled.map((one) => (one.status === 'fulfilled' ? one.value.admitted : String(one.reason))),
  ).toEqual([
    true,
    true,
    expect.stringContaining('WRONGTYPE'),
    expect.stringContaining('WRONGTYPE'),
    expect.stringContaining('not a bucket'),
    expect.stringContaining('not a count'),
    true,
    true,
    false,
  ])
  expect(await redis.send(['LRANGE', `edgeway:meter:${list.key}`, '0', '-1'])).toEqual(['x'])
})

test('a Redis that has forgotten the script is sent it again', async () => {
  const limited = quota(150)
  for (let round = 0; round < 3; round++) {
    await redis.send(['SCRIPT', 'FLUSH'])
    await together(times(60, [], [limited]))
  }
  expect(await meter.used([limited], NOW)).toEqual([150])
})

test('a bucket of a batch is kept as long as it takes to fill', async () => {
  const [spec, still] = [bucket(2, 10), bucket(0, 10)]
  await together(times(6, [spec, still]))
  const ttl = async ({ key }: BucketSpec) => Number(await redis.send(['PTTL', `edgeway:meter:${key}`]))
  expect(await ttl(spec)).toBeGreaterThan(3000)
  expect(await ttl(spec)).toBeLessThanOrEqual(13_000)
  expect(await ttl(still)).toBeGreaterThan(300 * 24 * HOUR)
})

const some = <T>(items: T[]) => fc.subarray(items, { minLength: 0 })
/** Calls in groups that come together; each names limits by their number and says how far the clock goes first. */
const history = (step: fc.Arbitrary<number>) =>
  fc.array(
    fc.array(
      fc.record({
        buckets: some([0, 1, 2, 3, 4]),
        quotas: some([0, 1, 2]),
        step,
        times: fc.integer({ min: 1, max: 5 }),
      }),
      { maxLength: 12 },
    ),
    { maxLength: 12 },
  )

function limits() {
  const one = bucket(5, 3)
  const counted = quota(20)
  return {
    // some key in two lists may have two limits: a plan was changed meanwhile
    buckets: [one, bucket(0.5, 2), bucket(20, 40), { ...one, rate: 1.25, burst: 5 }, bucket(1000, 2)],
    quotas: [counted, quota(1e15), { ...counted, limit: 12 }],
  }
}

function callsOf(groups: { buckets: number[]; quotas: number[]; step: number; times: number }[][]): Call[][] {
  const { buckets, quotas } = limits()
  let now = NOW
  return groups.map((group) =>
    group.flatMap((one) => {
      now += one.step
      // one key once in a call, and lists that are used again
      const chosen = {
        buckets: one.buckets.filter((i) => i !== 3 || !one.buckets.includes(0)).map((i) => buckets[i]!),
        quotas: one.quotas.filter((i) => i !== 2 || !one.quotas.includes(0)).map((i) => quotas[i]!),
        now,
      }
      return Array.from({ length: one.times }, () => chosen)
    }),
  )
}

const plain = (verdicts: MeterVerdict[]) =>
  verdicts.map((verdict) => (verdict.admitted ? verdict.used : [verdict.by, verdict.key]))

describe('properties', () => {
  test(
    'batches are decided as the reference does one call after the other',
    () =>
      fc.assert(
        fc.asyncProperty(history(fc.nat(400)), async (groups) => {
          const model = new MeterModel()
          for (const calls of callsOf(groups)) {
            const expected = calls.map(({ buckets, quotas, now }) => model.take(buckets, quotas, now))
            expect(plain(await together(calls))).toEqual(plain(expected))
          }
        }),
        { numRuns: 150 },
      ),
    SLOW,
  )

  test(
    'whatever the clocks do: a batch gives what its calls give one by one, and leaves the same behind',
    () => {
      const jumps = fc.oneof(
        fc.nat(400),
        fc.integer({ min: -900, max: 900 }),
        fc.constantFrom(-HOUR, HOUR, -1001, -1000),
      )
      const [a, b] = ['a:', 'b:'].map((prefix) => redisMeter(redis, { prefix })) as [Meter, Meter]
      const left = async (prefix: string) => {
        const keys = ((await redis.send(['KEYS', `${prefix}*`])) as string[]).sort()
        const held = keys.length > 0 ? await redis.send(['MGET', ...keys]) : []
        const times = await Promise.all(keys.map(async (key) => Number(await redis.send(['PTTL', key]))))
        return { keys: keys.map((key) => key.slice(2)), held, times }
      }
      return fc.assert(
        fc.asyncProperty(history(jumps), async (groups) => {
          await redis.send(['FLUSHALL'])
          for (const calls of callsOf(groups)) {
            const one: MeterVerdict[] = []
            for (const { buckets, quotas, now } of calls) one.push(await a.take(buckets, quotas, now))
            expect(await together(calls, b)).toEqual(one)
          }
          const [{ times: first, ...rest }, { times: second, ...other }] = [
            await left('a:'),
            await left('b:'),
          ]
          expect(other).toEqual(rest)
          // the two were written at different times
          for (const [i, ttl] of first.entries()) expect(Math.abs(ttl - second[i]!)).toBeLessThan(10_000)
        }),
        { numRuns: 100 },
      )
    },
    SLOW,
  )
})

describe('Redis goes away', () => {
  let other: RedisServer
  let lines: string[] = []
  const connect = async (deadlineMs: number) => {
    lines = []
    const connection = connectRedis(other.url, (_level, message) => lines.push(message), { deadlineMs })
    await connected(connection)
    return connection
  }
  beforeAll(async () => {
    other = await startRedis()
  })
  afterAll(() => other?.kill())

  test('killed with a batch in flight: each of its calls fails, none hangs, and later ones are decided', async () => {
    const connection = await connect(20_000)
    const by = redisMeter(connection)
    const spec = bucket(1, 50)
    other.pause()
    const inFlight = Promise.allSettled(times(100, [spec]).map(() => by.take([spec], [], NOW)))
    // sent, and never to be answered
    await new Promise((resolve) => setTimeout(resolve, 50))
    await other.kill()
    expect(new Set((await inFlight).map(({ status }) => status))).toEqual(new Set(['rejected']))
    await expect(by.take([spec], [], NOW)).rejects.toThrow('not connected')
    await other.restart()
    await connected(connection)
    const verdicts = await together(times(60, [spec]), by)
    expect(verdicts.filter(({ admitted }) => admitted).length).toBe(50)
    expect(lines).toEqual(['Redis does not answer', 'Redis answers again'])
    await connection.close()
  })

  test('hangs with a batch in flight: each call fails at the deadline; late answers reach nobody', async () => {
    const connection = await connect(100)
    const by = redisMeter(connection)
    const [spec, next] = [bucket(1, 50), quota(100)]
    other.pause()
    const failed = await Promise.allSettled(times(80, [spec]).map(() => by.take([spec], [], NOW)))
    other.resume()
    expect(new Set(failed.map((one) => one.status === 'rejected' && String(one.reason)))).toEqual(
      new Set(['Error: Redis did not answer within 100 ms']),
    )
    const counts = async () => {
      const verdict = await by.take([], [next], NOW)
      return verdict.admitted && verdict.used
    }
    await expect.poll(() => counts().catch(() => null), { timeout: 10_000 }).toEqual([1])
    await connection.close()
  })
})
