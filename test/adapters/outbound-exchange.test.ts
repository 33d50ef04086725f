/**
 * Responses as they are read, against Node's own parser (llhttp): whatever is taken here must be the same message there. What is
 * read comes in pieces that a test cuts, so the connection is a stand-in that notes what is asked of it; real ones are in the
 * contract (test/contracts/outbound-hostile.ts).
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Exchange } from '../../src/adapters/outbound-exchange.ts'
import type { OutboundFailure } from '../../src/core/outbound-failure.ts'
import type { OutboundResponse } from '../../src/platform.ts'
import { readByNode } from '../support/llhttp.ts'
import { mutated } from '../support/mutations.ts'

interface Read {
  status: number
  headers: [string, string][]
  body: string
  /** bytes behind the response */
  excess: number
  keepAlive: boolean
}

/** The response in these bytes, which come in pieces that end at `cuts`; then the connection ends. Or why there is none. */
async function read(bytes: Buffer, cuts: readonly number[] = [], method = 'GET'): Promise<Read | string> {
  let answer: OutboundResponse | undefined
  let failure: OutboundFailure | undefined
  const wire = { pause() {}, resume() {}, abandon() {} }
  const exchange = new Exchange(
    { url: '', method, headers: [], body: null },
    wire,
    (response) => {
      answer = response
    },
    (failed) => {
      failure = failed
    },
  )
  let excess = 0
  let from = 0
  try {
    for (const cut of [...[...cuts].sort((a, b) => a - b), bytes.length]) {
      if (cut <= from) continue
      const piece = bytes.subarray(from, cut)
      from = cut
      if (exchange.complete) excess += piece.length
      else excess += exchange.receive(piece)
    }
    if (!exchange.complete && !exchange.ended()) return 'incomplete'
  } catch (error) {
    return (error as OutboundFailure).reason
  }
  if (failure || !answer) return failure?.reason ?? 'nothing'
  const { status, headers, body } = answer
  const whole =
    body === null ? '' : Buffer.from(await new Response(body as BodyInit).arrayBuffer()).toString('latin1')
  return { status, headers, body: whole, excess, keepAlive: exchange.rest !== null }
}

const chunks = '5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-T: y\r\n\r\n'
const SEEDS = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
  `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
  `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunks}HTTP/1.1 200 OK\r\n\r\n`,
  'HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\nuntil the end',
  'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nKeep-Alive: timeout=5\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A:2\r\nEmpty:\r\nSet-Cookie: a=b; c\r\nContent-Length: 0\r\n\r\n',
]

const nearly = mutated(SEEDS, ['Connection: upgrade\r\nUpgrade: h2c\r\n', 'HTTP/1.1 200 OK\r\n'])

test('whatever is taken is the same message for llhttp', async () => {
  let taken = 0
  await fc.assert(
    fc.asyncProperty(nearly, fc.constantFrom('GET', 'HEAD'), async (text, method) => {
      const bytes = Buffer.from(text, 'latin1')
      const ours = await read(bytes, [], method)
      if (typeof ours === 'string') return
      taken++
      const ends = ours.excess === 0
      const own = bytes.subarray(0, bytes.length - ours.excess)
      const { messages, error } = readByNode('response', own, { ends, head: method === 'HEAD' })
      expect(error).toBe(null)
      expect(messages.every(({ complete }) => complete)).toBe(true)
      const final = messages.filter(({ status }) => status >= 200)
      expect(final.length).toBe(1)
      const { status, headers, body, keepAlive } = final[0]!
      expect([ours.status, ours.body]).toEqual([status, body])
      // llhttp leaves blanks at a value's end, which are no part of it (RFC 9112, 5)
      expect(ours.headers).toEqual(headers.map(([name, value]) => [name, value.replace(/[ \t]+$/, '')]))
      // it says so before it knows that the request was HEAD
      if (ours.keepAlive && method !== 'HEAD') expect(keepAlive).toBe(true)
    }),
    { numRuns: 6000 },
  )
  expect(taken).toBeGreaterThan(1000)
})

test('a response is the same however its bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(nearly, fc.array(fc.nat(260), { maxLength: 12 }), async (text, cuts) => {
      const bytes = Buffer.from(text, 'latin1')
      expect(await read(bytes, cuts)).toEqual(await read(bytes))
    }),
    { numRuns: 3000 },
  )
})

test('a long body is the same however its bytes are cut', async () => {
  const body = Array.from({ length: 30_000 }, (_, n) => String(n)).join()
  const framed = {
    length: `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    chunked: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body.replace(/[\d,]{1,1000}/g, (piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`)}0\r\n\r\n`,
    end: `HTTP/1.1 200 OK\r\n\r\n${body}`,
  }
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(framed)),
      fc.array(fc.nat(body.length), { maxLength: 30 }),
      async (text, cuts) => {
        expect(await read(Buffer.from(text, 'latin1'), cuts)).toMatchObject({ status: 200, body, excess: 0 })
      },
    ),
    { numRuns: 60 },
  )
})
