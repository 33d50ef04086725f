import { JavaError, JBigDecimal, JBigInteger, JDouble, JLong, JSmall, type Value } from './values.ts'
import { bigWork, digitWork } from './work.ts'

/** Any java.lang.Number. A JavaScript number is an Integer. */
export type JNumber = number | JLong | JDouble | JBigInteger | JBigDecimal | JSmall

export const LONG_MIN = -(1n << 63n)
export const LONG_MAX = (1n << 63n) - 1n

export function isNumber(v: Value): v is JNumber {
  return (
    typeof v === 'number' ||
    v instanceof JLong ||
    v instanceof JDouble ||
    v instanceof JBigInteger ||
    v instanceof JBigDecimal ||
    v instanceof JSmall
  )
}

const isFloat = (n: JNumber): boolean => n instanceof JSmall && n.kind === 'Float'
const isInteger = (n: JNumber): boolean =>
  typeof n === 'number' ||
  n instanceof JLong ||
  n instanceof JBigInteger ||
  (n instanceof JSmall && n.kind !== 'Float')

export function doubleValue(n: JNumber): number {
  if (typeof n === 'number') return n
  if (n instanceof JBigDecimal) return Number(decimalToString(n))
  return Number(n.v)
}

/** Number.longValue(): floating values saturate, big ones keep their low 64 bits. */
export function longValue(n: JNumber): bigint {
  if (typeof n === 'number') return BigInt(n)
  if (n instanceof JDouble || isFloat(n)) {
    const d = (n as JDouble).v
    if (Number.isNaN(d)) return 0n
    if (d >= 2 ** 63) return LONG_MAX
    if (d <= -(2 ** 63)) return LONG_MIN
    return BigInt(Math.trunc(d))
  }
  // ten to the power of 64 has 64 zeros in base two as well
  if (n instanceof JBigDecimal)
    return n.s <= -64 ? 0n : BigInt.asIntN(64, n.s <= 0 ? n.u * 10n ** BigInt(-n.s) : truncated(n))
  return BigInt.asIntN(64, BigInt((n as JLong).v))
}

export function intValue(n: JNumber): number {
  if (typeof n === 'number') return n
  if (n instanceof JDouble || isFloat(n)) {
    const d = (n as JDouble).v
    return Number.isNaN(d) ? 0 : Math.trunc(Math.min(2147483647, Math.max(-2147483648, d)))
  }
  return Number(BigInt.asIntN(32, longValue(n)))
}

/** The whole part of a decimal with a scale above 0; one of more places than a number may have digits leaves nothing. */
export const truncated = (n: JBigDecimal): bigint => (n.s > MAX_DIGITS ? 0n : n.u / tenTo(n.s))

/** A double as the exact decimal `new BigDecimal(double)` makes of it. */
export function exactDecimal(d: number): JBigDecimal {
  if (!Number.isFinite(d)) throw new JavaError('NumberFormatException', 'Infinite or NaN')
  let e = 0
  let m = d
  while (!Number.isSafeInteger(m)) {
    if (Math.abs(m) > Number.MAX_SAFE_INTEGER) return new JBigDecimal(BigInt(m), 0)
    m *= 2
    e++
  }
  while (e > 0 && m % 2 === 0) {
    m /= 2
    e--
  }
  return new JBigDecimal(BigInt(m) * 5n ** BigInt(e), e)
}

function toDecimal(n: JNumber): JBigDecimal {
  if (n instanceof JBigDecimal) return n
  if (n instanceof JBigInteger) return new JBigDecimal(n.v, 0)
  return exactDecimal(doubleValue(n))
}

const big = (n: JNumber): bigint => (n instanceof JBigInteger ? n.v : longValue(n))

/** BigDecimal.toString(): plain unless the scale is negative or the number is tiny. */
export function decimalToString(n: JBigDecimal): string {
  const neg = n.u < 0n
  bigWork(n.u)
  const digits = (neg ? -n.u : n.u).toString()
  const sign = neg ? '-' : ''
  if (n.s === 0) return sign + digits
  const adjusted = digits.length - 1 - n.s
  if (n.s > 0 && adjusted >= -6) {
    const p = digits.length - n.s
    return sign + (p > 0 ? `${digits.slice(0, p)}.${digits.slice(p)}` : `0.${'0'.repeat(-p)}${digits}`)
  }
  const tail = digits.length > 1 ? `.${digits.slice(1)}` : ''
  return `${sign}${digits[0]}${tail}${adjusted === 0 ? '' : `E${adjusted > 0 ? '+' : ''}${adjusted}`}`
}

/** BigDecimal from text, or null where Java throws NumberFormatException. */
export function parseDecimal(s: string): JBigDecimal | null {
  const m = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/.exec(s)
  if (!m) return null
  const [, sign, whole = '', frac = '', exp = '0'] = m
  if (whole + frac === '') return null
  const scale = frac.length - Number(exp)
  if (scale > 2147483647 || scale < -2147483648) return null
  digitWork(whole.length + frac.length)
  const u = BigInt(whole + frac)
  return new JBigDecimal(sign === '-' ? -u : u, scale)
}

/** The most digits an aligned decimal may get; 1E+999999999 + 1 would otherwise fill the memory. */
const MAX_DIGITS = 100_000

export function tenTo(power: number): bigint {
  if (power > MAX_DIGITS) throw new JavaError('ArithmeticException', 'Overflow')
  digitWork(power)
  return 10n ** BigInt(power)
}

export function rescale(n: JBigDecimal, s: number): bigint {
  const unit = tenTo(s - n.s)
  bigWork(n.u, unit)
  return n.u * unit
}

function integer(v: bigint, a: JNumber, b: JNumber): JNumber {
  const long = a instanceof JLong || b instanceof JLong
  if (!long && v >= -2147483648n && v <= 2147483647n) return narrow(Number(v), a, b)
  return new JLong(v)
}

/** Short with Short stays Short while it fits, as Velocity's MathUtils wraps results. */
function narrow(v: number, a: JNumber, b: JNumber): JNumber {
  if (a instanceof JSmall && b instanceof JSmall) {
    const byte = a.kind === 'Byte' && b.kind === 'Byte'
    if (byte && v >= -128 && v <= 127) return new JSmall(v, 'Byte')
    if (v >= -32768 && v <= 32767) return new JSmall(v, 'Short')
  }
  return v
}

const enum2 = { Long: 0, Float: 1, Double: 2, Big: 3, Decimal: 4 } as const

function base(a: JNumber, b: JNumber): number {
  const ai = isInteger(a)
  const bi = isInteger(b)
  const anyBig = a instanceof JBigInteger || b instanceof JBigInteger
  if (a instanceof JBigDecimal || b instanceof JBigDecimal || ((!ai || !bi) && anyBig)) return enum2.Decimal
  if (ai && bi) return anyBig ? enum2.Big : enum2.Long
  return a instanceof JDouble || b instanceof JDouble ? enum2.Double : enum2.Float
}

export function isZero(n: JNumber): boolean {
  if (typeof n === 'number') return n === 0
  if (n instanceof JBigDecimal) return n.u === 0n
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number zero are both zero
  return n.v == 0
}

export type MathOp = '+' | '-' | '*' | '/' | '%'

/** Velocity 1.7's MathUtils. Integers grow to Long and BigInteger; the caller has checked for division by zero. */
export function calculate(op: MathOp, a: JNumber, b: JNumber): JNumber {
  if (typeof a === 'number' && typeof b === 'number') {
    const r =
      op === '+' ? a + b : op === '-' ? a - b : op === '*' ? a * b : op === '/' ? Math.trunc(a / b) : a % b
    if (r >= -2147483648 && r <= 2147483647) return r + 0 === 0 ? 0 : r
    if (op === '/') return new JLong(BigInt(r))
  }
  switch (base(a, b)) {
    case enum2.Big: {
      const y = big(b)
      bigWork(big(a), y)
      if (op === '%' && y <= 0n)
        throw new JavaError('ArithmeticException', 'BigInteger: modulus not positive')
      const r = bigOp(op, big(a), y)
      return new JBigInteger(op === '%' && r < 0n ? r + y : r)
    }
    case enum2.Long: {
      const r = bigOp(op, longValue(a), longValue(b))
      if (r > LONG_MAX || r < LONG_MIN)
        return op === '/' ? new JLong(BigInt.asIntN(64, r)) : new JBigInteger(r)
      return integer(r, a, b)
    }
    case enum2.Double:
      return new JDouble(floatOp(op, doubleValue(a), doubleValue(b)))
    case enum2.Float:
      return new JSmall(Math.fround(floatOp(op, doubleValue(a), doubleValue(b))), 'Float')
    default:
      return decimalOp(op, toDecimal(a), toDecimal(b))
  }
}

function bigOp(op: MathOp, x: bigint, y: bigint): bigint {
  return op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : op === '/' ? x / y : x % y
}

function floatOp(op: MathOp, x: number, y: number): number {
  return op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : op === '/' ? x / y : x % y
}

function decimalOp(op: MathOp, x: JBigDecimal, y: JBigDecimal): JBigDecimal {
  bigWork(x.u, y.u)
  switch (op) {
    case '*':
      return new JBigDecimal(x.u * y.u, x.s + y.s)
    case '/':
      return divideDecimal(x, y, x.s)
    case '%':
      throw new JavaError('ArithmeticException', 'Cannot calculate the modulo of BigDecimals.')
    default: {
      const s = Math.max(x.s, y.s)
      return new JBigDecimal(bigOp(op, rescale(x, s), rescale(y, s)), s)
    }
  }
}

/** Division to a given scale, ROUND_HALF_DOWN as MathUtils asks for. */
function divideDecimal(x: JBigDecimal, y: JBigDecimal, scale: number): JBigDecimal {
  const shift = scale + y.s - x.s
  const num = shift > 0 ? rescale(x, x.s + shift) : x.u
  const den = shift < 0 ? rescale(y, y.s - shift) : y.u
  bigWork(num, den)
  let q = num / den
  const r2 = 2n * (num % den)
  const abs = (n: bigint): bigint => (n < 0n ? -n : n)
  if (abs(r2) > abs(den)) q += num < 0n === den < 0n ? 1n : -1n
  return new JBigDecimal(q, scale)
}

/** -1, 0 or 1; NaN compares as equal, as MathUtils.compare has it. */
export function compareNumbers(a: JNumber, b: JNumber): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0
  const kind = base(a, b)
  if (kind === enum2.Double || kind === enum2.Float) {
    const x = doubleValue(a)
    const y = doubleValue(b)
    return x < y ? -1 : x > y ? 1 : 0
  }
  if (kind === enum2.Decimal) return compareDecimals(toDecimal(a), toDecimal(b))
  const x = big(a)
  const y = big(b)
  return x < y ? -1 : x > y ? 1 : 0
}

export function compareDecimals(x: JBigDecimal, y: JBigDecimal): number {
  if (x.u === 0n || y.u === 0n || x.u < 0n !== y.u < 0n) return x.u < y.u ? -1 : x.u > y.u ? 1 : 0
  bigWork(x.u, y.u)
  // sizes first: aligning 1E+9999 with 1 would cost what its digits cost
  const mx = x.u.toString().length - x.s
  const my = y.u.toString().length - y.s
  const sx = x.u < 0n ? -1 : 1
  if (Math.abs(mx - my) > 2) return mx < my ? -sx : sx
  const s = Math.max(x.s, y.s)
  const a = rescale(x, s)
  const b = rescale(y, s)
  return a < b ? -1 : a > b ? 1 : 0
}
