/** One request on a connection and its response: what the parser reads becomes bytes where it is short or already there, else a stream. */
import type { AbortListener, CancelSignal } from '../core/cancellation.ts'
import { ChunkedReader, type PieceTaker } from '../core/http1/chunked.ts'
import { endOfHead, UNSAFE } from '../core/http1/fields.ts'
import { malformed, parseResponseHead, type ResponseHead } from '../core/http1/response-parser.ts'
import { OutboundFailure } from '../core/outbound-failure.ts'
import type { OutboundRequest, OutboundResponse } from '../platform.ts'

/** A body whose declared length is at most this is read whole before the answer is given. */
const WHOLE_BODY_BYTES = 64 * 1024
/** How much of a streamed body waits in memory for its reader before the socket is paused. */
const STREAM_BUFFER_BYTES = 256 * 1024
/** Amazon allows 10,240 bytes of headers towards a client; a back end may send more. */
const MAX_HEADER_BYTES = 64 * 1024

/** What an exchange asks of its connection. */
export interface Wire {
  pause(): void
  resume(): void
  /** ends the connection, the response is not read on */
  abandon(): void
}

export const aborted = (signal: CancelSignal): OutboundFailure =>
  new OutboundFailure('aborted', 'The call was given up', signal.reason)

export class Exchange implements AbortListener, PieceTaker {
  readonly request: OutboundRequest
  readonly #wire: Wire
  readonly #resolve: (response: OutboundResponse) => void
  readonly #reject: (failure: OutboundFailure) => void
  /** bytes of a head that is not whole yet */
  #held: Buffer | null = null
  /** bytes of the heads of interim responses */
  #passedOver = 0
  #head: ResponseHead | null = null
  #left = 0
  #chunked: ChunkedReader | null = null
  /** what was read and not handed on yet */
  #pieces: Uint8Array[] = []
  #stream: ReadableStreamDefaultController<Uint8Array> | null = null
  #settled = false
  /** whether anything of a response came */
  answered = false
  /** whether the response is whole */
  complete = false

  constructor(
    request: OutboundRequest,
    wire: Wire,
    resolve: (response: OutboundResponse) => void,
    reject: (failure: OutboundFailure) => void,
  ) {
    this.request = request
    this.#wire = wire
    this.#resolve = resolve
    this.#reject = reject
    request.signal?.addEventListener('abort', this)
  }

  /** The call is given up. */
  handleEvent(): void {
    // the connection may serve somebody else already
    if (this.#settled) return
    this.fail(aborted(this.request.signal!))
    this.#wire.abandon()
  }

  /** How long the connection may rest afterwards, in milliseconds, or null if it may not be used again; undefined: not said. */
  get rest(): number | null | undefined {
    return this.#head?.keepAlive ? this.#head.keepAliveMs : null
  }

  /** Takes what came; returns how much of it lies behind this response. Throws an OutboundFailure at what is not HTTP. */
  receive(bytes: Buffer): number {
    this.answered = true
    let at = 0
    if (!this.#head) {
      const given = this.#held ? Buffer.concat([this.#held, bytes]) : bytes
      at = this.#readHead(given)
      if (!this.#head) return 0
      bytes = given
    }
    at = this.#readBody(bytes, at)
    if (this.#stream) this.#pass(this.#stream)
    if (this.complete) this.#end()
    else if (this.#head && !this.#stream && !(this.#left > 0 && this.#left <= WHOLE_BODY_BYTES)) this.#open()
    return bytes.length - at
  }

  /** The connection ended: fine where nothing else says where the body ends. */
  ended(): boolean {
    if (this.#head?.framing !== 'close') return false
    this.complete = true
    this.#end()
    return true
  }

  fail(failure: OutboundFailure): void {
    if (this.#settled) return
    this.#settle()
    if (this.#stream) this.#stream.error(failure)
    else this.#reject(failure)
  }

  #readHead(bytes: Buffer): number {
    let at = 0
    for (;;) {
      const end = endOfHead(bytes, at)
      if (end === UNSAFE) throw malformed('it has control characters')
      if ((end < 0 ? bytes.length : end) - at > MAX_HEADER_BYTES - this.#passedOver)
        throw new OutboundFailure(
          'protocol',
          `the response has more than ${MAX_HEADER_BYTES} bytes of headers`,
        )
      if (end < 0) {
        this.#held = at === 0 ? bytes : bytes.subarray(at)
        return bytes.length
      }
      const head = parseResponseHead(bytes.toString('latin1', at, end), this.request.method)
      if (head.status === 101)
        throw new OutboundFailure('protocol', 'the response switches protocols, which nobody asked for')
      if (head.status < 200) {
        if (!head.keepAlive)
          throw new OutboundFailure('protocol', 'the connection is said to end before the response')
        // one after the other they might go on for ever
        this.#passedOver += end + 4 - at
        at = end + 4
        continue
      }
      at = end + 4
      this.#held = null
      this.#head = head
      if (head.framing === 'chunked') this.#chunked = new ChunkedReader(() => malformed('its chunks'))
      else this.#left = head.framing === 'close' ? Number.POSITIVE_INFINITY : head.framing
      return at
    }
  }

  #readBody(bytes: Buffer, from: number): number {
    if (this.#chunked) {
      const at = this.#chunked.read(bytes, from, this)
      this.complete = this.#chunked.done
      return at
    }
    const end = Math.min(bytes.length, from + this.#left)
    if (end > from) {
      this.take(from === 0 && end === bytes.length ? bytes : bytes.subarray(from, end))
      this.#left -= end - from
    }
    this.complete = this.#left === 0
    return end
  }

  /** A piece of the body. */
  take(piece: Uint8Array): void {
    this.#pieces.push(piece)
  }

  /** What was read, in one piece: a stream's queue of chunks of a byte each would be many times their size. */
  #whole(): Uint8Array | null {
    const pieces = this.#pieces
    if (pieces.length === 0) return null
    this.#pieces = []
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }

  /** Hands on what was read. */
  #pass(stream: ReadableStreamDefaultController<Uint8Array>): void {
    const piece = this.#whole()
    if (!piece || this.#settled) return
    stream.enqueue(piece)
    if (stream.desiredSize! <= 0) this.#wire.pause()
  }

  /** More is to come than is worth waiting for. */
  #open(): void {
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#stream = controller
          this.#pass(controller)
        },
        pull: () => {
          if (!this.#settled) this.#wire.resume()
        },
        cancel: () => {
          // once the response is whole the connection may serve somebody else
          if (this.#settled) return
          this.#settle()
          this.#wire.abandon()
        },
      },
      { highWaterMark: STREAM_BUFFER_BYTES, size: (piece) => piece.byteLength },
    )
    this.#answer(body)
  }

  #end(): void {
    if (this.#settled) return
    this.#settle()
    if (this.#stream) this.#stream.close()
    else this.#answer(this.#whole())
  }

  #answer(body: OutboundResponse['body']): void {
    const { status, headers } = this.#head!
    this.#resolve({ status, headers, body })
  }

  #settle(): void {
    this.#settled = true
    this.request.signal?.removeEventListener('abort', this)
  }
}
