/** AWS's event stream framing (application/vnd.amazon.eventstream): prelude, headers, payload, checksum. */
export interface EventMessage {
  /** string headers only: those that AWS services send */
  headers: Record<string, string>
  payload: Uint8Array
}

const PRELUDE = 12
const TRAILER = 4
/** AWS allows messages of 16 MB and a few header bytes. */
const MAX_MESSAGE = 17 * 1024 * 1024
const STRING = 7
/** Bytes of a header value by its type; strings and byte arrays carry their length. */
const FIXED: Record<number, number> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 }

const decoder = new TextDecoder()

export class EventStreamReader {
  #held = new Uint8Array(0)

  /** The messages that the bytes complete. Throws on what is no such stream. */
  push(bytes: Uint8Array): EventMessage[] {
    const all = new Uint8Array(this.#held.length + bytes.length)
    all.set(this.#held)
    all.set(bytes, this.#held.length)
    const messages: EventMessage[] = []
    let at = 0
    while (all.length - at >= PRELUDE) {
      const view = new DataView(all.buffer, at)
      const total = view.getUint32(0)
      const headerBytes = view.getUint32(4)
      if (total > MAX_MESSAGE || total < PRELUDE + TRAILER + headerBytes) throw new Error('no event stream')
      if (all.length - at < total) break
      const start = at + PRELUDE + headerBytes
      messages.push({
        headers: headersIn(all.subarray(at + PRELUDE, start)),
        payload: all.subarray(start, at + total - TRAILER),
      })
      at += total
    }
    this.#held = all.slice(at)
    return messages
  }
}

function headersIn(bytes: Uint8Array): Record<string, string> {
  const headers: Record<string, string> = {}
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes[at]!
    const name = decoder.decode(bytes.subarray(at + 1, nameEnd))
    const type = bytes[nameEnd]!
    at = nameEnd + 1
    const fixed = FIXED[type]
    if (fixed !== undefined) {
      at += fixed
      continue
    }
    const length = view.getUint16(at)
    if (type === STRING) headers[name] = decoder.decode(bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return headers
}
