/** What the server under the inbound contract answers, on any runtime: the target's first segment says how, the others what of. */
import { type Inbound, socketInbound } from '../../src/adapters/inbound-sockets.ts'
import type { Listen } from '../../src/adapters/listen.ts'
import { listenWithTls } from '../../src/adapters/listen-tls.ts'
import type { Arrival } from '../../src/core/arrival.ts'
import type { Answer } from '../../src/core/call.ts'
import type { Later } from '../../src/core/later.ts'
import type { Log } from '../../src/platform.ts'
import { good } from '../support/certificates.ts'
import { isPattern, patterned } from '../support/pattern.ts'

/** Where the server listens: for patient clients and hasty tests. */
export interface Ports {
  plain: number
  tls: number
  /** clients are given up after a fraction of a second */
  hasty: number
  /** the same, through TLS */
  hastyTls: number
}

/** What `/told` says. */
export interface Told {
  /** requests that were asked for an answer */
  asked: number
  /** streams that were cancelled, as answers and as requests */
  left: number
  /** pieces that were taken of all streams */
  pulled: number
  /** bodies that failed their reader, by message */
  failed: string[]
  /** what should not be: rejections that nobody handled, errors that nobody caught */
  loose: string[]
  /** listeners of `/listen` that have stopped, and how many connections each has open */
  stopped: number[]
  open: Record<number, number>
  /** in bytes */
  memory: number
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const text = (body: string, status = 200, headers: [string, string][] = []): Answer => ({
  status,
  headers,
  body: new TextEncoder().encode(body),
})
const json = (body: unknown): Answer => text(JSON.stringify(body))

const HASTY = { tickMs: 20, rest: 12, head: 12, silence: 12, unread: 40, linger: 12, parting: 40 }

export async function startAnswering(listen: Listen, memory: () => number): Promise<Ports> {
  const told: Told = { asked: 0, left: 0, pulled: 0, failed: [], loose: [], stopped: [], open: {}, memory: 0 }
  const listening = new Map<number, { inbound: Inbound; close(): void }>()
  const here = { host: '127.0.0.1', port: 0 }
  const log: Log = (level, message, fields) => {
    if (level === 'error') told.loose.push(`${message} ${JSON.stringify(fields)}`)
  }

  const process = (globalThis as unknown as { process: NodeJS.Process }).process
  for (const event of ['unhandledRejection', 'uncaughtException'])
    process.on(event, (error: Error) => told.loose.push(`${event}: ${error?.stack ?? error}`))

  /** `pieces` of `size` bytes, then `end`: nothing more, an error, or no end. */
  function streamed(pieces: number, size: number, end: 'close' | 'error' | 'wait', everyMs = -1) {
    let at = 0
    let n = 0
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        told.pulled++
        if (everyMs >= 0) await pause(everyMs)
        if (n++ < pieces) {
          controller.enqueue(patterned(at, size))
          at += size
        } else if (end === 'close') controller.close()
        else if (end === 'error') controller.error(new Error('the back end broke off'))
        else await new Promise(() => {})
      },
      cancel() {
        told.left++
      },
    })
  }

  /** Counts a stream that must be the pattern; `held`: looks at its bytes only when all have come. */
  async function counted(body: ReadableStream<Uint8Array>, held: boolean): Promise<Answer> {
    const pieces: Uint8Array[] = []
    let length = 0
    let right = true
    try {
      for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
        if (held) pieces.push(piece)
        else right &&= isPattern(piece, length)
        length += piece.length
      }
    } catch (error) {
      told.failed.push((error as Error).message)
      return text('it failed', 400)
    }
    length = held ? 0 : length
    for (const piece of pieces) {
      right &&= isPattern(piece, length)
      length += piece.length
    }
    return json({ length, right })
  }

  async function echo({ method, authority, rawPath, rawQuery, headers, body }: Arrival): Promise<Answer> {
    try {
      const bytes = body ? await body.bytes() : null
      const said = bytes && Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
      return json({ method, authority, rawPath, rawQuery, headers, body: said })
    } catch (error) {
      told.failed.push((error as Error).message)
      return text('it failed', 400)
    }
  }

  const answers: Record<string, (arrival: Arrival, ...more: string[]) => Later<Answer | Response>> = {
    echo,
    say: (_, word = '') => text(word),
    later: async (_, word = '', ms = '1') => {
      await pause(Number(ms))
      return text(word)
    },
    status: (_, status) => text('a body', Number(status)),
    response: (_, status) =>
      new Response(['204', '205', '304'].includes(status!) ? null : 'a body', { status: Number(status) }),
    empty: (_, status) => ({ status: Number(status), headers: [], body: null }),
    big: (_, bytes) => ({ status: 200, headers: [], body: patterned(0, Number(bytes)) }),
    stream: ({ body }, pieces, size, end = 'close', everyMs = '-1') => {
      void body
      const stream = streamed(Number(pieces), Number(size), end as 'close', Number(everyMs))
      return { status: 200, headers: [], body: stream }
    },
    streamed: async (_, status) => ({ status: Number(status), headers: [], body: streamed(3, 5, 'close') }),
    count: ({ body }) => (body ? counted(body.stream(), false) : text('no body')),
    hold: ({ body }) => counted(body!.stream(), true),
    slow: async ({ body }, ms) => {
      await pause(Number(ms))
      return counted(body!.stream(), false)
    },
    pipe: ({ body }) => ({ status: 200, headers: [], body: body!.stream() }),
    /** reads a little, leaves the rest, and answers in its own time */
    leave: async ({ body }, ms = '0') => {
      const reader = body!.stream().getReader()
      await reader.read()
      await reader.cancel()
      await pause(Number(ms))
      return text('left')
    },
    /** answers while somebody still reads */
    overtake: ({ body }) => {
      void counted(body!.stream(), false)
      return pause(20).then(() => text('overtaken'))
    },
    /** asks for the body when the answer is under way */
    late: ({ body }) => {
      setTimeout(() => void body!.bytes().catch((error: Error) => told.failed.push(error.message)), 20)
      return { status: 200, headers: [], body: streamed(10, 5, 'close', 10) }
    },
    evil: () => ({
      status: 200,
      headers: [
        ['X-A', 'a\r\nX-Evil: 1'],
        ['X-B\r\nX-Evil', '1'],
        ['Content-Length', '1'],
        ['Transfer-Encoding', 'chunked'],
        ['Connection', 'upgrade'],
        ['X-Good', '1'],
      ],
      body: new Uint8Array(3),
    }),
    throw: () => {
      throw new Error('no answer')
    },
    reject: () => Promise.reject(new Error('no answer')),
    garbage: () => ({ status: 200, headers: [], body: new Response('x').body!.pipeThrough(garbled()) }),
    told: () => json({ ...told, asked: told.asked - 1, memory: memory() }),
    listen: async (_, how) => {
      const inbound = socketInbound(answer, log, how === 'hasty' ? HASTY : undefined)
      const { port, close } = await listen(here, (socket, peer) => {
        told.open[port]!++
        const { listen } = socket
        socket.listen = (events) =>
          listen.call(socket, {
            ...events,
            close() {
              told.open[port]!--
              events.close()
            },
          })
        inbound.accept(socket, peer)
      })
      told.open[port] = 0
      listening.set(port, { inbound, close })
      return text(String(port))
    },
    stop: (_, port) => {
      const { inbound, close } = listening.get(Number(port))!
      close()
      void inbound.stop().then(() => told.stopped.push(Number(port)))
      return text('stopping')
    },
  }

  function answer(arrival: Arrival): Later<Answer | Response> {
    told.asked++
    const [, how, ...more] = arrival.rawPath.split('/')
    const known = answers[how!]
    return known ? known(arrival, ...more) : text('no such answer', 404)
  }

  const certified = { certificates: { '*': good }, trustStore: async () => null, log }
  const tls = listenWithTls(certified)
  const hastyTls = listenWithTls({ ...certified, handshakeMs: 200 })
  const patient = socketInbound(answer, log)
  const hasty = socketInbound(answer, log, HASTY)
  return {
    plain: (await listen(here, patient.accept)).port,
    tls: (await tls(here, patient.accept)).port,
    hasty: (await listen(here, hasty.accept)).port,
    hastyTls: (await hastyTls(here, hasty.accept)).port,
  }
}

/** Pieces that are no bytes. */
const garbled = () =>
  new TransformStream({ transform: (_, controller) => controller.enqueue(null as never) }) as TransformStream<
    Uint8Array,
    Uint8Array
  >
