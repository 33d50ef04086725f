import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  calculate,
  compareNumbers,
  exactDecimal,
  type MathOp,
  parseDecimal,
} from '../../../src/core/java/number.ts'
import { toJavaString } from '../../../src/core/java/text.ts'
import { JBigDecimal, JBigInteger, JDouble, JLong } from '../../../src/core/java/values.ts'

const text = (op: MathOp, a: Parameters<typeof calculate>[1], b: Parameters<typeof calculate>[2]) =>
  toJavaString(calculate(op, a, b))

test('integers never lose a digit', () => {
  const int = fc.integer({ min: -2147483648, max: 2147483647 })
  fc.assert(
    fc.property(int, int, fc.constantFrom<MathOp>('+', '-', '*'), (a, b, op) => {
      const [x, y] = [BigInt(a), BigInt(b)]
      expect(text(op, a, b)).toBe(`${op === '+' ? x + y : op === '-' ? x - y : x * y}`)
    }),
  )
})

test('division truncates, the remainder has the sign of the dividend', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer().filter((n) => n !== 0),
      (a, b) => {
        expect(text('/', a, b)).toBe(`${BigInt(a) / BigInt(b)}`)
        expect(text('%', a, b)).toBe(`${BigInt(a) % BigInt(b)}`)
      },
    ),
  )
})

test('sums grow from Integer to Long to BigInteger', () => {
  const max = new JLong(9223372036854775807n)
  expect(calculate('+', 2147483647, 1)).toEqual(new JLong(2147483648n))
  expect(calculate('+', max, 1)).toEqual(new JBigInteger(9223372036854775808n))
  expect(calculate('-', new JLong(5n), 3)).toEqual(new JLong(2n))
})

test('decimals are exact, and mixed with doubles through their exact value', () => {
  expect(toJavaString(exactDecimal(0.1))).toBe('0.1000000000000000055511151231257827021181583404541015625')
  const d = parseDecimal('123456789.123456789') as JBigDecimal
  expect(text('*', d, 2)).toBe('246913578.246913578')
  expect(text('/', d, 7)).toBe('17636684.160493827')
  expect(() => calculate('%', d, 2)).toThrow('modulo of BigDecimals')
  expect(text('+', new JBigInteger(10n ** 20n), new JDouble(0.5))).toBe('100000000000000000000.5')
})

test('comparing is ordering, for every mix of types', () => {
  const value = fc.oneof(
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((v) => new JLong(v)),
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map((v) => new JBigInteger(v)),
    fc
      .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -20, max: 20 }))
      .map(([u, s]) => new JBigDecimal(u, s)),
  )
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(compareNumbers(a, b)).toBe(0 - compareNumbers(b, a))
      expect(compareNumbers(a, a)).toBe(0)
    }),
  )
})
