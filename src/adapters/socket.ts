/** The little of `node:net`'s socket that a connection needs, to a back end or from a client. */
import type { OutboundRequest } from '../platform.ts'

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

export type Tls = NonNullable<OutboundRequest['tls']>

export interface Endpoint {
  secure: boolean
  host: string
  port: number
  tls: Tls | undefined
  /** of an earlier handshake, to be taken up again until its certificate expires, in epoch milliseconds */
  session?: { ticket: Buffer; until: number }
}

/**
 * Opens a connection. `done` is called once; what is returned gives the attempt up. Throws where there is nothing to attempt:
 * at a client certificate that cannot be read, for one.
 */
export type Dial = (
  endpoint: Endpoint,
  done: (...outcome: [failed: SocketError, socket: null] | [failed: null, socket: ByteSocket]) => void,
) => () => void
