import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bulk, command, RedisError, type Reply, ReplyReader } from '../../src/adapters/redis-protocol.ts'

const joined = (pieces: readonly (string | Uint8Array)[]) =>
  Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))).toString()

test('commands: texts are counted in bytes, arguments made before go between', () => {
  expect(joined(command(['GET', 'ä']))).toBe('*2\r\n$3\r\nGET\r\n$2\r\nä\r\n')
  expect(joined(command(['A'], [bulk('b'), bulk('c')], ['d', new Uint8Array([101, 102]), '']))).toBe(
    '*6\r\n$1\r\nA\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n$2\r\nef\r\n$0\r\n\r\n',
  )
})

function encoded(reply: Reply | RedisError): Buffer {
  if (reply === null) return Buffer.from('$-1\r\n')
  if (typeof reply === 'number') return Buffer.from(`:${reply}\r\n`)
  if (reply instanceof RedisError) return Buffer.from(`-${reply.message}\r\n`)
  if (Array.isArray(reply)) return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(encoded)])
  const bytes = Buffer.from(reply as string)
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')])
}

function read(chunks: Buffer[], binary = false): (Reply | RedisError)[] {
  const replies: (Reply | RedisError)[] = []
  const reader = new ReplyReader()
  for (const chunk of chunks)
    reader.read(
      chunk,
      () => binary,
      (reply) => replies.push(reply),
    )
  return replies
}

test('replies are the same wherever the bytes are cut', () => {
  const text = fc.string({ unit: 'binary' }).map((text) => Buffer.from(text).toString())
  const { reply } = fc.letrec<{ reply: Reply; leaf: Reply }>((tie) => ({
    leaf: fc.oneof(fc.maxSafeInteger(), text, fc.constant(null)),
    reply: fc.oneof({ depthSize: 'small' }, tie('leaf'), fc.array(tie('reply'), { maxLength: 5 })),
  }))
  const error = fc.constant(new RedisError('ERR no'))
  fc.assert(
    fc.property(fc.array(fc.oneof(reply, error)), fc.array(fc.nat()), (replies, cuts) => {
      const bytes = Buffer.concat(replies.map(encoded))
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
      const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i], end))
      expect(read(chunks)).toEqual(replies)
    }),
  )
})

test('other kinds of replies', () => {
  expect(read([Buffer.from('+OK\r\n*-1\r\n:-12\r\n*2\r\n-ERR in\r\n*0\r\n')])).toEqual([
    'OK',
    null,
    -12,
    ['ERR in', []],
  ])
  const [bytes] = read([Buffer.from('$3\r\n\xff\r\n\r\n', 'latin1')], true)
  expect([...(bytes as Uint8Array)]).toEqual([255, 13, 10])
  expect(() => read([Buffer.from('HTTP/1.1 400 Bad Request\r\n')])).toThrow('this is not a Redis server')
})

test('a large string in many chunks is put together once', () => {
  const bytes = encoded('x'.repeat(5_000_000))
  const chunks = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, i) =>
    bytes.subarray(i * 1000, (i + 1) * 1000),
  )
  expect((read(chunks)[0] as string).length).toBe(5_000_000)
})
