/** What every response cache must do. Its clock is passed in. */
import type { CachedResponse, ResponseCache } from '../../src/platform.ts'
import { type Cases, equal } from './case.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const BUDGET = { byteBudget: 10_000_000, now: NOW }

const response = (body: string | Uint8Array, expiresAt = NOW + 300_000): CachedResponse => ({
  status: 200,
  headers: [['content-type', 'text/plain']],
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  expiresAt,
})

const text = (value: CachedResponse | null) => value && new TextDecoder().decode(value.body)

export const responseCache: Cases<ResponseCache> = {
  'what nobody put is null': async (cache, id) => equal(await cache.get(id, 'k', NOW), null),

  'a response comes back as it went in': async (cache, id) => {
    const body = Uint8Array.from({ length: 256 }, (_, i) => i)
    const headers: [string, string][] = [
      ['Set-Cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['X-Ünï', 'ü'],
      ['Vary', '*'],
      ['cache-control', 'no-store'],
    ]
    await cache.put(id, 'k', { status: 206, headers, body, expiresAt: NOW + 5000 }, BUDGET)
    const found = await cache.get(id, 'k', NOW)
    equal([found?.status, found?.headers, found?.expiresAt], [206, headers, NOW + 5000])
    equal([...found!.body], [...body])
    await cache.put(id, 'empty', response(''), BUDGET)
    equal(text(await cache.get(id, 'empty', NOW)), '')
  },

  'it goes at the millisecond': async (cache, id) => {
    await cache.put(id, 'k', response('a', NOW + 1000), BUDGET)
    equal(text(await cache.get(id, 'k', NOW + 999)), 'a')
    equal(await cache.get(id, 'k', NOW + 1000), null)
  },

  'the last put wins': async (cache, id) => {
    await cache.put(id, 'k', response('one'), BUDGET)
    await cache.put(id, 'k', response('two'), BUDGET)
    equal(text(await cache.get(id, 'k', NOW)), 'two')
  },

  'groups and keys never meet': async (cache, id) => {
    const pairs = [
      ['a', 'b'],
      ['a:b', ''],
      ['', 'a:b'],
      ['a', 'B'],
      ['A', 'b'],
      ['a', 'b '],
      ['a', 'b\u0000'],
      ['a', '["b"]'],
      ['a', 'x'.repeat(5000)],
      ['a', 'x'.repeat(5001)],
    ] as const
    for (const [group, key] of pairs)
      await cache.put(id + group, key, response(JSON.stringify([group, key])), BUDGET)
    for (const [group, key] of pairs)
      equal(text(await cache.get(id + group, key, NOW)), JSON.stringify([group, key]))
  },

  'an item of one MiB is kept, one beyond the budget is not': async (cache, id) => {
    await cache.put(id, 'k', response(new Uint8Array(1_048_576)), BUDGET)
    equal((await cache.get(id, 'k', NOW))?.body.byteLength, 1_048_576)
    await cache.put(id, 'small', response(new Uint8Array(5000)), { byteBudget: 4000, now: NOW })
    equal(await cache.get(id, 'small', NOW), null)
  },

  'what is over already is not kept': async (cache, id) => {
    await cache.put(id, 'k', response('a', NOW), BUDGET)
    equal(await cache.get(id, 'k', NOW - 1), null)
  },
}

/** Beyond it: stores that know what they hold. */
export const boundedResponseCache: Cases<ResponseCache> = {
  'the budget of a group is held, and what is newest is there': async (cache, id) => {
    const options = { byteBudget: 20_000, now: NOW }
    for (let i = 0; i < 50; i++)
      await cache.put(id, `k${i}`, response(new Uint8Array(1000), NOW + 1000 + i), options)
    let bytes = 0
    for (let i = 0; i < 50; i++) bytes += (await cache.get(id, `k${i}`, NOW))?.body.byteLength ?? 0
    equal(bytes > 10_000 && bytes <= 20_000, true, `${bytes} bytes kept:`)
    equal((await cache.get(id, 'k49', NOW)) !== null, true)
    equal(await cache.get(id, 'k0', NOW), null)
  },

  'putting one item again and again leaves room for others': async (cache, id) => {
    const options = { byteBudget: 20_000, now: NOW }
    await cache.put(id, 'other', response('a'), options)
    for (let i = 0; i < 100; i++) await cache.put(id, 'k', response(new Uint8Array(5000)), options)
    equal(text(await cache.get(id, 'other', NOW)), 'a')
  },

  'a flush empties its group only': async (cache, id) => {
    await cache.put(`${id}a`, 'k', response('a'), BUDGET)
    await cache.put(`${id}b`, 'k', response('b'), BUDGET)
    await cache.flush(`${id}a`)
    await cache.flush(`${id}never`)
    equal(await cache.get(`${id}a`, 'k', NOW), null)
    equal(text(await cache.get(`${id}b`, 'k', NOW)), 'b')
  },
}
