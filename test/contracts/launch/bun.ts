/** The outbound contract on Bun: `bun bun.ts '{where}' '{exceptions}'`, results as JSON. */
import { dialOnBun } from '../../../src/adapters/dial-bun.ts'
import { socketOutbound } from '../../../src/adapters/outbound-sockets.ts'
import { runCases } from '../outbound.ts'

const [where, except] = process.argv.slice(2).map((text) => JSON.parse(text))
console.log(JSON.stringify(await runCases(socketOutbound(dialOnBun), where, except)))
process.exit(0)
