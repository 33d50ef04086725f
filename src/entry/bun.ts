/** Edgeway on Bun. */
import { socketOutbound } from '../adapters/outbound-sockets.ts'
import { dialOnBun } from '../adapters/socket-bun.ts'
import type { Later } from '../platform.ts'
import { type Remote, start } from './compose.ts'

/** The little of Bun's API that is used here; its type package would clash with Node's. */
interface BunServer {
  requestIP(request: Request): { address: string; port: number } | null
}
declare const Bun: {
  version: string
  serve(options: {
    hostname: string
    port: number
    idleTimeout: number
    maxRequestBodySize: number
    fetch(request: Request, server: BunServer): Later<Response>
  }): { port: number; stop(): Promise<void> }
}

/** Bun asks the kernel each time. */
class BunRemote implements Remote {
  readonly #request: Request
  readonly #server: BunServer
  #known: { address: string; port: number } | null = null

  constructor(request: Request, server: BunServer) {
    this.#request = request
    this.#server = server
  }

  get address(): string {
    return this.#look().address
  }

  get port(): number {
    return this.#look().port
  }

  #look(): { address: string; port: number } {
    this.#known ??= this.#server.requestIP(this.#request) ?? { address: '', port: 0 }
    return this.#known
  }
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
      fetch: (request, server) => app.fetch(request, peerOf(new BunRemote(request, server))),
    })
    return { port: server.port, stop: () => server.stop() }
  },
  exit: (code) => process.exit(code),
  onSignal: (stop) => {
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  },
})
