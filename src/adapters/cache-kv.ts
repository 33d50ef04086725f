/** ConfigCache in Workers KV: eventually consistent, near every caller. */
import type { KVNamespace } from '@cloudflare/workers-types'
import type { ConfigCache } from '../platform.ts'
import { withDeadline } from './deadline.ts'

const DEADLINE_MS = 2000
/** KV keeps nothing for less; a shorter life is kept beside the value. */
const SHORTEST_TTL_SECONDS = 60

export function kvCache(namespace: KVNamespace): ConfigCache {
  const timely = <T>(work: Promise<T>) => withDeadline(work, DEADLINE_MS, 'Workers KV')
  return {
    changeableSeconds: SHORTEST_TTL_SECONDS,
    async get(key) {
      const { value, metadata } = await timely(namespace.getWithMetadata<{ expiresAt: number }>(key))
      return metadata && metadata.expiresAt <= Date.now() ? null : value
    },
    async put(key, value, options) {
      const seconds = options?.ttlSeconds
      await timely(
        namespace.put(
          key,
          value,
          seconds
            ? {
                expirationTtl: Math.max(SHORTEST_TTL_SECONDS, Math.ceil(seconds)),
                metadata: { expiresAt: Date.now() + seconds * 1000 },
              }
            : {},
        ),
      )
    },
    delete: (key) => timely(namespace.delete(key)),
  }
}
