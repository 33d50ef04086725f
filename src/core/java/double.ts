/**
 * Double.toString and Float.toString as Java before 19 prints them. Its algorithm (Steele and White, with an estimate of
 * the exponent) mostly finds the same shortest digits as JavaScript's, but not always: 2.0E-3 is short in both, while
 * some numbers of 15 and more digits, or past 2^53, come out a digit longer or with another last digit.
 */
export function doubleToString(d: number): string {
  if (Number.isNaN(d)) return 'NaN'
  if (!Number.isFinite(d)) return d > 0 ? 'Infinity' : '-Infinity'
  if (d === 0) return Object.is(d, -0) ? '-0.0' : '0.0'
  if (d >= 1e-3 && d < 1e7) {
    // in this range both write plain digits
    const s = `${d}`
    if (s.length < LONG) return s.includes('.') ? s : `${s}.0`
  }
  const a = Math.abs(d)
  const [digits, exp] = shortest(a)
  return digits.length < LONG && a > 1e-300 && a < 2 ** 53
    ? layout(d < 0, digits, exp)
    : layout(d < 0, ...oldDigits(a))
}

/** Numbers with fewer shortest digits than this print the same in both. */
const LONG = 15

export function floatToString(f: number): string {
  if (!Number.isFinite(f) || f === 0) return doubleToString(f)
  return layout(f < 0, ...oldDigits(Math.abs(f), 24))
}

/** Decimal digits without leading or trailing zeros, and the power of ten: 0.d1d2d3 times ten to the exponent. */
function shortest(a: number): [string, number] {
  const [m, e] = a.toExponential().split('e') as [string, string]
  return [m.replace('.', ''), Number(e) + 1]
}

function layout(neg: boolean, digits: string, exp: number): string {
  let s: string
  if (exp > -3 && exp < 8) {
    if (exp <= 0) s = `0.${'0'.repeat(-exp)}${digits}`
    else if (digits.length <= exp) s = `${digits}${'0'.repeat(exp - digits.length)}.0`
    else s = `${digits.slice(0, exp)}.${digits.slice(exp)}`
  } else {
    s = `${digits[0]}.${digits.slice(1) || '0'}E${exp - 1}`
  }
  return neg ? `-${s}` : s
}

const view = new DataView(new ArrayBuffer(8))
const bits = (n: bigint): number => (n === 0n ? 0 : n.toString(2).length)
const max0 = (n: number): number => Math.max(0, n)

/** The digits FloatingDecimal of Java 8 to 18 generates. */
function oldDigits(a: number, significant = 53): [string, number] {
  view.setFloat64(0, a)
  const raw = view.getBigUint64(0)
  const field = Number(raw >> 52n)
  let mantissa = raw & 0xfffffffffffffn
  let exp: number
  if (field === 0) {
    significant = bits(mantissa)
    mantissa <<= BigInt(53 - significant)
    exp = significant - 53 - 1022
  } else {
    mantissa |= 1n << 52n
    exp = field - 1023
  }
  const zeros = bits(mantissa & -mantissa) - 1
  const width = 53 - zeros
  const tiny = max0(width - exp - 1)
  if (exp <= 62 && exp >= -21 && tiny === 0 && width < 64) return integerDigits(mantissa, exp, significant)
  return digits(mantissa, exp, significant, zeros, width, tiny)
}

/** Whole numbers below 2^63: all digits, less those that a double cannot tell apart. */
function integerDigits(mantissa: bigint, exp: number, significant: number): [string, number] {
  let v = exp >= 52 ? mantissa << BigInt(exp - 52) : mantissa >> BigInt(52 - exp)
  const p = exp > significant ? exp - significant - 1 : 0
  const drop = p > 1 ? Math.floor(p * Math.LOG10E * Math.LN2) : 0
  if (drop > 0) {
    const unit = 10n ** BigInt(drop)
    v = v / unit + (v % unit >= unit >> 1n ? 1n : 0n)
  }
  const s = v.toString()
  return [s.replace(/0+$/, ''), s.length + drop]
}

function digits(
  mantissa: bigint,
  exp: number,
  significant: number,
  zeros: number,
  width: number,
  tiny: number,
): [string, number] {
  const unit = Number(mantissa) / 2 ** 52
  let dec = Math.floor((unit - 1.5) * 0.289529654 + 0.176091259 + exp * 0.301029995663981)
  const b5 = max0(-dec)
  const s5 = max0(dec)
  let b2 = b5 + tiny + exp
  let s2 = s5 + tiny
  let m2 = b2 - significant
  b2 -= width - 1
  const common = Math.min(b2, s2)
  b2 -= common
  s2 -= common
  m2 -= common
  if (width === 1) m2--
  if (m2 < 0) {
    b2 -= m2
    s2 -= m2
    m2 = 0
  }
  const five = (n: number): bigint => 5n ** BigInt(n)
  const five5 = (n: number): number => (n === 0 ? 0 : n < 27 ? bits(five(n)) : n * 3)
  // in machine integers Java compares one way, in big ones the other
  const small = width + b2 + five5(b5) < 64 && s2 + 1 + five5(s5 + 1) < 64
  let b = (mantissa >> BigInt(zeros)) * five(b5) * (1n << BigInt(b2))
  const s = five(s5) << BigInt(s2)
  let m = five(b5) << BigInt(m2)
  const tens = s * 10n
  let out = ''
  let low = false
  let high = false
  const next = (): bigint => {
    const q = b / s
    b = 10n * (b % s)
    m *= 10n
    low = b < m
    high = small ? b + m > tens : b + m >= tens
    return q
  }
  const q = next()
  if (q === 0n && !high) dec--
  else out = `${q}`
  if (dec < -3 || dec >= 8) low = high = false
  while (!low && !high) out += next()
  const diff = 2n * b - tens
  const up = high && (!low || diff > 0n || (diff === 0n && Number(out[out.length - 1]) % 2 !== 0))
  if (up) {
    const v = (BigInt(out) + 1n).toString()
    if (v.length > out.length) dec++
    out = v
  }
  return [out.replace(/0+$/, ''), dec + 1]
}
