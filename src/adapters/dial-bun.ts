/** Opens plain connections to back ends on Bun. TLS goes through `node:tls`, whose checks are those of Node and Deno. */

import type { Dial, Endpoint } from './dial.ts'
import { CONNECT_TIMEOUT_MS, dialOnNode } from './dial-node.ts'
import type { ByteSocket, SocketError } from './socket.ts'
import { BunByteSocket, type BunSocket, bunHandlers } from './socket-bun.ts'

declare const Bun: {
  connect(options: {
    hostname: string
    port: number
    socket: typeof bunHandlers & {
      open(socket: BunSocket): void
      connectError(socket: BunSocket, error: SocketError): void
    }
  }): Promise<BunSocket>
}

export const dialOnBun: Dial = (endpoint, done) =>
  endpoint.secure ? dialOnNode(endpoint, done) : plain(endpoint, done)

function plain({ host, port }: Endpoint, done: Parameters<Dial>[1]): () => void {
  let settled = false
  const settle = (failed: SocketError | null, socket: ByteSocket | null) => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    failed ? done(failed, null) : done(null, socket!)
  }
  const fail = (error: SocketError) => settle(error, null)
  const timer = setTimeout(
    () => fail(Object.assign(new Error(`no connection to ${host}:${port}`), { code: 'ETIMEDOUT' })),
    CONNECT_TIMEOUT_MS,
  )
  Bun.connect({
    hostname: host,
    port,
    socket: {
      ...bunHandlers,
      open(socket) {
        socket.data = new BunByteSocket(socket)
        if (settled) return socket.terminate()
        settle(null, socket.data)
      },
      connectError: (_, error) => fail(error),
    },
  }).catch(fail)
  return () => fail(new Error('the call was given up'))
}
