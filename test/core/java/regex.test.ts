import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matches, replace, split } from '../../../src/core/java/regex/strings.ts'

/** Pieces that mean the same to Java and to JavaScript. */
const piece = fc.constantFrom(
  ...[
    'a',
    'b',
    'c',
    '.',
    '\\d',
    '\\w',
    '[ab]',
    '[^a]',
    '(a)',
    '(?:ab)',
    '(a|b)',
    '(ab|a)',
    'x',
    '\\.',
    '(b*)',
  ],
)
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '*?', '+?', '??')
const around = fc.constantFrom('', '', '^', '(?=a)', '(?!b)', '\\b')
const pattern = fc
  .array(fc.tuple(around, piece, quantifier), { minLength: 1, maxLength: 5 })
  .map((ps) => ps.map((p) => p.join('')).join(''))
const text = fc.string({ unit: fc.constantFrom(...'aabbcx. 1'), maxLength: 20 })

describe('agrees with JavaScript where the two languages agree', () => {
  test('replaceAll', () => {
    fc.assert(
      fc.property(pattern, text, (p, s) => {
        expect(replace(s, p, '<$0>', false)).toBe(s.replace(new RegExp(p, 'g'), '<$&>'))
      }),
      { numRuns: 3000 },
    )
  })
  test('groups', () => {
    fc.assert(
      fc.property(text, (s) => {
        expect(replace(s, '(a+)(b?)', '$2-$1', false)).toBe(s.replace(/(a+)(b?)/g, '$2-$1'))
      }),
    )
  })
  test('matches', () => {
    fc.assert(
      fc.property(pattern, text, (p, s) => {
        expect(matches(s, p)).toBe(new RegExp(`^(?:${p})$`).test(s))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('differs from JavaScript where Java does', () => {
  test.each([
    ['[a-z&&[^aeiou]]', 'hello', '_e__o'],
    ['[a-c[x-z]]', 'axm', '__m'],
    ['a++a', 'aaa', 'aaa'],
    ['(?>a|ab)c', 'abc', 'abc'],
    ['\\Qa.b\\E', 'a.b axb', '_ axb'],
    ['\\p{Alpha}+', 'ab1cé', '_1_é'],
    ['(?i)É', 'é', 'é'],
    ['(?iu)É', 'é', '_'],
    ['.', 'a\u0085b', '_\u0085_'],
    ['x$', 'x\n', '_\n'],
    ['\\h', 'a b\tc', 'a_b_c'],
    ['\\R', 'a\r\nb\nc', 'a_b_c'],
    ['.', '😀', '_'],
  ])('%s on %j', (p, s, want) => {
    expect(replace(s, p, '_', false)).toBe(want)
  })
  test.each(['(', '[a', 'a{2,1}', '*a', '\\y', '(?<n>a)(?<n>b)', '\\k<x>', '(?<=a*)b', 'a**'])(
    '%s is refused',
    (p) => {
      expect(() => matches('a', p)).toThrow(/near index|maximum length/)
    },
  )
})

test.each([
  ['a,b,,c,,', ',', 0, ['a', 'b', '', 'c']],
  ['a,b,,c,,', ',', -1, ['a', 'b', '', 'c', '', '']],
  ['a,b,c', ',', 2, ['a', 'b,c']],
  ['abc', '', 0, ['a', 'b', 'c']],
  ['abc', 'x', 0, ['abc']],
  ['', ',', 0, ['']],
  [',', ',', 0, []],
  ['a1b22c', '\\d+', 0, ['a', 'b', 'c']],
])('splits %j at %s', (s, p, limit, parts) => {
  expect(split(s, p, limit)).toEqual(parts)
})

test('a match keeps counting its steps', () => {
  let spent = 0
  const budget = (n: number) => {
    spent += n
    if (spent > 300_000) throw new Error('enough')
  }
  expect(() => matches('a'.repeat(40), '(a|a)*b', budget)).toThrow('enough')
})

test('a character repeated over a long text does not nest', () => {
  const long = 'a'.repeat(1_000_000)
  expect(matches(long, 'a*')).toBe(true)
  expect(replace(long, '[^b]+', '', false)).toBe('')
})
