/**
 * SHA-256 and HMAC-SHA-256 for short texts, in this thread. WebCrypto hands every digest to another thread and back, which
 * costs several times what a few hundred bytes cost to hash here. FIPS 180-4 and RFC 2104; no table look-up or branch
 * depends on what is hashed.
 */

/** The fractional parts of the cube roots (constants) and square roots (start) of the first primes. */
const K = new Int32Array(64)
const START = new Int32Array(8)
for (let candidate = 2, found = 0; found < 64; candidate++) {
  let isPrime = true
  for (let divisor = 2; divisor * divisor <= candidate; divisor++)
    if (candidate % divisor === 0) isPrime = false
  if (!isPrime) continue
  if (found < 8) START[found] = (Math.sqrt(candidate) % 1) * 2 ** 32
  K[found++] = (Math.cbrt(candidate) % 1) * 2 ** 32
}

const words = new Int32Array(64)

/** Takes the 64 bytes at `from` into the state. */
function block(state: Int32Array, bytes: Uint8Array, from: number): void {
  const w = words
  for (let i = 0, at = from; i < 16; i++, at += 4)
    w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!
    const y = w[i - 2]!
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
  state[5]! += f
  state[6]! += g
  state[7]! += h
}

/** The last one or two blocks: what is left, a one bit, zeros, the length in bits. */
const tail = new Uint8Array(128)

/** Hashes `bytes` on from a state that has taken `before` bytes already. */
function finish(start: Int32Array, bytes: Uint8Array, before: number): Uint8Array {
  const state = start.slice()
  const whole = bytes.length & ~63
  for (let at = 0; at < whole; at += 64) block(state, bytes, at)
  const rest = bytes.length - whole
  const size = rest < 56 ? 64 : 128
  tail.fill(0)
  for (let i = 0; i < rest; i++) tail[i] = bytes[whole + i]!
  tail[rest] = 0x80
  let bits = (before + bytes.length) * 8
  for (let at = size - 1; bits > 0; at--) {
    tail[at] = bits % 256
    bits = Math.floor(bits / 256)
  }
  for (let at = 0; at < size; at += 64) block(state, tail, at)
  const out = new Uint8Array(32)
  for (let i = 0; i < 32; i++) out[i] = state[i >> 2]! >>> (24 - (i & 3) * 8)
  return out
}

export const digest = (bytes: Uint8Array): Uint8Array => finish(START, bytes, 0)

/** A key whose two padded blocks are hashed already. */
export interface HmacKey {
  inner: Int32Array
  outer: Int32Array
}

export function hmacKey(raw: Uint8Array): HmacKey {
  const key = raw.length > 64 ? digest(raw) : raw
  const padded = (pad: number): Int32Array => {
    const bytes = new Uint8Array(64).fill(pad)
    for (let i = 0; i < key.length; i++) bytes[i]! ^= key[i]!
    const state = new Int32Array(START)
    block(state, bytes, 0)
    return state
  }
  return { inner: padded(0x36), outer: padded(0x5c) }
}

export const hmac = ({ inner, outer }: HmacKey, bytes: Uint8Array): Uint8Array =>
  finish(outer, finish(inner, bytes, 64), 64)
