/** Edgeway on Bun. */
import { dialOnBun } from '../adapters/dial-bun.ts'
import { listenOnBun } from '../adapters/listen-bun.ts'
import { socketOutbound } from '../adapters/outbound-sockets.ts'
import { start } from './compose.ts'

/** The little of Bun's API that is used here; its type package would clash with Node's. */
declare const Bun: { version: string }

// a fault outside any call is not the gateway's end
process.on('unhandledRejection', (error) => console.error('edgeway: a fault outside any call', error))

await start({
  name: `Bun ${Bun.version}`,
  argv: process.argv.slice(2),
  env: process.env,
  outbound: socketOutbound(dialOnBun),
  listen: listenOnBun,
  exit: (code) => process.exit(code),
  onSignal: (stop) => {
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  },
})
