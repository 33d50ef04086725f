import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../../../src/core/java/json.ts'
import { printJson, printJsonJava } from '../../../src/core/java/json-print.ts'
import { toJavaString } from '../../../src/core/java/text.ts'

test('whatever JSON.stringify writes is read, and what is printed means the same', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (text) => {
      expect(JSON.parse(printJson(parseJson(text)))).toEqual(JSON.parse(text))
    }),
  )
})

test('texts survive: printing and reading again gives the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (s) => {
      for (const print of [printJson, printJsonJava]) expect(parseJson(print(s))).toBe(s)
    }),
  )
})

test('long texts print as their parts do', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer({ min: 1, max: 900 }), (s, n) => {
      expect(printJson(s.repeat(n))).toBe(`"${printJson(s).slice(1, -1).repeat(n)}"`)
    }),
    { numRuns: 50 },
  )
})

test('any text is read or refused, in bounded depth', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[],:"\'\\ux12eE+-. ntrufalsN\u001a/*') }), (text) => {
      try {
        parseJson(text)
      } catch (e) {
        expect(['ParseException', 'NumberFormatException']).toContain((e as { kind: string }).kind)
      }
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['1.0', '1.0'],
  ['1e2', '100.0'],
  ['12345678901', '12345678901'],
  ['9223372036854775808', '9223372036854775808'],
  ['1.2345678901234567890', '1.2345678901234567890'],
  ['1E-7', '1.0E-7'],
  ['-0', '0'],
  ['-0.0', '-0.0'],
  ['not json', 'not json'],
  ['{a:1,}', '{a=1}'],
  ["['x' , y z]", '["x","y z"]'],
])('%s is %s', (text, printed) => {
  expect(toJavaString(parseJson(text))).toBe(printed)
})

test('strict mode takes JSON only', () => {
  expect(printJson(parseJson('{"a":[1.0,null]}', true))).toBe('{"a":[1.0,null]}')
  for (const text of ['{a:1}', '[1,]', "'x'", 'nul', ''])
    expect(() => parseJson(text, true)).toThrow('Invalid JSON')
})
