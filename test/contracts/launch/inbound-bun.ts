/** The server of the inbound contract on Bun; says where it listens, in JSON, and serves until it is ended. */
import process from 'node:process'
import { listenOnBun } from '../../../src/adapters/listen-bun.ts'
import { startAnswering } from '../inbound-answers.ts'

console.log(JSON.stringify(await startAnswering(listenOnBun, () => process.memoryUsage().rss)))
// whoever started it may end before it
process.stdin.on('end', () => process.exit(0)).resume()
