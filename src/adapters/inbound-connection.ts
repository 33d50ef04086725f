/** A client's connection: its requests one after the other, and their answers in the same order. */
import type { Arrival, ArrivingBody, Peer } from '../core/arrival.ts'
import type { Answer } from '../core/call.ts'
import { CHUNK_END, chunkStart, LAST_CHUNK } from '../core/http1/chunked.ts'
import { BadRequest, parseRequestHead, type RequestHead } from '../core/http1/request-parser.ts'
import { isBodiless, responseHead } from '../core/http1/response-writer.ts'
import type { Later } from '../core/later.ts'
import { type BodyWire, InboundBody } from './inbound-body.ts'
import { SocketArrival } from './inbound-request.ts'
import type { ByteSocket } from './socket.ts'

/** Amazon's limits (10,240 bytes of URL, of header values) are the pipeline's; beyond this nobody reads on. */
const MAX_HEAD_BYTES = 64 * 1024
/** How much of the next requests waits while one is answered. */
const MAX_HELD_BYTES = 64 * 1024
/** What is left of a body that nobody wants is read up to this, for the connection's sake; behind more of it the connection ends. */
const MAX_PASSED_OVER_BYTES = 1024 * 1024

/** In seconds: how long a connection may rest, take for a head, and fall silent in a body or while it is written to. */
const REST = 75
const HEAD = 60
const SILENCE = 60
const UNREAD = 300
/** How long a client has to take the last answer of a connection that ends. */
const LINGER = 5

/** What a connection asks of the listener. */
export interface Keeper {
  answer(arrival: Arrival): Later<Answer | Response>
  /** seconds, by the listener's own count */
  readonly second: number
  /** no connection is kept any more */
  readonly stopping: boolean
  /** a request that nobody can answer came */
  refused(reason: string, peer: Peer): void
  gone(connection: InboundConnection): void
}

export class InboundConnection implements BodyWire {
  readonly #socket: ByteSocket
  readonly #peer: Peer
  readonly #keeper: Keeper
  /** a head that is not whole yet, or what came behind the request that is being answered */
  #held: Buffer | null = null
  /** the request that is being answered */
  #head: RequestHead | null = null
  /** the body that is not whole yet, of that request or, to be passed over, of the last one */
  #body: InboundBody | null = null
  #told = false
  /** reads the answer that is being sent */
  #answer: ReadableStreamDefaultReader<Uint8Array> | null = null
  #onDrain: (() => void) | null = null
  #paused = false
  /** the client sends no more */
  #clientEnded = false
  /** where the next request begins is not known any more */
  #lost = false
  #ending = false
  #gone = false
  /** when it last got on, by the listener's count of seconds */
  #since: number

  constructor(socket: ByteSocket, peer: Peer, keeper: Keeper) {
    this.#socket = socket
    this.#peer = peer
    this.#keeper = keeper
    this.#since = keeper.second
    socket.listen({
      data: (bytes) => this.#received(bytes),
      end: () => this.#ended(),
      error: () => this.destroy(),
      close: () => this.#closed(),
      drain: () => {
        this.#since = this.#keeper.second
        this.#onDrain?.()
      },
    })
  }

  /** Looks at the time. */
  sweep(): void {
    const silent = this.#keeper.second - this.#since
    if (this.#ending) {
      if (silent > LINGER) this.destroy()
    } else if (this.#socket.unsent()) {
      if (silent > UNREAD) this.destroy()
    } else if (this.#body && !this.#paused && (!this.#head || this.#body.awaited)) {
      if (silent > SILENCE) this.#breakOff(new BadRequest(408, 'the body does not come'))
    } else if (!this.#head) {
      if (silent > (this.#held ? HEAD : REST))
        this.#held ? this.#refuse(new BadRequest(408, 'the head does not come')) : this.#end()
    }
  }

  /** Lets the answer that is under way finish. */
  stop(): void {
    if (!this.#head) this.#end()
  }

  destroy(): void {
    if (this.#gone) return
    this.#socket.destroy()
    this.#closed()
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#paused || this.#gone) return
    this.#paused = false
    this.#since = this.#keeper.second
    this.#socket.resume()
  }

  wanted(): void {
    if (!this.#head?.expectsContinue || this.#told || this.#gone) return
    this.#told = true
    this.#since = this.#keeper.second
    this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n')
  }

  #received(bytes: Buffer): void {
    // what comes behind the last request is read, so that the client gets its answer and no reset, and dropped
    if (this.#ending || this.#lost) return
    if (this.#body) this.#bodyCame(this.#body, bytes)
    else if (this.#head) this.#hold(bytes)
    else {
      if (!this.#held) this.#since = this.#keeper.second
      this.#read(this.#held ? Buffer.concat([this.#held, bytes]) : bytes)
    }
  }

  #bodyCame(body: InboundBody, bytes: Buffer): void {
    this.#since = this.#keeper.second
    let at: number
    try {
      at = body.receive(bytes)
    } catch (error) {
      this.#breakOff(error as BadRequest)
      return
    }
    if (!body.complete) {
      if (body.passedOver > MAX_PASSED_OVER_BYTES) this.#end()
      return
    }
    this.#body = null
    if (at === bytes.length) return
    const rest = bytes.subarray(at)
    this.#head ? this.#hold(rest) : this.#read(rest)
  }

  /** The body will never be whole. */
  #breakOff(error: Error): void {
    this.#lost = true
    this.#held = null
    this.#body?.fail(error)
    this.#body = null
    if (!this.#head) this.#end()
  }

  /** Waits for its turn. */
  #hold(bytes: Buffer): void {
    this.#held = this.#held ? Buffer.concat([this.#held, bytes]) : bytes
    if (this.#held.length > MAX_HELD_BYTES) this.pause()
  }

  /** Answers what is whole, for as long as answers are there at once. */
  #read(bytes: Buffer): void {
    this.#held = bytes
    while (this.#held && !this.#head && !this.#body && !this.#ending && !this.#gone)
      if (!this.#next(this.#held)) break
    if (this.#clientEnded && !this.#head) this.#end()
    else if (this.#head && this.#held && this.#held.length > MAX_HELD_BYTES) this.pause()
  }

  /** Takes one request, if it is whole up to its body, and holds what lies behind it. */
  #next(bytes: Buffer): boolean {
    let at = 0
    // empty lines before a request are passed over (RFC 9112, 2.2)
    while (bytes[at] === 13 && bytes[at + 1] === 10) at += 2
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1')
    let head: RequestHead
    try {
      if ((end < 0 ? bytes.length : end) - at > MAX_HEAD_BYTES)
        throw new BadRequest(431, `the request has more than ${MAX_HEAD_BYTES} bytes of headers`)
      if (end < 0) {
        this.#held = at === bytes.length ? null : bytes.subarray(at)
        return false
      }
      head = parseRequestHead(bytes.toString('latin1', at, end))
    } catch (error) {
      this.#refuse(error as BadRequest)
      return false
    }
    at = end + 4
    let body: ArrivingBody | null = null
    if (head.framing !== 0) {
      const arriving = new InboundBody(head.framing, this)
      try {
        at += arriving.receive(bytes.subarray(at))
      } catch (error) {
        this.#refuse(error as BadRequest)
        return false
      }
      if (arriving.complete) body = wholeBody(arriving.gathered())
      else {
        body = arriving
        this.#body = arriving
      }
    }
    this.#held = at < bytes.length ? bytes.subarray(at) : null
    this.#ask(head, body)
    return true
  }

  #ask(head: RequestHead, body: ArrivingBody | null): void {
    this.#head = head
    this.#told = false
    const answer = this.#keeper.answer(new SocketArrival(head, body, this.#peer))
    if (answer instanceof Promise) void answer.then((answer) => this.#answered(head, answer))
    else this.#answered(head, answer)
  }

  #answered(head: RequestHead, answer: Answer | Response): void {
    if (answer instanceof Response) void answerIn(answer).then((answer) => this.#answered(head, answer))
    else if (answer.body instanceof ReadableStream) void this.#stream(head, answer, answer.body)
    else this.#write(head, answer, answer.body)
  }

  #write(head: RequestHead, { status, headers }: Answer, body: Uint8Array | null): void {
    if (this.#gone) return
    const keep = this.#keeps(head)
    const bodiless = isBodiless(status, head.method)
    const length = body ? body.length : bodiless ? null : 0
    const text = responseHead(status, headers, length, keep, Date.now())
    const flows = this.#socket.write(text, bodiless ? null : body)
    if (flows) this.#done(keep)
    else void this.#drained().then(() => this.#done(keep))
  }

  /** A client of HTTP/1.0 knows no chunks: the connection's end is the body's. */
  async #stream(
    head: RequestHead,
    { status, headers }: Answer,
    stream: ReadableStream<Uint8Array>,
  ): Promise<void> {
    const reader = stream.getReader()
    if (this.#gone || isBodiless(status, head.method)) {
      reader.cancel().catch(() => {})
      return this.#write(head, { status, headers, body: null }, null)
    }
    this.#answer = reader
    const keep = head.isCurrent && this.#keeps(head)
    const framing = head.isCurrent ? 'chunked' : null
    try {
      let flows = this.#socket.write(responseHead(status, headers, framing, keep, Date.now()), null)
      for (;;) {
        const { done, value } = await reader.read()
        if (this.#gone) return
        if (done) break
        if (value.length === 0) continue
        if (!flows) await this.#drained()
        flows = head.isCurrent ? this.#writeChunk(value) : this.#socket.write(value)
        this.#since = this.#keeper.second
        if (!flows) await this.#drained()
        if (this.#gone) return
      }
      if (head.isCurrent) flows = this.#socket.write(LAST_CHUNK)
      if (!flows) await this.#drained()
    } catch {
      // a client must not take the part for the whole
      this.destroy()
      return
    }
    this.#answer = null
    this.#done(keep)
  }

  #writeChunk(bytes: Uint8Array): boolean {
    this.#socket.write(chunkStart(bytes.length), bytes)
    return this.#socket.write(CHUNK_END)
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrain = () => {
        this.#onDrain = null
        resolve()
      }
      if (this.#gone || !this.#socket.unsent()) this.#onDrain()
    })
  }

  /** Whether the connection may go on behind this answer. */
  #keeps(head: RequestHead): boolean {
    if (!head.keepAlive || this.#lost || this.#ending || this.#keeper.stopping) return false
    if (this.#clientEnded && !this.#held) return false
    const body = this.#body
    if (!body) return true
    // nobody knows whether a client that was not told to send its body will
    if (head.expectsContinue && !this.#told) return false
    return body.length === null || body.length <= MAX_PASSED_OVER_BYTES
  }

  #done(keep: boolean): void {
    this.#head = null
    if (this.#gone) return
    this.#since = this.#keeper.second
    if (!keep || this.#lost) {
      this.#end()
      return
    }
    this.#body?.discard()
    this.resume()
    if (this.#held && !this.#body) this.#read(this.#held)
    else if (this.#clientEnded) this.#end()
  }

  /** Says why there is no answer, and ends the connection: what comes behind may be anything. */
  #refuse({ status, message }: BadRequest): void {
    this.#keeper.refused(message, this.#peer)
    const headers = [
      ['Content-Type', 'application/json'],
      ['x-amzn-ErrorType', 'BadRequestException'],
    ] as const
    const body = Buffer.from('{"message":"Bad Request"}')
    this.#socket.write(responseHead(status, headers, body.length, false, Date.now()), body)
    this.#end()
  }

  /** Nothing more is read; what was written still goes out. */
  #end(): void {
    if (this.#ending || this.#gone) return
    this.#ending = true
    this.#held = null
    this.#since = this.#keeper.second
    this.resume()
    this.#socket.end()
  }

  /** The client sends no more; a request that is whole gets its answer. */
  #ended(): void {
    this.#clientEnded = true
    if (this.#body) this.#breakOff(new Error('the client ended the connection'))
    else if (!this.#head) this.#end()
  }

  #closed(): void {
    if (this.#gone) return
    this.#gone = true
    this.#held = null
    this.#body?.fail(new Error('the client closed the connection'))
    this.#body = null
    this.#answer?.cancel().catch(() => {})
    this.#onDrain?.()
    this.#keeper.gone(this)
  }
}

const wholeBody = (whole: Uint8Array): ArrivingBody => ({
  length: whole.length,
  whole,
  bytes: async () => whole,
  stream: () => new Blob([whole as BlobPart]).stream(),
})

/** The control service's answers, which are Responses and short. */
async function answerIn(response: Response): Promise<Answer> {
  const headers: [string, string][] = []
  response.headers.forEach((value, name) => {
    headers.push([name, value])
  })
  return { status: response.status, headers, body: new Uint8Array(await response.arrayBuffer()) }
}
