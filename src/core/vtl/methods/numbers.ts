import { doubleToString, floatToString } from '../../java/double.ts'
import { compareNumbers, type JNumber, LONG_MAX, LONG_MIN } from '../../java/number.ts'
import { doubleBits, toJavaString } from '../../java/text.ts'
import { JDouble, JLong, JSmall } from '../../java/values.ts'
import type { Body } from './dispatch.ts'
import {
  bitCount,
  cmp,
  compareDoubles,
  compareTo,
  dbl,
  fail,
  int,
  larger,
  long,
  NUMBER,
  radix,
  smaller,
  wrapLong,
} from './numeric.ts'

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

const u32 = (n: JNumber): number => int(n) >>> 0
const u64 = (n: JNumber): bigint => BigInt.asUintN(64, long(n))

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
