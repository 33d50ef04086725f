import { doubleToString, floatToString } from '../../java/double.ts'
import {
  calculate,
  compareDecimals,
  compareNumbers,
  decimalToString,
  doubleValue,
  intValue,
  type JNumber,
  LONG_MAX,
  LONG_MIN,
  longValue,
  parseDecimal,
  rescale,
} from '../../java/number.ts'
import { isLetterOrDigit, property } from '../../java/regex/charset.ts'
import { doubleBits, toJavaString } from '../../java/text.ts'
import {
  JArray,
  JavaError,
  JBigDecimal,
  JBigInteger,
  JChar,
  JDouble,
  JLong,
  JSmall,
  type Value,
} from '../../java/values.ts'

import type { Body } from './dispatch.ts'

const fail = (kind: string, m = 'null'): never => {
  throw new JavaError(kind, m)
}
const int = (n: JNumber): number => intValue(n)
const long = (n: JNumber): bigint => longValue(n)
const dbl = (n: JNumber): number => doubleValue(n)
const wrapLong = (v: bigint): JLong => new JLong(BigInt.asIntN(64, v))
const cmp = <T extends number | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

const larger = (a: bigint, b: bigint): bigint => (cmp(a, b) > 0 ? a : b)
const smaller = (a: bigint, b: bigint): bigint => (cmp(a, b) < 0 ? a : b)

/** Double.compare: -0.0 before 0.0, NaN after everything. */
function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  const x = doubleBits(a)
  const y = doubleBits(b)
  return cmp(x, y)
}

const compareTo =
  (kind: string, c: (a: JNumber, b: JNumber) => number): Body =>
  (self, [o]) => {
    if (o === null) fail('NullPointerException')
    if (toKind(o) !== kind) fail('ClassCastException', `${toKind(o)} cannot be cast to ${kind}`)
    return c(self, o)
  }

const toKind = (v: Value): string =>
  typeof v === 'number' ? 'java.lang.Integer' : typeof v === 'object' && v !== null ? v.type : typeof v

const NUMBER: Record<string, Body> = {
  'intValue:': (n) => int(n),
  'longValue:': (n) => new JLong(long(n)),
  'doubleValue:': (n) => new JDouble(dbl(n)),
  'floatValue:': (n) => new JSmall(Math.fround(dbl(n)), 'Float'),
  'shortValue:': (n) => new JSmall((int(n) << 16) >> 16, 'Short'),
  'byteValue:': (n) => new JSmall((int(n) << 24) >> 24, 'Byte'),
}

/** Integer.parseInt and Long.parseLong in any radix. */
function parse(s: string | null, radix: number, min: bigint, max: bigint): bigint {
  const bad = (): never => fail('NumberFormatException', s === null ? 'null' : `For input string: "${s}"`)
  if (s === null || radix < 2 || radix > 36) return bad()
  const m = /^([+-]?)([0-9a-zA-Z]+)$/.exec(s)
  if (!m || s.length > 80) return bad()
  let v = 0n
  for (const c of m[2] as string) {
    const d = Number.parseInt(c, 36)
    if (d >= radix) return bad()
    v = v * BigInt(radix) + BigInt(d)
  }
  if (m[1] === '-') v = -v
  return v < min || v > max ? bad() : v
}

const parseInt32 = (s: string | null, radix = 10): number =>
  Number(parse(s, radix, -2147483648n, 2147483647n))
const parseInt64 = (s: string | null, radix = 10): JLong => new JLong(parse(s, radix, LONG_MIN, LONG_MAX))

function decode(s: string | null, min: bigint, max: bigint): bigint {
  const m = /^([+-]?)(0[xX]|#|0(?=.))?(.*)$/.exec(s ?? fail('NullPointerException'))
  if (!m) return fail('NumberFormatException')
  const radix = m[2] === undefined ? 10 : m[2] === '0' ? 8 : 16
  return parse(`${m[1] === '-' ? '-' : ''}${m[3]}`, radix, min, max)
}

function parseDouble(s: string | null): number {
  const t = (s ?? fail('NullPointerException')).trim()
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(t)) return Number(t.replace(/[dDfF]$/, ''))
  if (/^[+-]?(NaN|Infinity)$/.test(t)) return Number(t.replace('+', '').replace('-NaN', 'NaN'))
  return fail('NumberFormatException', t === '' ? 'empty String' : `For input string: "${s}"`)
}

/** Double.toHexString for normal numbers; subnormal ones keep their minimal exponent. */
function hexDouble(d: number): string {
  if (!Number.isFinite(d)) return doubleToString(d)
  const raw = BigInt.asUintN(64, doubleBits(d))
  const exp = Number((raw >> 52n) & 0x7ffn)
  const hex = (raw & 0xfffffffffffffn)
    .toString(16)
    .padStart(13, '0')
    .replace(/0{1,12}$/, '')
  const sign = raw >> 63n ? '-' : ''
  if (d === 0) return `${sign}0x0.0p0`
  return exp === 0 ? `${sign}0x0.${hex}p-1022` : `${sign}0x1.${hex}p${exp - 1023}`
}

const bitCount = (v: bigint): number => v.toString(2).replaceAll('0', '').length
const u32 = (n: JNumber): number => int(n) >>> 0
const u64 = (n: JNumber): bigint => BigInt.asUintN(64, long(n))
const radix = (n: number): number => (n < 2 || n > 36 ? 10 : n)

export const INTEGER: Record<string, Body> = {
  ...NUMBER,
  'compareTo:O': compareTo('java.lang.Integer', (a, b) => compareNumbers(a, b)),
  'toString:i': (_, [n]) => toJavaString(n),
  'toString:ii': (_, [n, r]) => int(n).toString(radix(r)),
  'hashCode:i': (_, [n]) => int(n),
  'parseInt:S': (_, [s]) => parseInt32(s),
  'parseInt:Si': (_, [s, r]) => parseInt32(s, r),
  'valueOf:S': (_, [s]) => parseInt32(s),
  'valueOf:Si': (_, [s, r]) => parseInt32(s, r),
  'valueOf:i': (_, [n]) => int(n),
  'decode:S': (_, [s]) => Number(decode(s, -2147483648n, 2147483647n)),
  'toHexString:i': (_, [n]) => u32(n).toString(16),
  'toOctalString:i': (_, [n]) => u32(n).toString(8),
  'toBinaryString:i': (_, [n]) => u32(n).toString(2),
  'compare:ii': (_, [a, b]) => cmp(int(a), int(b)),
  'signum:i': (_, [n]) => Math.sign(int(n)),
  'max:ii': (_, [a, b]) => Math.max(int(a), int(b)),
  'min:ii': (_, [a, b]) => Math.min(int(a), int(b)),
  'sum:ii': (_, [a, b]) => (int(a) + int(b)) | 0,
  'bitCount:i': (_, [n]) => bitCount(BigInt(u32(n))),
  'reverse:i': (_, [n]) =>
    Number.parseInt([...u32(n).toString(2).padStart(32, '0')].reverse().join(''), 2) | 0,
  'highestOneBit:i': (_, [n]) => (int(n) === 0 ? 0 : (0x80000000 >>> Math.clz32(int(n))) | 0),
  'lowestOneBit:i': (_, [n]) => int(n) & -int(n),
  'numberOfLeadingZeros:i': (_, [n]) => Math.clz32(int(n)),
  'numberOfTrailingZeros:i': (_, [n]) => (int(n) === 0 ? 32 : 31 - Math.clz32(int(n) & -int(n))),
  'rotateLeft:ii': (_, [n, d]) => (int(n) << d) | (int(n) >>> (32 - (d & 31))),
  'rotateRight:ii': (_, [n, d]) => (int(n) >>> d) | (int(n) << (32 - (d & 31))),
  'toUnsignedString:i': (_, [n]) => `${u32(n)}`,
  'toUnsignedLong:i': (_, [n]) => new JLong(BigInt(u32(n))),
  'compareUnsigned:ii': (_, [a, b]) => cmp(u32(a), u32(b)),
}

export const LONG: Record<string, Body> = {
  ...NUMBER,
  'compareTo:O': compareTo('java.lang.Long', (a, b) => compareNumbers(a, b)),
  'toString:l': (_, [n]) => toJavaString(n),
  'toString:li': (_, [n, r]) => long(n).toString(radix(r)),
  'parseLong:S': (_, [s]) => parseInt64(s),
  'parseLong:Si': (_, [s, r]) => parseInt64(s, r),
  'valueOf:S': (_, [s]) => parseInt64(s),
  'valueOf:Si': (_, [s, r]) => parseInt64(s, r),
  'valueOf:l': (_, [n]) => new JLong(long(n)),
  'decode:S': (_, [s]) => new JLong(decode(s, LONG_MIN, LONG_MAX)),
  'toHexString:l': (_, [n]) => u64(n).toString(16),
  'toOctalString:l': (_, [n]) => u64(n).toString(8),
  'toBinaryString:l': (_, [n]) => u64(n).toString(2),
  'compare:ll': (_, [a, b]) => cmp(long(a), long(b)),
  'signum:l': (_, [n]) => cmp(long(n), 0n),
  'max:ll': (_, [a, b]) => new JLong(larger(long(a), long(b))),
  'min:ll': (_, [a, b]) => new JLong(smaller(long(a), long(b))),
  'sum:ll': (_, [a, b]) => wrapLong(long(a) + long(b)),
  'bitCount:l': (_, [n]) => bitCount(u64(n)),
  'toUnsignedString:l': (_, [n]) => `${u64(n)}`,
}

export const DOUBLE: Record<string, Body> = {
  ...NUMBER,
  'compareTo:O': compareTo('java.lang.Double', (a, b) => compareDoubles(dbl(a), dbl(b))),
  'isNaN:': (n) => Number.isNaN(dbl(n)),
  'isInfinite:': (n) => Math.abs(dbl(n)) === Number.POSITIVE_INFINITY,
  'isNaN:d': (_, [n]) => Number.isNaN(dbl(n)),
  'isInfinite:d': (_, [n]) => Math.abs(dbl(n)) === Number.POSITIVE_INFINITY,
  'isFinite:d': (_, [n]) => Number.isFinite(dbl(n)),
  'toString:d': (_, [n]) => doubleToString(dbl(n)),
  'parseDouble:S': (_, [s]) => new JDouble(parseDouble(s)),
  'valueOf:S': (_, [s]) => new JDouble(parseDouble(s)),
  'valueOf:d': (_, [n]) => new JDouble(dbl(n)),
  'compare:dd': (_, [a, b]) => compareDoubles(dbl(a), dbl(b)),
  'max:dd': (_, [a, b]) => new JDouble(Math.max(dbl(a), dbl(b))),
  'min:dd': (_, [a, b]) => new JDouble(Math.min(dbl(a), dbl(b))),
  'sum:dd': (_, [a, b]) => new JDouble(dbl(a) + dbl(b)),
  'toHexString:d': (_, [n]) => hexDouble(dbl(n)),
  'doubleToLongBits:d': (_, [n]) => new JLong(doubleBits(dbl(n))),
}

export const SMALL: Record<string, Body> = {
  ...NUMBER,
  'toString:f': (_, [n]) => floatToString(dbl(n)),
  'compareTo:O': (n: JSmall, [o]) =>
    o instanceof JSmall && o.kind === n.kind ? cmp(n.v, o.v) : fail('ClassCastException'),
}

const N = (v: bigint): JBigInteger => new JBigInteger(v)
const nonZero = (v: bigint): bigint =>
  v === 0n ? fail('ArithmeticException', 'BigInteger divide by zero') : v
/** The largest power a template may ask for, in bits of the result. */
const MAX_BITS = 1_000_000

function power(v: bigint, e: number): bigint {
  if (e < 0) fail('ArithmeticException', 'Negative exponent')
  if (v.toString(2).length * e > MAX_BITS)
    fail('ArithmeticException', 'BigInteger would overflow supported range')
  return v ** BigInt(e)
}

const exact = (v: bigint, min: bigint, max: bigint, m: string): bigint =>
  v < min || v > max ? fail('ArithmeticException', m) : v

const modulo = (a: bigint, b: bigint): bigint => ((a % b) + b) % b

export const BIG_INTEGER: Record<string, Body> = {
  ...NUMBER,
  'compareTo:N': (n: JBigInteger, [o]) => cmp(n.v, o.v),
  'compareTo:O': compareTo('java.math.BigInteger', (a, b) => compareNumbers(a, b)),
  'add:N': (n: JBigInteger, [o]) => N(n.v + o.v),
  'subtract:N': (n: JBigInteger, [o]) => N(n.v - o.v),
  'multiply:N': (n: JBigInteger, [o]) => N(n.v * o.v),
  'divide:N': (n: JBigInteger, [o]) => N(n.v / nonZero(o.v)),
  'remainder:N': (n: JBigInteger, [o]) => N(n.v % nonZero(o.v)),
  'mod:N': (n: JBigInteger, [o]) =>
    o.v <= 0n ? fail('ArithmeticException', 'BigInteger: modulus not positive') : N(modulo(n.v, o.v)),
  'pow:i': (n: JBigInteger, [e]) => N(power(n.v, e)),
  'bitCount:': (n: JBigInteger) => bitCount(n.v < 0n ? -n.v - 1n : n.v),
  'not:': (n: JBigInteger) => N(-n.v - 1n),
  'abs:': (n: JBigInteger) => N(n.v < 0n ? -n.v : n.v),
  'negate:': (n: JBigInteger) => N(-n.v),
  'signum:': (n: JBigInteger) => cmp(n.v, 0n),
  'max:N': (n: JBigInteger, [o]) => N(larger(n.v, o.v)),
  'min:N': (n: JBigInteger, [o]) => N(smaller(n.v, o.v)),
  'bitLength:': (n: JBigInteger) =>
    (n.v < 0n ? -n.v - 1n : n.v).toString(2).length - (n.v === 0n || n.v === -1n ? 1 : 0),
  'toString:i': (n: JBigInteger, [r]) => n.v.toString(radix(r)),
  'valueOf:l': (_, [n]) => N(long(n)),
  'intValueExact:': (n: JBigInteger) =>
    Number(exact(n.v, -2147483648n, 2147483647n, 'BigInteger out of int range')),
  'longValueExact:': (n: JBigInteger) =>
    new JLong(exact(n.v, LONG_MIN, LONG_MAX, 'BigInteger out of long range')),
}

const X = (u: bigint, s: number): JBigDecimal => new JBigDecimal(u, s)

/** BigDecimal.setScale with a rounding mode's number (UP 0 … HALF_EVEN 6, UNNECESSARY 7). */
function setScale(n: JBigDecimal, s: number, mode: number): JBigDecimal {
  if (s >= n.s) return X(rescale(n, s), s)
  const unit = 10n ** BigInt(n.s - s)
  let q = n.u / unit
  const r = n.u % unit
  if (r !== 0n) {
    if (mode < 0 || mode > 7) fail('IllegalArgumentException', 'Invalid rounding mode')
    if (mode === 7) fail('ArithmeticException', 'Rounding necessary')
    const half = cmp(2n * (r < 0n ? -r : r), unit)
    const neg = n.u < 0n
    const up = [true, false, !neg, neg, half >= 0, half > 0, half > 0 || (half === 0 && q % 2n !== 0n)][mode]
    if (up) q += neg ? -1n : 1n
  }
  return X(q, s)
}

function strip(n: JBigDecimal): JBigDecimal {
  if (n.u === 0n) return X(0n, 0)
  let { u, s } = n
  while (u % 10n === 0n) {
    u /= 10n
    s--
  }
  return X(u, s)
}

const plain = (n: JBigDecimal): string =>
  n.s <= 0
    ? n.u === 0n
      ? '0'
      : rescale(n, 0).toString()
    : decimalToString(n).includes('E')
      ? plainSmall(n)
      : decimalToString(n)

function plainSmall(n: JBigDecimal): string {
  const digits = (n.u < 0n ? -n.u : n.u).toString().padStart(n.s + 1, '0')
  return `${n.u < 0n ? '-' : ''}${digits.slice(0, -n.s)}.${digits.slice(-n.s)}`
}

const precision = (n: JBigDecimal): number => (n.u < 0n ? -n.u : n.u).toString().length

/** Exact division, or ArithmeticException when the expansion does not end. */
function divideExactly(a: JBigDecimal, b: JBigDecimal): JBigDecimal {
  if (b.u === 0n) fail('ArithmeticException', a.u === 0n ? 'Division undefined' : 'Division by zero')
  const preferred = a.s - b.s
  const limit = Math.ceil((10 * precision(b)) / 3) + precision(a)
  for (let extra = 0; extra <= limit; extra++) {
    const num = a.u * 10n ** BigInt(extra)
    if (num % b.u === 0n) return X(num / b.u, preferred + extra)
  }
  return fail(
    'ArithmeticException',
    'Non-terminating decimal expansion; no exact representable decimal result.',
  )
}

function divideScaled(a: JBigDecimal, b: JBigDecimal, s: number, mode: number): JBigDecimal {
  if (mode < 0 || mode > 7) fail('IllegalArgumentException', 'Invalid rounding mode')
  if (b.u === 0n) fail('ArithmeticException', '/ by zero')
  const shift = s + b.s - a.s
  const num = a.u * 10n ** BigInt(Math.max(0, shift) + 2)
  const den = b.u * 10n ** BigInt(Math.max(0, -shift))
  // two digits more, and one that says whether anything was left, decide every rounding mode
  const q = num / den
  const sticky = num % den === 0n ? 0n : num < 0n === den < 0n ? 1n : -1n
  return setScale(X(q * 10n + sticky, s + 3), s, mode)
}

export const BIG_DECIMAL: Record<string, Body> = {
  ...NUMBER,
  'compareTo:X': (n, [o]) => compareDecimals(n, o),
  'compareTo:O': compareTo('java.math.BigDecimal', (a, b) => compareNumbers(a, b)),
  'add:X': (n, [o]) => calculate('+', n, o),
  'subtract:X': (n, [o]) => calculate('-', n, o),
  'multiply:X': (n, [o]) => calculate('*', n, o),
  'divide:X': (n, [o]) => divideExactly(n, o),
  'divide:Xi': (n, [o, m]) => divideScaled(n, o, n.s, m),
  'divide:Xii': (n, [o, s, m]) => divideScaled(n, o, s, m),
  'abs:': (n) => X(n.u < 0n ? -n.u : n.u, n.s),
  'negate:': (n: JBigDecimal) => X(-n.u, n.s),
  'plus:': (n) => n,
  'signum:': (n) => cmp(n.u, 0n),
  'scale:': (n) => n.s,
  'precision:': (n) => precision(n),
  'unscaledValue:': (n) => N(n.u),
  'setScale:i': (n, [s]) => setScale(n, s, 7),
  'setScale:ii': (n, [s, m]) => setScale(n, s, m),
  'stripTrailingZeros:': (n) => strip(n),
  'toPlainString:': (n) => plain(n),
  'toBigInteger:': (n) => N(n.s <= 0 ? rescale(n, 0) : n.u / 10n ** BigInt(n.s)),
  'movePointLeft:i': (n, [d]) => (n.s + d < 0 ? X(rescale(X(n.u, n.s + d), 0), 0) : X(n.u, n.s + d)),
  'movePointRight:i': (n, [d]) => (n.s - d < 0 ? X(rescale(X(n.u, n.s - d), 0), 0) : X(n.u, n.s - d)),
  'pow:i': (n, [e]) => X(power(n.u, e), n.s * e),
  'max:X': (n, [o]) => (compareDecimals(n, o) >= 0 ? n : o),
  'min:X': (n, [o]) => (compareDecimals(n, o) <= 0 ? n : o),
  'valueOf:l': (_, [n]) => X(long(n), 0),
  'valueOf:d': (_, [n]) => parseDecimal(doubleToString(dbl(n))) ?? fail('NumberFormatException'),
}

export const BOOLEAN: Record<string, Body> = {
  'booleanValue:': (b) => b,
  'compareTo:O': (b, [o]) => (typeof o === 'boolean' ? Number(b) - Number(o) : fail('ClassCastException')),
  'compare:zz': (_, [a, b]) => Number(a) - Number(b),
  'parseBoolean:S': (_, [s]) => s !== null && s.toLowerCase() === 'true',
  'valueOf:S': (_, [s]) => s !== null && s.toLowerCase() === 'true',
  'valueOf:z': (_, [b]) => b,
  'toString:z': (_, [b]) => `${b}`,
  'logicalAnd:zz': (_, [a, b]) => a && b,
  'logicalOr:zz': (_, [a, b]) => a || b,
  'logicalXor:zz': (_, [a, b]) => a !== b,
}

const pointOf = (c: JChar | JNumber): number => (c instanceof JChar ? c.c : intValue(c))
const isPoint = (c: JChar | JNumber): boolean => pointOf(c) >= 0 && pointOf(c) <= 0x10ffff

const test =
  (name: string): Body =>
  (_, [c]) =>
    isPoint(c) && property(name)(pointOf(c))
const TESTS: Record<string, Body> = {
  isDigit: test('Nd'),
  isLetter: test('L'),
  isLetterOrDigit: (_, [c]) => isPoint(c) && isLetterOrDigit(pointOf(c)),
  isUpperCase: test('javaUpperCase'),
  isLowerCase: test('javaLowerCase'),
  isWhitespace: (_, [c]) => {
    const n = pointOf(c)
    return (
      (n >= 9 && n <= 13) ||
      (n >= 28 && n <= 32) ||
      (n > 127 && n !== 0xa0 && n !== 0x2007 && n !== 0x202f && property('Z')(n))
    )
  },
  isAlphabetic: test('Alphabetic'),
}

const cased = (c: JChar, f: (s: string) => string): JChar => {
  const s = f(String.fromCharCode(c.c))
  return s.length === 1 ? new JChar(s.charCodeAt(0)) : c
}

export const CHARACTER: Record<string, Body> = {
  ...Object.fromEntries(
    Object.entries(TESTS).flatMap(([k, b]) =>
      k === 'isAlphabetic'
        ? [[`${k}:i`, b]]
        : [
            [`${k}:c`, b],
            [`${k}:i`, b],
          ],
    ),
  ),
  'charValue:': (c) => c,
  'compareTo:C': (c, [o]) => c.c - o.c,
  'compareTo:O': () => fail('ClassCastException'),
  'compare:cc': (_, [a, b]) => a.c - b.c,
  'toUpperCase:c': (_, [c]) => cased(c, (s) => s.toUpperCase()),
  'toLowerCase:c': (_, [c]) => cased(c, (s) => s.toLowerCase()),
  'getNumericValue:c': (_, [c]) => {
    const n = Number.parseInt(String.fromCharCode(c.c), 36)
    return Number.isNaN(n) ? -1 : n
  },
  'digit:ci': (_, [c, r]) => {
    const n = Number.parseInt(String.fromCharCode(c.c), 36)
    return n < r ? n : -1
  },
  'toString:c': (_, [c]) => toJavaString(c),
  'toString:i': (_, [n]) =>
    isPoint(n) ? String.fromCodePoint(pointOf(n)) : fail('IllegalArgumentException'),
  'valueOf:c': (_, [c]) => c,
  'toChars:i': (_, [n]) =>
    new JArray(
      [...String.fromCodePoint(n)].flatMap((s) =>
        [...Array(s.length).keys()].map((i) => new JChar(s.charCodeAt(i))),
      ),
      'C',
    ),
}
