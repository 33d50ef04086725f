import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryCache } from '../../src/adapters/cache-memory.ts'
import { redisCache } from '../../src/adapters/cache-redis.ts'
import { connectRedis, type RedisConnection } from '../../src/adapters/redis-connection.ts'
import { memoryResponses } from '../../src/adapters/responses-memory.ts'
import { redisResponses } from '../../src/adapters/responses-redis.ts'
import { connected, type RedisServer, startRedis } from '../support/redis.ts'
import { startWorkerd, type Workerd } from '../support/workerd.ts'
import { runCases } from './case.ts'
import { configCache } from './config-cache.ts'
import { boundedResponseCache, responseCache } from './responses.ts'

function passed(results: Record<string, string | null>, cases: object): void {
  expect(Object.entries(results).filter(([, failure]) => failure !== null)).toEqual([])
  expect(Object.keys(results)).toEqual(Object.keys(cases))
}
const bounded = { ...responseCache, ...boundedResponseCache }

describe('in memory', () => {
  test('ConfigCache', async () => passed(await runCases(configCache, memoryCache()), configCache))
  test('ResponseCache', async () => passed(await runCases(bounded, memoryResponses()), bounded))

  test('ConfigCache forgets the oldest beyond its bound', async () => {
    const cache = memoryCache({ maxLength: 1000 })
    for (let i = 0; i < 50; i++) await cache.put(`key${i}`, 'x'.repeat(94))
    expect(cache.size()).toBeLessThanOrEqual(10)
    expect(await cache.get('key49')).not.toBeNull()
    await cache.put('huge', 'x'.repeat(2000))
    expect(await cache.get('huge')).toBeNull()
  })

  test('ResponseCache: all stages together stay within one bound, and flushing gives it back', async () => {
    const cache = memoryResponses({ maxBytes: 100_000 })
    const value = { status: 200, headers: [], body: new Uint8Array(9000), expiresAt: 10_000 }
    for (let i = 0; i < 40; i++)
      await cache.put(`stage${i % 4}`, `k${i}`, value, { byteBudget: 60_000, now: 0 })
    expect(cache.bytes()).toBeLessThanOrEqual(100_000)
    expect(cache.bytes()).toBeGreaterThan(80_000)
    expect(cache.get('stage3', 'k39', 0)).not.toBeNull()
    for (let i = 0; i < 4; i++) await cache.flush(`stage${i}`)
    expect(cache.bytes()).toBe(0)
  })
})

describe('in Redis', () => {
  let server: RedisServer
  let redis: RedisConnection
  beforeAll(async () => {
    server = await startRedis()
    redis = connectRedis(server.url, () => {})
    await connected(redis)
  })
  afterAll(async () => {
    await redis?.close()
    await server?.kill()
  })

  test('ConfigCache', async () => passed(await runCases(configCache, redisCache(redis)), configCache))
  test('ResponseCache', async () => passed(await runCases(bounded, redisResponses(redis)), bounded))
})

describe('on Workers', () => {
  let workerd: Workerd
  beforeAll(async () => {
    workerd = await startWorkerd(new URL('launch/stores-workerd.ts', import.meta.url).pathname)
  })
  afterAll(() => workerd?.stop())

  test('ConfigCache in KV', async () => passed(await workerd.json('/config'), configCache))
  test('ResponseCache in the Cache API', async () => passed(await workerd.json('/responses'), responseCache))
})
