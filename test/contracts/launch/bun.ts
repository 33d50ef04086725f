/** The outbound contract on Bun: `bun bun.ts '{where}' '{exceptions}'`, results as JSON. */
import { fetchOutbound } from '../../../src/adapters/outbound-fetch.ts'
import { runCases } from '../outbound.ts'

const [where, except] = process.argv.slice(2).map((text) => JSON.parse(text))
console.log(JSON.stringify(await runCases(fetchOutbound('bun'), where, except)))
process.exit(0)
