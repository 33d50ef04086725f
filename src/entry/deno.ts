/** Edgeway on Deno: `deno run -A src/entry/deno.ts`. */
import { listenOnDeno } from '../adapters/listen-deno.ts'
import { socketOutbound } from '../adapters/outbound-sockets.ts'
import { start } from './compose.ts'

/** The little of Deno's API that is used here. */
declare const Deno: {
  args: string[]
  version: { deno: string }
  env: { toObject(): Record<string, string> }
  exit(code: number): never
  addSignalListener(signal: string, handler: () => void): void
}

// a fault outside any call is not the gateway's end
addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  console.error('edgeway: a fault outside any call', (event as Event & { reason?: unknown }).reason)
})

await start({
  name: `Deno ${Deno.version.deno}`,
  argv: Deno.args,
  env: Deno.env.toObject(),
  outbound: socketOutbound(),
  listen: listenOnDeno,
  exit: (code) => Deno.exit(code),
  onSignal: (stop) => {
    Deno.addSignalListener('SIGINT', stop)
    Deno.addSignalListener('SIGTERM', stop)
  },
})
