/** Edgeway on Node. */
import { listenOnNode } from '../adapters/listen-node.ts'
import { socketOutbound } from '../adapters/outbound-sockets.ts'
import { start } from './compose.ts'

// a fault outside any call is not the gateway's end
process.on('unhandledRejection', (error) => console.error('edgeway: a fault outside any call', error))

await start({
  name: `Node ${process.versions.node}`,
  argv: process.argv.slice(2),
  env: process.env,
  outbound: socketOutbound(),
  listen: listenOnNode,
  exit: (code) => process.exit(code),
  onSignal: (stop) => {
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  },
})
