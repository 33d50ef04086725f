/** The body of a request as it comes: for one reader, who may want all of it or a stream; what nobody reads waits, within bounds. */
import type { ArrivingBody } from '../core/arrival.ts'
import { ChunkedReader, type PieceTaker } from '../core/http1/chunked.ts'
import { malformed } from '../core/http1/request-parser.ts'

/** How much waits in memory for its reader before the client is held back. */
const WAITING_BYTES = 256 * 1024

/** Pieces below this are copied together: a view of each would be many times its size. */
const SMALL_BYTES = 1024
const ROOM_BYTES = 4 * SMALL_BYTES

const NOTHING = new Uint8Array(0)

/** What a body asks of its connection. */
export interface BodyWire {
  pause(): void
  resume(): void
  /** somebody wants the body: a client that waits for this is told to send it */
  wanted(): void
}

export class InboundBody implements ArrivingBody, PieceTaker {
  readonly length: number | null
  readonly whole = null
  readonly #wire: BodyWire
  readonly #chunked: ChunkedReader | null
  #left: number
  #pieces: Uint8Array[] = []
  #waiting = 0
  /** where small pieces are copied to, behind `#pieces`, and how far it is filled */
  #room: Uint8Array | null = null
  #filled = 0
  #stream: ReadableStreamDefaultController<Uint8Array> | null = null
  /** the stream's reader waits for the next piece */
  #pulled = false
  #collecting: { resolve(bytes: Uint8Array): void; reject(error: unknown): void } | null = null
  #discarded = false
  #error: Error | null = null
  /** bytes that came and were of no use to anybody */
  passedOver = 0
  /** whether all of it is here */
  complete = false

  constructor(framing: number | 'chunked', wire: BodyWire) {
    this.#wire = wire
    this.#chunked = framing === 'chunked' ? new ChunkedReader(() => malformed('its chunks')) : null
    this.length = framing === 'chunked' ? null : framing
    this.#left = this.length ?? 0
  }

  /** Whether somebody waits for more of it. */
  get awaited(): boolean {
    return this.#collecting !== null || this.#pulled
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
    if (this.#discarded) this.passedOver += at
    else this.#handOn()
    return at
  }

  take(piece: Uint8Array): void {
    if (this.#discarded) return
    this.#waiting += piece.length
    if (piece.length < SMALL_BYTES) {
      this.#copy(piece)
      return
    }
    this.#closeRoom()
    this.#pieces.push(piece)
  }

  #copy(piece: Uint8Array): void {
    if (!this.#room || this.#filled + piece.length > ROOM_BYTES) {
      this.#closeRoom()
      // the only small one as a rule
      if (this.#pieces.length === 0) {
        this.#pieces.push(piece)
        return
      }
      this.#room = new Uint8Array(ROOM_BYTES)
    }
    this.#room.set(piece, this.#filled)
    this.#filled += piece.length
  }

  #closeRoom(): void {
    if (!this.#room) return
    this.#pieces.push(this.#room.subarray(0, this.#filled))
    this.#room = null
    this.#filled = 0
  }

  bytes(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#collecting = { resolve, reject }
      this.#begin()
    })
  }

  /** What its reader does not wait for waits here, in few pieces, not in the stream's queue, in as many as came. */
  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#stream = controller
          this.#begin()
        },
        pull: () => {
          this.#pulled = true
          this.#handOn()
          this.#wire.resume()
        },
        cancel: () => {
          this.#stream = null
          this.discard()
        },
      },
      { highWaterMark: 0 },
    )
  }

  /** The client has gone, or said what is no body. */
  fail(error: Error): void {
    if (this.complete || this.#error) return
    this.#error = error
    this.#drop()
  }

  /** Nobody is to read on: what still comes is passed over. */
  discard(): void {
    if (this.#discarded || this.complete) return
    this.#discarded = true
    this.#error ??= new Error('the body was left')
    this.#drop()
    this.#wire.resume()
  }

  /** Whoever still reads learns why there is no more. */
  #drop(): void {
    this.#collecting?.reject(this.#error)
    this.#stream?.error(this.#error)
    this.#collecting = null
    this.#stream = null
    this.#pulled = false
    this.#pieces = []
    this.#room = null
    this.#filled = 0
    this.#waiting = 0
  }

  #begin(): void {
    if (this.#error) {
      this.#drop()
      return
    }
    if (!this.complete) this.#wire.wanted()
    this.#handOn()
    if (!this.complete && this.#collecting) this.#wire.resume()
  }

  #handOn(): void {
    if (this.#stream && (this.#pulled || this.complete)) {
      if (this.#waiting > 0) {
        this.#pulled = false
        this.#stream.enqueue(this.gathered())
      }
      if (this.complete) {
        this.#stream.close()
        this.#stream = null
      }
    } else if (this.#collecting) {
      if (!this.complete) return
      this.#collecting.resolve(this.gathered())
      this.#collecting = null
    } else if (this.#waiting > WAITING_BYTES) this.#wire.pause()
  }

  /** What is here and was not handed on, in one piece. */
  gathered(): Uint8Array {
    this.#closeRoom()
    const pieces = this.#pieces
    if (pieces.length === 0) return NOTHING
    this.#pieces = []
    this.#waiting = 0
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }
}
