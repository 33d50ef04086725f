/** ConfigCache in Redis: what one process has read or changed, the others see at once. */
import type { ConfigCache } from '../platform.ts'
import type { RedisConnection } from './redis-connection.ts'

export function redisCache(redis: RedisConnection, options: { prefix?: string } = {}): ConfigCache {
  const { prefix = 'edgeway:config:' } = options
  return {
    // a change deletes the entry at once; this bounds what a reader that came just before may put back
    changeableSeconds: 5,
    get: async (key) => (await redis.send(['GET', prefix + key])) as string | null,
    async put(key, value, options) {
      const ttl = options?.ttlSeconds ? ['EX', String(options.ttlSeconds)] : []
      await redis.send(['SET', prefix + key, value, ...ttl])
    },
    async delete(key) {
      await redis.send(['DEL', prefix + key])
    },
  }
}
