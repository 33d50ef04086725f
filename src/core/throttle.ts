/**
 * Token buckets: the arithmetic that every meter shares, with the clock passed in.
 *
 * A bucket's level counts thousandths of a token (units), so that a rate of r tokens a second adds exactly r units a
 * millisecond and whole rates never round. A bucket that nobody has seen is full.
 */

/** One bucket that a call must pass: tokens are added at `rate` per second up to `burst`. */
export interface BucketSpec {
  key: string
  /** tokens per second */
  rate: number
  /** capacity, in tokens */
  burst: number
}

/**
 * Whether a call goes on. `used`: what the counters of the quotas stand at after it, in their order. `key` is the bucket or quota
 * that refused, buckets first; `retryAfterMs` is when it would admit a call again, absent if it never will.
 */
export type MeterVerdict =
  | { admitted: true; used: readonly number[] }
  | { admitted: false; by: 'throttle' | 'quota'; key: string; retryAfterMs?: number }

/** Units of one token. */
export const UNITS = 1000

/**
 * How far two hosts' clocks may differ, in milliseconds. A bucket in a shared store keeps the later of the clocks that it has
 * seen, so that hosts which disagree do not refill it twice; a larger step backwards is a clock that was set, and is followed:
 * the bucket keeps its level and fills from then on.
 */
export const CLOCK_SKEW_MS = 1000

/** Whether a bucket last touched at `at` must be touched anew, even by a call that it refuses. */
export const wasSetBack = (at: number, now: number): boolean => at - now > CLOCK_SKEW_MS

/** The time that a bucket last touched at `at` is brought up to. */
export const clockOf = (at: number, now: number): number => (now >= at || wasSetBack(at, now) ? now : at)

/** Units in a bucket at `now`, when it held `units` at `at`. */
export function levelOf(units: number, at: number, rate: number, burst: number, now: number): number {
  const refilled = now > at ? units + (now - at) * rate : units
  return Math.min(refilled, burst * UNITS)
}

/** Milliseconds until a bucket of `units` holds `tokens`; undefined if it never will. */
export function waitFor(units: number, rate: number, burst: number, tokens = 1): number | undefined {
  if (burst < tokens || (rate <= 0 && units < tokens * UNITS)) return undefined
  return Math.max(0, Math.ceil((tokens * UNITS - units) / rate))
}

/** Epoch milliseconds from which on a bucket is full, so that forgetting it changes nothing. Infinity if it never is. */
export function fullAt(units: number, at: number, rate: number, burst: number): number {
  const missing = burst * UNITS - units
  return missing <= 0 ? at : rate > 0 ? at + Math.ceil(missing / rate) : Number.POSITIVE_INFINITY
}
