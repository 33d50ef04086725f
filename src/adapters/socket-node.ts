/** Sockets of `node:net` and `node:tls`, which Node, Deno and Bun have. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ByteSocket } from './socket.ts'

/** Two pieces are copied into one up to this size: cheaper than two writes. */
const ONE_PIECE_BYTES = 64 * 1024

export const nodeSocket = (socket: Socket): ByteSocket => ({
  write(data, more) {
    if (typeof data !== 'string') return socket.write(data)
    if (!more) return socket.write(data, 'latin1')
    if (more.length <= ONE_PIECE_BYTES) return socket.write(joined(data, more))
    socket.write(data, 'latin1')
    return socket.write(more)
  },
  unsent: () => socket.writableLength > 0,
  pause: () => void socket.pause(),
  resume: () => void socket.resume(),
  end: () => void socket.end(),
  destroy: () => void socket.destroy(),
  // TLS shows by itself that an end is none
  reset: () => void (socket instanceof TLSSocket ? socket.destroy() : socket.resetAndDestroy()),
  listen({ data, end, error, close, drain }) {
    socket.on('data', data)
    socket.on('end', end)
    socket.on('error', error)
    socket.on('close', close)
    socket.on('drain', drain)
  },
})

/** Text in Latin-1, and bytes behind it. */
function joined(text: string, more: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(text.length + more.length)
  bytes.write(text, 0, 'latin1')
  bytes.set(more, text.length)
  return bytes
}
