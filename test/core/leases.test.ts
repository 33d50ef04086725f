import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryMeter } from '../../src/adapters/meter-memory.ts'
import { LEASE_MS, LeasedMeter, leaseSize, type MeterStore } from '../../src/core/leases.ts'
import { type BucketSpec, clockOf, levelOf, UNITS, waitFor } from '../../src/core/throttle.ts'
import type { QuotaSpec } from '../../src/platform.ts'
import { overshoot } from '../support/meter-model.ts'

const START = Date.UTC(2026, 0, 1)

/** A store that several processes share: exact, and as late as a network is. */
function sharedStore(): MeterStore & { exchanges: number; down: boolean } {
  const levels = new Map<string, { units: number; at: number }>()
  const counts = new Map<string, number>()
  const exact = memoryMeter()
  const store = {
    exchanges: 0,
    down: false,
    take: async (buckets: readonly BucketSpec[], quotas: readonly QuotaSpec[], now: number) =>
      exact.take(buckets, quotas, now),
    async exchange(requests: Parameters<MeterStore['exchange']>[0], now: number) {
      store.exchanges++
      await Promise.resolve()
      if (store.down) throw new Error('down')
      return requests.map(({ spec, want, back }) => {
        if (!('rate' in spec)) {
          const count = (counts.get(spec.key) ?? 0) - back
          const granted = Math.max(0, Math.min(want, spec.limit - count))
          counts.set(spec.key, count + granted)
          return { granted, used: count + granted, retryAfterMs: granted < want ? spec.endsAt - now : 0 }
        }
        const held = levels.get(spec.key) ?? { units: spec.burst * UNITS, at: now }
        const level = levelOf(held.units, held.at, spec.rate, spec.burst, now) + back * UNITS
        const units = Math.min(level, spec.burst * UNITS)
        const granted = Math.min(want, Math.floor(units / UNITS))
        levels.set(spec.key, { units: units - granted * UNITS, at: clockOf(held.at, now) })
        const wait = waitFor(units - granted * UNITS, spec.rate, spec.burst)
        return { granted, used: 0, retryAfterMs: granted < want ? wait : 0 }
      })
    },
    used: async (quotas: readonly QuotaSpec[]) => quotas.map(({ key }) => counts.get(key) ?? 0),
    setUsed: async (quota: QuotaSpec, used: number) => void counts.set(quota.key, used),
  }
  return store
}

const processes = (store: MeterStore, count: number) =>
  Array.from(
    { length: count },
    () =>
      new LeasedMeter(
        store,
        () => {},
        () => START,
      ),
  )

/** Calls: how much later, at which process, how many at once. */
const traffic = (count: number) =>
  fc.array(fc.record({ later: fc.nat(120), at: fc.nat(count - 1), calls: fc.integer({ min: 1, max: 12 }) }), {
    minLength: 20,
    maxLength: 150,
  })

describe('leases', () => {
  test('overshoot in any window is at most one lease a process', async () => {
    await fc.assert(
      fc.asyncProperty(
        traffic(4),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 200 }),
        async (run, rate, burst) => {
          const spec: BucketSpec = { key: 'b', rate, burst }
          const meters = processes(sharedStore(), 4)
          const admitted: number[] = []
          let now = START
          for (const { later, at, calls } of run) {
            now += later
            const verdicts = await Promise.all(
              Array.from({ length: calls }, () => meters[at]!.take([spec], [], now)),
            )
            for (const verdict of verdicts) if (verdict.admitted) admitted.push(now)
          }
          expect(overshoot(admitted, rate, burst)).toBeLessThanOrEqual(4 * leaseSize(spec))
        },
      ),
      { numRuns: 100 },
    )
  })

  test('refused are at most one lease a process more than an exact meter refuses', async () => {
    await fc.assert(
      fc.asyncProperty(traffic(3), fc.integer({ min: 20, max: 300 }), async (run, rate) => {
        const spec: BucketSpec = { key: 'b', rate, burst: rate }
        const meters = processes(sharedStore(), 3)
        const exact = memoryMeter()
        let [leased, counted] = [0, 0]
        let now = START
        for (const { later, at, calls } of run) {
          now += later
          for (let i = 0; i < calls; i++) {
            if ((await meters[at]!.take([spec], [], now)).admitted) leased++
            if ((await exact.take([spec], [], now)).admitted) counted++
          }
          // what runs out goes back, as the timer does it
          for (const meter of meters) await meter.release(now)
        }
        expect(leased).toBeGreaterThanOrEqual(counted - 3 * leaseSize(spec))
      }),
      { numRuns: 100 },
    )
  })

  test('a quota is never exceeded, whatever the processes do', async () => {
    await fc.assert(
      fc.asyncProperty(traffic(4), fc.integer({ min: 1, max: 400 }), async (run, limit) => {
        const quota: QuotaSpec = { key: 'q', limit, endsAt: START + 1e9 }
        const meters = processes(sharedStore(), 4)
        let [admitted, asked] = [0, 0]
        let now = START
        for (const { later, at, calls } of run) {
          now += later
          const verdicts = await Promise.all(
            Array.from({ length: calls }, () => meters[at]!.take([], [quota], now)),
          )
          asked += calls
          admitted += verdicts.filter((verdict) => verdict.admitted).length
        }
        expect(admitted).toBeLessThanOrEqual(limit)
        expect(admitted).toBeGreaterThanOrEqual(Math.min(asked, limit) - 4 * leaseSize(quota))
      }),
      { numRuns: 100 },
    )
  })

  test('most calls do not ask the store', async () => {
    const store = sharedStore()
    const [meter] = processes(store, 1)
    const spec: BucketSpec = { key: 'b', rate: 10_000, burst: 5000 }
    for (let i = 0; i < 2000; i++) await meter!.take([spec], [], START)
    expect(store.exchanges).toBeLessThan(30)
  })

  test('a process that ends gives everything back', async () => {
    const store = sharedStore()
    const [one, two] = processes(store, 2)
    const quota: QuotaSpec = { key: 'q', limit: 1000, endsAt: START + 1e9 }
    expect((await one!.take([], [quota], START)).admitted).toBe(true)
    expect((await store.used([quota], START))[0]).toBe(leaseSize(quota))
    await one!.release(START, true)
    expect((await store.used([quota], START))[0]).toBe(1)
    expect(await two!.used([quota], START)).toEqual([1])
  })

  test('a store that is down fails the calls that need it, and no others', async () => {
    const store = sharedStore()
    const [meter] = processes(store, 1)
    const spec: BucketSpec = { key: 'b', rate: 100, burst: 100 }
    for (let i = 0; i < 2; i++) await meter!.take([spec], [], START)
    store.down = true
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, async () => meter!.take([spec], [], START + 1)),
    )
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled').length).toBe(leaseSize(spec) - 2)
    store.down = false
    expect((await meter!.take([spec], [], START + 2)).admitted).toBe(true)
  })

  test('a clock that is set back does not keep anything dry', async () => {
    const [meter] = processes(sharedStore(), 1)
    const quota: QuotaSpec = { key: 'q', limit: 1, endsAt: START + 1e9 }
    expect((await meter!.take([], [quota], START)).admitted).toBe(true)
    expect((await meter!.take([], [quota], START)).admitted).toBe(false)
    await meter!.setUsed(quota, 0, START)
    expect((await meter!.take([], [quota], START - 10 * LEASE_MS)).admitted).toBe(true)
  })
})
