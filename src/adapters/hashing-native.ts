/** SHA-256 by the runtime's own library, in this thread. */
import { hash } from 'node:crypto'
import type { Hashing } from '../platform.ts'

const BLOCK = 64
const DIGEST = 32
/** Bytes of a text that has its place behind the key; a Signature Version 4 asks for about 150. */
const ROOM = 512

export const nativeHashing: Hashing = {
  sha256: (data) => hash('sha256', data, 'hex'),
  /** RFC 2104 by two one-shot hashes, which cost half of what a Hmac object costs. */
  hmac(key) {
    const block = key.length > BLOCK ? hash('sha256', key, 'buffer') : key
    const inner = padded(block, 0x36, ROOM)
    const outer = padded(block, 0x5c, DIGEST)
    const behindKey = (text: string) =>
      // no character takes more than three bytes in UTF-8
      text.length * 3 > ROOM
        ? Buffer.concat([inner.subarray(0, BLOCK), Buffer.from(text)])
        : inner.subarray(0, BLOCK + inner.write(text, BLOCK))
    return (text) => {
      outer.write(hash('sha256', behindKey(text), 'binary'), BLOCK, 'binary')
      return hash('sha256', outer, 'hex')
    }
  },
}

function padded(key: Uint8Array, pad: number, room: number): Buffer {
  const bytes = Buffer.alloc(BLOCK + room)
  for (let i = 0; i < BLOCK; i++) bytes[i] = (key[i] ?? 0) ^ pad
  return bytes
}
