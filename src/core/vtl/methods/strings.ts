import { javaTrim } from '../../java/json.ts'
import { intValue, type JNumber } from '../../java/number.ts'
import { matches, replace, split } from '../../java/regex/strings.ts'
import { hashCode, javaEquals, toJavaString } from '../../java/text.ts'
import { JArray, JavaError, JChar, JList, type JView, type Value } from '../../java/values.ts'
import { matching } from '../../java/work.ts'
import { encodeUtf8 } from '../encode.ts'
import type { Env } from '../env.ts'
import { format } from '../format.ts'
import type { Body } from './dispatch.ts'
import { stream } from './streams.ts'

const STRING_ARRAY = 'Ljava.lang.String;'

const outOfRange = (m: string): never => {
  throw new JavaError('StringIndexOutOfBoundsException', m)
}
const npe = (): never => {
  throw new JavaError('NullPointerException', 'null')
}
/** An argument that Java would dereference. */
const text = (v: Value): string => (typeof v === 'string' ? v : npe())

function substring(s: string, a: number, b: number): string {
  if (a < 0 || b > s.length || a > b) outOfRange(`begin ${a}, end ${b}, length ${s.length}`)
  return s.slice(a, b)
}

export const charArray = (s: string): JArray =>
  new JArray(
    [...Array(s.length).keys()].map((i) => new JChar(s.charCodeAt(i))),
    'C',
  )
export const textOf = (a: JArray): string => a.a.map((c) => String.fromCharCode((c as JChar).c)).join('')

const WHITE = '[\\t-\\r\\x1c- \\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000]'
const LEADING = new RegExp(`^${WHITE}+`)
const TRAILING = new RegExp(`${WHITE}+$`)
const stripTrailing = (s: string): string => {
  let b = s.length
  while (b > 0 && TRAILING.test(s[b - 1] as string)) b--
  return s.slice(0, b)
}

/** Case-blind comparison as Java does it, character by character through upper and then lower case. */
const foldCase = (s: string): string => {
  let out = ''
  for (const c of s) {
    const u = c.toUpperCase()
    const l = (u.length === c.length ? u : c).toLowerCase()
    out += l.length === c.length ? l : c
  }
  return out
}

function compare(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    const d = a.charCodeAt(i) - b.charCodeAt(i)
    if (d !== 0) return d
  }
  return a.length - b.length
}

const point = (c: JNumber): string => {
  const n = intValue(c)
  return n >= 0 && n <= 0x10ffff ? String.fromCodePoint(n) : '\u0000none'
}

function region(s: string, ic: boolean, at: number, o: string, from: number, len: number): boolean {
  if (at < 0 || from < 0 || at > s.length - len || from > o.length - len) return false
  const x = s.slice(at, at + len)
  const y = o.slice(from, from + len)
  return ic ? foldCase(x) === foldCase(y) : x === y
}

function repeat(s: string, n: number, bound: (s: string) => string): string {
  if (n < 0) throw new JavaError('IllegalArgumentException', `count is negative: ${n}`)
  // the bound is checked on what a longer string would at least be, before it is built
  if (s.length * n > 1e6) bound({ length: s.length * n } as unknown as string)
  return s.repeat(n)
}

/** What a conversion costs, whatever comes out. */
const FORMAT = 200

function formatted(pattern: string, args: Value[], env: Env): string {
  env.spend(FORMAT * (1 + args.length))
  const s = format(pattern, args)
  env.spend(s.length)
  return env.bound(s)
}

const splitLines = (s: string): string[] => {
  const lines = s.split(/\r\n|\n|\r/)
  if (lines[lines.length - 1] === '') lines.pop()
  return lines
}

const METHODS: Record<string, Body> = {
  'length:': (s: string) => s.length,
  'isEmpty:': (s: string) => s === '',
  'isBlank:': (s: string) => s.replace(LEADING, '') === '',
  'charAt:i': (s: string, [i]) =>
    i < 0 || i >= s.length ? outOfRange(`index ${i}, length ${s.length}`) : new JChar(s.charCodeAt(i)),
  'codePointAt:i': (s: string, [i]) =>
    i < 0 || i >= s.length ? outOfRange(`index ${i}, length ${s.length}`) : (s.codePointAt(i) as number),
  'codePointBefore:i': (s: string, [i]) => {
    if (i < 1 || i > s.length) outOfRange(`Index out of range: ${i}`)
    const pair = i > 1 ? (s.codePointAt(i - 2) as number) : 0
    return pair > 0xffff ? pair : s.charCodeAt(i - 1)
  },
  'codePointCount:ii': (s: string, [a, b]) => [...substring(s, a, b)].length,
  'substring:i': (s: string, [a]) => substring(s, a, s.length),
  'substring:ii': (s: string, [a, b]) => substring(s, a, b),
  'subSequence:ii': (s: string, [a, b]) => substring(s, a, b),
  'indexOf:S': (s: string, [x]) => s.indexOf(text(x)),
  'indexOf:Si': (s: string, [x, i]) => s.indexOf(text(x), i),
  'indexOf:i': (s: string, [c]) => s.indexOf(point(c)),
  'indexOf:ii': (s: string, [c, i]) => (i >= s.length ? -1 : s.indexOf(point(c), i)),
  'lastIndexOf:S': (s: string, [x]) => s.lastIndexOf(text(x)),
  'lastIndexOf:Si': (s: string, [x, i]) => (i < 0 ? -1 : s.lastIndexOf(text(x), i)),
  'lastIndexOf:i': (s: string, [c]) => s.lastIndexOf(point(c)),
  'lastIndexOf:ii': (s: string, [c, i]) => (i < 0 ? -1 : s.lastIndexOf(point(c), i)),
  'contains:Q': (s: string, [x]) => s.includes(text(x)),
  'startsWith:S': (s: string, [x]) => s.startsWith(text(x)),
  'startsWith:Si': (s: string, [x, i]) => i >= 0 && i <= s.length && s.startsWith(text(x), i),
  'endsWith:S': (s: string, [x]) => s.endsWith(text(x)),
  'contentEquals:Q': (s: string, [x]) => s === text(x),
  'equalsIgnoreCase:S': (s: string, [x]) => x !== null && foldCase(s) === foldCase(x),
  'compareTo:S': (s: string, [x]) => compare(s, text(x)),
  'compareTo:O': (s: string, [x]) =>
    typeof x === 'string' ? compare(s, x) : x === null ? npe() : fail('ClassCastException', 'not a String'),
  'compare:QQ': (_, [a, b]) => compare(text(a), text(b)),
  'compareToIgnoreCase:S': (s: string, [x]) => compare(foldCase(s), foldCase(text(x))),
  'regionMatches:iSii': (s: string, [a, o, b, n]) => region(s, false, a, text(o), b, n),
  'regionMatches:ziSii': (s: string, [ic, a, o, b, n]) => region(s, ic, a, text(o), b, n),
  'concat:S': (s: string, [x], env) => env.built(s + text(x)),
  'replace:cc': (s: string, [a, b]) =>
    s.replaceAll(String.fromCharCode(a.c), String.fromCharCode(b.c).replace('$', '$$$$')),
  'replace:QQ': (s: string, [a, b], env) => {
    env.spend(2 * s.length)
    return env.built(s.replaceAll(text(a), text(b).replaceAll('$', '$$$$')))
  },
  'replaceAll:SS': (s: string, [a, b], env) => env.built(replace(s, text(a), text(b), false, matching)),
  'replaceFirst:SS': (s: string, [a, b], env) => env.built(replace(s, text(a), text(b), true, matching)),
  'matches:S': (s: string, [x]) => matches(s, text(x), matching),
  'split:S': (s: string, [x]) => new JArray(split(s, text(x), 0, matching), STRING_ARRAY),
  'split:Si': (s: string, [x, n]) => new JArray(split(s, text(x), n, matching), STRING_ARRAY),
  'toLowerCase:': (s: string) => s.toLowerCase(),
  'toUpperCase:': (s: string) => s.toUpperCase(),
  'trim:': (s: string) => javaTrim(s),
  'strip:': (s: string) => stripTrailing(s.replace(LEADING, '')),
  'stripLeading:': (s: string) => s.replace(LEADING, ''),
  'stripTrailing:': (s: string) => stripTrailing(s),
  'repeat:i': (s: string, [n], env) => env.built(repeat(s, n, (x) => env.bound(x))),
  'lines:': (s: string) => stream(splitLines(s)),
  'chars:': (s: string) =>
    stream(
      [...Array(s.length).keys()].map((i) => s.charCodeAt(i)),
      true,
    ),
  'codePoints:': (s: string) =>
    stream(
      [...s].map((c) => c.codePointAt(0) as number),
      true,
    ),
  'indent:i': (s: string, [n]) =>
    s === ''
      ? ''
      : `${splitLines(s)
          .map((l) =>
            n > 0
              ? ' '.repeat(Math.min(n, 1000)) + l
              : l.replace(new RegExp(`^${WHITE}{0,${Math.min(-n, 1000)}}`), ''),
          )
          .join('\n')}\n`,
  'toString:': (s: string) => s,
  'intern:': (s: string) => s,
  'hashCode:': (s: string) => hashCode(s),
  'equals:O': (s: string, [x]) => javaEquals(s, x),
  'toCharArray:': (s: string) => charArray(s),
  'getBytes:': (s: string) => encodeUtf8(s),
  'getBytes:S': (s: string, [cs]) =>
    /^utf-?8$/i.test(text(cs)) ? encodeUtf8(s) : fail('UnsupportedEncodingException', text(cs)),
  'formatted:o': (s: string, [a], env) => formatted(s, a?.a ?? [], env),
  'valueOf:O': (_, [x]) => toJavaString(x),
  'valueOf:A': (_, [x]) => textOf(x),
  'valueOf:z': (_, [x]) => toJavaString(x),
  'valueOf:c': (_, [x]) => toJavaString(x),
  'valueOf:i': (_, [x]) => toJavaString(x),
  'valueOf:l': (_, [x]) => toJavaString(x),
  'valueOf:f': (_, [x]) => toJavaString(x),
  'valueOf:d': (_, [x]) => toJavaString(x),
  'copyValueOf:A': (_, [x]) => textOf(x),
  'format:So': (_, [f, a], env) => formatted(text(f), a?.a ?? [], env),
  'join:Qq': (_, [d, a], env) => env.built(a.a.map(toJavaString).join(text(d))),
  'join:QT': (_, [d, it], env) => {
    const items: Value[] = it instanceof JList ? it.a : (it as JView).items()
    const odd = items.find((x) => x !== null && typeof x !== 'string')
    if (odd !== undefined) fail('ClassCastException', 'not a CharSequence')
    return env.built(items.map((x) => toJavaString(x)).join(text(d)))
  },
}

/** Methods that take the same time for any text. */
const CONSTANT =
  /^(?:length|isEmpty|charAt|codePointAt|codePointBefore|substring|subSequence|startsWith|endsWith|toString|intern|repeat|valueOf|copyValueOf):/

/** Methods that go through a text by the character, in JavaScript or into an object for each. */
const SLOW =
  /^(?:equalsIgnoreCase|compareTo\w*|compare|regionMatches|toCharArray|getBytes|chars|codePoints|codePointCount|lines|indent|formatted|format|split|hashCode|strip\w*|isBlank|trim):/

/** Up to this length the call itself costs more. */
const SHORT = 64
const PER_CHARACTER = 8

/** Pays for the length of the texts. */
const paid = ([signature, body]: [string, Body]): [string, Body] => {
  if (CONSTANT.test(signature)) return [signature, body]
  const cost = SLOW.test(signature) ? PER_CHARACTER : 1 / 16
  return [
    signature,
    (self: string, args, env) => {
      let length = self.length
      for (const arg of args) if (typeof arg === 'string') length += arg.length
      if (length > SHORT) env.spend(Math.ceil(length * cost))
      return body(self, args, env)
    },
  ]
}

export const STRING: Record<string, Body> = Object.fromEntries(Object.entries(METHODS).map(paid))

function fail(kind: string, m: string): never {
  throw new JavaError(kind, m)
}
