/** Writes a connection's answers, at the pace at which its client takes them. */
import type { Answer } from '../core/call.ts'
import { CHUNK_END, chunkStart, LAST_CHUNK } from '../core/http1/chunked.ts'
import type { RequestHead } from '../core/http1/request-parser.ts'
import { isBodiless, lengthSaid, responseHead } from '../core/http1/response-writer.ts'
import type { Later } from '../core/later.ts'
import type { ByteSocket } from './socket.ts'

/** How much of a long answer goes out at once: each piece that leaves shows that the client gets on. */
const PIECE_BYTES = 256 * 1024

export class AnswerWriter {
  readonly #socket: ByteSocket
  readonly #onProgress: () => void
  /** reads the stream that is being sent */
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null
  #onDrain: (() => void) | null = null
  #closed = false

  constructor(socket: ByteSocket, onProgress: () => void) {
    this.#socket = socket
    this.#onProgress = onProgress
  }

  /**
   * Done at once where the socket takes all of it. `keep`: the connection goes on behind it. Rejects where the answer's stream
   * breaks; ends without a word when the connection is closed.
   */
  send({ method, isCurrent }: RequestHead, { status, headers, body }: Answer, keep: boolean): Later<void> {
    const bodiless = isBodiless(status, method)
    if (body instanceof ReadableStream) {
      if (!bodiless && !this.#closed) return this.#stream(isCurrent, status, headers, body, keep)
      body.cancel().catch(() => {})
      body = null
    }
    if (this.#closed) return
    const text = responseHead(status, headers, lengthSaid(status, method, body), keep, Date.now())
    const bytes = bodiless ? null : body
    if (bytes && bytes.length > PIECE_BYTES) return this.#long(text, bytes)
    return this.#socket.write(text, bytes) ? undefined : this.#drained()
  }

  /** Some of what waited has left. */
  drained(): void {
    this.#onDrain?.()
  }

  /** Nothing can be written any more. */
  close(): void {
    this.#closed = true
    this.#reader?.cancel().catch(() => {})
    this.#onDrain?.()
  }

  async #long(text: string, bytes: Uint8Array): Promise<void> {
    let flows = this.#socket.write(text, bytes.subarray(0, PIECE_BYTES))
    for (let at = PIECE_BYTES; at < bytes.length; at += PIECE_BYTES) {
      if (!flows) await this.#drained()
      if (this.#closed) return
      flows = this.#socket.write(bytes.subarray(at, at + PIECE_BYTES))
    }
    if (!flows) await this.#drained()
  }

  /** In chunks. A client of HTTP/1.0 knows none: the connection's end is the body's. */
  async #stream(
    chunked: boolean,
    status: number,
    headers: Answer['headers'],
    stream: ReadableStream<Uint8Array>,
    keep: boolean,
  ): Promise<void> {
    const reader = stream.getReader()
    this.#reader = reader
    let flows = this.#socket.write(
      responseHead(status, headers, chunked ? 'chunked' : null, keep, Date.now()),
    )
    for (;;) {
      const { done, value } = await reader.read()
      if (this.#closed) return
      if (done) break
      for (let at = 0; at < value.length; at += PIECE_BYTES) {
        const piece = value.length > PIECE_BYTES ? value.subarray(at, at + PIECE_BYTES) : value
        if (!flows) await this.#drained()
        flows = chunked ? this.#chunk(piece) : this.#socket.write(piece)
        this.#onProgress()
        if (!flows) await this.#drained()
        if (this.#closed) return
      }
    }
    this.#reader = null
    if (chunked) flows = this.#socket.write(LAST_CHUNK)
    if (!flows) await this.#drained()
  }

  #chunk(bytes: Uint8Array): boolean {
    this.#socket.write(chunkStart(bytes.length), bytes)
    return this.#socket.write(CHUNK_END)
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrain = () => {
        this.#onDrain = null
        resolve()
      }
      if (this.#closed || !this.#socket.unsent()) this.#onDrain()
    })
  }
}
