import { parseDecimal } from './number.ts'
import {
  JavaError,
  type JBigDecimal,
  JBigInteger,
  JDouble,
  JList,
  JLong,
  JMap,
  JSmall,
  type Value,
} from './values.ts'
import { digitWork } from './work.ts'

/**
 * JSON text to Java values the way json-smart 2.2 reads it in permissive mode, which is what Amazon's `$input` and
 * `$util.parseJson` do (recorded: bodies such as `not json` and `a=b` become strings). Numbers keep their Java type, so
 * `1.0`, `1e10` and integers past 2^53 print as Java prints them. `strict` accepts RFC 8259 text only.
 *
 * Errors: JavaError "ParseException" with json-smart's message text.
 */
export function parseJson(text: string, strict = false): Value {
  if (strict) {
    try {
      JSON.parse(text)
    } catch {
      throw new JavaError('ParseException', 'Invalid JSON')
    }
  }
  s = text
  len = text.length
  pos = -1
  depth = 0
  backslash = -1
  read()
  try {
    return value(TOP)
  } finally {
    s = ''
  }
}

/** json-smart's end-of-input mark, also when it stands in the text. */
const EOI = 0x1a
/** Nesting that json-smart (since 2.4.9) refuses as not natural. */
const MAX_DEPTH = 400
const MAX_DIGITS = 100_000

let s = ''
let len = 0
let pos = -1
let c = EOI
let depth = 0
/** where the next backslash stands, as far as it was looked for */
let backslash = -1

/** Compares the current character without narrowing it for the lines that follow a read(). */
const is = (x: number): boolean => c === x

/** Characters that end an unquoted token. */
const TOP = ''
const IN_ARRAY = ',]'
const IN_OBJECT = ',}'
const IN_KEY = ':'

function read(): void {
  c = ++pos >= len ? EOI : s.charCodeAt(pos)
}

const unexpectedChar = (at = pos): JavaError =>
  new JavaError('ParseException', `Unexpected character (${String.fromCharCode(c)}) at position ${at}.`)
const unexpectedEnd = (what: string | null): JavaError =>
  new JavaError('ParseException', `Unexpected End Of File position ${pos - 1}: ${what}`)

function skipSpace(): void {
  while (c <= 32 && c !== EOI) read()
}

function value(stop: string): Value {
  while (c === 32 || c === 10 || c === 13 || c === 9) read()
  switch (c) {
    case 58: // :
    case 93: // ]
    case 125: // }
      throw unexpectedChar()
    case 123:
      return object()
    case 91:
      return array()
    case 34:
    case 39:
      return quoted()
    case 45:
      return number(stop)
  }
  if (c >= 48 && c <= 57) return number(stop)
  const start = c
  const t = unquoted(pos, stop)
  if (start === 110 && t === 'null') return null
  if (start === 116 && t === 'true') return true
  if (start === 102 && t === 'false') return false
  if (start === 78 && t === 'NaN') return new JSmall(Number.NaN, 'Float')
  return t
}

function unquoted(start: number, stop: string): string {
  while (c !== EOI && !(c < 126 && stop.length > 0 && stop.includes(String.fromCharCode(c)))) read()
  return javaTrim(s.slice(start, pos))
}

/** String.trim(): everything up to and including the space, at both ends. */
export function javaTrim(t: string): string {
  let a = 0
  let b = t.length
  while (a < b && t.charCodeAt(a) <= 32) a++
  while (b > a && t.charCodeAt(b - 1) <= 32) b--
  return a === 0 && b === t.length ? t : t.slice(a, b)
}

const ends = (stop: string): boolean =>
  c === EOI || c >= 126 || (stop !== '' && stop.includes(String.fromCharCode(c)))

function skipDigits(): void {
  while (c >= 48 && c <= 57) read()
}

function number(stop: string): Value {
  const start = pos
  read()
  skipDigits()
  let float = false
  if (c === 46) {
    float = true
    read()
    skipDigits()
  }
  if (c === 69 || c === 101) {
    float = true
    read()
    if (!is(43) && !is(45) && !(c >= 48 && c <= 57)) return unquoted(start, stop)
    read()
    skipDigits()
  }
  skipSpace()
  if (!ends(stop)) return unquoted(start, stop)
  const text = javaTrim(s.slice(start, pos))
  if (text.length > MAX_DIGITS)
    throw new JavaError('NumberFormatException', 'BigInteger would overflow supported range')
  return float ? parseFloating(text) : parseInteger(text)
}

function parseInteger(t: string): Value {
  if (t.length < 10) {
    const n = Number(t)
    return Number.isNaN(n) || n === 0 ? 0 : n
  }
  digitWork(t.length)
  const v = BigInt(t)
  const neg = t.charCodeAt(0) === 45
  if (t.length > (neg ? 20 : 19) || v > 9223372036854775807n || v < -9223372036854775808n)
    return new JBigInteger(v)
  return v >= -2147483648n && v <= 2147483647n ? Number(v) : new JLong(v)
}

function parseFloating(t: string): Value {
  const d =
    t.length > 18
      ? parseDecimal(t)
      : /^-?(\d+\.?|(?=\.\d))\d*([eE][+-]?\d+)?$/.test(t)
        ? new JDouble(Number(t))
        : null
  if (d === null) throw new JavaError('NumberFormatException', `For input string: "${t}"`)
  return d as JDouble | JBigDecimal
}

function quoted(): string {
  const start = pos + 1
  const end = s.indexOf(c === 34 ? '"' : "'", start)
  if (end >= 0) {
    // looked for once until it is passed: strings without one cost a single search each
    if (backslash < start) {
      backslash = s.indexOf('\\', start)
      if (backslash < 0) backslash = len
    }
    if (backslash < end) return escaped()
    pos = end
    read()
    return s.slice(start, end)
  }
  throw new JavaError('ParseException', `Unexpected End Of File position ${len}: null`)
}

const ESCAPES: Record<number, string> = {
  116: '\t',
  110: '\n',
  114: '\r',
  102: '\f',
  98: '\b',
  92: '\\',
  47: '/',
  39: "'",
  34: '"',
}

/** A quoted string with a backslash in it; control characters are dropped here (only here), as json-smart does. */
function escaped(): string {
  const sep = c
  let out = ''
  let from = pos + 1
  for (;;) {
    read()
    if (c === 92) {
      out += s.slice(from, pos)
      read()
      if (is(117)) out += unicode(4)
      else if (is(120)) out += unicode(2)
      else out += ESCAPES[c] ?? ''
      if (is(EOI) && pos >= len) throw unexpectedEnd(null)
      from = pos + 1
    } else if (c === sep) {
      out += s.slice(from, pos)
      read()
      return out
    } else if (c === EOI) {
      throw unexpectedEnd(null)
    } else if (c < 32 || c === 127) {
      out += s.slice(from, pos)
      from = pos + 1
    }
  }
}

function unicode(n: number): string {
  let v = 0
  for (let i = 0; i < n; i++) {
    read()
    const d = c >= 48 && c <= 57 ? c - 48 : c >= 65 && c <= 70 ? c - 55 : c >= 97 && c <= 102 ? c - 87 : -1
    if (d < 0) {
      throw new JavaError(
        'ParseException',
        c === EOI
          ? `Unexpected End Of File position ${pos}: EOF`
          : `Unexpected unicode escape sequence ${String.fromCharCode(c)} at position ${pos}.`,
      )
    }
    v = v * 16 + d
  }
  return String.fromCharCode(v)
}

function enter(): void {
  if (++depth > MAX_DEPTH) {
    throw new JavaError(
      'ParseException',
      `Malicious payload, having non natural depths, parsing stoped on ${String.fromCharCode(c)} at position ${pos}.`,
    )
  }
}

function array(): JList {
  enter()
  const a: Value[] = []
  read()
  for (;;) {
    switch (c) {
      case 32:
      case 13:
      case 10:
      case 9:
      case 44:
        read()
        continue
      case 93:
        depth--
        read()
        return new JList(a, true)
      case 58:
      case 125:
        throw unexpectedChar()
      case EOI:
        throw unexpectedEnd('EOF')
      default:
        a.push(value(IN_ARRAY))
    }
  }
}

function object(): JMap {
  enter()
  const m = new Map<string, Value>()
  for (;;) {
    read()
    switch (c) {
      case 32:
      case 13:
      case 9:
      case 10:
      case 44:
        continue
      case 58:
      case 93:
      case 91:
      case 123:
        throw unexpectedChar()
      case 125:
        depth--
        read()
        return new JMap(m)
    }
    const key = c === 34 || c === 39 ? quoted() : unquoted(pos, IN_KEY)
    skipSpace()
    if (c !== 58) throw c === EOI ? unexpectedEnd(null) : unexpectedChar(pos - 1)
    read()
    if (pos >= len) throw unexpectedEnd('EOF')
    m.set(key, value(IN_OBJECT))
    skipSpace()
    if (is(125)) {
      depth--
      read()
      return new JMap(m)
    }
    if (!is(44)) {
      if (is(EOI)) throw unexpectedEnd(null)
      throw new JavaError(
        'ParseException',
        `Unexpected token ${String.fromCharCode(c)} at position ${pos - 1}.`,
      )
    }
  }
}
