/**
 * Requests on Node, Deno and Bun: HTTP/1.1 over whatever sockets an entry accepts (adapters/listen-*.ts). Header
 * names, their order and repeated lines come to the planes as the client wrote them, the target but for its dot segments
 * (core/http1/request-target.ts), and answers go out byte for byte. What it is faster than, and why: docs/decisions.md.
 */
import type { Arrival, Peer } from '../core/arrival.ts'
import type { Answer } from '../core/call.ts'
import type { Later } from '../core/later.ts'
import type { Log } from '../platform.ts'
import { InboundConnection, type Keeper } from './inbound-connection.ts'
import { PATIENCE, type Patience } from './inbound-patience.ts'
import type { ByteSocket } from './socket.ts'

export interface Inbound {
  /** a new connection, and who is behind it */
  accept(socket: ByteSocket, peer: Peer): void
  /** Connections that rest end at once, others behind the answer that is under way; ends when all have. */
  stop(): Promise<void>
  /** Ends all of them at once. */
  destroy(): void
}

/** `answer` never throws and never rejects. */
export function socketInbound(
  answer: (arrival: Arrival) => Later<Answer | Response>,
  log: Log,
  patience: Patience = PATIENCE,
): Inbound {
  const connections = new Set<InboundConnection>()
  let tick = 0
  let stopping = false
  let sweeper: ReturnType<typeof setInterval> | undefined
  let onEmpty: (() => void) | undefined

  const keeper: Keeper = {
    answer,
    patience,
    get tick() {
      return tick
    },
    get stopping() {
      return stopping
    },
    refused: (reason, { address }) => log('info', 'a request cannot be answered', { reason, address }),
    failed: (error) =>
      log('error', 'a connection broke inside the gateway', {
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    gone(connection) {
      connections.delete(connection)
      if (connections.size > 0) return
      clearInterval(sweeper)
      sweeper = undefined
      onEmpty?.()
    },
  }

  function sweep(): void {
    tick++
    for (const connection of connections) connection.sweep()
  }

  return {
    accept(socket, peer) {
      const connection = new InboundConnection(socket, peer, keeper)
      connections.add(connection)
      sweeper ??= setInterval(sweep, patience.tickMs)
      if (stopping) connection.stop()
    },
    stop: () =>
      new Promise((resolve) => {
        stopping = true
        onEmpty = resolve
        for (const connection of connections) connection.stop()
        if (connections.size === 0) resolve()
      }),
    destroy() {
      stopping = true
      for (const connection of connections) connection.destroy()
    },
  }
}
