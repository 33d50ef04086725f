/**
 * The reference meter: token buckets in whole billionths of a token, quotas as plain counts. Slow, obvious, and written without a
 * look at the product's arithmetic. The clock only moves forward here.
 */
import type { BucketSpec, MeterVerdict, QuotaSpec } from '../../src/platform.ts'

const TOKEN = 1_000_000_000n

export class MeterModel {
  readonly #buckets = new Map<string, { level: bigint; at: number }>()
  readonly #counts = new Map<string, number>()

  take(buckets: readonly BucketSpec[], quotas: readonly QuotaSpec[], now: number): MeterVerdict {
    const levels = buckets.map(({ key, rate, burst }) => {
      const full = BigInt(burst) * TOKEN
      const held = this.#buckets.get(key) ?? { level: full, at: now }
      // rate per second in thousandths, so 1 ms adds rate × 10^6 billionths
      const level = held.level + BigInt(now - held.at) * BigInt(Math.round(rate * 1000)) * 1000n
      return level > full ? full : level
    })
    const empty = levels.findIndex((level) => level < TOKEN)
    if (empty >= 0) return { admitted: false, by: 'throttle', key: buckets[empty]!.key }
    const counts = quotas.map((quota) => this.count(quota))
    const spent = counts.findIndex((count, i) => count >= quotas[i]!.limit)
    if (spent >= 0) return { admitted: false, by: 'quota', key: quotas[spent]!.key }
    buckets.forEach(({ key }, i) => {
      this.#buckets.set(key, { level: levels[i]! - TOKEN, at: now })
    })
    quotas.forEach((quota, i) => {
      this.set(quota, counts[i]! + 1)
    })
    return { admitted: true, used: counts.map((count) => count + 1) }
  }

  count({ key, endsAt }: QuotaSpec): number {
    return this.#counts.get(`${endsAt} ${key}`) ?? 0
  }

  set({ key, endsAt }: QuotaSpec, used: number): void {
    this.#counts.set(`${endsAt} ${key}`, used)
  }
}

/** By how many calls the fullest window holds more than `burst + rate × window`; times in milliseconds, in order. */
export function overshoot(admitted: readonly number[], rate: number, burst: number): number {
  let most = Number.NEGATIVE_INFINITY
  for (let from = 0; from < admitted.length; from++)
    for (let to = from; to < admitted.length; to++)
      most = Math.max(most, to - from + 1 - burst - (rate * (admitted[to]! - admitted[from]!)) / 1000)
  return most
}
