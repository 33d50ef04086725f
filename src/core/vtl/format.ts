import { compareNumbers, doubleValue, isNumber, longValue, tenTo } from '../java/number.ts'
import { hashCode, toJavaString } from '../java/text.ts'
import { JavaError, JBigDecimal, JBigInteger, JChar, JDouble, JSmall, type Value } from '../java/values.ts'

const SPEC = /%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/y
/** Widest field accepted: a template could otherwise ask for gigabytes. */
const MAX_WIDTH = 100_000

const error = (kind: string, m: string): JavaError => new JavaError(kind, m)

/** java.util.Formatter for the conversions that make sense in a template: b s h c d x o e f g % n. */
export function format(f: string, args: Value[]): string {
  let out = ''
  let next = 0
  let last = -1
  for (let i = 0; i < f.length; ) {
    const at = f.indexOf('%', i)
    if (at < 0) return out + f.slice(i)
    out += f.slice(i, at)
    SPEC.lastIndex = at
    const m = SPEC.exec(f)
    if (!m) throw error('UnknownFormatConversionException', `Conversion = '${f[at + 1] ?? '%'}'`)
    i = SPEC.lastIndex
    const [, index, previous, flags = '', w, p, conv = ''] = m
    const width = w === undefined ? -1 : Number(w)
    const precision = p === undefined ? -1 : Number(p)
    if (width > MAX_WIDTH || precision > MAX_WIDTH) throw error('IllegalFormatWidthException', `${width}`)
    if (conv === 'n') {
      out += '\n'
      continue
    }
    if (conv === '%') {
      out += pad('%', width, flags)
      continue
    }
    const n = index ? Number(index) - 1 : previous ? last : next++
    last = n
    if (n < 0 || n >= args.length) throw error('MissingFormatArgumentException', `Format specifier '${m[0]}'`)
    const lower = conv.toLowerCase()
    if (!'bshcdxoefg'.includes(lower) || (conv !== lower && 'dof'.includes(lower))) {
      throw error('UnknownFormatConversionException', `Conversion = '${conv}'`)
    }
    const s = convert(lower, args[n] as Value, flags, width, precision)
    out += pad(conv === lower ? s : s.toUpperCase(), width, flags)
  }
  return out
}

function pad(s: string, width: number, flags: string): string {
  if (flags.includes('-')) {
    if (width < 0) throw error('MissingFormatWidthException', '%-')
    return s.padEnd(width)
  }
  return s.padStart(width)
}

function convert(c: string, v: Value, flags: string, width: number, precision: number): string {
  const cut = (s: string): string => (precision >= 0 ? s.slice(0, precision) : s)
  if (c === 'b') return cut(`${v === null ? false : typeof v === 'boolean' ? v : true}`)
  if (c === 's') return cut(toJavaString(v))
  if (v === null) return cut('null')
  const mismatch = error(
    'IllegalFormatConversionException',
    `${c} != ${typeof v === 'object' ? v.type : typeof v}`,
  )
  if (c === 'h') return cut((hashCode(v) >>> 0).toString(16))
  if (c === 'c') {
    if (v instanceof JChar) return toJavaString(v)
    if (typeof v === 'number' && v >= 0 && v <= 0x10ffff) return String.fromCodePoint(v)
    throw mismatch
  }
  if (!isNumber(v)) throw mismatch
  const floating =
    v instanceof JDouble || v instanceof JBigDecimal || (v instanceof JSmall && v.kind === 'Float')
  if ('efg'.includes(c) !== floating) throw mismatch
  if (!floating) {
    const n = v instanceof JBigInteger ? v.v : longValue(v)
    if (c === 'd') return signed(n < 0n, `${n < 0n ? -n : n}`, flags, width)
    const bits = typeof v === 'number' ? 32 : 64
    const s = (v instanceof JBigInteger ? n : BigInt.asUintN(bits, n)).toString(c === 'x' ? 16 : 8)
    const prefix = flags.includes('#') ? (c === 'x' ? '0x' : '0') : ''
    return prefix + (flags.includes('0') ? s.padStart(width - prefix.length, '0') : s)
  }
  const neg = compareNumbers(v, 0) < 0
  const d = doubleValue(v)
  if (!Number.isFinite(d))
    return Number.isNaN(d) ? 'NaN' : `${d < 0 ? '-' : flags.includes('+') ? '+' : ''}Infinity`
  const digits = precision < 0 ? 6 : precision
  if (c === 'e') return signed(neg, scientific(Math.abs(d), digits), flags, width)
  if (c === 'g') {
    const p = digits || 1
    const a = Math.abs(d)
    const s =
      a === 0 || (a >= 1e-4 && a < 10 ** p)
        ? fixed(v, Math.max(0, p - 1 - (a ? Math.floor(Math.log10(a)) : 0)))
        : scientific(a, p - 1)
    return signed(neg, s, flags, width)
  }
  return signed(neg, fixed(v, digits), flags, width)
}

const scientific = (a: number, digits: number): string =>
  a.toExponential(Math.min(digits, 100)).replace(/e([+-])(\d)$/, 'e$10$2')

/** The decimal of the number's own digits, rounded half up. */
function fixed(v: Exclude<Value, null | string | boolean>, digits: number): string {
  const d = v instanceof JBigDecimal ? v : toDecimalOfText(toJavaString(v))
  let u = d.u < 0n ? -d.u : d.u
  if (d.s > digits) {
    const unit = tenTo(d.s - digits)
    u = (u + unit / 2n) / unit
  } else u *= tenTo(digits - d.s)
  return decimalToPlain(u, digits)
}

function decimalToPlain(u: bigint, scale: number): string {
  const s = u.toString().padStart(scale + 1, '0')
  return scale === 0 ? s : `${s.slice(0, -scale)}.${s.slice(-scale)}`
}

function toDecimalOfText(s: string): JBigDecimal {
  const [m = '0', e = '0'] = s.split('E')
  const [whole = '', frac = ''] = m.split('.')
  return new JBigDecimal(BigInt(whole + frac), frac.length - Number(e))
}

function signed(neg: boolean, digits: string, flags: string, width: number): string {
  let s = digits
  if (flags.includes(',')) {
    const [whole = '', rest] = s.split('.')
    s = whole.replace(/\B(?=(\d{3})+$)/g, ',') + (rest === undefined ? '' : `.${rest}`)
  }
  const open = neg
    ? flags.includes('(')
      ? '('
      : '-'
    : flags.includes('+')
      ? '+'
      : flags.includes(' ')
        ? ' '
        : ''
  const close = neg && flags.includes('(') ? ')' : ''
  if (flags.includes('0')) s = s.padStart(width - open.length - close.length, '0')
  return open + s + close
}
