/** Listening for connections: what a runtime's listener hands to the one who serves them. */
import type { Peer } from '../core/arrival.ts'
import type { ByteSocket } from './socket.ts'

export type Accept = (socket: ByteSocket, peer: Peer) => void

export interface Listener {
  port: number
  /** Takes no new connections; those that were taken go on. */
  close(): void
}

/** Rejects with a `code` of EADDRINUSE, EACCES … when it cannot listen. */
export type Listen = (where: { host: string; port: number }, accept: Accept) => Promise<Listener>
