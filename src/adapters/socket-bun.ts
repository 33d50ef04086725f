/**
 * Plain connections on Bun, by its own sockets: a seventh of a proxied call's CPU less than through Bun's `node:net`. TLS goes
 * through `node:tls`, whose checks are those of Node and Deno.
 */
import type { ByteSocket, Dial, Endpoint, SocketError, SocketEvents } from './socket.ts'
import { CONNECT_TIMEOUT_MS, dial } from './socket-dial.ts'

/** The little of Bun's API that is used here; its type package would clash with Node's. */
interface BunSocket {
  write(data: Uint8Array, offset?: number, length?: number): number
  pause(): void
  resume(): void
  terminate(): void
}
declare const Bun: {
  connect(options: {
    hostname: string
    port: number
    socket: {
      open(socket: BunSocket): void
      data(socket: BunSocket, bytes: Buffer): void
      end(socket: BunSocket): void
      drain(socket: BunSocket): void
      error(socket: BunSocket, error: SocketError): void
      close(socket: BunSocket): void
      connectError(socket: BunSocket, error: SocketError): void
    }
  }): Promise<BunSocket>
}

/** Heads are written out here; the kernel has copied them when `write` returns. */
const scratch = Buffer.allocUnsafe(64 * 1024)

class PlainSocket implements ByteSocket {
  #socket: BunSocket | null = null
  #ended = false
  /** what the kernel did not take yet */
  #waiting: Uint8Array[] = []
  events: SocketEvents | null = null

  opened(socket: BunSocket): void {
    this.#socket = socket
  }

  listen(events: SocketEvents): void {
    this.events = events
  }

  write(data: string | Uint8Array): boolean {
    if (typeof data !== 'string') return this.#send(data, false)
    if (data.length > scratch.length) return this.#send(Buffer.from(data, 'latin1'), false)
    return this.#send(scratch.subarray(0, scratch.write(data, 0, 'latin1')), true)
  }

  /** `borrowed` bytes are somebody else's as soon as this returns. */
  #send(bytes: Uint8Array, borrowed: boolean): boolean {
    if (this.#ended || !this.#socket) return true
    if (this.#waiting.length === 0) {
      const written = Math.max(0, this.#socket.write(bytes))
      if (written === bytes.length) return true
      bytes = bytes.subarray(written)
    }
    this.#waiting.push(borrowed ? bytes.slice() : bytes)
    return false
  }

  drained(): void {
    while (this.#waiting.length > 0) {
      const bytes = this.#waiting[0]!
      const written = Math.max(0, this.#socket!.write(bytes))
      if (written < bytes.length) {
        this.#waiting[0] = bytes.subarray(written)
        return
      }
      this.#waiting.shift()
    }
    this.events?.drain()
  }

  unsent(): boolean {
    return this.#waiting.length > 0
  }

  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  destroy(): void {
    if (this.#ended) return
    this.#ended = true
    this.#waiting = []
    this.#socket?.terminate()
  }
}

export const dialOnBun: Dial = (endpoint, done) =>
  endpoint.secure ? dial(endpoint, done) : plain(endpoint, done)

function plain({ host, port }: Endpoint, done: Parameters<Dial>[1]): () => void {
  const socket = new PlainSocket()
  let settled = false
  const settle = (failed: SocketError | null) => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    if (failed) socket.destroy()
    done(failed, socket)
  }
  const timer = setTimeout(
    () => settle(Object.assign(new Error(`no connection to ${host}:${port}`), { code: 'ETIMEDOUT' })),
    CONNECT_TIMEOUT_MS,
  )
  Bun.connect({
    hostname: host,
    port,
    socket: {
      open(opened) {
        if (settled) return opened.terminate()
        socket.opened(opened)
        settle(null)
      },
      data: (_, bytes) => socket.events?.data(bytes),
      end: () => socket.events?.end(),
      drain: () => socket.drained(),
      error: (_, error) => socket.events?.error(error),
      close: () => socket.events?.close(),
      connectError: (_, error) => settle(error),
    },
  }).catch(settle)
  return () => settle(new Error('the call was given up'))
}
