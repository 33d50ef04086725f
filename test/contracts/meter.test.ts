import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryMeter } from '../../src/adapters/meter-memory.ts'
import { redisMeter } from '../../src/adapters/meter-redis.ts'
import { connectRedis, type RedisConnection } from '../../src/adapters/redis-connection.ts'
import { connected, type RedisServer, startRedis } from '../support/redis.ts'
import { startWorkerd, type Workerd } from '../support/workerd.ts'
import { runCases } from './case.ts'
import { exactMeter, leasedMeter } from './meter.ts'

function passed(results: Record<string, string | null>, cases: object): void {
  expect(Object.entries(results).filter(([, failure]) => failure !== null)).toEqual([])
  expect(Object.keys(results)).toEqual(Object.keys(cases))
}

describe('Meter in memory', () => {
  test('exact', async () => passed(await runCases(exactMeter, memoryMeter()), exactMeter))
})

describe('Meter in Redis', () => {
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

  test('exact', async () => passed(await runCases(exactMeter, redisMeter(redis)), exactMeter))
  test('leased', async () =>
    passed(await runCases(leasedMeter, redisMeter(redis, { mode: 'leased' })), leasedMeter))
})

describe('Meter in Durable Objects', () => {
  let workerd: Workerd
  beforeAll(async () => {
    workerd = await startWorkerd(new URL('launch/stores-workerd.ts', import.meta.url).pathname)
  })
  afterAll(() => workerd?.stop())

  test('exact', async () => passed(await workerd.json('/meter/exact'), exactMeter))
  test('leased', async () => passed(await workerd.json('/meter/leased'), leasedMeter))
})
