import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestHead } from '../../../src/core/http1/request-writer.ts'
import { readByNode } from '../../support/llhttp.ts'

const head = (headers: [string, string][], method = 'GET') =>
  requestHead(method, '/', 'back.example', headers, null)

test('order, spelling and repetition of headers stay', () => {
  const headers: [string, string][] = [
    ['X-b', '2'],
    ['x-A', ' 1 '],
    ['X-b', '3'],
  ]
  expect(requestHead('PATCH', '/a//b/../c?d=%20', 'back.example:81', headers, 7).text).toBe(
    'PATCH /a//b/../c?d=%20 HTTP/1.1\r\nhost: back.example:81\r\nconnection: keep-alive\r\nX-b: 2\r\nx-A:  1 \r\nX-b: 3\r\ncontent-length: 7\r\n\r\n',
  )
})

describe('framing', () => {
  const lines = ({ text }: { text: string }) =>
    text.split('\r\n').filter((line) => /^(?:content-length|transfer-encoding)/i.test(line))

  test.each<[string, string, number | null | undefined, [string, string][], string[], number | null]>([
    ['no body', 'GET', null, [], [], null],
    ['no body where one is expected', 'POST', null, [], ['content-length: 0'], null],
    ['bytes', 'POST', 5, [], ['content-length: 5'], null],
    ['bytes of another length than said', 'POST', 5, [['Content-Length', '99']], ['content-length: 5'], null],
    ['no body, whatever is said', 'GET', null, [['Content-Length', '99']], [], null],
    ['a stream', 'POST', undefined, [], ['transfer-encoding: chunked'], null],
    ['a stream of a length', 'POST', undefined, [['Content-Length', '99']], ['content-length: 99'], 99],
    [
      'a stream, what is said is no length',
      'POST',
      undefined,
      [['Content-Length', '+9']],
      ['transfer-encoding: chunked'],
      null,
    ],
    ['chunks said', 'POST', 5, [['Transfer-Encoding', 'chunked']], ['content-length: 5'], null],
  ])('%s', (_, method, length, headers, expected, declared) => {
    const built = requestHead(method, '/', 'back.example', headers, length)
    expect([lines(built), built.declared]).toEqual([expected, declared])
  })
})

test('headers of the connection are left out, in any spelling', () => {
  const left = 'Connection Expect KEEP-ALIVE proxy-connection Transfer-Encoding Upgrade'.split(' ')
  const { text } = head(left.map((name): [string, string] => [name, 'x']))
  expect(text).toBe('GET / HTTP/1.1\r\nhost: back.example\r\nconnection: keep-alive\r\n\r\n')
})

test('one host: the last that is given', () => {
  const { text } = head([
    ['Host', 'one'],
    ['hOST', 'two'],
  ])
  expect(text.match(/^host: .*$/gim)).toEqual(['host: two'])
})

describe('what would be another request is refused', () => {
  test.each(['', ' ', 'G T', 'GET\r\n', 'GET\0', 'G\u0145T', 'GÉT', 'GET /'])('method %j', (method) => {
    expect(() => head([], method)).toThrow('cannot be sent')
  })
  test.each(['', ' ', '/ ', '/\r\n', '/\0', '/\t', '/é', '/\u010d\u010a', '/\x7f'])('path %j', (path) => {
    expect(() => requestHead('GET', path, 'h', [], null)).toThrow('cannot be sent')
  })
  test.each(['', ' ', 'a b', 'a:', 'a\r\nb', 'a\0', 'é', 'a\u010a', '\u212aeep-alive', 'a\u0130'])(
    'name %j',
    (name) => {
      // twice: the second answer is remembered
      for (let n = 0; n < 2; n++) expect(() => head([[name, 'x']])).toThrow('invalid header name')
    },
  )
  test.each(['\r', '\n', '\r\n', '\0', 'a\x01', '\x0b', '\x1f', '\x7f', 'č\r'])('value %j', (value) => {
    for (const name of ['x', 'host']) expect(() => head([[name, value]])).toThrow('invalid value')
  })
})

test('a long value beyond Latin-1 is no different from a short one', () => {
  const { text } = head([['x', '\u{1f4a9}'.repeat(300_000)]])
  expect(text.includes(`x: ${'\xf0\x9f\x92\xa9'.repeat(300_000)}\r\n`)).toBe(true)
})

test('what Node’s parser reads of a head is what was given', () => {
  const wild = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom('a', 'X', '-', ' ', ':', '\t', '\r', '\n', '\0', 'é', 'č', 'Ċ', '\ud800', '😀'),
      maxLength: 8,
    }),
  )
  const mostly = (usual: fc.Arbitrary<string>) =>
    fc.oneof({ arbitrary: usual, weight: 6 }, { arbitrary: wild, weight: 1 })
  const text = (letters: string, minLength: number) =>
    fc.string({ unit: fc.constantFrom(...letters), minLength, maxLength: 8 })
  const name = fc.oneof(
    text('aB7-_!~', 1),
    fc.constantFrom('Host', 'content-length', 'Transfer-Encoding', 'connection', 'x-one'),
  )
  const request = fc.record({
    method: mostly(fc.constantFrom('GET', 'POST', 'DELETE', 'PATCH', 'OPTIONS')),
    path: mostly(text('aZ/%.?&=#~', 0)).map((rest) => `/${rest}`),
    headers: fc.array(fc.tuple(mostly(name), mostly(text('aB, ;\tčé😀"', 0))), { maxLength: 6 }),
    length: fc.constantFrom(null, undefined, 0, 3),
  })
  let accepted = 0
  fc.assert(
    fc.property(request, ({ method, path, headers, length }) => {
      let text: string
      try {
        text = requestHead(method, path, 'back.example', headers, length).text
      } catch {
        return
      }
      expect(/[^\0-\xff]/.test(text)).toBe(false)
      const { messages, error } = readByNode('request', Buffer.from(text, 'latin1'))
      // llhttp knows a list of methods
      if ((error as { code?: string } | null)?.code === 'HPE_INVALID_METHOD') return
      accepted++
      expect(error).toBe(null)
      expect(messages.length).toBe(1)
      const [read] = messages
      expect([read!.method, read!.target]).toEqual([method, path])
      const own = /^(?:host|connection|content-length|transfer-encoding)$/
      const dropped =
        /^(?:host|connection|expect|keep-alive|proxy-connection|transfer-encoding|upgrade|content-length)$/
      const wire = (value: string) =>
        (/[^\0-\xff]/.test(value) ? Buffer.from(value).toString('latin1') : value).replace(
          /^[ \t]+|[ \t]+$/g,
          '',
        )
      expect(read!.headers.filter(([name]) => !own.test(name))).toEqual(
        headers
          .map(([name, value]): [string, string] => [name.toLowerCase(), wire(value)])
          .filter(([name]) => !dropped.test(name)),
      )
      for (const once of ['host', 'connection'])
        expect(read!.headers.filter(([name]) => name === once).length).toBe(1)
      expect(
        read!.headers.filter(([name]) => /^(?:content-length|transfer-encoding)$/.test(name)).length,
      ).toBeLessThan(2)
    }),
    { numRuns: 1500 },
  )
  expect(accepted).toBeGreaterThan(300)
})
