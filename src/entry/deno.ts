/** Edgeway on Deno: `deno run -A src/entry/deno.ts`. */
import { socketOutbound } from '../adapters/outbound-sockets.ts'
import type { Later } from '../platform.ts'
import { type Remote, start } from './compose.ts'

/** The little of Deno's API that is used here. */
interface Info {
  remoteAddr: { hostname: string; port: number }
}
declare const Deno: {
  args: string[]
  version: { deno: string }
  env: { toObject(): Record<string, string> }
  exit(code: number): never
  addSignalListener(signal: string, handler: () => void): void
  serve(
    options: { hostname: string; port: number; onListen(): void },
    handler: (request: Request, info: Info) => Later<Response>,
  ): { addr: { port: number }; shutdown(): Promise<void> }
}

/** Deno looks at the connection each time. */
class DenoRemote implements Remote {
  readonly #info: Info

  constructor(info: Info) {
    this.#info = info
  }

  get address(): string {
    return this.#info.remoteAddr.hostname
  }

  get port(): number {
    return this.#info.remoteAddr.port
  }
}

await start({
  name: `Deno ${Deno.version.deno}`,
  argv: Deno.args,
  env: Deno.env.toObject(),
  outbound: () => socketOutbound(),
  listen: async (app, { host, port }, peerOf) => {
    const server = Deno.serve({ hostname: host, port, onListen: () => {} }, (request, info) =>
      app.fetch(request, peerOf(new DenoRemote(info))),
    )
    return { port: server.addr.port, stop: () => server.shutdown() }
  },
  exit: (code) => Deno.exit(code),
  onSignal: (stop) => {
    Deno.addSignalListener('SIGINT', stop)
    Deno.addSignalListener('SIGTERM', stop)
  },
})
