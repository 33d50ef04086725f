/** Listens by `node:net`. */
import { type AddressInfo, createServer } from 'node:net'
import type { Listen } from './listen.ts'
import { nodeSocket } from './socket-node.ts'

export const listenOnNode: Listen = ({ host, port }, accept) =>
  new Promise((resolve, reject) => {
    // a client that has sent its request and ends its side still wants the answer
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      accept(nodeSocket(socket), { address: socket.remoteAddress ?? '', tls: false }),
    )
    server.on('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      // a connection that could not be taken is that connection's loss
      server.on('error', () => {})
      resolve({ port: (server.address() as AddressInfo).port, close: () => void server.close() })
    })
  })
