/** A connection to a back end, for one request at a time. */
import { CHUNK_END, chunkStart, LAST_CHUNK } from '../core/http1/chunked.ts'
import { requestHead, type SentHead } from '../core/http1/request-writer.ts'
import { OutboundFailure } from '../core/outbound-failure.ts'
import type { OutboundRequest, OutboundResponse } from '../platform.ts'
import { Exchange, type Wire } from './outbound-exchange.ts'
import { reasonOf } from './outbound-reasons.ts'
import type { ByteSocket, SocketError } from './socket.ts'

/**
 * A pooled connection that the back end closed while it idled, noticed only on use. A safe request without a body is sent
 * once more on another connection (RFC 9110, 9.2.2), any other is a failure: it may have been acted upon.
 */
export class StaleConnection extends OutboundFailure {}

const canRepeat = ({ method, body }: OutboundRequest): boolean =>
  body === null && (method === 'GET' || method === 'HEAD')

export class Connection implements Wire {
  readonly #socket: ByteSocket
  readonly #onRest: (connection: Connection, rest: number | undefined) => void
  readonly #onGone: (connection: Connection) => void
  #exchange: Exchange | null = null
  #served = 0
  /** who waits for what was written to leave, or for the connection to end */
  #onDrain: (() => void) | null = null
  #paused = false
  /** reads the body that is being sent; null when all is sent */
  #upload: ReadableStreamDefaultReader<Uint8Array> | null = null
  /** epoch milliseconds; not used any more from then on */
  restsUntil = 0

  /** `onRest` is called when it may be used again, with how long the back end says it keeps it; `onGone` when it has ended. */
  constructor(
    socket: ByteSocket,
    onRest: (connection: Connection, rest: number | undefined) => void,
    onGone: (connection: Connection) => void,
  ) {
    this.#socket = socket
    this.#onRest = onRest
    this.#onGone = onGone
    socket.listen({
      data: (bytes) => this.#received(bytes),
      end: () => this.#ended(),
      error: (error) => this.#failed(error),
      close: () => {
        this.#failed(new Error('the connection was closed'))
        this.#onDrain?.()
        this.#onGone(this)
      },
      drain: () => this.#onDrain?.(),
    })
  }

  /** Calls one of the two once; `reject` with a StaleConnection where another connection may be tried. */
  send(
    request: OutboundRequest,
    path: string,
    authority: string,
    resolve: (response: OutboundResponse) => void,
    reject: (failure: OutboundFailure) => void,
  ): void {
    const { body } = request
    const streamed = body !== null && !(body instanceof Uint8Array)
    let head: SentHead
    try {
      const length = streamed ? undefined : (body?.length ?? null)
      head = requestHead(request.method, path, authority, request.headers, length)
    } catch (failure) {
      this.#onRest(this, undefined)
      reject(failure as OutboundFailure)
      return
    }
    this.#exchange = new Exchange(request, this, resolve, reject)
    if (streamed) void this.#stream(head, body)
    else this.#socket.write(head.text, body)
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#socket.resume()
  }

  /** Ends it; from now on, also before the runtime says that it is closed, nobody gets it any more. */
  abandon(): void {
    this.#exchange = null
    this.restsUntil = 0
    this.#socket.destroy()
    this.#leaveUpload()
  }

  /** Ends it, and the call that is under way. */
  close(): void {
    this.#exchange?.fail(new OutboundFailure('aborted', 'the gateway ends'))
    this.abandon()
  }

  #received(bytes: Buffer): void {
    const exchange = this.#exchange
    // nobody asked: what comes now would be read as the answer to somebody else's request
    if (!exchange) {
      this.abandon()
      return
    }
    let excess: number
    try {
      excess = exchange.receive(bytes)
    } catch (failure) {
      exchange.fail(failure as OutboundFailure)
      this.abandon()
      return
    }
    if (!exchange.complete) return
    const { rest, request } = exchange
    // an answer before the end of the request leaves the connection in the middle of it
    if (rest === null || excess > 0 || this.#upload || (request.body !== null && this.#socket.unsent())) {
      this.abandon()
      return
    }
    this.#exchange = null
    this.#served++
    this.resume()
    this.#onRest(this, rest)
  }

  #ended(): void {
    if (this.#exchange?.ended()) this.abandon()
    else this.#failed(new Error('the connection was closed'))
  }

  #failed(error: SocketError): void {
    const exchange = this.#exchange
    if (!exchange) {
      this.abandon()
      return
    }
    const reason = reasonOf(error.code)
    const stale = reason === 'reset' && this.#served > 0 && !exchange.answered && canRepeat(exchange.request)
    exchange.fail(
      stale
        ? new StaleConnection('reset', error.message, error)
        : new OutboundFailure(reason, error.message, error),
    )
    this.abandon()
  }

  /** A body of unknown or declared length, as it comes. One that is not as long as declared breaks the request off. */
  async #stream({ text, declared }: SentHead, body: ReadableStream<Uint8Array>): Promise<void> {
    const exchange = this.#exchange!
    let left = declared ?? Number.POSITIVE_INFINITY
    try {
      const reader = body.getReader()
      this.#upload = reader
      this.#socket.write(text)
      for (;;) {
        const { done, value } = await reader.read()
        if (this.#exchange !== exchange) return
        if (done) break
        if (value.length === 0) continue
        left -= value.length
        if (left < 0) throw new OutboundFailure('request', 'the body is longer than declared')
        if (declared === null) this.#socket.write(chunkStart(value.length), value)
        const flows = this.#socket.write(declared === null ? CHUNK_END : value)
        if (!flows) await this.#drained()
        if (this.#exchange !== exchange) return
      }
      if (declared !== null && left > 0)
        throw new OutboundFailure('request', 'the body is shorter than declared')
      if (declared === null) this.#socket.write(LAST_CHUNK)
      this.#upload = null
    } catch (error) {
      exchange.fail(
        error instanceof OutboundFailure
          ? error
          : new OutboundFailure('reset', 'the body of the request broke off', error),
      )
      if (this.#exchange === exchange) this.abandon()
    }
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrain = () => {
        this.#onDrain = null
        resolve()
      }
    })
  }

  #leaveUpload(): void {
    this.#upload?.cancel().catch(() => {})
    this.#upload = null
  }
}
