import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestTarget } from '../../../src/core/http1/request-target.ts'

test.each([
  ['/', '/', ''],
  ['/?', '/', ''],
  ['/a//b/', '/a//b/', ''],
  ['/a?b?c', '/a', 'b?c'],
  ['/a;b=c,d@e:f/$&', '/a;b=c,d@e:f/$&', ''],
  ['/%2F%zz%', '/%2F%zz%', ''],
  ['//h/a', '//h/a', ''],
  ['/../a', '/a', ''],
  ['/a/./b/../c', '/a/c', ''],
  ['/a/%2e%2E/b', '/b', ''],
  ['/a/..', '/', ''],
  ['/.a/b..', '/.a/b..', ''],
  ['/a?b=/../c', '/a', 'b=/../c'],
  ['/a\\b', '/a/b', ''],
  ['/a"b<c>', '/a%22b%3Cc%3E', ''],
  ["/a'b?c'd", "/a'b", 'c%27d'],
  ['/\xe9\x80?\xff', '/%E9%80', '%FF'],
  ['http://x', '/', ''],
  ['http://x?y', '/', 'y'],
  ['https://x:1/a/../b?c', '/b', 'c'],
])('%j', (target, rawPath, rawQuery) => {
  expect(requestTarget(target, 'h')).toMatchObject({ rawPath, rawQuery })
})

test.each([
  '',
  '*',
  'a',
  'a/b',
  'h:80',
  '?a',
  '#',
  'http:/h',
  'http:h',
  'http://',
  'http://?a',
  'ws://h/',
  '/\t',
  '/a?\t',
])('%j is none', (target) => {
  expect(requestTarget(target, 'h')).toBe(null)
})

describe('a fragment stays where it stands', () => {
  test.each([
    ['/a#b', '/a#b', ''],
    ['/a#b?c', '/a#b', 'c'],
    ['/a?b#c', '/a', 'b#c'],
  ])('%j', (target, rawPath, rawQuery) => {
    expect(requestTarget(target, 'h')).toEqual({ authority: 'h', rawPath, rawQuery })
  })
})

const letters = fc.oneof(
  { arbitrary: fc.constantFrom(...'/?.%\\:@;=&+-_~!$\'()*,|[]{}^`"<>'), weight: 4 },
  {
    arbitrary: fc.constantFrom(
      '..',
      '%2e',
      '%2E',
      '/.',
      '/..',
      '%2F',
      '%',
      'a',
      'Z',
      '0',
      '%41',
      '//',
      '/./',
    ),
    weight: 4,
  },
  {
    arbitrary: fc
      .integer({ min: 0x21, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    weight: 1,
  },
)
const text = fc.array(letters, { maxLength: 14 }).map((all) => all.join('').replaceAll('#', ''))

test('a path and a query are those of the URL standard', () => {
  fc.assert(
    fc.property(text, fc.constantFrom('', 'http://h', 'HTTPS://h:8080'), (tail, origin) => {
      const target = `/${tail}`
      const bytes = target.replace(
        /[\x80-\xff]/g,
        (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
      )
      const { pathname, search } = new URL(`http://h${bytes}`)
      expect(requestTarget(origin + target, 'h')).toEqual({
        authority: origin.split('//')[1] ?? 'h',
        rawPath: pathname,
        rawQuery: search.slice(1),
      })
    }),
    { numRuns: 20_000 },
  )
})

test('what was made of a target is made of it again', () => {
  fc.assert(
    fc.property(text, (tail) => {
      const { rawPath, rawQuery } = requestTarget(`/${tail}`, 'h')!
      const again = rawQuery === '' ? rawPath : `${rawPath}?${rawQuery}`
      expect(requestTarget(again, 'h')).toEqual({ authority: 'h', rawPath, rawQuery })
      expect(again).not.toMatch(/[^\x21-\x7e]/)
    }),
    { numRuns: 5000 },
  )
})
