/** Listens by Bun's own sockets. */
import type { Listen } from './listen.ts'
import { BunByteSocket, type BunSocket, bunHandlers } from './socket-bun.ts'

declare const Bun: {
  listen(options: {
    hostname: string
    port: number
    allowHalfOpen: boolean
    socket: typeof bunHandlers & { open(socket: BunSocket): void }
  }): { port: number; stop(): void }
}

export const listenOnBun: Listen = async ({ host, port }, accept) => {
  const server = Bun.listen({
    hostname: host,
    port,
    // a client that has sent its request and ends its side still wants the answer
    allowHalfOpen: true,
    socket: {
      ...bunHandlers,
      open(socket) {
        socket.data = new BunByteSocket(socket)
        accept(socket.data, { address: socket.remoteAddress, tls: false })
      },
    },
  })
  return { port: server.port, close: () => server.stop() }
}
