/** Deno's own connections, plain ones: reads and writes are promises there. */
import { Buffer } from 'node:buffer'
import type { ByteSocket, SocketError, SocketEvents } from './socket.ts'

/** The little of Deno's API that is used here. */
export interface DenoConnection {
  readonly remoteAddr: { hostname: string }
  /** null: the other side sends no more */
  read(into: Uint8Array): Promise<number | null>
  write(bytes: Uint8Array): Promise<number>
  closeWrite(): Promise<void>
  close(): void
  setNoDelay(on: boolean): void
}

/** A connection at rest holds what the next bytes are read into; one that is busy reads much at once. */
const LITTLE_BYTES = 8 * 1024
const MUCH_BYTES = 64 * 1024
const SCRATCH_BYTES = 2048
const encoder = new TextEncoder()

export class DenoByteSocket implements ByteSocket {
  readonly #connection: DenoConnection
  #events!: SocketEvents
  #closed = false
  /** the other side sends no more */
  #ended = false
  /** this side is to send no more, and has done so */
  #ending = false
  #shut = false
  /** what is written behind that which is under way */
  #waiting: Uint8Array[] = []
  #writing = false
  /** a short piece that is being written: making a new array for each costs more than writing it out */
  #scratch: Uint8Array | null = null
  /** resolves what waits for the end of a pause */
  #onResume: (() => void) | null = null
  #paused = false

  constructor(connection: DenoConnection) {
    this.#connection = connection
  }

  listen(events: SocketEvents): void {
    this.#events = events
  }

  /** Reads until the other side ends, or this one is destroyed. */
  async read(): Promise<void> {
    try {
      this.#connection.setNoDelay(true)
      // what was read is somebody else's, and not written to again
      let into = new Uint8Array(LITTLE_BYTES)
      let at = 0
      let filled = false
      while (!this.#closed) {
        if (at > into.length / 2) {
          into = new Uint8Array(filled ? MUCH_BYTES : LITTLE_BYTES)
          at = 0
        }
        const length = await this.#connection.read(at === 0 ? into : into.subarray(at))
        if (length === null) break
        if (this.#paused) await this.#resumed()
        if (this.#closed) return
        this.#events.data(Buffer.from(into.buffer, at, length))
        at += length
        filled = length >= LITTLE_BYTES / 2
        if (this.#paused) await this.#resumed()
      }
      this.#ended = true
      if (this.#closed) return
      this.#events.end()
      if (this.#shut) this.destroy()
    } catch (error) {
      this.#failed(error as SocketError)
    }
  }

  write(data: string | Uint8Array, more?: Uint8Array | null): boolean {
    if (this.#closed) return true
    if (this.#writing) {
      this.#waiting.push(typeof data === 'string' ? joined(data, more ?? null, null) : data)
      return false
    }
    this.#writing = true
    if (typeof data === 'string') {
      this.#scratch ??= new Uint8Array(SCRATCH_BYTES)
      data = joined(data, more ?? null, this.#scratch)
    }
    void this.#write(data)
    return true
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let next: Uint8Array | undefined = bytes; next; next = this.#waiting.shift())
        for (let at = 0; at < next.length; )
          at += await this.#connection.write(at === 0 ? next : next.subarray(at))
      this.#writing = false
      if (this.#closed) return
      if (this.#ending) await this.#shutDown()
      else this.#events.drain()
    } catch (error) {
      this.#failed(error as SocketError)
    }
  }

  unsent(): boolean {
    return this.#writing
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#onResume?.()
  }

  end(): void {
    this.#ending = true
    if (!this.#writing && !this.#closed) void this.#shutDown().catch((error) => this.#failed(error))
  }

  async #shutDown(): Promise<void> {
    await this.#connection.closeWrite()
    this.#shut = true
    if (this.#ended) this.destroy()
  }

  destroy(): void {
    if (this.#closed) return
    this.#closed = true
    this.#waiting = []
    this.#onResume?.()
    this.#connection.close()
    this.#events.close()
  }

  /** Deno has no way to say so. */
  reset(): void {
    this.destroy()
  }

  #resumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#onResume = () => {
        this.#onResume = null
        resolve()
      }
    })
  }

  #failed(error: SocketError): void {
    if (this.#closed) return
    this.#events.error(error)
    this.destroy()
  }
}

/**
 * Text in Latin-1, and bytes behind it, in `scratch` where they have room there. Deno's fastest way to bytes is UTF-8, which is the
 * same for most texts.
 */
function joined(text: string, more: Uint8Array | null, scratch: Uint8Array | null): Uint8Array {
  const length = text.length + (more?.length ?? 0)
  const bytes = scratch && length <= scratch.length ? scratch.subarray(0, length) : new Uint8Array(length)
  const { read, written } = encoder.encodeInto(text, bytes)
  if (read !== text.length || written !== read)
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  if (more) bytes.set(more, text.length)
  return bytes
}
