/** The body of a request as it comes: for one reader, who may want all of it or a stream; what nobody reads waits, within bounds. */
import type { ArrivingBody } from '../core/arrival.ts'
import { ChunkedReader, type PieceTaker } from '../core/http1/chunked.ts'
import { BadRequest } from '../core/http1/request-parser.ts'

/** How much waits in memory for its reader before the client is held back. */
const WAITING_BYTES = 256 * 1024

const NOTHING = new Uint8Array(0)

/** What a body asks of its connection. */
export interface BodyWire {
  pause(): void
  resume(): void
  /** somebody wants the body: a client that waits for this is told to send it */
  wanted(): void
}

const malformed = (): BadRequest => new BadRequest(400, 'the request breaks the rules of HTTP: its chunks')

export class InboundBody implements ArrivingBody, PieceTaker {
  readonly length: number | null
  readonly whole = null
  readonly #wire: BodyWire
  readonly #chunked: ChunkedReader | null
  #left: number
  #pieces: Uint8Array[] = []
  #waiting = 0
  #stream: ReadableStreamDefaultController<Uint8Array> | null = null
  #collecting: { resolve(bytes: Uint8Array): void; reject(error: unknown): void } | null = null
  #discarded = false
  #error: Error | null = null
  /** bytes that came and were of no use to anybody */
  passedOver = 0
  /** whether all of it is here */
  complete = false

  constructor(framing: number | 'chunked', wire: BodyWire) {
    this.#wire = wire
    this.#chunked = framing === 'chunked' ? new ChunkedReader(malformed) : null
    this.length = framing === 'chunked' ? null : framing
    this.#left = this.length ?? 0
  }

  /** Whether somebody waits for more of it. */
  get awaited(): boolean {
    return this.#collecting !== null || (this.#stream !== null && this.#stream.desiredSize! > 0)
  }

  /** Takes what came; returns where the body stopped: behind its last byte, or the end. Throws a BadRequest at what is no chunk. */
  receive(bytes: Uint8Array): number {
    let at: number
    if (this.#chunked) {
      at = this.#chunked.read(bytes, 0, this)
      this.complete = this.#chunked.done
    } else {
      at = Math.min(bytes.length, this.#left)
      if (at > 0) this.take(at === bytes.length ? bytes : bytes.subarray(0, at))
      this.#left -= at
      this.complete = this.#left === 0
    }
    this.#handOn()
    return at
  }

  take(piece: Uint8Array): void {
    if (this.#discarded) {
      this.passedOver += piece.length
      return
    }
    this.#pieces.push(piece)
    this.#waiting += piece.length
  }

  bytes(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#collecting = { resolve, reject }
      this.#begin()
    })
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#stream = controller
          this.#begin()
        },
        pull: () => this.#wire.resume(),
        cancel: () => this.discard(),
      },
      { highWaterMark: WAITING_BYTES, size: (piece) => piece.byteLength },
    )
  }

  /** The client has gone, or said what is no body. */
  fail(error: Error): void {
    if (this.complete || this.#error) return
    this.#error = error
    this.#collecting?.reject(error)
    if (!this.#discarded) this.#stream?.error(error)
    this.#collecting = null
    this.#pieces = []
  }

  /** Nobody reads on. */
  discard(): void {
    this.#discarded = true
    this.#pieces = []
    this.#stream = null
    this.#wire.resume()
  }

  #begin(): void {
    if (this.#error) {
      this.#collecting?.reject(this.#error)
      this.#stream?.error(this.#error)
      this.#collecting = null
      return
    }
    if (!this.complete) this.#wire.wanted()
    this.#handOn()
    if (!this.complete && this.#collecting) this.#wire.resume()
  }

  #handOn(): void {
    if (this.#discarded) return
    if (this.#stream) {
      const piece = this.gathered()
      if (piece.length > 0) this.#stream.enqueue(piece)
      if (!this.complete) {
        if (this.#stream.desiredSize! <= 0) this.#wire.pause()
        return
      }
      this.#stream.close()
      this.#stream = null
    } else if (this.#collecting) {
      if (!this.complete) return
      this.#collecting.resolve(this.gathered())
      this.#collecting = null
    } else if (this.#waiting > WAITING_BYTES) this.#wire.pause()
  }

  /** What is here and was not handed on, in one piece: a stream's queue of chunks of a byte each would be many times their size. */
  gathered(): Uint8Array {
    const pieces = this.#pieces
    if (pieces.length === 0) return NOTHING
    this.#pieces = []
    this.#waiting = 0
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }
}
