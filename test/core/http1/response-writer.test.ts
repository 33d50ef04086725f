import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBodiless, lengthSaid, responseHead } from '../../../src/core/http1/response-writer.ts'
import { readByNode } from '../../support/llhttp.ts'

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const head = (
  headers: [string, string][],
  status = 200,
  length: number | 'chunked' | null = 0,
  keep = true,
) => responseHead(status, headers, length, keep, NOW)
const lines = (text: string) => text.slice(0, -4).split('\r\n').slice(1)
/** what is written besides what was given */
const OWN = ['Date: Fri, 02 Jan 2026 03:04:05 GMT', 'Content-Length: 0', 'Connection: keep-alive']

test('order, spelling and repetition of headers stay', () => {
  const text = head([
    ['X-b', '2'],
    ['x-A', ' 1 '],
    ['Set-Cookie', 'a'],
    ['set-cookie', 'b'],
    ['Empty', ''],
  ])
  expect(text).toBe(
    `HTTP/1.1 200 OK\r\nX-b: 2\r\nx-A:  1 \r\nSet-Cookie: a\r\nset-cookie: b\r\nEmpty: \r\n${OWN.join('\r\n')}\r\n\r\n`,
  )
})

test.each([
  [200, '200 OK'],
  [418, "418 I'm a teapot"],
  [599, '599 '],
  [299, '299 '],
])('status %i', (status, line) => {
  expect(head([], status).split('\r\n')[0]).toBe(`HTTP/1.1 ${line}`)
})

test('framing', () => {
  expect(lines(head([], 200, 17))).toContain('Content-Length: 17')
  expect(lines(head([], 200, 'chunked'))).toContain('Transfer-Encoding: chunked')
  expect(lines(head([], 200, null)).length).toBe(2)
  expect(lines(head([], 200, 0, false))).toContain('Connection: close')
})

test.each<[number, string, number | null, number | null, boolean]>([
  [200, 'GET', 5, 5, false],
  [200, 'GET', 0, 0, false],
  [200, 'GET', null, 0, false],
  [205, 'GET', null, 0, false],
  [200, 'HEAD', 5, 5, true],
  [200, 'HEAD', null, null, true],
  [204, 'GET', 5, null, true],
  [204, 'HEAD', 0, null, true],
  [304, 'GET', 0, null, true],
  [404, 'GET', null, 0, false],
])('%i to %s with %j bytes', (status, method, bytes, length, bodiless) => {
  expect(lengthSaid(status, method, bytes === null ? null : new Uint8Array(bytes))).toBe(length)
  expect(isBodiless(status, method)).toBe(bodiless)
})

test('a date that is given is the only one', () => {
  for (const name of ['Date', 'date', 'DATE'])
    expect(lines(head([[name, 'x']]))).toEqual([`${name}: x`, ...OWN.slice(1)])
})

test('the date goes on', () => {
  const at = (now: number) => /Date: (.*)\r/.exec(responseHead(200, [], 0, true, now))![1]
  expect([at(0), at(999), at(1000), at(NOW), at(5000)]).toEqual(
    [0, 0, 1000, NOW, 5000].map((now) => new Date(now).toUTCString()),
  )
})

test('what frames the answer is not given', () => {
  const names = 'Connection CONTENT-LENGTH keep-alive Trailer Transfer-Encoding upgrade'.split(' ')
  expect(lines(head(names.map((name): [string, string] => [name, '5'])))).toEqual(OWN)
})

describe('what would be another line is left out', () => {
  test.each(['', ' ', 'a b', 'a:', 'a\r\nb', 'a\n', 'a\0', 'caf\xe9', 'a\u010a', '\u212a'])(
    'name %j',
    (name) => {
      for (let twice = 0; twice < 2; twice++) expect(lines(head([[name, 'x']]))).toEqual(OWN)
    },
  )
  test.each(['\r', '\n', '\r\nX-Evil: 1', 'a\r\n\r\nbody', '\0', '\x01', '\x0b', '\x7f'])(
    'value %j',
    (value) => {
      for (const name of ['x', 'date']) expect(lines(head([[name, value]]))).toEqual(OWN)
    },
  )
})

test.each([
  ['caf\xe9', 'caf\xe9'],
  ['a\u010d\u010aX-Evil: 1', 'a\xc4\x8d\xc4\x8aX-Evil: 1'],
  ['\u{1f4a9}', '\xf0\x9f\x92\xa9'],
  ['a\tb', 'a\tb'],
])('value %j goes out as %j', (value, wire) => {
  expect(lines(head([['x', value]]))[0]).toBe(`x: ${wire}`)
})

test('what Node’s parser reads of a head is what was given', () => {
  const wild = fc.string({
    unit: fc.constantFrom('a', 'X', '-', ' ', ':', '\t', '\r', '\n', '\0', 'é', 'č', 'Ċ', '\ud800', '😀'),
    maxLength: 8,
  })
  const name = fc.oneof(
    wild,
    fc.constantFrom('Content-Length', 'transfer-encoding', 'Connection', 'x-one', 'Date'),
  )
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, wild), { maxLength: 5 }),
      fc.constantFrom(200, 204, 304, 404, 599),
      fc.constantFrom<(number | 'chunked')[]>(3, 'chunked'),
      fc.boolean(),
      (headers, status, length, keep) => {
        const bodiless = isBodiless(status, 'GET')
        const text = responseHead(status, headers, bodiless ? null : length, keep, NOW)
        const body = bodiless ? '' : length === 3 ? 'abc' : '3\r\nabc\r\n0\r\n\r\n'
        const bytes = Buffer.from(text + body, 'latin1')
        const { messages, error } = readByNode('response', Buffer.concat([bytes, bytes]))
        if (keep) expect(error).toBe(null)
        const [first] = messages
        expect(first).toMatchObject({ status, complete: true, keepAlive: keep, body: bodiless ? '' : 'abc' })
        const framing = first!.headers.filter(([name]) =>
          /^(?:content-length|transfer-encoding|connection)$/.test(name),
        )
        expect(framing.length).toBe(bodiless ? 1 : 2)
        if (keep) expect(messages.length).toBe(2)
      },
    ),
    { numRuns: 2000 },
  )
})
