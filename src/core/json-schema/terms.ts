/** What the files of this folder share: the words for schemas and their checks. */

import type { Report } from './report.ts'

/** Reports each violation. */
export type Check = (value: unknown, report: Report) => void

export type Json = Record<string, unknown>

/** Nested deeper than this, no schema is meant seriously; the stack would not hold it. */
export const DEEPEST = 200

/** A schema that is none: a wrong keyword value, a reference that leads nowhere. */
export class SchemaError extends Error {}

/** A number that is written with a fraction or an exponent: no integer, whatever its value. */
export class Fraction {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
  toJSON(): number {
    return this.value
  }
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Fraction)
