import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryMeter } from '../../src/adapters/meter-memory.ts'
import { fullAt, levelOf, UNITS, waitFor } from '../../src/core/throttle.ts'
import type { BucketSpec, MeterVerdict, QuotaSpec } from '../../src/platform.ts'
import { MeterModel, overshoot } from '../support/meter-model.ts'

const START = Date.UTC(2026, 0, 1)

/** A run of calls: how much later each comes, and which of four buckets and a quota it needs. */
const runs = fc.array(
  fc.record({
    later: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(5000)),
    mask: fc.integer({ min: 1, max: 15 }),
    counted: fc.boolean(),
  }),
  { minLength: 1, maxLength: 300 },
)
const specs = fc.tuple(
  ...[1, 2, 3, 4].map((n) =>
    fc.record({
      key: fc.constant(`b${n}`),
      rate: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constantFrom(0.1, 0.25, 1.5, 0.125)),
      burst: fc.integer({ min: 1, max: 100 }),
    }),
  ),
)

describe('token buckets', () => {
  test('agree with the reference in every run', () => {
    fc.assert(
      fc.property(runs, specs, fc.integer({ min: 1, max: 100 }), (run, buckets, limit) => {
        const [meter, model] = [memoryMeter(), new MeterModel()]
        const quota: QuotaSpec = { key: 'q', limit, endsAt: START + 1e12 }
        let now = START
        for (const { later, mask, counted } of run) {
          now += later
          const some = buckets.filter((_, i) => mask & (1 << i))
          const expected = model.take(some, counted ? [quota] : [], now)
          const actual = meter.take(some, counted ? [quota] : [], now) as MeterVerdict
          if (!actual.admitted) delete actual.retryAfterMs
          expect(actual).toEqual(expected)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('in no window are more calls admitted than rate and burst allow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(300), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        (gaps, rate, burst) => {
          const meter = memoryMeter()
          const admitted: number[] = []
          let now = START
          for (const gap of gaps) {
            now += gap
            if ((meter.take([{ key: 'b', rate, burst }], [], now) as MeterVerdict).admitted)
              admitted.push(now)
          }
          expect(overshoot(admitted, rate, burst)).toBeLessThanOrEqual(0)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('a caller that always comes gets the whole rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 2, max: 50 }), (rate, burst) => {
        const meter = memoryMeter()
        let count = 0
        // every millisecond, as often as it lets
        for (let now = START; now <= START + 2000; now++)
          while ((meter.take([{ key: 'b', rate, burst }], [], now) as MeterVerdict).admitted) count++
        expect(count).toBe(burst + Math.floor((rate * 2000) / 1000))
      }),
      { numRuns: 50 },
    )
  })

  test('a refusal tells the first moment at which a call is admitted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 20 }), (rate, burst) => {
        const meter = memoryMeter()
        const spec: BucketSpec = { key: 'b', rate, burst }
        let verdict: MeterVerdict
        do verdict = meter.take([spec], [], START) as MeterVerdict
        while (verdict.admitted)
        const wait = verdict.retryAfterMs!
        expect((meter.take([spec], [], START + wait - 1) as MeterVerdict).admitted).toBe(false)
        expect((meter.take([spec], [], START + wait) as MeterVerdict).admitted).toBe(true)
      }),
    )
  })

  test('a clock that jumps either way never adds more than one burst', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3_600_000, max: 3_600_000 }), { maxLength: 40 }), (jumps) => {
        const meter = memoryMeter()
        const spec: BucketSpec = { key: 'b', rate: 5, burst: 10 }
        const drain = (now: number) => {
          let count = 0
          while ((meter.take([spec], [], now) as MeterVerdict).admitted) count++
          return count
        }
        let now = START
        expect(drain(now)).toBe(10)
        for (const jump of jumps) {
          now += jump
          expect(drain(now)).toBeLessThanOrEqual(jump > 0 ? 10 : 0)
        }
        // and it goes on from wherever the clock stands
        expect(drain(now)).toBe(0)
        expect(drain(now + 3000)).toBe(10)
      }),
    )
  })

  test('a bucket is forgotten when it is full, and not before', () => {
    expect(fullAt(0, START, 10, 2)).toBe(START + 200)
    expect(fullAt(2 * UNITS, START, 10, 2)).toBe(START)
    expect(fullAt(0, START, 0, 2)).toBe(Number.POSITIVE_INFINITY)
    expect(levelOf(0, START, 10, 2, START + 200)).toBe(2 * UNITS)
    expect(waitFor(0, 0, 2)).toBeUndefined()
    const meter = memoryMeter()
    for (let i = 0; i < 1000; i++) meter.take([{ key: `k${i}`, rate: 10, burst: 2 }], [], START)
    expect(meter.size()).toBe(1000)
    for (let i = 0; i < 200; i++) meter.take([{ key: 'busy', rate: 1e6, burst: 1e6 }], [], START + 99)
    expect(meter.size()).toBe(1001)
    for (let i = 0; i < 200; i++) meter.take([{ key: 'busy', rate: 1e6, burst: 1e6 }], [], START + 100)
    expect(meter.size()).toBeLessThanOrEqual(2)
  })

  test('a crowd that leaves takes nothing of those who stay', () => {
    const meter = memoryMeter()
    const stays: BucketSpec = { key: 'stays', rate: 0.001, burst: 3 }
    const quota: QuotaSpec = { key: 'q', limit: 3, endsAt: START + 1e9 }
    for (let i = 0; i < 5000; i++) {
      meter.take(
        [{ key: `k${i}`, rate: 10, burst: 2 }],
        [{ ...quota, key: `q${i}`, endsAt: START + 10 }],
        START,
      )
      if (i === 2500) meter.take([stays], [quota], START)
    }
    for (let i = 0; i < 3000; i++)
      meter.take(
        [{ key: 'busy', rate: 1e6, burst: 1e6 }],
        [{ ...quota, key: 'busy', limit: 1e9 }],
        START + 100,
      )
    expect(meter.size()).toBeLessThan(10)
    const admitted = () => (meter.take([stays], [quota], START + 100) as MeterVerdict).admitted
    expect([admitted(), admitted(), admitted()]).toEqual([true, true, false])
    expect(meter.take([], [quota], START + 100)).toMatchObject({ admitted: false, by: 'quota' })
  })

  test('a changed limit holds from the next call on', () => {
    const meter = memoryMeter()
    const taken = (rate: number, burst: number, now: number) => {
      let count = 0
      while ((meter.take([{ key: 'b', rate, burst }], [], now) as MeterVerdict).admitted) count++
      return count
    }
    expect(taken(1, 10, START)).toBe(10)
    expect(taken(1, 100, START)).toBe(0)
    expect(taken(100, 100, START + 1000)).toBe(100)
    expect(taken(100, 5, START + 60_000)).toBe(5)
  })
})
