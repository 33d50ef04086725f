/** Edgeway on Bun. */
import { socketOutbound } from '../adapters/outbound-sockets.ts'
import { dialOnBun } from '../adapters/socket-bun.ts'
import type { Later } from '../platform.ts'
import { start } from './compose.ts'

/** The little of Bun's API that is used here; its type package would clash with Node's. */
declare const Bun: {
  version: string
  serve(options: {
    hostname: string
    port: number
    idleTimeout: number
    maxRequestBodySize: number
    fetch(
      request: Request,
      server: { requestIP(request: Request): { address: string; port: number } | null },
    ): Later<Response>
  }): { port: number; stop(): Promise<void> }
}

await start({
  name: `Bun ${Bun.version}`,
  argv: process.argv.slice(2),
  env: process.env,
  outbound: () => socketOutbound(dialOnBun),
  listen: async (app, { host, port }, peerOf) => {
    const server = Bun.serve({
      hostname: host,
      port,
      // integrations may take longer than Bun's ten seconds; the gateway has its own deadlines
      idleTimeout: 255,
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request, server) => {
        const { address = '', port = 0 } = server.requestIP(request) ?? {}
        return app.fetch(request, peerOf(address, port))
      },
    })
    return { port: server.port, stop: () => server.stop() }
  },
  exit: (code) => process.exit(code),
  onSignal: (stop) => {
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  },
})
