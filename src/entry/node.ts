/** Edgeway on Node. */
import type { IncomingMessage, Server } from 'node:http'
import { serve } from '@hono/node-server'
import { socketOutbound } from '../adapters/outbound-sockets.ts'
import { start } from './compose.ts'

// an answer that its connection does not take is that connection's loss, not the gateway's end
process.on('unhandledRejection', (error) => console.error('edgeway: a fault outside any call', error))

await start({
  name: `Node ${process.versions.node}`,
  argv: process.argv.slice(2),
  env: process.env,
  outbound: () => socketOutbound(),
  listen: (app, { host, port }, peerOf) =>
    new Promise((resolve, reject) => {
      const server = serve(
        {
          fetch: (request, { incoming }) => {
            const { remoteAddress = '', remotePort = 0 } = (incoming as IncomingMessage).socket
            const { rawHeaders } = incoming
            return app.fetch(request, peerOf({ address: remoteAddress, port: remotePort, rawHeaders }))
          },
          hostname: host,
          port,
          // its Response holds bytes and a record until they are written: a third less CPU a call than the platform's own
          overrideGlobalObjects: true,
        },
        (info) => {
          server.off('error', reject)
          resolve({ port: info.port, stop: () => new Promise((done) => close(server as Server, done)) })
        },
      )
      server.on('error', reject)
    }),
  exit: (code) => process.exit(code),
  onSignal: (stop) => {
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  },
})

function close(server: Server, done: () => void): void {
  server.close(() => done())
  server.closeIdleConnections()
}
