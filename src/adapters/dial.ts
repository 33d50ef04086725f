/** Opening connections to back ends: what a runtime's dialler gives to the one who calls. */
import type { OutboundRequest } from '../platform.ts'
import type { ByteSocket, SocketError } from './socket.ts'

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
