/** The server of the inbound contract on Node; says where it listens, in JSON, and serves until it is ended. */
import process from 'node:process'
import { listenOnNode } from '../../../src/adapters/listen-node.ts'
import { startAnswering } from '../inbound-answers.ts'

console.log(JSON.stringify(await startAnswering(listenOnNode, () => process.memoryUsage().rss)))
// whoever started it may end before it
process.stdin.on('end', () => process.exit(0)).resume()
