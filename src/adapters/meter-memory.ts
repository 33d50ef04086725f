/**
 * Exact token buckets and quotas of one process, answered without a promise. State lies in typed arrays, a slot a key, so that a
 * million keys stay near 100 MB. A bucket that is full again and a counter whose period is over are forgotten: each
 * call looks at a few slots.
 */
import type { QuotaSpec } from '../core/quota.ts'
import { type BucketSpec, clockOf, fullAt, levelOf, UNITS, waitFor, wasSetBack } from '../core/throttle.ts'
import type { Meter, MeterVerdict } from '../platform.ts'

/** Slots that a call looks at, to forget what is idle. */
const SWEPT_PER_CALL = 8
/** Fewer slots than this are never worth moving. */
const MIN_SPARSE = 4096
const ADMITTED: MeterVerdict = { admitted: true, used: [] }

/** Keys and their numbers: `a`, `b` mean what the owner says, `until` is when the slot may be forgotten. */
class Slots {
  readonly slots = new Map<string, number>()
  a = new Float64Array(64)
  b = new Float64Array(64)
  until = new Float64Array(64)
  #keys: (string | undefined)[] = []
  #free: number[] = []
  #cursor = 0

  /** The slot of a key that has none yet. */
  add(key: string): number {
    const slot = this.#free.pop() ?? this.#keys.length
    if (slot === this.a.length) {
      this.a = grown(this.a)
      this.b = grown(this.b)
      this.until = grown(this.until)
    }
    this.#keys[slot] = key
    this.slots.set(key, slot)
    // whoever had the slot before left its numbers
    this.b[slot] = Number.NaN
    return slot
  }

  /** Forgets a few keys whose time is over. Slots that were looked up before may be others afterwards. */
  sweep(now: number): void {
    const keys = this.#keys
    for (let left = Math.min(SWEPT_PER_CALL, keys.length); left > 0; left--) {
      if (this.#cursor >= keys.length) {
        this.#cursor = 0
        if (keys.length > MIN_SPARSE && this.slots.size * 8 < keys.length) {
          this.#compact()
          return
        }
      }
      const slot = this.#cursor++
      const key = keys[slot]
      if (key === undefined || this.until[slot]! > now) continue
      this.slots.delete(key)
      keys[slot] = undefined
      this.#free.push(slot)
    }
  }

  /** After a crowd has left, the few that remain move together. */
  #compact(): void {
    const { a, b, until } = this
    const left = [...this.slots]
    this.a = new Float64Array(left.length * 2)
    this.b = new Float64Array(left.length * 2)
    this.until = new Float64Array(left.length * 2)
    this.#keys = left.map(([key]) => key)
    this.#free = []
    this.slots.clear()
    left.forEach(([key, slot], at) => {
      this.a[at] = a[slot]!
      this.b[at] = b[slot]!
      this.until[at] = until[slot]!
      this.slots.set(key, at)
    })
  }
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(64, array.length * 2))
  larger.set(array)
  return larger
}

/** `size` tells how many keys are held. */
export function memoryMeter(): Meter & { size(): number } {
  /** a: units, b: at */
  const levels = new Slots()
  /** a: calls counted, b: the end of the period that they were counted in */
  const counts = new Slots()
  /** slots of the call at hand, buckets before quotas; -1 for a key that nobody has seen */
  const found: number[] = []

  const countOf = (slot: number | undefined, quota: QuotaSpec): number =>
    slot !== undefined && counts.b[slot] === quota.endsAt ? counts.a[slot]! : 0

  function setCount(slot: number, quota: QuotaSpec, used: number): void {
    counts.a[slot] = used
    counts.b[slot] = quota.endsAt
    counts.until[slot] = quota.endsAt
  }

  return {
    durable: false,
    size: () => levels.slots.size + counts.slots.size,

    take(buckets, quotas, now) {
      for (let i = 0; i < buckets.length; i++) {
        const { key, rate, burst } = buckets[i]!
        const slot = levels.slots.get(key) ?? -1
        found[i] = slot
        if (slot >= 0 && wasSetBack(levels.b[slot]!, now)) levels.b[slot] = now
        const units = slot < 0 ? burst * UNITS : levelOf(levels.a[slot]!, levels.b[slot]!, rate, burst, now)
        if (units < UNITS)
          return { admitted: false, by: 'throttle', key, retryAfterMs: waitFor(units, rate, burst) }
      }
      for (let i = 0; i < quotas.length; i++) {
        const quota = quotas[i]!
        const slot = counts.slots.get(quota.key)
        found[buckets.length + i] = slot ?? -1
        if (countOf(slot, quota) >= quota.limit)
          return { admitted: false, by: 'quota', key: quota.key, retryAfterMs: quota.endsAt - now }
      }
      for (let i = 0; i < buckets.length; i++) spend(buckets[i]!, found[i]!, now)
      levels.sweep(now)
      if (quotas.length === 0) return ADMITTED
      const used: number[] = []
      for (let i = 0; i < quotas.length; i++) {
        const quota = quotas[i]!
        let slot = found[buckets.length + i]!
        if (slot < 0) slot = counts.add(quota.key)
        const count = countOf(slot, quota) + 1
        setCount(slot, quota, count)
        used.push(count)
      }
      counts.sweep(now)
      return { admitted: true, used }
    },

    used: async (quotas) => quotas.map((quota) => countOf(counts.slots.get(quota.key), quota)),

    async setUsed(quota, used, _now, atLeast) {
      const slot = counts.slots.get(quota.key) ?? counts.add(quota.key)
      const known = counts.b[slot] === quota.endsAt
      setCount(slot, quota, atLeast && known ? Math.max(used, counts.a[slot]!) : used)
    },
  }

  function spend({ key, rate, burst }: BucketSpec, known: number, now: number): void {
    let slot = known
    let units = burst * UNITS
    let at = now
    if (slot < 0) slot = levels.add(key)
    else {
      units = levelOf(levels.a[slot]!, levels.b[slot]!, rate, burst, now)
      at = clockOf(levels.b[slot]!, now)
    }
    units -= UNITS
    levels.a[slot] = units
    levels.b[slot] = at
    levels.until[slot] = fullAt(units, at, rate, burst)
  }
}
