/**
 * Which values a schema took and which not, in trials. Where several branches of anyOf or oneOf lead to the same schema for the same
 * value, as in an expression tree, each level of nesting would else take twice the time of the one below.
 */
import { spend, stepsLeft } from './budget.ts'
import type { Report } from './report.ts'
import type { Check } from './terms.ts'

/** Steps from which a verdict is worth its memory. */
const DEAR = 64
const NO_WORDS = () => ''

export class Verdicts {
  /** by value; forgotten with the body that it is of */
  readonly #passed = new WeakMap<object, boolean>()

  check(by: Check, value: unknown, report: Report): void {
    const isKey = typeof value === 'object' && value !== null
    const passed = isKey ? this.#passed.get(value) : undefined
    if (passed === undefined) {
      const before = stepsLeft()
      by(value, report)
      if (isKey && before - stepsLeft() > DEAR) this.#passed.set(value, !report.failed)
    } else {
      spend(1)
      if (!passed) report.fault(value, NO_WORDS)
    }
  }
}
