/** The outbound contract on Node in a process of its own: `node node.ts '{where}' '{exceptions}'`, results as JSON. */
import { socketOutbound } from '../../../src/adapters/outbound-sockets.ts'
import { runCases } from '../outbound.ts'

const [where, except] = process.argv.slice(2).map((text) => JSON.parse(text))
console.log(JSON.stringify(await runCases(socketOutbound(), where, except)))
process.exit(0)
