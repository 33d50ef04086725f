import { doubleToString, floatToString } from './double.ts'
import { Escaper } from './escape.ts'
import { toJavaString } from './text.ts'
import { JArray, JavaError, JDouble, JIterator, JList, JMap, JSmall, JView, type Value } from './values.ts'
import { work } from './work.ts'

/**
 * JSON as json-smart 2.2 writes it: C0, C1 and U+2000 to U+20FF as \uXXXX with upper-case digits, no spaces.
 * `printJson` leaves "/" alone (JSONStyle.LT_COMPRESS, $input.json); `printJsonJava` writes "\/" (JSONArray.toString).
 */
export function printJson(v: Value): string {
  return write(v, plain, 0)
}

export function printJsonJava(v: Value): string {
  return write(v, web, 0)
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

const safe = (c: number): boolean =>
  c > 31 && c !== 34 && c !== 92 && (c < 127 || c > 159) && (c < 0x2000 || c > 0x20ff)
const plain = new Escaper(safe, escaped, /[\0-\x1f"\\\x7f-\x9f\u2000-\u20ff]/)
const web = new Escaper((c) => safe(c) && c !== 47, escaped, /[\0-\x1f"/\\\x7f-\x9f\u2000-\u20ff]/)

function write(v: Value, e: Escaper, depth: number): string {
  if (typeof v === 'string') {
    work(v.length >> 3)
    return `"${e.run(v)}"`
  }
  if (v === null || typeof v !== 'object') return `${v}`
  if (depth > MAX_DEPTH) throw new JavaError('StackOverflowError', 'Nested too deeply')
  if (v instanceof JMap) return writeMap(v, e, depth)
  if (v instanceof JList || v instanceof JArray) return writeList(v.a, e, depth)
  if (v instanceof JView) return writeList(v.items(), e, depth)
  if (v instanceof JDouble) return Math.abs(v.v) === Infinity ? 'null' : doubleToString(v.v)
  if (v instanceof JSmall && v.kind === 'Float')
    return Math.abs(v.v) === Infinity ? 'null' : floatToString(v.v)
  if (v instanceof JIterator) return '{}'
  return toJavaString(v)
}

/** What an item and a character of a text cost: one object may stand in many lists. */
const ITEM = 20

function writeMap(m: JMap, e: Escaper, depth: number): string {
  work(2 * ITEM * m.size)
  let s = ''
  m.each((k, v) => {
    if (k === null) throw new JavaError('NullPointerException', 'null')
    s += `${s && ','}"${e.run(toJavaString(k))}":${write(v, e, depth + 1)}`
  })
  return `{${s}}`
}

function writeList(a: Value[], e: Escaper, depth: number): string {
  work(ITEM * a.length)
  let s = ''
  for (let i = 0; i < a.length; i++) s += `${i ? ',' : ''}${write(a[i] as Value, e, depth + 1)}`
  return `[${s}]`
}
