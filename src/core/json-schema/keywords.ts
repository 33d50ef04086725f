/**
 * The keywords of JSON Schema draft 4, each with the words in which its violation is reported. A keyword looks only at values
 * of its own type; undefined is given for one whose value makes it say nothing.
 */
import { namesOf, spend } from './budget.ts'
import { FORMATS } from './formats.ts'
import { regex } from './regex.ts'
import { passes, type Report } from './report.ts'
import { type Check, Fraction, isObject, type Json, SchemaError } from './terms.ts'

export type Keyword = (value: unknown, report: Report) => void
type Build = (setting: unknown, schema: Json, sub: (part: unknown) => Check) => Keyword | undefined

const plain = (value: unknown): unknown => (value instanceof Fraction ? value.value : value)

type Words<T> = (value: T) => string

/** A check for values of one type: what is wrong, and how it is told. */
const onString =
  (wrong: (text: string) => boolean, words: Words<string>): Keyword =>
  (value, report) => {
    if (typeof value === 'string' && wrong(value)) report.fault(value, words)
  }
const onNumber =
  (wrong: (number: number) => boolean, words: Words<number>): Keyword =>
  (value, report) => {
    const number = plain(value)
    if (typeof number === 'number' && wrong(number)) report.fault(number, words)
  }
const onArray =
  (wrong: (array: unknown[]) => boolean, words: Words<unknown[]>): Keyword =>
  (value, report) => {
    if (Array.isArray(value) && wrong(value)) report.fault(value, words)
  }
const onObject =
  (wrong: (object: Json) => boolean, words: Words<Json>): Keyword =>
  (value, report) => {
    if (isObject(value) && wrong(value)) report.fault(value, words)
  }

const json = (value: unknown): string => JSON.stringify(value)
const codePoints = (text: string): number => {
  spend(text.length)
  let count = 0
  for (const _ of text) count++
  return count
}

function numberOf(setting: unknown): number {
  if (typeof setting !== 'number') throw new SchemaError(`${json(setting)} is not a number`)
  return setting
}

function schemasOf(setting: unknown, sub: (part: unknown) => Check): Check[] {
  if (!Array.isArray(setting) || setting.length === 0) throw new SchemaError('expected an array of schemas')
  return setting.map(sub)
}

/** How many of them a value passes, counted up to `most`. A loop, as callbacks would take the stack of deeply nested values. */
function matches(checks: readonly Check[], value: unknown, most = checks.length): number {
  let count = 0
  for (const check of checks) {
    if (passes(check, value)) count++
    if (count === most) return count
  }
  return count
}

const strings = (setting: unknown): string[] =>
  Array.isArray(setting) ? setting.filter((one): one is string => typeof one === 'string') : []

/** `null`, `boolean`, `integer`, `number`, `string`, `array` or `object`. */
function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Fraction) return 'number'
  return Number.isInteger(value) ? 'integer' : typeof value
}

/** Steps to look for a value among many. */
const A_LOOK_UP = 10
/** Steps to write a value down. */
const TO_WRITE = 20

/** Equal as JSON: numbers by value, members in any order. */
function same(a: unknown, b: unknown): boolean {
  spend(1)
  if (plain(a) === plain(b)) return true
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((one, index) => same(one, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const names = namesOf(a)
  return (
    names.length === namesOf(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  )
}

/** A text that is the same for equal values alone. */
function canonical(value: unknown): string {
  spend(TO_WRITE + (typeof value === 'string' ? value.length >> 2 : 0))
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (!isObject(value)) return json(value)
  return `{${namesOf(value)
    .sort()
    .map((name) => `${canonical(name)}:${canonical(value[name])}`)
    .join()}}`
}

/** Decimal, not binary: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, divisor: number): boolean {
  const quotient = value / divisor
  return Math.abs(quotient - Math.round(quotient)) <= Number.EPSILON * Math.max(1, Math.abs(quotient))
}

function hasDuplicates(array: readonly unknown[]): boolean {
  spend(A_LOOK_UP * array.length)
  const simple = new Set<unknown>()
  const compound = new Set<string>()
  for (const one of array) {
    const value = plain(one)
    const size = simple.size + compound.size
    if (typeof value === 'object' && value !== null) compound.add(canonical(value))
    else simple.add(value)
    if (simple.size + compound.size === size) return true
  }
  return false
}

export const KEYWORDS: Readonly<Record<string, Build>> = {
  additionalItems: (setting, { items }) => {
    if (setting !== false || !Array.isArray(items)) return undefined
    return onArray(
      ({ length }) => length > items.length,
      ({ length }) =>
        `schema only allows ${items.length} elements in array but instance has ${length} elements`,
    )
  },
  additionalProperties: (setting, { properties, patternProperties }) => {
    if (setting !== false) return undefined
    const known = new Set(Object.keys(isObject(properties) ? properties : {}))
    const patterns = Object.keys(isObject(patternProperties) ? patternProperties : {}).map(regex)
    const unwanted = (name: string) => !known.has(name) && !patterns.some((one) => one.test(name))
    return onObject(
      (object) => namesOf(object).some(unwanted),
      (object) =>
        `object instance has properties which are not allowed by the schema: ${json(Object.keys(object).filter(unwanted).sort())}`,
    )
  },
  allOf: (setting, _, sub) => {
    const checks = schemasOf(setting, sub)
    return (value, report) => {
      const matched = matches(checks, value)
      if (matched < checks.length)
        report.fault(
          matched,
          () =>
            `instance failed to match all required schemas (matched only ${matched} out of ${checks.length})`,
        )
    }
  },
  anyOf: (setting, _, sub) => {
    const checks = schemasOf(setting, sub)
    const words = () => `instance failed to match at least one required schema among ${checks.length}`
    return (value, report) => {
      if (matches(checks, value, 1) === 0) report.fault(value, words)
    }
  },
  dependencies: (setting, _, sub) => {
    const entries = Object.entries(isObject(setting) ? setting : {})
    const names = entries
      .filter(([, needs]) => Array.isArray(needs))
      .map(([name, needs]) => ({ name, needs: strings(needs).sort() }))
    const schemas = entries
      .filter(([, needs]) => isObject(needs))
      .map(([name, needs]) => ({ name, check: sub(needs) }))
    return (value, report) => {
      if (!isObject(value)) return
      for (const { name, needs } of names) {
        spend(1)
        if (!Object.hasOwn(value, name)) continue
        spend(needs.length)
        const missing = needs.filter((need) => !Object.hasOwn(value, need))
        if (missing.length > 0)
          report.fault(
            missing,
            () =>
              `property "${name}" of object has missing property dependencies (schema requires ${json(needs)}; missing: ${json(missing)})`,
          )
        if (report.full) return
      }
      for (const { name, check } of schemas) {
        spend(1)
        if (Object.hasOwn(value, name)) check(value, report)
        if (report.full) return
      }
    }
  },
  enum: (setting) => {
    if (!Array.isArray(setting)) throw new SchemaError('enum must be an array')
    const isCompound = (one: unknown) => typeof one === 'object' && one !== null
    const simple = new Set(setting.filter((one) => !isCompound(one)))
    const compound = setting.filter(isCompound)
    const words = (value: unknown) =>
      `instance value (${json(value)}) not found in enum (possible values: ${json(setting)})`
    return (value, report) => {
      if (!simple.has(plain(value)) && !compound.some((one) => same(one, value))) report.fault(value, words)
    }
  },
  format: (setting) => {
    const format = typeof setting === 'string' && Object.hasOwn(FORMATS, setting) && FORMATS[setting]
    if (!format) return undefined
    return onString(
      (text) => {
        spend(text.length)
        return !format.is(text)
      },
      (text) => format.complaint(text),
    )
  },
  maxItems: (setting) => {
    const most = numberOf(setting)
    return onArray(
      ({ length }) => length > most,
      ({ length }) =>
        `array is too long: must have at most ${most} elements but instance has ${length} elements`,
    )
  },
  maxLength: (setting) => {
    const most = numberOf(setting)
    return onString(
      (text) => text.length > most && codePoints(text) > most,
      (text) => `string "${text}" is too long (length: ${codePoints(text)}, maximum allowed: ${most})`,
    )
  },
  maxProperties: (setting) => {
    const most = numberOf(setting)
    return onObject(
      (object) => namesOf(object).length > most,
      (object) =>
        `object has too many properties (found ${Object.keys(object).length} but schema requires at most ${most})`,
    )
  },
  maximum: (setting, { exclusiveMaximum }) => {
    const most = numberOf(setting)
    return onNumber(
      (found) => found > most || (found === most && exclusiveMaximum === true),
      (found) =>
        found > most
          ? `numeric instance is greater than the required maximum (maximum: ${most}, found: ${found})`
          : `numeric instance is not strictly lower than the required maximum ${most}`,
    )
  },
  minItems: (setting) => {
    const least = numberOf(setting)
    return onArray(
      ({ length }) => length < least,
      ({ length }) =>
        `array is too short: must have at least ${least} elements but instance has ${length} elements`,
    )
  },
  minLength: (setting) => {
    const least = numberOf(setting)
    return onString(
      (text) => text.length < 2 * least && codePoints(text) < least,
      (text) => `string "${text}" is too short (length: ${codePoints(text)}, required minimum: ${least})`,
    )
  },
  minProperties: (setting) => {
    const least = numberOf(setting)
    return onObject(
      (object) => namesOf(object).length < least,
      (object) =>
        `object has too few properties (found ${Object.keys(object).length} but schema requires at least ${least})`,
    )
  },
  minimum: (setting, { exclusiveMinimum }) => {
    const least = numberOf(setting)
    return onNumber(
      (found) => found < least || (found === least && exclusiveMinimum === true),
      (found) =>
        found < least
          ? `numeric instance is lower than the required minimum (minimum: ${least}, found: ${found})`
          : `numeric instance is not strictly greater than the required minimum ${least}`,
    )
  },
  multipleOf: (setting) => {
    const divisor = numberOf(setting)
    return onNumber(
      (value) => !isMultiple(value, divisor),
      (value) => `remainder of division is not zero (${value} / ${divisor})`,
    )
  },
  not: (setting, _, sub) => {
    const check = sub(setting)
    const words = () => 'instance matched a schema which it should not have'
    return (value, report) => {
      if (passes(check, value)) report.fault(value, words)
    }
  },
  oneOf: (setting, _, sub) => {
    const checks = schemasOf(setting, sub)
    return (value, report) => {
      const matched = matches(checks, value)
      if (matched !== 1)
        report.fault(
          matched,
          () => `instance failed to match exactly one schema (matched ${matched} out of ${checks.length})`,
        )
    }
  },
  pattern: (setting) => {
    const pattern = regex(String(setting))
    return onString(
      (text) => !pattern.test(text),
      (text) => `ECMA 262 regex "${setting}" does not match input string "${text}"`,
    )
  },
  required: (setting) => {
    const required = strings(setting).sort()
    return onObject(
      (object) => {
        spend(required.length)
        return !required.every((name) => Object.hasOwn(object, name))
      },
      (object) =>
        `object has missing required properties (${json(required.filter((name) => !Object.hasOwn(object, name)))})`,
    )
  },
  type: (setting) => {
    const allowed = (typeof setting === 'string' ? [setting] : strings(setting)).sort()
    if (allowed.length === 0) throw new SchemaError('type must be a name or an array of names')
    const words = (value: unknown) =>
      `instance type (${typeOf(value)}) does not match any allowed primitive type (allowed: ${json(allowed)})`
    return (value, report) => {
      const found = typeOf(value)
      if (allowed.includes(found) || (found === 'integer' && allowed.includes('number'))) return
      report.fault(value, words)
    }
  },
  uniqueItems: (setting) => {
    if (setting !== true) return undefined
    return onArray(hasDuplicates, () => 'array must not contain duplicate elements')
  },
}
