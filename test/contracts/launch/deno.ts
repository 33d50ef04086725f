/** The outbound contract on Deno: `deno run -A deno.ts '{where}' '{exceptions}'`, results as JSON. */
import process from 'node:process'
import { socketOutbound } from '../../../src/adapters/outbound-sockets.ts'
import { runCases } from '../outbound.ts'

const [where, except] = process.argv.slice(2).map((text) => JSON.parse(text))
console.log(JSON.stringify(await runCases(socketOutbound(), where, except)))
process.exit(0)
