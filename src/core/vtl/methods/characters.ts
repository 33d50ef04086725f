import { intValue, type JNumber } from '../../java/number.ts'
import { isLetterOrDigit, property } from '../../java/regex/charset.ts'
import { toJavaString } from '../../java/text.ts'
import { JArray, JChar } from '../../java/values.ts'
import type { Body } from './dispatch.ts'
import { fail } from './numeric.ts'

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
