/**
 * Stage caches in the Cache API of Workers, near each caller. The data center decides what it keeps, so of a stage's budget only
 * "no item beyond it" is held. Nothing can be listed there: a flushed group is simply never asked for again.
 * On *.workers.dev the Cache API keeps nothing.
 */
import { packResponse, unpackResponse } from '../core/response-record.ts'
import type { ResponseCache } from '../platform.ts'
import { withDeadline } from './deadline.ts'

const DEADLINE_MS = 1000

export function cacheApiResponses(): ResponseCache {
  let opened: Promise<Cache> | undefined
  const cache = () => {
    opened ??= caches.open('edgeway-responses')
    return opened
  }

  /** A digest: keys may be longer than a URL, and hold anything. */
  async function urlOf(group: string, key: string): Promise<string> {
    const text = new TextEncoder().encode(JSON.stringify([group, key]))
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
    return `https://responses.edgeway.internal/${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  }

  return {
    get: (group, key, now) =>
      withDeadline(
        (async () => {
          const found = await (await cache()).match(await urlOf(group, key))
          if (!found) return null
          const value = unpackResponse(new Uint8Array(await found.arrayBuffer()))
          return value.expiresAt > now ? value : null
        })(),
        DEADLINE_MS,
        'the Cache API',
      ),
    put: (group, key, value, { byteBudget, now }) =>
      withDeadline(
        (async () => {
          const packed = packResponse(value)
          const seconds = Math.ceil((value.expiresAt - now) / 1000)
          if (packed.byteLength > byteBudget || seconds <= 0) return
          const headers = { 'cache-control': `max-age=${seconds}` }
          await (await cache()).put(await urlOf(group, key), new Response(packed, { headers }))
        })(),
        DEADLINE_MS,
        'the Cache API',
      ),
    flush: async () => {},
  }
}
