/**
 * The keywords of JSON Schema draft 4, each with the words in which its violation is reported. A keyword looks only at values
 * of its own type; undefined is given for one whose value makes it say nothing.
 */
import { FORMATS } from './formats.ts'
import { regex } from './regex.ts'
import { type Check, Fraction, isObject, type Json, SchemaError } from './terms.ts'

export type Keyword = (value: unknown, errors: string[]) => void
type Build = (setting: unknown, schema: Json, sub: (part: unknown) => Check) => Keyword | undefined

const plain = (value: unknown): unknown => (value instanceof Fraction ? value.value : value)

/** A check that gives its complaint, for values of one type. */
const onString =
  (complain: (text: string) => string | false): Keyword =>
  (value, errors) => {
    const complaint = typeof value === 'string' && complain(value)
    if (complaint) errors.push(complaint)
  }
const onNumber =
  (complain: (number: number) => string | false): Keyword =>
  (value, errors) => {
    const number = plain(value)
    const complaint = typeof number === 'number' && complain(number)
    if (complaint) errors.push(complaint)
  }
const onArray =
  (complain: (array: unknown[]) => string | false): Keyword =>
  (value, errors) => {
    const complaint = Array.isArray(value) && complain(value)
    if (complaint) errors.push(complaint)
  }
const onObject =
  (complain: (object: Json, names: string[]) => string | false): Keyword =>
  (value, errors) => {
    const complaint = isObject(value) && complain(value, Object.keys(value))
    if (complaint) errors.push(complaint)
  }

const json = (value: unknown): string => JSON.stringify(value)
const codePoints = (text: string): number => {
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

const passes = (check: Check, value: unknown): boolean => {
  const errors: string[] = []
  check(value, errors)
  return errors.length === 0
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

/** Equal as JSON: numbers by value, members in any order. */
export function same(a: unknown, b: unknown): boolean {
  if (plain(a) === plain(b)) return true
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((one, index) => same(one, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  )
}

/** A text that is the same for equal values alone. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (!isObject(value)) return json(value)
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${json(name)}:${canonical(value[name])}`)
    .join()}}`
}

/** Decimal, not binary: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, divisor: number): boolean {
  const quotient = value / divisor
  return Math.abs(quotient - Math.round(quotient)) <= Number.EPSILON * Math.max(1, Math.abs(quotient))
}

export const KEYWORDS: Readonly<Record<string, Build>> = {
  additionalItems: (setting, { items }) => {
    if (setting !== false || !Array.isArray(items)) return undefined
    return onArray(
      ({ length }) =>
        length > items.length &&
        `schema only allows ${items.length} elements in array but instance has ${length} elements`,
    )
  },
  additionalProperties: (setting, { properties, patternProperties }) => {
    if (setting !== false) return undefined
    const known = new Set(Object.keys(isObject(properties) ? properties : {}))
    const patterns = Object.keys(isObject(patternProperties) ? patternProperties : {}).map(regex)
    return onObject((_, names) => {
      const unwanted = names.filter((name) => !known.has(name) && !patterns.some((one) => one.test(name)))
      return (
        unwanted.length > 0 &&
        `object instance has properties which are not allowed by the schema: ${json(unwanted.sort())}`
      )
    })
  },
  allOf: (setting, _, sub) => {
    const checks = schemasOf(setting, sub)
    return (value, errors) => {
      const matched = checks.filter((check) => passes(check, value)).length
      if (matched < checks.length)
        errors.push(
          `instance failed to match all required schemas (matched only ${matched} out of ${checks.length})`,
        )
    }
  },
  anyOf: (setting, _, sub) => {
    const checks = schemasOf(setting, sub)
    return (value, errors) => {
      if (!checks.some((check) => passes(check, value)))
        errors.push(`instance failed to match at least one required schema among ${checks.length}`)
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
    return (value, errors) => {
      if (!isObject(value)) return
      for (const { name, needs } of names) {
        if (!Object.hasOwn(value, name)) continue
        const missing = needs.filter((need) => !Object.hasOwn(value, need))
        if (missing.length > 0)
          errors.push(
            `property "${name}" of object has missing property dependencies (schema requires ${json(needs)}; missing: ${json(missing)})`,
          )
      }
      for (const { name, check } of schemas) if (Object.hasOwn(value, name)) check(value, errors)
    }
  },
  enum: (setting) => {
    if (!Array.isArray(setting)) throw new SchemaError('enum must be an array')
    return (value, errors) => {
      if (!setting.some((one) => same(one, value)))
        errors.push(`instance value (${json(value)}) not found in enum (possible values: ${json(setting)})`)
    }
  },
  format: (setting) => {
    const format = typeof setting === 'string' && Object.hasOwn(FORMATS, setting) && FORMATS[setting]
    return format ? onString((text) => !format.is(text) && format.complaint(text)) : undefined
  },
  maxItems: (setting) => {
    const most = numberOf(setting)
    return onArray(
      ({ length }) =>
        length > most &&
        `array is too long: must have at most ${most} elements but instance has ${length} elements`,
    )
  },
  maxLength: (setting) => {
    const most = numberOf(setting)
    return onString((text) => {
      const length = codePoints(text)
      return length > most && `string "${text}" is too long (length: ${length}, maximum allowed: ${most})`
    })
  },
  maxProperties: (setting) => {
    const most = numberOf(setting)
    return onObject(
      (_, { length }) =>
        length > most &&
        `object has too many properties (found ${length} but schema requires at most ${most})`,
    )
  },
  maximum: (setting, { exclusiveMaximum }) => {
    const most = numberOf(setting)
    return onNumber((found) => {
      if (found > most)
        return `numeric instance is greater than the required maximum (maximum: ${most}, found: ${found})`
      return (
        found === most &&
        exclusiveMaximum === true &&
        `numeric instance is not strictly lower than the required maximum ${most}`
      )
    })
  },
  minItems: (setting) => {
    const least = numberOf(setting)
    return onArray(
      ({ length }) =>
        length < least &&
        `array is too short: must have at least ${least} elements but instance has ${length} elements`,
    )
  },
  minLength: (setting) => {
    const least = numberOf(setting)
    return onString((text) => {
      const length = codePoints(text)
      return length < least && `string "${text}" is too short (length: ${length}, required minimum: ${least})`
    })
  },
  minProperties: (setting) => {
    const least = numberOf(setting)
    return onObject(
      (_, { length }) =>
        length < least &&
        `object has too few properties (found ${length} but schema requires at least ${least})`,
    )
  },
  minimum: (setting, { exclusiveMinimum }) => {
    const least = numberOf(setting)
    return onNumber((found) => {
      if (found < least)
        return `numeric instance is lower than the required minimum (minimum: ${least}, found: ${found})`
      return (
        found === least &&
        exclusiveMinimum === true &&
        `numeric instance is not strictly greater than the required minimum ${least}`
      )
    })
  },
  multipleOf: (setting) => {
    const divisor = numberOf(setting)
    return onNumber(
      (value) => !isMultiple(value, divisor) && `remainder of division is not zero (${value} / ${divisor})`,
    )
  },
  not: (setting, _, sub) => {
    const check = sub(setting)
    return (value, errors) => {
      if (passes(check, value)) errors.push('instance matched a schema which it should not have')
    }
  },
  oneOf: (setting, _, sub) => {
    const checks = schemasOf(setting, sub)
    return (value, errors) => {
      const matched = checks.filter((check) => passes(check, value)).length
      if (matched !== 1)
        errors.push(
          `instance failed to match exactly one schema (matched ${matched} out of ${checks.length})`,
        )
    }
  },
  pattern: (setting) => {
    const pattern = regex(String(setting))
    return onString(
      (text) => !pattern.test(text) && `ECMA 262 regex "${setting}" does not match input string "${text}"`,
    )
  },
  required: (setting) => {
    const required = strings(setting).sort()
    return onObject((object) => {
      const missing = required.filter((name) => !Object.hasOwn(object, name))
      return missing.length > 0 && `object has missing required properties (${json(missing)})`
    })
  },
  type: (setting) => {
    const allowed = (typeof setting === 'string' ? [setting] : strings(setting)).sort()
    if (allowed.length === 0) throw new SchemaError('type must be a name or an array of names')
    return (value, errors) => {
      const found = typeOf(value)
      if (allowed.includes(found) || (found === 'integer' && allowed.includes('number'))) return
      errors.push(
        `instance type (${found}) does not match any allowed primitive type (allowed: ${json(allowed)})`,
      )
    }
  },
  uniqueItems: (setting) => {
    if (setting !== true) return undefined
    return onArray(
      (array) =>
        new Set(array.map(canonical)).size < array.length && 'array must not contain duplicate elements',
    )
  },
}
