/**
 * Requests as they are read, against Node's own parser (llhttp) as strict and as lenient as it can be: whatever is taken here must be
 * the same messages there, which end where they end here. What comes is cut into pieces, so the socket is a stand-in; real ones are
 * in the contract (test/contracts/inbound-hostile.ts).
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InboundConnection, type Keeper } from '../../src/adapters/inbound-connection.ts'
import { PATIENCE } from '../../src/adapters/inbound-patience.ts'
import type { ByteSocket, SocketEvents } from '../../src/adapters/socket.ts'
import type { Arrival } from '../../src/core/arrival.ts'
import type { Answer } from '../../src/core/call.ts'
import { readByNode } from '../support/llhttp.ts'
import { mutated } from '../support/mutations.ts'

interface Read {
  /** requests whose bodies are whole */
  requests: { method: string; target: string; headers: string[]; body: string }[]
  /** what was answered */
  written: string
  ended: boolean
}

/** What is read in these bytes, which come in pieces that end at `cuts`; `turns`: the loop turns between them. */
async function read(
  bytes: Buffer,
  { cuts = [] as number[], turns = false, late = false } = {},
): Promise<Read> {
  const got: Read = { requests: [], written: '', ended: false }
  let events!: SocketEvents
  let paused = false
  const socket: ByteSocket = {
    write(data, more) {
      for (const piece of [data, more ?? ''])
        got.written += Buffer.from(piece as string, 'latin1').toString('latin1')
      return true
    },
    unsent: () => false,
    pause() {
      paused = true
    },
    resume() {
      paused = false
    },
    end() {
      got.ended = true
    },
    destroy() {
      got.ended = true
    },
    reset() {
      got.ended = true
    },
    listen(given) {
      events = given
    },
  }
  async function bodied(arrival: Arrival): Promise<Answer> {
    if (late) await new Promise((resolve) => setImmediate(resolve))
    try {
      return noted(arrival, await arrival.body!.bytes())
    } catch {
      return { status: 400, headers: [['Date', '']], body: null }
    }
  }
  function noted({ method, rawPath, rawQuery, headers }: Arrival, body: Uint8Array | null): Answer {
    const target = rawQuery === '' ? rawPath : `${rawPath}?${rawQuery}`
    const text = body ? Buffer.from(body).toString('latin1') : ''
    got.requests.push({ method, target, headers: [...headers], body: text })
    return { status: 200, headers: [['Date', '']], body: new Uint8Array(2) }
  }
  const keeper: Keeper = {
    answer: (arrival) =>
      arrival.body && !arrival.body.whole ? bodied(arrival) : noted(arrival, arrival.body?.whole ?? null),
    patience: PATIENCE,
    tick: 0,
    stopping: false,
    refused() {},
    failed(error) {
      throw error
    },
    gone() {},
  }
  new InboundConnection(socket, { address: '', tls: false }, keeper)
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  let from = 0
  for (const cut of [...[...cuts].sort((a, b) => a - b), bytes.length]) {
    if (cut <= from) continue
    // a real one gives nothing while it is paused
    while (paused) await turn()
    events.data(bytes.subarray(from, cut))
    from = cut
    if (turns) await turn()
  }
  // many requests in one piece are read with pauses
  do for (let n = 0; n < 4; n++) await turn()
  while (paused && !got.ended)
  got.written = got.written.replace(/Date: .*\r\n/g, '')
  return got
}

const chunks = '5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-T: y\r\n\r\n'
const NEXT = 'GET /next HTTP/1.1\r\nHost: h\r\n\r\n'
const SEEDS = [
  `GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n${NEXT}`,
  `POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello${NEXT}`,
  `POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}${NEXT}`,
  `POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: ${NEXT.length}\r\n\r\n${NEXT}${NEXT}`,
  `POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nHost: h\r\n\r\n${chunks}${NEXT}`,
  `GET /a HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok${NEXT}`,
  `GET /a HTTP/1.0\r\n\r\n${NEXT}`,
  `\r\n\r\nPUT /a HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A:2\r\nEmpty:\r\nContent-Length: 0\r\n\r\n${NEXT}`,
  `POST http://h/a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc${NEXT}`,
]

const nearly = mutated(SEEDS, [
  '#',
  '/',
  'Host: i\r\n',
  'Transfer-Encoding:\r\n',
  'X: y\n',
  'X: y\r',
  ' x\r\n',
  'HTTP/1.1',
  'HTTP/2.0',
  '0\r\n',
  NEXT,
])

/** What llhttp takes for no message at all, wherever it would end; it obeys a Connection in a trailer, too, and reads nothing more. */
const REFUSED_WHOLE = new Set(['HPE_INVALID_METHOD', 'HPE_INVALID_URL', 'HPE_CLOSED_CONNECTION'])

test.each([false, true])(
  'whatever is taken is the same messages for llhttp (lenient: %s)',
  async (lenient) => {
    let taken = 0
    await fc.assert(
      fc.asyncProperty(nearly, async (text) => {
        const bytes = Buffer.from(text, 'latin1')
        const ours = await read(bytes)
        const { messages, error } = readByNode('request', bytes, { lenient })
        const code = (error as { code?: string } | null)?.code
        for (const [at, { method, target, headers, body }] of ours.requests.entries()) {
          const theirs = messages[at]
          if (!theirs?.complete && REFUSED_WHOLE.has(code!)) return
          taken++
          expect(theirs).toMatchObject({ method, body, complete: true })
          // what becomes of a fragment, and of bytes beyond ASCII: test/core/http1/request-target.test.ts
          if (!/[#\x80-\xff]/.test(theirs!.target)) {
            const url = new URL(`http://h${theirs!.target.replace(/^https?:\/\/[^/?#]+/i, '')}`)
            expect(target).toBe(url.pathname + url.search)
          }
          // llhttp leaves blanks at a value's end, which are no part of it (RFC 9112, 5)
          expect(headers).toEqual(
            theirs!.headers.flatMap(([, value], n) => [
              headers[2 * n]!.toLowerCase() === theirs!.headers[n]![0]
                ? headers[2 * n]
                : theirs!.headers[n]![0],
              value.replace(/[ \t]+$/, ''),
            ]),
          )
        }
        // nothing that is whole is left unread
        if (!lenient && !ours.ended && !error)
          expect(messages.filter(({ complete }) => complete).length).toBe(ours.requests.length)
      }),
      { numRuns: 5000 },
    )
    expect(taken).toBeGreaterThan(2000)
  },
)

test('requests are the same however their bytes are cut, and whenever they are answered', async () => {
  await fc.assert(
    fc.asyncProperty(
      nearly,
      fc.array(fc.nat(260), { maxLength: 12 }),
      fc.boolean(),
      fc.boolean(),
      async (text, cuts, turns, late) => {
        const bytes = Buffer.from(text, 'latin1')
        const whole = await read(bytes)
        const cut = await read(bytes, { cuts, turns, late })
        expect(cut.requests).toEqual(whole.requests)
        // a body of which a part is not here yet is asked for
        const told = (written: string) => written.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', '')
        // one that is none is told so by whoever asked for it
        if (!/HTTP\/1.1 4\d\d/.test(whole.written)) expect(told(cut.written)).toBe(told(whole.written))
        expect(cut.ended).toBe(whole.ended)
      },
    ),
    { numRuns: 2000 },
  )
})

test('long bodies and many requests are the same however their bytes are cut', async () => {
  const body = Array.from({ length: 30_000 }, (_, n) => String(n)).join()
  const chunked = `${body.replace(/[\d,]{1,1000}/g, (piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`)}0\r\n\r\n`
  const text = [
    ...[NEXT.repeat(500), `POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
    ...[
      NEXT,
      `POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
      NEXT.repeat(500),
    ],
  ].join('')
  const bytes = Buffer.from(text, 'latin1')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 40 }), async (cuts) => {
      const { requests } = await read(bytes, { cuts, turns: true })
      expect(requests.length).toBe(1003)
      expect([requests[500]!.body === body, requests[502]!.body === body]).toEqual([true, true])
    }),
    { numRuns: 30 },
  )
})
