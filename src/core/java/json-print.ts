import { doubleToString, floatToString } from './double.ts'
import { toJavaString } from './text.ts'
import { JArray, JavaError, JDouble, JIterator, JList, JMap, JSmall, JView, type Value } from './values.ts'

/**
 * JSON as json-smart 2.2 writes it: C0, C1 and U+2000 to U+20FF as \uXXXX with upper-case digits, no spaces.
 * `printJson` leaves "/" alone (JSONStyle.LT_COMPRESS, $input.json); `printJsonJava` writes "\/" (JSONArray.toString).
 */
export function printJson(v: Value): string {
  return write(v, false, 0)
}

export function printJsonJava(v: Value): string {
  return write(v, true, 0)
}

const MAX_DEPTH = 500
const SHORT: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function escaped(c: number): string {
  return SHORT[String.fromCharCode(c)] ?? `\\u${c.toString(16).toUpperCase().padStart(4, '0')}`
}

const SLASH = 47

function quote(s: string, web: boolean): string {
  let out = ''
  let from = 0
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i)
    if (
      c > SLASH
        ? c !== 92 && (c < 127 || (c > 159 && (c < 0x2000 || c > 0x20ff)))
        : c > 31 && c !== 34 && (c !== SLASH || !web)
    ) {
      continue
    }
    out += s.slice(from, i) + escaped(c)
    from = i + 1
  }
  return from === 0 ? `"${s}"` : `"${out}${s.slice(from)}"`
}

function write(v: Value, web: boolean, depth: number): string {
  if (typeof v === 'string') return quote(v, web)
  if (v === null || typeof v !== 'object') return `${v}`
  if (depth > MAX_DEPTH) throw new JavaError('StackOverflowError', 'null')
  if (v instanceof JMap) return writeMap(v, web, depth)
  if (v instanceof JList || v instanceof JArray) return writeList(v.a, web, depth)
  if (v instanceof JView) return writeList(v.items(), web, depth)
  if (v instanceof JDouble) return Math.abs(v.v) === Infinity ? 'null' : doubleToString(v.v)
  if (v instanceof JSmall && v.kind === 'Float')
    return Math.abs(v.v) === Infinity ? 'null' : floatToString(v.v)
  if (v instanceof JIterator) return '{}'
  return toJavaString(v)
}

function writeMap(m: JMap, web: boolean, depth: number): string {
  let s = ''
  m.each((k, v) => {
    if (k === null) throw new JavaError('NullPointerException', 'null')
    s += `${s && ','}${quote(toJavaString(k), web)}:${write(v, web, depth + 1)}`
  })
  return `{${s}}`
}

function writeList(a: Value[], web: boolean, depth: number): string {
  let s = ''
  for (let i = 0; i < a.length; i++) s += `${i ? ',' : ''}${write(a[i] as Value, web, depth + 1)}`
  return `[${s}]`
}
