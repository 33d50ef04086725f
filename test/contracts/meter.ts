/** What every meter must do: one suite for memory, Redis and Durable Objects. Keys are `subject|detail`. */
import { LEASE_MS, leaseSize } from '../../src/core/leases.ts'
import { UNLIMITED } from '../../src/core/quota.ts'
import type { BucketSpec, Meter, QuotaSpec } from '../../src/platform.ts'
import { MeterModel } from '../support/meter-model.ts'
import { type Cases, equal, within } from './case.ts'

/** The suite's clock is its own: stores are told the time, they do not read it. */
const NOW = Date.UTC(2026, 10, 23, 12)
const HOUR = 3_600_000

const bucket = (key: string, rate: number, burst: number): BucketSpec => ({ key, rate, burst })
const quota = (key: string, limit: number, endsAt = NOW + 12 * HOUR): QuotaSpec => ({ key, limit, endsAt })

async function admitted(
  meter: Meter,
  calls: number,
  buckets: BucketSpec[],
  quotas: QuotaSpec[],
  now: number,
) {
  let count = 0
  for (let i = 0; i < calls; i++) if ((await meter.take(buckets, quotas, now)).admitted) count++
  return count
}

/** A few thousand numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1103515245 + 12345) % 2147483648
    yield state / 2147483648
  }
}

export const exactMeter: Cases<Meter> = {
  'a burst is admitted, the next call is refused and told when to come': async (meter, id) => {
    const spec = bucket(`${id}|b`, 2, 5)
    equal(await admitted(meter, 5, [spec], [], NOW), 5)
    equal(await meter.take([spec], [], NOW), {
      admitted: false,
      by: 'throttle',
      key: spec.key,
      retryAfterMs: 500,
    })
    equal((await meter.take([spec], [], NOW + 499)).admitted, false)
    equal((await meter.take([spec], [], NOW + 500)).admitted, true)
  },

  'a bucket fills at its rate, up to its burst': async (meter, id) => {
    const spec = bucket(`${id}|b`, 10, 4)
    equal(await admitted(meter, 9, [spec], [], NOW), 4)
    equal(await admitted(meter, 9, [spec], [], NOW + 250), 2)
    equal(await admitted(meter, 9, [spec], [], NOW + 300), 1)
    equal(await admitted(meter, 9, [spec], [], NOW + HOUR), 4)
  },

  'rates below one a second': async (meter, id) => {
    const spec = bucket(`${id}|b`, 0.1, 1)
    equal(await admitted(meter, 2, [spec], [], NOW), 1)
    equal(await admitted(meter, 2, [spec], [], NOW + 9_990), 0)
    equal(await admitted(meter, 2, [spec], [], NOW + 10_001), 1)
  },

  'a rate of zero fills nothing, a burst of zero admits nothing': async (meter, id) => {
    const dry = bucket(`${id}|dry`, 0, 1)
    equal(await admitted(meter, 3, [dry], [], NOW), 1)
    equal(await meter.take([dry], [], NOW + HOUR), { admitted: false, by: 'throttle', key: dry.key })
    equal(await admitted(meter, 3, [bucket(`${id}|none`, 10, 0)], [], NOW), 0)
  },

  'a call takes from all or from none': async (meter, id) => {
    const [wide, narrow] = [bucket(`${id}|wide`, 1, 10), bucket(`${id}-other|narrow`, 1, 2)]
    const day = quota(`${id}-third|day`, 100)
    equal(await admitted(meter, 5, [wide, narrow], [day], NOW), 2)
    // a store of several objects gives back what it took in vain a moment later
    await new Promise((resolve) => setTimeout(resolve, 20))
    equal(await meter.used([day], NOW), [2])
    equal(await admitted(meter, 20, [wide], [], NOW), 8)
  },

  'a refusing quota takes no token': async (meter, id) => {
    const spec = bucket(`${id}|b`, 1, 5)
    const spent = quota(`${id}|q`, 2)
    equal(await admitted(meter, 4, [spec], [spent], NOW), 2)
    equal(await meter.take([spec], [spent], NOW), {
      admitted: false,
      by: 'quota',
      key: spent.key,
      retryAfterMs: 12 * HOUR,
    })
    equal(await admitted(meter, 9, [spec], [], NOW), 3)
  },

  'the first that refuses is named: buckets before quotas, in order': async (meter, id) => {
    const [a, b] = [bucket(`${id}|a`, 1, 1), bucket(`${id}-2|b`, 1, 1)]
    const q = quota(`${id}-3|q`, 1)
    equal((await meter.take([a, b], [q], NOW)).admitted, true)
    const verdict = await meter.take([a, b], [q], NOW)
    equal(verdict.admitted ? null : verdict.key, a.key)
    const later = await meter.take([a, b], [q], NOW + 1000)
    equal(later.admitted ? null : later.key, q.key)
  },

  'verdicts tell the counts': async (meter, id) => {
    const [day, month] = [quota(`${id}|day`, UNLIMITED), quota(`${id}|month`, 10, NOW + 200 * HOUR)]
    equal(await meter.take([], [day, month], NOW), { admitted: true, used: [1, 1] })
    await meter.setUsed(month, 7, NOW)
    equal(await meter.take([], [day, month], NOW), { admitted: true, used: [2, 8] })
    equal(await meter.used([day, month], NOW), [2, 8])
  },

  'another period starts from zero': async (meter, id) => {
    const today = quota(`${id}|q`, 2)
    const tomorrow = quota(`${id}|q`, 2, today.endsAt + 24 * HOUR)
    equal(await admitted(meter, 3, [], [today], NOW), 2)
    equal(await meter.used([tomorrow], NOW), [0])
    equal(await admitted(meter, 3, [], [tomorrow], today.endsAt), 2)
  },

  'a count is set, or only raised': async (meter, id) => {
    const q = quota(`${id}|q`, 10)
    equal(await meter.used([q], NOW), [0])
    await meter.setUsed(q, 9, NOW)
    equal(await admitted(meter, 3, [], [q], NOW), 1)
    await meter.setUsed(q, 4, NOW, true)
    equal(await meter.used([q], NOW), [10])
    await meter.setUsed(q, 4, NOW)
    equal(await admitted(meter, 9, [], [q], NOW), 6)
    await meter.setUsed(q, 12, NOW, true)
    equal(await meter.used([q], NOW), [12])
  },

  'a count below zero is an extension': async (meter, id) => {
    const q = quota(`${id}|q`, 2)
    await meter.setUsed(q, -3, NOW, true)
    equal(await meter.used([q], NOW), [-3])
    equal(await admitted(meter, 9, [], [q], NOW), 5)
    await meter.setUsed(q, -1, NOW)
    equal(await admitted(meter, 9, [], [q], NOW), 3)
  },

  'a limit below the count admits nothing': async (meter, id) => {
    await meter.setUsed(quota(`${id}|q`, 10), 8, NOW)
    equal(await admitted(meter, 2, [], [quota(`${id}|q`, 5)], NOW), 0)
  },

  'keys never meet': async (meter, id) => {
    const keys = ['a', 'A', 'a ', 'a:1', 'a|1', 'ä', '*', 'a\nb', '{a}', '__proto__', '']
    for (const key of keys)
      equal(await admitted(meter, 3, [bucket(`${id}|${key}`, 1, 2)], [], NOW), 2, JSON.stringify(key))
    for (const key of keys)
      equal(await admitted(meter, 3, [], [quota(`${id}|${key}`, 1)], NOW), 1, JSON.stringify(key))
  },

  'hosts whose clocks differ a little do not fill a bucket twice': async (meter, id) => {
    const spec = bucket(`${id}|b`, 10, 10)
    equal(await admitted(meter, 20, [spec], [], NOW), 10)
    let count = 0
    for (let i = 1; i <= 10; i++) {
      count += await admitted(meter, 5, [spec], [], NOW + i * 100)
      count += await admitted(meter, 5, [spec], [], NOW + i * 100 - 400)
    }
    equal(count, 10)
  },

  'a clock that was set back by an hour is followed': async (meter, id) => {
    const spec = bucket(`${id}|b`, 10, 2)
    equal(await admitted(meter, 5, [spec], [], NOW), 2)
    equal(await admitted(meter, 5, [spec], [], NOW - HOUR), 0)
    equal(await admitted(meter, 5, [spec], [], NOW - HOUR + 200), 2)
  },

  'calls at once: the burst is admitted, not one more': async (meter, id) => {
    const buckets = [bucket(`${id}|a`, 1, 50), bucket(`${id}|b`, 1, 20), bucket(`${id}|c`, 1, 1000)]
    const quotas = [quota(`${id}|q`, 30)]
    const verdicts = await Promise.all(Array.from({ length: 64 }, () => meter.take(buckets, quotas, NOW)))
    equal(verdicts.filter((verdict) => verdict.admitted).length, 20)
    equal(await meter.used(quotas, NOW), [20])
  },

  'agrees with the reference over a long random run': async (meter, id) => {
    const model = new MeterModel()
    const random = numbers(7)
    const next = () => random.next().value as number
    const specs = [
      bucket(`${id}|1`, 5, 3),
      bucket(`${id}|2`, 0.5, 2),
      bucket(`${id}|3`, 20, 40),
      bucket(`${id}|4`, 1.25, 1),
    ]
    let now = NOW
    for (let i = 0; i < 400; i++) {
      if (next() < 0.6) now += Math.floor(next() * 700)
      const buckets = specs.filter(() => next() < 0.5)
      const quotas = next() < 0.5 ? [quota(`${id}|q`, 40)] : []
      const [expected, actual] = [model.take(buckets, quotas, now), await meter.take(buckets, quotas, now)]
      if (!actual.admitted) delete actual.retryAfterMs
      equal(actual, expected, `step ${i}:`)
    }
  },
}

/** One process on leases: what the documented bound allows. */
export const leasedMeter: Cases<Meter> = {
  'a burst is admitted, and no more': async (meter, id) => {
    const spec = bucket(`${id}|b`, 100, 200)
    equal(await admitted(meter, 400, [spec], [], NOW), 200)
    const verdict = await meter.take([spec], [], NOW)
    equal(verdict.admitted ? null : [verdict.by, verdict.key], ['throttle', spec.key])
  },

  'in any window: the rate, the burst and one lease': async (meter, id) => {
    const spec = bucket(`${id}|b`, 100, 100)
    let count = 0
    for (let now = NOW; now < NOW + 5000; now += 50) count += await admitted(meter, 20, [spec], [], now)
    within(count, 100 + 495 - leaseSize(spec), 100 + 495 + leaseSize(spec))
  },

  'a quota is never exceeded, and used up but for one lease': async (meter, id) => {
    const spec = quota(`${id}|q`, 500)
    within(await admitted(meter, 700, [], [spec], NOW), 500, 500)
    equal((await meter.used([spec], NOW))[0], 500)
  },

  'counts of verdicts rise one by one': async (meter, id) => {
    const spec = quota(`${id}|q`, UNLIMITED)
    for (let i = 1; i <= 250; i++) equal(await meter.take([], [spec], NOW), { admitted: true, used: [i] })
  },

  'a call takes from all or from none': async (meter, id) => {
    const [wide, narrow] = [bucket(`${id}|wide`, 1, 10), bucket(`${id}-other|narrow`, 1, 2)]
    equal(await admitted(meter, 5, [wide, narrow], [], NOW), 2)
    equal(await admitted(meter, 20, [wide], [], NOW), 8)
  },

  'another period starts from zero': async (meter, id) => {
    const today = quota(`${id}|q`, 300)
    const tomorrow = quota(`${id}|q`, 300, today.endsAt + 24 * HOUR)
    equal(await admitted(meter, 400, [], [today], NOW), 300)
    equal(await admitted(meter, 400, [], [tomorrow], today.endsAt), 300)
  },

  'a grant counts at once': async (meter, id) => {
    const spec = quota(`${id}|q`, 300)
    equal(await admitted(meter, 400, [], [spec], NOW), 300)
    await meter.setUsed(spec, 100, NOW)
    equal(await admitted(meter, 400, [], [spec], NOW), 200)
  },

  'leases not spent go back': async (meter, id) => {
    const spec = quota(`${id}|q`, 1000)
    equal(await admitted(meter, 1, [], [spec], NOW), 1)
    equal(await admitted(meter, 2000, [], [spec], NOW + 2 * LEASE_MS), 999)
  },

  'calls at once: the burst is admitted, not one more': async (meter, id) => {
    const buckets = [bucket(`${id}|a`, 1, 50), bucket(`${id}|b`, 1, 20), bucket(`${id}|c`, 1, 1000)]
    const verdicts = await Promise.all(Array.from({ length: 64 }, () => meter.take(buckets, [], NOW)))
    equal(verdicts.filter((verdict) => verdict.admitted).length, 20)
  },
}
