/** A socket, as far as a connection needs one, to a back end or from a client: the little of `node:net`'s that all runtimes have. */
export interface ByteSocket {
  /** text is Latin-1, `more` goes out in one piece with it; false: some of it waits in memory until `drain` */
  write(data: string | Uint8Array, more?: Uint8Array | null): boolean
  /** whether some of what was written waits in memory */
  unsent(): boolean
  pause(): void
  resume(): void
  /** sends what waits, and says that no more comes */
  end(): void
  destroy(): void
  /** the same, so that the other side cannot take it for an end in order, where the runtime can do so */
  reset(): void
  /** asked for once, before anything is read */
  listen(events: SocketEvents): void
}

export interface SocketEvents {
  data(bytes: Buffer): void
  /** the other side sends no more */
  end(): void
  error(error: SocketError): void
  close(): void
  drain(): void
}

export type SocketError = Error & { code?: string }
