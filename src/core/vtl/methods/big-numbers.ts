import { doubleToString } from '../../java/double.ts'
import {
  calculate,
  compareDecimals,
  compareNumbers,
  decimalToString,
  LONG_MAX,
  LONG_MIN,
  parseDecimal,
  rescale,
  tenTo,
  truncated,
} from '../../java/number.ts'
import { JBigDecimal, JBigInteger, JLong } from '../../java/values.ts'
import { bigWork, digitWork } from '../../java/work.ts'
import type { Body } from './dispatch.ts'
import { bitCount, cmp, compareTo, dbl, fail, larger, long, NUMBER, radix, smaller } from './numeric.ts'

const N = (v: bigint): JBigInteger => new JBigInteger(v)
const nonZero = (v: bigint): bigint =>
  v === 0n ? fail('ArithmeticException', 'BigInteger divide by zero') : v
/** The largest power a template may ask for, in bits of the result. */
const MAX_BITS = 1_000_000

function power(v: bigint, e: number): bigint {
  if (e < 0) fail('ArithmeticException', 'Negative exponent')
  if (v.toString(2).length * e > MAX_BITS)
    fail('ArithmeticException', 'BigInteger would overflow supported range')
  digitWork(v.toString(16).length * e, 16)
  return v ** BigInt(e)
}

const exact = (v: bigint, min: bigint, max: bigint, m: string): bigint =>
  v < min || v > max ? fail('ArithmeticException', m) : v

const modulo = (a: bigint, b: bigint): bigint => ((a % b) + b) % b

/** Whatever is asked of large numbers costs what their sizes ask for, paid before it is done. */
const paid = (def: Record<string, Body>): Record<string, Body> =>
  Object.fromEntries(
    Object.entries(def).map(([signature, body]): [string, Body] => [
      signature,
      (self, args, env) => {
        const [other] = args
        bigWork(sizeable(self), sizeable(other))
        return body(self, args, env)
      },
    ]),
  )

const sizeable = (v: unknown): bigint =>
  v instanceof JBigInteger ? v.v : v instanceof JBigDecimal ? v.u : 0n

export const BIG_INTEGER: Record<string, Body> = paid({
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
})

const X = (u: bigint, s: number): JBigDecimal => new JBigDecimal(u, s)

/** BigDecimal.setScale with a rounding mode's number (UP 0 … HALF_EVEN 6, UNNECESSARY 7). */
function setScale(n: JBigDecimal, s: number, mode: number): JBigDecimal {
  if (s >= n.s) return X(rescale(n, s), s)
  const unit = tenTo(n.s - s)
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
    bigWork(u)
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
    const num = a.u * tenTo(extra)
    bigWork(num, b.u)
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
  const num = a.u * tenTo(Math.max(0, shift) + 2)
  const den = b.u * tenTo(Math.max(0, -shift))
  bigWork(num, den)
  // two digits more, and one that says whether anything was left, decide every rounding mode
  const q = num / den
  const sticky = num % den === 0n ? 0n : num < 0n === den < 0n ? 1n : -1n
  return setScale(X(q * 10n + sticky, s + 3), s, mode)
}

export const BIG_DECIMAL: Record<string, Body> = paid({
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
  'toBigInteger:': (n) => N(n.s <= 0 ? rescale(n, 0) : truncated(n)),
  'movePointLeft:i': (n, [d]) => (n.s + d < 0 ? X(rescale(X(n.u, n.s + d), 0), 0) : X(n.u, n.s + d)),
  'movePointRight:i': (n, [d]) => (n.s - d < 0 ? X(rescale(X(n.u, n.s - d), 0), 0) : X(n.u, n.s - d)),
  'pow:i': (n, [e]) => X(power(n.u, e), n.s * e),
  'max:X': (n, [o]) => (compareDecimals(n, o) >= 0 ? n : o),
  'min:X': (n, [o]) => (compareDecimals(n, o) <= 0 ? n : o),
  'valueOf:l': (_, [n]) => X(long(n), 0),
  'valueOf:d': (_, [n]) => parseDecimal(doubleToString(dbl(n))) ?? fail('NumberFormatException'),
})
