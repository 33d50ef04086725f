/** Bytes that tell where they stand: one that is lost, doubled or overwritten shows. Any runtime. */
import { Buffer } from 'node:buffer'

const PERIOD = 251
const LONG = Uint8Array.from({ length: PERIOD * 4096 }, (_, at) => at % PERIOD)

export function patterned(from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; ) {
    const start = (from + at) % PERIOD
    const piece = LONG.subarray(start, Math.min(LONG.length, start + length - at))
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

export function isPattern(bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < bytes.length; ) {
    const start = (from + at) % PERIOD
    const length = Math.min(LONG.length - start, bytes.length - at)
    if (Buffer.compare(LONG.subarray(start, start + length), bytes.subarray(at, at + length)) !== 0)
      return false
    at += length
  }
  return true
}
