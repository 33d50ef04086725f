import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHUNK_END, ChunkedReader, chunkStart, LAST_CHUNK } from '../../../src/core/http1/chunked.ts'

/** The body in these bytes, given in pieces that end at `cuts`, and how many bytes lie behind it. */
function read(text: string, cuts: readonly number[] = []): { body: string; done: boolean; behind: number } {
  const bytes = Buffer.from(text, 'latin1')
  const reader = new ChunkedReader(() => new Error('no chunk'))
  let body = ''
  const to = {
    take: (piece: Uint8Array) => {
      body += Buffer.from(piece).toString('latin1')
    },
  }
  let behind = 0
  let from = 0
  for (const cut of [...[...cuts].sort((a, b) => a - b), bytes.length]) {
    const piece = bytes.subarray(from, cut)
    behind += piece.length - reader.read(piece, 0, to)
    from = Math.max(from, cut)
  }
  return { body, done: reader.done, behind }
}

test.each([
  ['0\r\n\r\n', ''],
  ['5\r\nhello\r\n0\r\n\r\n', 'hello'],
  ['00005\r\nhello\r\n000\r\n\r\n', 'hello'],
  ['A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n', '01234567890123456789'],
  ['2\r\n\r\n\r\n0\r\n\r\n', '\r\n'],
  ['5;a;b=c;d="e; \\" \xe9"\r\nhello\r\n0;x\r\n\r\n', 'hello'],
  ['5\r\nhello\r\n0\r\nX: y\r\nEmpty:\r\n\r\n', 'hello'],
])('%j', (text, body) => {
  expect(read(text)).toEqual({ body, done: true, behind: 0 })
  expect(read(`${text}HTTP/1.1`)).toEqual({ body, done: true, behind: 8 })
})

test.each([
  '\r\n',
  'x\r\n',
  '-1\r\n',
  '+1\r\n',
  '0x1\r\n',
  '1.0\r\n',
  ' 1\r\n',
  '1 \r\n',
  '1\t\r\n',
  '1 1\r\n',
  '1 ;a\r\n',
  '1;\r\n',
  '1;a b\r\n',
  '1;a=\r\n',
  '1;a="\r\n',
  '1;a=\0\r\n',
  '1;a\nb\r\n',
  '1;a\rb\r\n',
  '1\n',
  '1\r\r\n',
  '1000000000000\r\n'.padStart(20, '0'),
  'ffffffffffffffff\r\n',
  '1\r\nab\r\n',
  '1\r\na\n',
  '1\r\na0\r\n\r\n',
  '0\r\nno colon\r\n\r\n',
  '0\r\n: y\r\n\r\n',
  '0\r\nx : y\r\n\r\n',
  '0\r\n x: y\r\n\r\n',
  '0\r\nx: \0\r\n\r\n',
  '0\r\nx: y\n\r\n',
  '0\r\nContent-Length: 5\r\n\r\n',
  '0\r\ntransfer-encoding: chunked\r\n\r\n',
  '0\r\n\n',
  `1;${'a'.repeat(5000)}`,
  `0\r\n${`x: ${'y'.repeat(4000)}\r\n`.repeat(20)}`,
])('%j is refused', (text) => {
  expect(() => read(text)).toThrow('no chunk')
})

describe('properties', () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 })

  test('what is sent in chunks is read, however the bytes are cut', () => {
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(500), { maxLength: 20 }), (pieces, cuts) => {
        const texts = pieces.map((piece) => Buffer.from(piece).toString('latin1'))
        const wire =
          texts.map((text) => `${chunkStart(text.length)}${text}${CHUNK_END}`).join('') + LAST_CHUNK
        expect(read(wire, cuts)).toEqual({ body: texts.join(''), done: true, behind: 0 })
      }),
    )
  })

  test('what is refused is refused however it is cut', () => {
    const wild = fc.array(
      fc.constantFrom('0', '1', '5', 'a', ';', '=', '"', ' ', '\r', '\n', '\r\n', ':', '\0'),
      {
        maxLength: 24,
      },
    )
    const outcome = (text: string, cuts: number[]) => {
      try {
        return read(text, cuts)
      } catch (error) {
        return (error as Error).message
      }
    }
    fc.assert(
      fc.property(wild, fc.array(fc.nat(30), { maxLength: 8 }), (letters, cuts) => {
        const text = letters.join('')
        expect(outcome(text, cuts)).toEqual(outcome(text, []))
      }),
      { numRuns: 2000 },
    )
  })
})
