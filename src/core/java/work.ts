/**
 * What a render's budget pays for inside values: long texts, long lists, numbers of many digits. A render is synchronous and never
 * re-entered, so who pays is one variable, set around it; outside a render nobody does.
 */
export type Spend = (units: number) => void

let payer: Spend | undefined

export function work(units: number): void {
  payer?.(units)
}

/** A step of a regular expression is dearer than others. */
export const matching: Spend = (steps) => work(2 * steps)

export function paying<T>(by: Spend, run: () => T): T {
  const before = payer
  payer = by
  try {
    return run()
  } finally {
    payer = before
  }
}

/** Below this, arithmetic costs no more than any other step. */
const LARGE = 1n << 1024n
const HEX_DIGITS_A_WORD = 16

/** Arithmetic on large numbers, as the square of their words: what the slowest of the runtimes takes for a product or a quotient. */
export function bigWork(a: bigint, b = 0n): void {
  if (a < LARGE && a > -LARGE && b < LARGE && b > -LARGE) return
  digitWork(a.toString(16).length + b.toString(16).length, HEX_DIGITS_A_WORD)
}

export function digitWork(digits: number, aWord = 19): void {
  const words = digits / aWord
  if (words > 16) work(Math.ceil((words * words) / 8))
}
