/** Edgeway on Node. */
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { nodeOutbound } from '../adapters/outbound-node.ts'
import { start } from './compose.ts'

await start({
  name: `Node ${process.versions.node}`,
  argv: process.argv.slice(2),
  env: process.env,
  outbound: () => nodeOutbound(),
  listen: (app, { host, port }) =>
    new Promise((resolve, reject) => {
      const server = serve(
        {
          fetch: (request, { incoming }) =>
            app.fetch(request, {
              address: (incoming as { socket: { remoteAddress?: string } }).socket.remoteAddress ?? '',
              tls: false,
            }),
          hostname: host,
          port,
          overrideGlobalObjects: false,
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
