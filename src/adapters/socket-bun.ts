/** Bun's own sockets, plain ones: a seventh of a proxied call's CPU less than through Bun's `node:net`. */
import type { ByteSocket, SocketError, SocketEvents } from './socket.ts'

/** The little of Bun's API that is used here; its type package would clash with Node's. */
export interface BunSocket {
  readonly remoteAddress: string
  data: BunByteSocket
  write(data: Uint8Array, offset?: number, length?: number): number
  pause(): void
  resume(): void
  /** sends what was written, then says that no more comes; `end` would not read on, and so break what a client still sends */
  shutdown(): void
  /** the kernel goes on sending what was written */
  close(): void
  /** breaks off, whatever was written */
  terminate(): void
}

/** What Bun calls, for all sockets of one listener or dialler. */
export const bunHandlers = {
  data: ({ data }: BunSocket, bytes: Buffer): void => data.events?.data(bytes),
  end: ({ data }: BunSocket): void => data.events?.end(),
  drain: ({ data }: BunSocket): void => data.drained(),
  error: ({ data }: BunSocket, error: SocketError): void => data.events?.error(error),
  close: ({ data }: BunSocket): void => data.events?.close(),
}

/** Short pieces are put together here; the kernel has copied them when `write` returns. */
const scratch = new Uint8Array(64 * 1024)
const letters = Buffer.from(scratch.buffer)

export class BunByteSocket implements ByteSocket {
  readonly #socket: BunSocket
  #ended = false
  #ending = false
  /** what the kernel did not take yet */
  #waiting: Uint8Array[] = []
  events: SocketEvents | null = null

  constructor(socket: BunSocket) {
    this.#socket = socket
  }

  listen(events: SocketEvents): void {
    this.events = events
  }

  write(data: string | Uint8Array, more?: Uint8Array | null): boolean {
    if (typeof data !== 'string') return this.#send(data)
    const length = data.length + (more?.length ?? 0)
    if (length > scratch.length) {
      const flows = this.#send(Buffer.from(data, 'latin1'))
      return more ? this.#send(more) : flows
    }
    letters.write(data, 0, 'latin1')
    if (more) scratch.set(more, data.length)
    if (this.#ended) return true
    const written = this.#waiting.length === 0 ? Math.max(0, this.#socket.write(scratch, 0, length)) : 0
    if (written === length) return true
    this.#waiting.push(scratch.slice(written, length))
    return false
  }

  #send(bytes: Uint8Array): boolean {
    if (this.#ended) return true
    if (this.#waiting.length === 0) {
      const written = Math.max(0, this.#socket.write(bytes))
      if (written === bytes.length) return true
      bytes = bytes.subarray(written)
    }
    this.#waiting.push(bytes)
    return false
  }

  drained(): void {
    while (this.#waiting.length > 0) {
      const bytes = this.#waiting[0]!
      const written = Math.max(0, this.#socket.write(bytes))
      if (written < bytes.length) {
        this.#waiting[0] = bytes.subarray(written)
        return
      }
      this.#waiting.shift()
    }
    if (this.#ending) this.#socket.shutdown()
    this.events?.drain()
  }

  unsent(): boolean {
    return this.#waiting.length > 0
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    if (this.#ended || this.#ending) return
    this.#ending = true
    if (this.#waiting.length === 0) this.#socket.shutdown()
  }

  destroy(): void {
    if (this.#ended) return
    this.#ended = true
    this.#waiting = []
    this.#socket.close()
  }

  reset(): void {
    if (this.#ended) return
    this.#ended = true
    this.#waiting = []
    this.#socket.terminate()
  }
}
