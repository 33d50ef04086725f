/** The gateway's own listener on a free port of 127.0.0.1, as on Node. */
import { socketInbound } from '../../src/adapters/inbound-sockets.ts'
import { listenOnNode } from '../../src/adapters/listen-node.ts'
import type { Arrival } from '../../src/core/arrival.ts'
import type { Answer } from '../../src/core/call.ts'
import type { Later } from '../../src/core/later.ts'
import type { Log } from '../../src/platform.ts'

export async function serve(
  answer: (arrival: Arrival) => Later<Answer | Response>,
  { port = 0, log = () => {} }: { port?: number; log?: Log } = {},
): Promise<{ port: number; stop(): void }> {
  const inbound = socketInbound(answer, log)
  const listener = await listenOnNode({ host: '127.0.0.1', port }, inbound.accept)
  return {
    port: listener.port,
    stop() {
      listener.close()
      inbound.destroy()
    },
  }
}
