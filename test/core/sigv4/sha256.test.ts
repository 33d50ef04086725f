import { createHash, createHmac, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { sha256 } from '../../../src/core/sigv4/hash.ts'
import { digest, hmac, hmacKey } from '../../../src/core/sigv4/sha256.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('digests of every length around the block size, and HMACs with keys of every length', () => {
  for (let length = 0; length < 300; length++) {
    const bytes = randomBytes(length)
    expect(hex(digest(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'))
    const key = randomBytes(length % 150)
    expect(hex(hmac(hmacKey(key), bytes))).toBe(createHmac('sha256', key).update(bytes).digest('hex'))
  }
})

test.each([8191, 8192, 100_000])('%i bytes, here or by WebCrypto', async (length) => {
  const bytes = randomBytes(length)
  expect(await sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect(hex(digest(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'))
})
