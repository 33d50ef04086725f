/** Durable Objects in real workerd under 64 concurrent clients. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { leaseSize } from '../../src/core/leases.ts'
import type { MeterVerdict } from '../../src/platform.ts'
import { startWorkerd, type Workerd } from '../support/workerd.ts'

let workerd: Workerd
beforeAll(async () => {
  workerd = await startWorkerd(new URL('launch/stores-workerd.ts', import.meta.url).pathname)
})
afterAll(() => workerd?.stop())

const SLOW = 120_000

async function clients(count: number, calls: number, mode: string, body: object) {
  const verdicts: MeterVerdict[] = []
  await Promise.all(
    Array.from({ length: count }, async () => {
      for (let i = 0; i < calls; i++) verdicts.push(await workerd.json(`/take/${mode}`, body))
    }),
  )
  return verdicts
}

const now = Date.now()
const levels = (id: string) => ({
  buckets: [
    { key: `client/${id}|method`, rate: 0, burst: 190 },
    { key: `client/${id}|`, rate: 0, burst: 180 },
    { key: `method/${id}|`, rate: 0, burst: 70 },
    { key: 'account|', rate: 10_000, burst: 5000 },
  ],
  quotas: [
    { key: `client/${id}|used`, limit: Number.MAX_SAFE_INTEGER, endsAt: now + 3_600_000 },
    { key: `client/${id}|DAY`, limit: 150, endsAt: now + 3_600_000 },
  ],
  now,
})

test(
  'exact: the tightest limit is admitted to the call, on all objects',
  async () => {
    const verdicts = await clients(64, 4, 'exact', levels('a'))
    const admitted = verdicts.filter((verdict) => verdict.admitted)
    // never more; fewer only by calls that met the tokens of others which were being refused
    expect(admitted.length).toBeLessThanOrEqual(70)
    expect(admitted.length).toBeGreaterThanOrEqual(35)
    const counts = admitted.map((verdict) => verdict.used[1]!)
    expect(new Set(counts).size).toBe(admitted.length)
    for (const verdict of verdicts) if (!verdict.admitted) expect(verdict.by).toBe('throttle')
    // what was taken in vain was given back: the client's own limit still has the rest
    const client = { ...levels('a'), buckets: levels('a').buckets.slice(0, 2), quotas: [] }
    const rest = await clients(64, 4, 'exact', client)
    expect(rest.filter((verdict) => verdict.admitted).length).toBe(180 - admitted.length)
  },
  SLOW,
)

test(
  'exact: one object decides a call by itself, to the call',
  async () => {
    const { quotas } = levels('b')
    const verdicts = await clients(64, 4, 'exact', { buckets: [], quotas, now })
    expect(verdicts.filter((verdict) => verdict.admitted).length).toBe(150)
  },
  SLOW,
)

test(
  'exact: the account goes by leases, and what a client is refused it does not pay',
  async () => {
    const account = { key: 'account/e|', rate: 0, burst: 2000 }
    const client = { key: 'client/e|', rate: 0, burst: 20 }
    const both = await clients(64, 4, 'exact', { buckets: [client, account], quotas: [], now })
    expect(both.filter((verdict) => verdict.admitted).length).toBe(20)
    const rest = await clients(64, 40, 'exact', { buckets: [account], quotas: [], now })
    const admitted = rest.filter((verdict) => verdict.admitted).length
    expect(admitted).toBeLessThanOrEqual(1980)
    expect(admitted).toBeGreaterThanOrEqual(1980 - leaseSize(account))
  },
  SLOW,
)

test(
  'leased: within the documented bound',
  async () => {
    const body = { buckets: [{ key: 'method/c|', rate: 0, burst: 200 }], quotas: [], now }
    const verdicts = await clients(64, 4, 'leased', body)
    const admitted = verdicts.filter((verdict) => verdict.admitted).length
    expect(admitted).toBeLessThanOrEqual(200)
    expect(admitted).toBeGreaterThanOrEqual(200 - leaseSize(body.buckets[0]!))
  },
  SLOW,
)
