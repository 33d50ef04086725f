/** Listens by Deno's own connections: a fifth less CPU a call than through Deno's `node:net`. */
import type { Listen } from './listen.ts'
import { DenoByteSocket, type DenoConnection } from './socket-deno.ts'

declare const Deno: {
  listen(options: { hostname: string; port: number }): AsyncIterable<DenoConnection> & {
    addr: { port: number }
    close(): void
  }
}

export const listenOnDeno: Listen = async ({ host, port }, accept) => {
  const listener = Deno.listen({ hostname: host, port })
  void (async () => {
    // ends when the listener is closed
    for await (const connection of listener) {
      connection.setNoDelay(true)
      const socket = new DenoByteSocket(connection)
      accept(socket, { address: connection.remoteAddr.hostname, tls: false })
      void socket.read()
    }
  })()
  return { port: listener.addr.port, close: () => listener.close() }
}
