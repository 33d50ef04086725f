import { afterEach, describe, expect, test } from 'vitest'
import { memoryMeter } from '../../src/adapters/meter-memory.ts'
import type { MethodSetting, Stage } from '../../src/core/documents.ts'
import type { Meter, Settings } from '../../src/platform.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'

let gateway: TestGateway
let now: number
afterEach(() => gateway?.stop())

const mock = {
  integration: {
    type: 'MOCK',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    integrationResponses: { 200: { statusCode: '200' } },
  },
  methodResponses: { 200: { statusCode: '200' } },
}

async function start(
  methodSettings: Record<string, MethodSetting>,
  options: { settings?: Partial<Settings>; meter?: Meter; stage?: Partial<Stage> } = {},
) {
  now = Date.UTC(2026, 10, 23)
  gateway = await startGateway(definitionOf({ '/a': { GET: mock, POST: mock }, '/b': { ANY: mock } }), {
    stage: { methodSettings, ...options.stage },
    settings: options.settings,
    platform: { clock: { now: () => now }, meter: options.meter ?? memoryMeter() },
  })
}

const statuses = async (count: number, path = '/dev/a', verb = 'GET') => {
  const found: number[] = []
  for (let i = 0; i < count; i++) found.push((await gateway.call(verb, path)).status)
  return found
}
const metric = (name: string) =>
  Number(
    new RegExp(`^${name}\\{api="abc123",stage="dev"\\} (\\d+)$`, 'm').exec(gateway.execute.metrics())?.[1] ??
      0,
  )

const limit = (throttlingRateLimit: number, throttlingBurstLimit: number) => ({
  throttlingRateLimit,
  throttlingBurstLimit,
})

describe('stage throttles', () => {
  test('a burst, then 429 in Amazon’s words, then the rate', async () => {
    await start({ '*/*': limit(2, 3) })
    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429])
    const refused = await gateway.call('GET', '/dev/a')
    expect(refused.text).toBe('{"message":"Too Many Requests"}')
    expect(refused.header('x-amzn-errortype')).toBe('TooManyRequestsException')
    expect(refused.header('retry-after')).toBeUndefined()
    now += 500
    expect(await statuses(2)).toEqual([200, 429])
    expect(metric('edgeway_throttle_count')).toBe(4)
  })

  test('the stage’s default holds for each method by itself; a method’s own replaces it', async () => {
    await start({ '*/*': limit(1, 1), '~1a/POST': limit(1, 3) })
    expect(await statuses(2, '/dev/a')).toEqual([200, 429])
    expect(await statuses(4, '/dev/a', 'POST')).toEqual([200, 200, 200, 429])
    // ANY is one method, whatever the verb
    expect(await statuses(1, '/dev/b', 'PUT')).toEqual([200])
    expect(await statuses(1, '/dev/b', 'DELETE')).toEqual([429])
  })

  test('the account’s limit holds over all methods', async () => {
    await start(
      { '*/*': limit(100, 100) },
      { settings: { accountThrottle: { rateLimit: 1, burstLimit: 3 } } },
    )
    expect(await statuses(2, '/dev/a')).toEqual([200, 200])
    expect(await statuses(2, '/dev/b')).toEqual([200, 429])
  })

  test('a changed stage holds at once', async () => {
    await start({ '*/*': limit(1, 1) })
    expect(await statuses(2)).toEqual([200, 429])
    const pointer = gateway.stages.get('abc123/dev')!
    gateway.stages.set('abc123/dev', {
      ...pointer,
      stage: { ...pointer.stage, methodSettings: { '*/*': limit(-1, -1) } },
    })
    expect(await statuses(3)).toEqual([200, 200, 200])
  })

  test('a customised THROTTLED response is used', async () => {
    await start({ '*/*': limit(1, 0) })
    gateway.deploy({
      ...definitionOf({ '/a': { GET: mock } }),
      gatewayResponses: [
        {
          responseType: 'THROTTLED',
          statusCode: '503',
          responseTemplates: { 'application/json': '{"slow":"down"}' },
        },
      ],
    })
    const refused = await gateway.call('GET', '/dev/a')
    expect([refused.status, refused.text]).toEqual([503, '{"slow":"down"}'])
  })

  test('headers for those who ask for them', async () => {
    await start({ '*/*': limit(0.1, 1) }, { settings: { rateLimitHeaders: true } })
    await statuses(1)
    const refused = await gateway.call('GET', '/dev/a')
    expect([refused.header('retry-after'), refused.header('ratelimit')]).toEqual(['10', '"method";r=0;t=10'])
  })
})

describe('a meter that is down', () => {
  const down: Meter = {
    ...memoryMeter(),
    take: async () => {
      throw new Error('no connection')
    },
  }

  test('closed: 500, counted, and said once', async () => {
    await start({}, { meter: down, settings: { onStoreFailure: 'closed' } })
    const refused = await gateway.call('GET', '/dev/a')
    expect([refused.status, refused.text]).toEqual([500, '{"message": "Internal server error"}'])
    await statuses(2)
    expect(metric('edgeway_store_failure_count')).toBe(3)
    expect(gateway.log.filter(({ message }) => message === 'the meter does not answer').length).toBe(1)
    expect(
      gateway.log.some(({ message }) => message === 'Usage Plan check failed due to an internal error'),
    ).toBe(true)
  })

  test('open: served', async () => {
    await start({ '*/*': limit(1, 0) }, { meter: down, settings: { onStoreFailure: 'open' } })
    expect(await statuses(2)).toEqual([200, 200])
    expect(metric('edgeway_store_failure_count')).toBe(2)
  })

  test('one that throws at once is down, too', async () => {
    const broken: Meter = {
      ...down,
      take: () => {
        throw new Error('bug')
      },
    }
    await start({}, { meter: broken, settings: { onStoreFailure: 'open' } })
    expect(await statuses(1)).toEqual([200])
  })
})
