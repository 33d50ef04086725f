import { expect, test } from 'vitest'
import { select, selectorsOf } from '../../src/core/selection.ts'

const selectors = selectorsOf({
  200: { statusCode: '200' },
  400: { statusCode: '400', selectionPattern: '4\\d{2}' },
  404: { statusCode: '404', selectionPattern: '.*not found.*' },
  500: { statusCode: '500', selectionPattern: '5\\d{2}|(?:\\n|.)+boom(?:\\n|.)*' },
})
const chosen = (message: string | undefined, status = 200) =>
  select(selectors, message, status).response.statusCode

test('a pattern matches the whole value, the default takes the rest', () => {
  expect(chosen('200')).toBe('200')
  expect(chosen('404', 404)).toBe('400')
  expect(chosen('4040')).toBe('200')
  expect(chosen('the pet was not found')).toBe('404')
  expect(chosen('line\nand boom\nhere')).toBe('500')
  expect(chosen('')).toBe('200')
})

test('of several patterns that match a status the nearest wins; messages go by order', () => {
  const several = selectorsOf({
    400: { statusCode: '400', selectionPattern: '4\\d{2}' },
    404: { statusCode: '404', selectionPattern: '40[34]' },
    410: { statusCode: '410', selectionPattern: '403' },
    418: { statusCode: '418', selectionPattern: '5..' },
  })
  const of = (message: string | undefined, status: number) =>
    select(several, message, status).response.statusCode
  expect([403, 404, 405].map((status) => of(undefined, status))).toEqual(['410', '404', '400'])
  expect(() => of(undefined, 418)).not.toThrow()
  expect(of('403', 200)).toBe('400')
})

test('without a default an unmatched value is a configuration error that the log names', () => {
  const only = selectorsOf({ 400: { statusCode: '400', selectionPattern: '4..' } })
  expect(() => select(only, '200', 200)).toThrow(
    /No match for output mapping.*Endpoint Response Status Code: 200/,
  )
  expect(() => select(selectorsOf(undefined), '200', 200)).toThrow(/No match/)
})

const fits = (selectionPattern: string, value: string) =>
  select(selectorsOf({ 200: { statusCode: '200' }, 500: { statusCode: '500', selectionPattern } }), value, 0)
    .response.statusCode === '500'

test.each([
  ['(?i)error.*', 'ERROR: x', true],
  ['\\Qa.b\\E.*', 'a.bc', true],
  ['\\Qa.b\\E.*', 'axbc', false],
  ['a++b', 'aab', true],
  ['\\p{Alpha}+', 'abc', true],
  ['\\AInvalid.*\\z', 'Invalid x', true],
  ['.*', 'two\nlines', false],
  ['(?s).*', 'two\nlines', true],
])('Java pattern %s on %j', (pattern, value, expected) => {
  expect(fits(pattern, value)).toBe(expected)
})

test('a pattern that cannot be read, or never ends, is a configuration error', () => {
  expect(() => fits('(', 'x')).toThrow(/Invalid selection pattern/)
  expect(() => fits('(a*)*(a*)*b', 'a'.repeat(5000))).toThrow(/too many steps/)
})
