/** Where meters, response caches and the config cache of a long-lived process live: in memory, or in Redis for several. */
import { memoryCache } from '../adapters/cache-memory.ts'
import { redisCache } from '../adapters/cache-redis.ts'
import { memoryMeter } from '../adapters/meter-memory.ts'
import { redisMeter } from '../adapters/meter-redis.ts'
import { connectRedis } from '../adapters/redis-connection.ts'
import { memoryResponses } from '../adapters/responses-memory.ts'
import { redisResponses } from '../adapters/responses-redis.ts'
import { ConfigError, choice, number, option } from '../config.ts'
import type { Log, Platform } from '../platform.ts'

export type Stores = Pick<Platform, 'cache' | 'meter' | 'responses'> & { close(): Promise<void> }

export function openStores(env: Record<string, string | undefined>, log: Log): Stores {
  const url = option(env, 'EDGEWAY_REDIS_URL')
  if (!url)
    return {
      cache: memoryCache(),
      meter: memoryMeter(),
      responses: memoryResponses({ maxBytes: number(env, 'EDGEWAY_CACHE_MAX_BYTES', 0) }),
      close: async () => {},
    }
  if (!/^rediss?:\/\//.test(url))
    throw new ConfigError(`EDGEWAY_REDIS_URL must start with redis:// or rediss://, not "${url}"`)
  const redis = connectRedis(url, log)
  const meter = redisMeter(redis, { mode: choice(env, 'EDGEWAY_METER_MODE', 'exact', 'leased') })
  return {
    cache: redisCache(redis),
    meter,
    responses: redisResponses(redis),
    async close() {
      await meter.close?.().catch((error) => log('warn', 'leases are lost', { error: String(error) }))
      await redis.close()
    },
  }
}
