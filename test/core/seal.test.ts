import { expect, test } from 'vitest'
import { IV_BYTES, isSealed, seal, sealingKey, unseal } from '../../src/core/seal.ts'

const keyText = btoa('k'.repeat(32))
const iv = () => crypto.getRandomValues(new Uint8Array(IV_BYTES))

test('what was sealed is opened with the same key and context only', async () => {
  const key = await sealingKey(keyText)
  const sealed = await seal('söcret', key, iv(), 'row 1')
  expect(isSealed(sealed)).toBe(true)
  expect(sealed).not.toContain('cret')
  expect(await unseal(sealed, key, 'row 1')).toBe('söcret')
  await expect(unseal(sealed, key, 'row 2')).rejects.toThrow('cannot be opened')
  await expect(unseal(sealed, await sealingKey(btoa('l'.repeat(32))), 'row 1')).rejects.toThrow(
    'cannot be opened',
  )
})

test('the same text is never sealed alike', async () => {
  const key = await sealingKey(keyText)
  expect(await seal('a', key, iv(), '')).not.toBe(await seal('a', key, iv(), ''))
})

test('a changed byte is noticed', async () => {
  const key = await sealingKey(keyText)
  const sealed = await seal('secret', key, iv(), '')
  // the last character before the padding holds bits that mean nothing
  for (let at = 'sealed:1:'.length; at < sealed.length - 4; at += 5) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    await expect(unseal(sealed.slice(0, at) + other + sealed.slice(at + 1), key, '')).rejects.toThrow()
  }
})

test.each(['', 'short', btoa('k'.repeat(16)), 'not base64 at all!'])('%j is no key', async (text) => {
  await expect(sealingKey(text)).rejects.toThrow('32 bytes in base64')
})

test.each(['', 'plain', 'sealed:1:', 'sealed:1:!!!', 'sealed:2:AAAA'])('%j is not sealed', async (text) => {
  await expect(unseal(text, await sealingKey(keyText), '')).rejects.toThrow('not a sealed text')
})
