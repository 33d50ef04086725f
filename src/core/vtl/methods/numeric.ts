import { doubleValue, intValue, type JNumber, longValue } from '../../java/number.ts'
import { doubleBits } from '../../java/text.ts'
import { JavaError, JDouble, JLong, JSmall, type Value } from '../../java/values.ts'
import type { Body } from './dispatch.ts'

export const fail = (kind: string, m = 'null'): never => {
  throw new JavaError(kind, m)
}
export const int = (n: JNumber): number => intValue(n)
export const long = (n: JNumber): bigint => longValue(n)
export const dbl = (n: JNumber): number => doubleValue(n)
export const wrapLong = (v: bigint): JLong => new JLong(BigInt.asIntN(64, v))
export const cmp = <T extends number | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

export const larger = (a: bigint, b: bigint): bigint => (cmp(a, b) > 0 ? a : b)
export const smaller = (a: bigint, b: bigint): bigint => (cmp(a, b) < 0 ? a : b)

/** Double.compare: -0.0 before 0.0, NaN after everything. */
export function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  const x = doubleBits(a)
  const y = doubleBits(b)
  return cmp(x, y)
}

export const compareTo =
  (kind: string, c: (a: JNumber, b: JNumber) => number): Body =>
  (self, [o]) => {
    if (o === null) fail('NullPointerException')
    if (toKind(o) !== kind) fail('ClassCastException', `${toKind(o)} cannot be cast to ${kind}`)
    return c(self, o)
  }

export const toKind = (v: Value): string =>
  typeof v === 'number' ? 'java.lang.Integer' : typeof v === 'object' && v !== null ? v.type : typeof v

export const NUMBER: Record<string, Body> = {
  'intValue:': (n) => int(n),
  'longValue:': (n) => new JLong(long(n)),
  'doubleValue:': (n) => new JDouble(dbl(n)),
  'floatValue:': (n) => new JSmall(Math.fround(dbl(n)), 'Float'),
  'shortValue:': (n) => new JSmall((int(n) << 16) >> 16, 'Short'),
  'byteValue:': (n) => new JSmall((int(n) << 24) >> 24, 'Byte'),
}

export const bitCount = (v: bigint): number => v.toString(2).replaceAll('0', '').length
export const radix = (n: number): number => (n < 2 || n > 36 ? 10 : n)
