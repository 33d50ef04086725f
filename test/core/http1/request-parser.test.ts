import { describe, expect, test } from 'vitest'
import { endOfHead, UNSAFE } from '../../../src/core/http1/fields.ts'
import { BadRequest, malformed, parseRequestHead } from '../../../src/core/http1/request-parser.ts'

/** A head is looked at as bytes first. */
function parse(text: string) {
  const bytes = Buffer.from(`${text}\r\n\r\n`, 'latin1')
  const end = endOfHead(bytes, 0)
  if (end === UNSAFE) throw malformed('it has control characters')
  return parseRequestHead(bytes.toString('latin1', 0, end))
}

const head = (...lines: string[]) => parse(['GET / HTTP/1.1', 'Host: h', ...lines].join('\r\n'))
const old = (...lines: string[]) => parse(['GET / HTTP/1.0', ...lines].join('\r\n'))

/** The status that says why it is none. */
function status(text: string): number | string {
  try {
    return JSON.stringify(parse(text))
  } catch (error) {
    return error instanceof BadRequest ? error.status : `${error}`
  }
}

describe('the request line', () => {
  test.each([
    ['GET / HTTP/1.1', 'GET', '/', '', true],
    ['GET /a//b/?c=d&e HTTP/1.1', 'GET', '/a//b/', 'c=d&e', true],
    ['GET /? HTTP/1.0', 'GET', '/', '', false],
    ['get / HTTP/1.1', 'get', '/', '', true],
    ['M-SEARCH /x HTTP/1.1', 'M-SEARCH', '/x', '', true],
    ["!#$%&'*+-.^_`|~09aZ / HTTP/1.1", "!#$%&'*+-.^_`|~09aZ", '/', '', true],
    ['GET /caf\xe9 HTTP/1.1', 'GET', '/caf%E9', '', true],
  ])('%j', (line, method, rawPath, rawQuery, isCurrent) => {
    expect(parse(`${line}\r\nHost: h`)).toMatchObject({ method, rawPath, rawQuery, isCurrent })
  })

  test.each([
    '',
    'GET',
    'GET /',
    'GET / ',
    'GET  / HTTP/1.1',
    'GET /  HTTP/1.1',
    'GET / HTTP/1.1 ',
    ' GET / HTTP/1.1',
    'GET\t/ HTTP/1.1',
    'GET /\tHTTP/1.1',
    'GET /a b HTTP/1.1',
    'GET /a\tb HTTP/1.1',
    'GET / HTTP/1.1\t',
    'GET / http/1.1',
    'GET / HTTP/11',
    'GET / HTTP/1.10',
    'GET / HTTP/01.1',
    'GET / HTTPS/1.1',
    'GET / XHTTP/1.1',
    'GET /\0 HTTP/1.1',
    'GET /\x7f HTTP/1.1',
    'GET /\r HTTP/1.1',
    'GET /\n HTTP/1.1',
    'G\x00T / HTTP/1.1',
    'G(T / HTTP/1.1',
    'G\xc9T / HTTP/1.1',
    'GET: / HTTP/1.1',
    ' / HTTP/1.1',
    'GET x HTTP/1.1',
    'GET * HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'CONNECT h:80 HTTP/1.1',
    'GET //\nHost: h HTTP/1.1',
    'GET ftp://h/ HTTP/1.1',
    'GET http:// HTTP/1.1',
    'GET http:///x HTTP/1.1',
    'GET http://:80/ HTTP/1.1',
    'GET http://h:x/ HTTP/1.1',
    'GET http://[::1/ HTTP/1.1',
    'GET http://u@h/ HTTP/1.1',
    'GET http://u:p@h/ HTTP/1.1',
    'GET http://h\\x/ HTTP/1.1',
    'GET http:/h/ HTTP/1.1',
    '\r\nGET / HTTP/1.1',
  ])('%j is none', (line) => {
    expect(status(`${line}\r\nHost: h`)).toBe(400)
  })

  test.each(['GET / HTTP/2.0', 'GET / HTTP/2', 'GET / HTTP/1.2', 'GET / HTTP/0.9', 'PRI * HTTP/2.0'])(
    '%j is of another version',
    (line) => {
      expect(status(`${line}\r\nHost: h`)).toBe(505)
    },
  )
})

describe('headers', () => {
  test('names as they are spelt, in order, values without the blanks around them', () => {
    const lines = [
      'B: 1',
      'a:2',
      'B:  3\t',
      'Empty:',
      'Blank:  ',
      'Inner: a \t b',
      'Latin: caf\xe9',
      '1!#~-: x:y',
    ]
    expect(head(...lines).headers).toEqual(
      ['Host', 'h', 'B', '1', 'a', '2', 'B', '3', 'Empty', '', 'Blank', '', 'Inner', 'a \t b'].concat([
        ...['Latin', 'caf\xe9', '1!#~-', 'x:y'],
      ]),
    )
  })

  test.each([
    'no colon',
    ': no name',
    ':',
    'a : b',
    'a\t: b',
    ' a: b',
    '\ta: b',
    ' folded',
    '\tfolded',
    'a b: c',
    'a\0: b',
    'a: \0',
    'a: b\rc: d',
    'a: b\nc: d',
    'a: b\r\rc: d',
    'a: \x0b',
    'a: \x1b',
    'a: \x7f',
    'caf\xe9: b',
    'a(): b',
    'a"b": c',
    'a,b: c',
    'a/b: c',
  ])('%j is none', (line) => {
    for (let twice = 0; twice < 2; twice++) {
      expect(status(`GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n${line}\r\nZ: z`)).toBe(400)
      expect(status(`GET / HTTP/1.1\r\n${line}\r\nHost: h`)).toBe(400)
    }
  })

  test('a name of an object is a name like any other', () => {
    expect(head('__proto__: a', 'constructor: b').headers.slice(2)).toEqual([
      '__proto__',
      'a',
      'constructor',
      'b',
    ])
  })
})

describe('whom it is for', () => {
  test.each([
    ['Host: h', 'h'],
    ['host:  a.b:80 ', 'a.b:80'],
    ['HOST: [::1]:80', '[::1]:80'],
    ['Host:', ''],
    ['Host: under_score', 'under_score'],
    ['Host: 127.0.0.1:', '127.0.0.1:'],
    ['Host: :80', ':80'],
  ])('%j', (line, authority) => {
    expect(parse(`GET / HTTP/1.1\r\n${line}`).authority).toBe(authority)
  })

  test.each([
    [],
    ['Host: h', 'Host: h'],
    ['Host: h', 'hOST: i'],
    ['Host: h/'],
    ['Host: h\\x'],
    ['Host: u@h'],
    ['Host: h:x'],
    ['Host: h:80:80'],
    ['Host: [::1'],
    ['Host: [::1]x'],
    ['Host: a[::1]'],
    ['Host: h#x'],
    ['Host: h?x'],
    ['Host: h x'],
    ['Host: h\tx'],
    ['Host: caf\xe9'],
    ['Host: "h"'],
    ['Host: <h>'],
    ['Host : h'],
  ])('%j is refused', (...lines) => {
    expect(status(['GET / HTTP/1.1', ...lines].join('\r\n'))).toBe(400)
  })

  test('a client of HTTP/1.0 need not say', () => {
    expect(old().authority).toBe('')
    expect(status('GET / HTTP/1.0\r\nHost: h\r\nHost: h')).toBe(400)
  })

  test('a target that is a URL says it, and there is a Host all the same', () => {
    const read = (target: string) => parse(`GET ${target} HTTP/1.1\r\nHost: other`)
    expect(read('http://a.b:81/c?d')).toMatchObject({ authority: 'a.b:81', rawPath: '/c', rawQuery: 'd' })
    expect(read('HTTPS://a.b')).toMatchObject({ authority: 'a.b', rawPath: '/', rawQuery: '' })
    expect(read('http://a.b?c')).toMatchObject({ authority: 'a.b', rawPath: '/', rawQuery: 'c' })
    expect(status('GET http://h/ HTTP/1.1')).toBe(400)
  })
})

describe('framing', () => {
  test.each<[string[], number | string]>([
    [[], 0],
    [['Content-Length: 0'], 0],
    [['content-length:  17\t'], 17],
    [['CONTENT-LENGTH: 007'], 7],
    [['Content-Length: 999999999999999'], 999999999999999],
    [['Transfer-Encoding: chunked'], 'chunked'],
    [['transfer-encoding:Chunked '], 'chunked'],
    [['Content-Length2: 5'], 0],
  ])('%j', (lines, framing) => {
    expect(head(...lines).framing).toBe(framing)
  })

  test.each<[string[], number]>([
    [['Content-Length: 5', 'Content-Length: 5'], 400],
    [['Content-Length: 5', 'content-length: 6'], 400],
    [['Content-Length: 5, 5'], 400],
    [['Content-Length: +5'], 400],
    [['Content-Length: -5'], 400],
    [['Content-Length: 5.0'], 400],
    [['Content-Length: 5e0'], 400],
    [['Content-Length: 0x5'], 400],
    [['Content-Length: \xb2'], 400],
    [['Content-Length: 5 5'], 400],
    [['Content-Length: "5"'], 400],
    [['Content-Length:'], 400],
    [['Content-Length: 9999999999999999'], 400],
    [['Content-Length: 5\xa0'], 400],
    [['Content-Length: 5', 'Transfer-Encoding: chunked'], 400],
    [['Transfer-Encoding: chunked', 'Content-Length: 5'], 400],
    [['Transfer-Encoding: chunked', 'Content-Length: 0'], 400],
    [['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], 400],
    [['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], 400],
    [['Transfer-Encoding: chunked\t'], 400],
    [['Transfer-Encoding: chunked, chunked'], 501],
    [['Transfer-Encoding: chunked,'], 501],
    [['Transfer-Encoding: , chunked'], 501],
    [['Transfer-Encoding: gzip, chunked'], 501],
    [['Transfer-Encoding: chunked, gzip'], 501],
    [['Transfer-Encoding: identity'], 501],
    [['Transfer-Encoding: identity', 'Content-Length: 5'], 501],
    [['Transfer-Encoding: xchunked'], 501],
    [['Transfer-Encoding: chunked;q=1'], 501],
    [['Transfer-Encoding: "chunked"'], 501],
    [['Transfer-Encoding: chun\xe9ked'], 501],
    [['Transfer-Encoding:'], 501],
    [['Transfer-Encoding : chunked'], 400],
    [['Transfer-Encoding: \x0bchunked'], 400],
    [['Transfer-Encoding:', ' chunked'], 501],
    [['X: y', ' Transfer-Encoding: chunked'], 400],
  ])('%j is refused', (lines, expected) => {
    for (const method of ['GET', 'POST', 'HEAD'])
      expect(status([`${method} / HTTP/1.1`, 'Host: h', ...lines].join('\r\n'))).toBe(expected)
  })

  test('HTTP/1.0 has lengths, and no chunks', () => {
    expect(old('Content-Length: 5').framing).toBe(5)
    expect(status('POST / HTTP/1.0\r\nTransfer-Encoding: chunked')).toBe(400)
    expect(status('POST / HTTP/1.0\r\nTransfer-Encoding: identity')).toBe(400)
  })
})

describe('whether the connection stays', () => {
  test.each<[string, string[], boolean]>([
    ['1.1', [], true],
    ['1.1', ['Connection: close'], false],
    ['1.1', ['CONNECTION: CLOSE'], false],
    ['1.1', ['Connection: x, close'], false],
    ['1.1', ['Connection: ,close\t,'], false],
    ['1.1', ['Connection: closed'], true],
    ['1.1', ['Connection: close', 'Connection: keep-alive'], false],
    ['1.1', ['Connection: keep-alive', 'Connection: close'], false],
    ['1.1', ['Connection: keep-alive, close'], false],
    ['1.1', ['Connection: upgrade', 'Upgrade: h2c'], true],
    ['1.1', ['Connection:'], true],
    ['1.0', [], false],
    ['1.0', ['Connection: keep-alive'], true],
    ['1.0', ['Connection: x , Keep-Alive\t,y'], true],
    ['1.0', ['Connection: close', 'Connection: keep-alive'], false],
    ['1.0', ['Connection: keep-alive', 'Connection: close'], false],
  ])('HTTP/%s %j', (version, lines, keepAlive) => {
    const text = [`GET / HTTP/${version}`, 'Host: h', ...lines].join('\r\n')
    expect(parse(text).keepAlive).toBe(keepAlive)
  })
})

describe('what the client expects', () => {
  test('to be told to send its body', () => {
    expect(head().expectsContinue).toBe(false)
    expect(head('Expect: 100-continue').expectsContinue).toBe(true)
    expect(head('EXPECT: 100-Continue').expectsContinue).toBe(true)
    // a client of HTTP/1.0 cannot be told (RFC 9110, 10.1.1)
    expect(old('Expect: 100-continue').expectsContinue).toBe(false)
  })

  test.each(['Expect:', 'Expect: 200-ok', 'Expect: 100-continue, x'])('%j is refused', (line) => {
    expect(status(`GET / HTTP/1.1\r\nHost: h\r\n${line}`)).toBe(417)
  })
})

test('long heads take no longer than their length', () => {
  const lines = Array.from({ length: 3000 }, (_, n) => `x-${n}: ${'y'.repeat(n % 9)}`)
  expect(head(...lines).headers.length).toBe(6002)
  expect(head(`X: ${' \t'.repeat(30_000)}y${' \t'.repeat(30_000)}`).headers.at(-1)).toBe('y')
  expect(head(`Connection: ${','.repeat(60_000)}`).keepAlive).toBe(true)
})
