/**
 * The Condition block: every operator of the IAM policy language, with IfExists, ForAllValues and ForAnyValue.
 * Source: IAM user guide, "Condition operators" and "Set operators for multivalued context keys".
 */
import { type Address, inBlock, parseAddress, parseBlock } from './ip.ts'
import { type Lookup, matcher } from './pattern.ts'
import { PolicyError } from './problem.ts'

/** Whether one value of the request matches any of the policy's values. */
type Test = (value: string, look: Lookup) => boolean
type Family = (values: string[], variables: boolean) => Test

export type Condition = (look: Lookup) => boolean

const texts =
  (wildcards: boolean, fold = false): Family =>
  (values, variables) => {
    const plain = values
      .filter((value) => !/[*?]/.test(value) || !wildcards)
      .filter((v) => !v.includes('${') || !variables)
    const exact = new Set(fold ? plain.map((value) => value.toLowerCase()) : plain)
    const rest = values
      .filter((value) => !plain.includes(value))
      .map((value) => matcher(fold ? value.toLowerCase() : value, { wildcards, variables }))
    return (value, look) => {
      const text = fold ? value.toLowerCase() : value
      if (exact.has(text)) return true
      for (const matches of rest) if (matches(text, fold ? lowerCase(look) : look)) return true
      return false
    }
  }

const lowerCase =
  (look: Lookup): Lookup =>
  (key) => {
    const found = look(key)
    return typeof found === 'string' ? found.toLowerCase() : found
  }

/** Each of an ARN's six parts by itself: a wildcard does not reach over a colon, but in the last part. */
const arns: Family = (values, variables) => {
  const patterns = values.map((value) =>
    arnParts(value).map((part) => matcher(part, { wildcards: true, variables })),
  )
  return (value, look) => {
    const parts = arnParts(value)
    return (
      parts.length === 6 &&
      patterns.some(
        (pattern) => pattern.length === 6 && pattern.every((matches, i) => matches(parts[i]!, look)),
      )
    )
  }
}

/** Split at the first five colons, but at none inside `${…}`. */
function arnParts(arn: string): string[] {
  const parts: string[] = []
  let from = 0
  let depth = 0
  for (let i = 0; i < arn.length && parts.length < 5; i++) {
    if (arn.startsWith('${', i)) depth++
    else if (arn[i] === '}' && depth > 0) depth--
    else if (arn[i] === ':' && depth === 0) {
      parts.push(arn.slice(from, i))
      from = i + 1
    }
  }
  return [...parts, arn.slice(from)]
}

const numberOf = (text: string): number => (/^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN)

/** ISO 8601 in UTC unless it says otherwise, or epoch seconds. */
export function dateOf(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text) && !/^\d{4}$/.test(text)) return Number(text) * 1000
  if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/.test(text)) return Number.NaN
  return Date.parse(text.includes('T') && !/(Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text)
}

const compared =
  (read: (text: string) => number, what: string, holds: (value: number, wanted: number) => boolean): Family =>
  (values) => {
    const wanted = values.map((value) => {
      const number = read(value)
      if (Number.isNaN(number)) throw new PolicyError(`'${value}' is no ${what}`)
      return number
    })
    return (value) => {
      const number = read(value)
      return wanted.some((one) => holds(number, one))
    }
  }

let lastText: string | undefined
let lastAddress: Address | undefined
/** One call asks about the same address again and again. */
function addressOf(text: string): Address | undefined {
  if (text !== lastText) {
    lastAddress = parseAddress(text)
    lastText = text
  }
  return lastAddress
}

const addresses: Family = (values) => {
  const blocks = values.map((value) => {
    const block = parseBlock(value)
    if (!block) throw new PolicyError(`'${value}' is no IP address or CIDR block`)
    return block
  })
  return (value) => {
    const address = addressOf(value)
    if (address) for (const block of blocks) if (inBlock(address, block)) return true
    return false
  }
}

const booleans: Family = (values) => {
  const wanted = values.map((value) => {
    if (!/^(?:true|false)$/i.test(value)) throw new PolicyError(`'${value}' is no boolean`)
    return value.toLowerCase()
  })
  return (value) => wanted.includes(value.toLowerCase())
}

const FAMILIES: Record<string, Family> = {
  StringEquals: texts(false),
  StringEqualsIgnoreCase: texts(false, true),
  StringLike: texts(true),
  ArnEquals: arns,
  ArnLike: arns,
  Bool: booleans,
  BinaryEquals: (values) => (value) => values.includes(value),
  IpAddress: addresses,
}
const ORDERS: Record<string, (value: number, wanted: number) => boolean> = {
  Equals: (value, wanted) => value === wanted,
  LessThan: (value, wanted) => value < wanted,
  LessThanEquals: (value, wanted) => value <= wanted,
  GreaterThan: (value, wanted) => value > wanted,
  GreaterThanEquals: (value, wanted) => value >= wanted,
}
for (const [order, holds] of Object.entries(ORDERS)) {
  FAMILIES[`Numeric${order}`] = compared(numberOf, 'number', holds)
  FAMILIES[`Date${order}`] = compared(dateOf, 'date', holds)
}
/** Operators that are the denial of another. */
const NEGATED: Record<string, string> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NotIpAddress: 'IpAddress',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
}

/** One operator over one key. Throws PolicyError for an operator or a value that the language does not have. */
export function condition(name: string, key: string, values: string[], variables: boolean): Condition {
  const [, quantifier, operator = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? []
  const at = key.toLowerCase()
  if (operator === 'Null' && !quantifier && !ifExists) {
    const wantsNone = booleans(values, false)
    return (look) => wantsNone(String(isMissing(look(at))), look)
  }
  const negated = Object.hasOwn(NEGATED, operator)
  const assertion = negated ? NEGATED[operator]! : operator
  const family = Object.hasOwn(FAMILIES, assertion) ? FAMILIES[assertion] : undefined
  if (!family) throw new PolicyError(`'${name}' is no condition operator`)
  const test = family(values, variables)
  return (look) => {
    const found = look(at)
    // no value at all: a set operator over nothing holds for all and for none; else a denial holds and an assertion does not
    if (isMissing(found))
      return ifExists !== undefined || quantifier === 'ForAllValues' || (negated && quantifier === undefined)
    if (typeof found === 'string') return test(found, look) !== negated
    const all = found as readonly string[]
    if (quantifier === 'ForAllValues') return all.every((value) => test(value, look) !== negated)
    if (quantifier === 'ForAnyValue') return all.some((value) => test(value, look) !== negated)
    return all.some((value) => test(value, look)) !== negated
  }
}

const isMissing = (value: string | readonly string[] | undefined): boolean =>
  value === undefined || (typeof value !== 'string' && value.length === 0)
