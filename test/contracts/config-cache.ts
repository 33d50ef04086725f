/** What every config cache must do. */
import type { ConfigCache } from '../../src/platform.ts'
import { type Cases, equal } from './case.ts'

export const configCache: Cases<ConfigCache> = {
  'what nobody put is null': async (cache, id) => equal(await cache.get(id), null),

  'what was put is got, byte by byte': async (cache, id) => {
    const value = JSON.stringify({ text: 'ünïcode “quotes” \u0000 \u2028 𝄞', empty: '' })
    await cache.put(id, value)
    equal(await cache.get(id), value)
    await cache.put(id, '')
    equal(await cache.get(id), '')
  },

  'the last put wins': async (cache, id) => {
    await cache.put(id, 'one', { ttlSeconds: 60 })
    await cache.put(id, 'two')
    equal(await cache.get(id), 'two')
  },

  'what was deleted is null, also twice': async (cache, id) => {
    await cache.put(id, 'one')
    await cache.delete(id)
    await cache.delete(id)
    equal(await cache.get(id), null)
  },

  'a value goes when its time is over': async (cache, id) => {
    await cache.put(id, 'short', { ttlSeconds: 1 })
    await cache.put(`${id}-long`, 'long', { ttlSeconds: 90 })
    equal(await cache.get(id), 'short')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    equal(await cache.get(id), null)
    equal(await cache.get(`${id}-long`), 'long')
  },

  'keys never meet': async (cache, id) => {
    const keys = ['stage:a/b', 'stage:a', 'stage:A', 'deployment:a', 'a b', 'ä']
    await Promise.all(keys.map((key) => cache.put(`${id}${key}`, key)))
    equal(await Promise.all(keys.map((key) => cache.get(`${id}${key}`))), keys)
  },

  'a large deployment fits': async (cache, id) => {
    const value = 'x'.repeat(4_000_000)
    await cache.put(id, value)
    equal((await cache.get(id))?.length, value.length)
  },
}
