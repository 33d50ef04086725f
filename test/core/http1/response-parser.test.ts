import { describe, expect, test } from 'vitest'
import { endOfHead, UNSAFE } from '../../../src/core/http1/fields.ts'
import { malformed, parseResponseHead } from '../../../src/core/http1/response-parser.ts'

/** A head is looked at as bytes first. */
function parse(text: string, method: string) {
  const bytes = Buffer.from(`${text}\r\n\r\n`, 'latin1')
  const end = endOfHead(bytes, 0)
  if (end === UNSAFE) throw malformed('it has control characters')
  return parseResponseHead(bytes.toString('latin1', 0, end), method)
}

const head = (...lines: string[]) => parse(['HTTP/1.1 200 OK', ...lines].join('\r\n'), 'GET')

describe('the status line', () => {
  test.each([
    ['HTTP/1.1 200 OK', 200],
    ['HTTP/1.1 200', 200],
    ['HTTP/1.1 200 ', 200],
    ['HTTP/1.0 404 Not Found', 404],
    ['HTTP/1.1 999 caf\xe9 \t!', 999],
    ['HTTP/1.1 100 Continue', 100],
  ])('%j', (line, status) => {
    expect(parse(line, 'GET').status).toBe(status)
  })

  test.each([
    '',
    'HTTP/1.1',
    'HTTP/1.1 ',
    'HTTP/1.1 20',
    'HTTP/1.1 2000',
    'HTTP/1.1 099 x',
    'HTTP/1.1 2x0 OK',
    'HTTP/1.1 -20 OK',
    'HTTP/1.1 200OK',
    'HTTP/1.1  200 OK',
    'HTTP/1.1\t200 OK',
    ' HTTP/1.1 200 OK',
    'http/1.1 200 OK',
    'HTTP/1.2 200 OK',
    'HTTP/2 200 OK',
    'HTTP/11 200 OK',
    'HTTP/1.1 200 O\0K',
    'HTTP/1.1 200 O\rK',
    'HTTP/1.1 200 O\nK',
    'HTTP/1.1 200 O\x7fK',
    'ICY 200 OK',
    '\r\nHTTP/1.1 200 OK',
  ])('%j is none', (line) => {
    expect(() => parse(line, 'GET')).toThrow('breaks the rules of HTTP')
    // and what was refused once is refused again
    expect(() => parse(line, 'GET')).toThrow('breaks the rules of HTTP')
  })
})

describe('headers', () => {
  test('names in lower case, in order, values without the blanks around them', () => {
    const lines = [
      'B: 1',
      'a:2',
      'B:  3\t',
      'Empty:',
      'Inner: a \t b',
      `Latin: caf\xe9`,
      '1!#$%&*+.^_`|~-: x',
    ]
    expect(head(...lines).headers).toEqual([
      ['b', '1'],
      ['a', '2'],
      ['b', '3'],
      ['empty', ''],
      ['inner', 'a \t b'],
      ['latin', 'caf\xe9'],
      ['1!#$%&*+.^_`|~-', 'x'],
    ])
  })

  test.each([
    'no colon',
    ': no name',
    'a : b',
    ' a: b',
    '\ta: b',
    'a b: c',
    'a\x00: b',
    'a: \0',
    'a: b\rc',
    'a: b\nc',
    'a: \x0b',
    'a: \x7f',
    'caf\xe9: b',
    'a(): b',
  ])('%j is none', (line) => {
    expect(() => head('X: y', line, 'Z: z')).toThrow('breaks the rules of HTTP')
  })

  test('a name of an object is a name like any other', () => {
    const { headers } = head('__proto__: a', 'constructor: b', 'toString: c')
    expect(headers).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['tostring', 'c'],
    ])
  })
})

describe('framing', () => {
  const framed = (method: string, status: number, ...lines: string[]) =>
    parse([`HTTP/1.1 ${status} x`, ...lines].join('\r\n'), method).framing

  test.each<[string, number, string[], number | string]>([
    ['GET', 200, [], 'close'],
    ['GET', 200, ['Content-Length: 0'], 0],
    ['GET', 200, ['content-length:  17\t'], 17],
    ['GET', 200, ['CONTENT-LENGTH: 007'], 7],
    ['GET', 200, ['Transfer-Encoding: Chunked'], 'chunked'],
    ['HEAD', 200, [], 0],
    ['HEAD', 200, ['Content-Length: 17'], 0],
    ['HEAD', 200, ['Transfer-Encoding: chunked'], 0],
    ['GET', 204, ['Content-Length: 17'], 0],
    ['GET', 304, ['Transfer-Encoding: chunked'], 0],
    ['GET', 103, ['Content-Length: 17'], 0],
    ['GET', 205, ['Content-Length: 0'], 0],
    ['CONNECT', 200, ['Content-Length: 3'], 3],
  ])('%s %i %j', (method, status, lines, framing) => {
    expect(framed(method, status, ...lines)).toBe(framing)
  })

  test.each([
    ['Content-Length: 5', 'Content-Length: 5'],
    ['Content-Length: 5', 'Content-Length: 6'],
    ['Content-Length: 5, 5'],
    ['Content-Length: +5'],
    ['Content-Length: -5'],
    ['Content-Length: 5.0'],
    ['Content-Length: 5e0'],
    ['Content-Length: 0x5'],
    ['Content-Length: ٥'.replace('٥', '\xb2')],
    ['Content-Length: 5 5'],
    ['Content-Length:'],
    ['Content-Length: 9999999999999999'],
    ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', 'Content-Length: 5'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked, chunked'],
    ['Transfer-Encoding: gzip, chunked'],
    ['Transfer-Encoding: chunked, gzip'],
    ['Transfer-Encoding: identity'],
    ['Transfer-Encoding: xchunked'],
    ['Transfer-Encoding: chunked;q=1'],
    ['Transfer-Encoding: "chunked"'],
    ['Transfer-Encoding:'],
    ['Transfer-Encoding: chunked\t'],
  ])('%j is refused, for HEAD too', (...lines) => {
    for (const method of ['GET', 'HEAD'])
      expect(() => framed(method, 200, ...lines)).toThrow(/breaks the rules/)
  })

  test('HTTP/1.0 has no chunks', () => {
    expect(() => parse('HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked', 'GET')).toThrow('Transfer-Encoding')
  })
})

describe('whether the connection stays', () => {
  test.each<[string, string[], boolean, number | undefined]>([
    ['1.1', [], true, undefined],
    ['1.1', ['Connection: close'], false, undefined],
    ['1.1', ['Connection: CLOSE'], false, undefined],
    ['1.1', ['Connection: x, close'], false, undefined],
    ['1.1', ['Connection: close', 'Connection: keep-alive'], false, undefined],
    ['1.1', ['Connection: keep-alive', 'Connection: close'], false, undefined],
    ['1.1', ['Connection: keep-alive, close'], false, undefined],
    ['1.1', ['Connection: upgrade'], true, undefined],
    ['1.0', [], false, undefined],
    ['1.0', ['Connection: keep-alive'], true, undefined],
    ['1.0', ['Connection: Keep-Alive'], true, undefined],
    ['1.0', ['Connection: x , keep-alive\t,y'], true, undefined],
    ['1.0', ['Connection: - keep-alive'], false, undefined],
    ['1.0', ['Connection: close', 'Connection: keep-alive'], false, undefined],
    ['1.1', ['Keep-Alive: timeout=5'], true, 5000],
    ['1.1', ['Keep-Alive: max=100, timeout=0'], true, 0],
    ['1.1', ['Keep-Alive: timeout=-1'], true, undefined],
    ['1.1', ['Keep-Alive: timeout=99999999999'], true, undefined],
  ])('HTTP/%s %j', (version, lines, keepAlive, keepAliveMs) => {
    const text = [`HTTP/${version} 200 OK`, 'Content-Length: 0', ...lines].join('\r\n')
    expect(parse(text, 'GET')).toMatchObject({ keepAlive, keepAliveMs })
  })

  test('never where the connection’s end is the body’s', () => {
    expect(head('Connection: keep-alive').keepAlive).toBe(false)
  })
})
