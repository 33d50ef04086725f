/** The server of the inbound contract on Deno; says where it listens, in JSON, and serves until it is ended. */
import process from 'node:process'
import { listenOnDeno } from '../../../src/adapters/listen-deno.ts'
import { startAnswering } from '../inbound-answers.ts'

console.log(JSON.stringify(await startAnswering(listenOnDeno, () => process.memoryUsage().rss)))
// whoever started it may end before it
process.stdin.on('end', () => process.exit(0)).resume()
