import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doubleToString, floatToString } from '../../../src/core/java/double.ts'

test('a printed double reads back as itself', () => {
  fc.assert(
    fc.property(fc.double(), (d) => {
      expect(Number(doubleToString(d))).toBe(d)
    }),
    { numRuns: 2000 },
  )
})

test('a printed float reads back as itself', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (f) => {
      expect(Math.fround(Number(floatToString(f)))).toBe(f)
    }),
  )
})

test('the layout is that of Java', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (d) => {
      expect(doubleToString(d)).toMatch(/^-?(\d{1,7}\.\d+|\d\.\d+E-?\d{1,3})$/)
    }),
  )
})

// answers of Java 17
test.each([
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [1234567, '1234567.0'],
  [12345678, '1.2345678E7'],
  [1e23, '9.999999999999999E22'],
  [2 ** 63, '9.223372036854776E18'],
  [8534984650696880000, '8.5349846506968801E18'],
  [6.148914691236517e18, '6.1489146912365169E18'],
  [5e-324, '4.9E-324'],
  [1.7976931348623157e308, '1.7976931348623157E308'],
  [Number.NaN, 'NaN'],
  [-Infinity, '-Infinity'],
])('%d prints as %s', (d, text) => {
  expect(doubleToString(d)).toBe(text)
})
