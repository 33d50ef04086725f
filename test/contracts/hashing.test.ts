/** Every Hashing: SHA-256 and HMAC-SHA-256 as Node's own objects have them. */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { nativeHashing } from '../../src/adapters/hashing-native.ts'
import { pureHashing } from '../../src/core/sigv4/hash.ts'

describe.each([
  ['in JavaScript', pureHashing],
  ["the runtime's", nativeHashing],
])('%s', (_, hashing) => {
  test('digests of bytes of every length around the block size', () => {
    for (let length = 0; length < 300; length++) {
      const bytes = randomBytes(length)
      expect(hashing.sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'))
    }
  })

  test('HMACs of texts under keys of every length, one key after the other and the same key again', () => {
    const keys = Array.from({ length: 150 }, (_, length) => randomBytes(length))
    const made = keys.map((key) => hashing.hmac(key))
    for (let length = 0; length < 600; length += 7) {
      const text = randomBytes(length).toString('hex').slice(length)
      for (const at of [length % 150, 32])
        expect(made[at]!(text)).toBe(createHmac('sha256', keys[at]!).update(text).digest('hex'))
    }
  })

  test.each(['', 'é', '€'.repeat(170), '€'.repeat(171), '😀'.repeat(120), 'ÿ'.repeat(512), '\0'])(
    'texts in UTF-8: %j',
    (text) => {
      const key = randomBytes(32)
      expect(hashing.sha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
      expect(hashing.hmac(key)(text)).toBe(createHmac('sha256', key).update(text).digest('hex'))
    },
  )

  test('a key that is changed later has no say', () => {
    const key = randomBytes(32)
    const expected = createHmac('sha256', key).update('text').digest('hex')
    const made = hashing.hmac(key)
    key.fill(0)
    expect(made('text')).toBe(expected)
  })
})
