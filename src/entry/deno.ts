/** Edgeway on Deno: `deno run -A src/entry/deno.ts`. */
import { socketOutbound } from '../adapters/outbound-sockets.ts'
import type { Later } from '../platform.ts'
import { start } from './compose.ts'

/** The little of Deno's API that is used here. */
declare const Deno: {
  args: string[]
  version: { deno: string }
  env: { toObject(): Record<string, string> }
  exit(code: number): never
  addSignalListener(signal: string, handler: () => void): void
  serve(
    options: { hostname: string; port: number; onListen(): void },
    handler: (request: Request, info: { remoteAddr: { hostname: string; port: number } }) => Later<Response>,
  ): { addr: { port: number }; shutdown(): Promise<void> }
}

await start({
  name: `Deno ${Deno.version.deno}`,
  argv: Deno.args,
  env: Deno.env.toObject(),
  outbound: () => socketOutbound(),
  listen: async (app, { host, port }, peerOf) => {
    const server = Deno.serve({ hostname: host, port, onListen: () => {} }, (request, info) =>
      app.fetch(request, peerOf(info.remoteAddr.hostname, info.remoteAddr.port)),
    )
    return { port: server.addr.port, stop: () => server.shutdown() }
  },
  exit: (code) => Deno.exit(code),
  onSignal: (stop) => {
    Deno.addSignalListener('SIGINT', stop)
    Deno.addSignalListener('SIGTERM', stop)
  },
})
