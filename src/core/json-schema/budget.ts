/**
 * What it may cost to validate one body. Callers choose the bodies, and a model of ten lines that refers to itself from several
 * places can keep a process busy for minutes with a body of one. A validation is synchronous and never re-entered, so what is left
 * to spend is one variable.
 */

/**
 * A step is a look of a keyword at a value, some 8 ns on a machine of 2025: 50 million are half a second. The numbers that fill a body
 * of 10 MB take 30 million against a minimum, a maximum and a type, and 80 million against oneOf with three types.
 */
const MOST_STEPS = 50_000_000
/** So that a long body may take longer than a short one, as with templates. */
const STEPS_A_CHARACTER = 8
/** What the runtime's engine for regular expressions may be given, by an estimate (see regex.ts). */
const MOST_NATIVE = 50_000_000

let steps = MOST_STEPS
let native = MOST_NATIVE

/** The budget of another body, of `length` characters. */
export function renewBudget(length = 0, most = MOST_STEPS): void {
  steps = most + STEPS_A_CHARACTER * length
  native = MOST_NATIVE
}

/** Throws RangeError when the body has used up its steps. */
export function spend(count: number): void {
  steps -= count
  if (steps < 0) throw new RangeError('the body takes too many steps to validate')
}

/** The names of an object's members. Runtimes keep many of them in a slower way than few. */
export function namesOf(object: object): string[] {
  const names = Object.keys(object)
  spend((names.length > 1000 ? 30 : 4) * names.length)
  return names
}

export const stepsLeft = (): number => steps

/** Whether the runtime's engine may take a match of this cost, which is then paid. */
export function spendNative(cost: number): boolean {
  if (cost > native) return false
  native -= cost
  return true
}
