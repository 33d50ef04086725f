/**
 * Usage plans, throttles and caches as a user has them: set through Amazon's client, met by calls on the wire, told by GetUsage.
 * The first part on one process, the second on three that share a database and a Redis.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  FlushStageCacheCommand,
  GetUsageCommand,
  ImportRestApiCommand,
  UpdateStageCommand,
  UpdateUsageCommand,
  UpdateUsagePlanCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort, startCommand } from '../support/process.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'

const SLOW = 120_000

interface Gateway {
  client: APIGatewayClient
  call(api: string, path: string, headers?: Record<string, string>): Promise<Response>
  stop(): Promise<unknown>
}

async function startGateway(data: string, env: Record<string, string> = {}): Promise<Gateway> {
  const port = await freePort()
  const args = ['bin/edgeway.mjs', '--port', String(port), '--data', data]
  const { stop } = await startCommand('node_modules/.bin/node', args, { ready: 'Try next', env })
  const client = new APIGatewayClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  return {
    client,
    call: (api, path, headers = {}) =>
      fetch(`http://127.0.0.1:${port}/_aws/execute-api/${api}${path}`, { headers }),
    stop: () => {
      client.destroy()
      return stop()
    },
  }
}

const method = (apiKey: boolean) => ({
  ...(apiKey && { security: [{ api_key: [] }] }),
  responses: { 200: { description: '' } },
  'x-amazon-apigateway-integration': {
    type: 'mock',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    responses: {
      default: { statusCode: '200', responseTemplates: { 'application/json': '"$context.requestId"' } },
    },
  },
})

async function deployed({ client }: Gateway): Promise<string> {
  const definition = {
    swagger: '2.0',
    info: { title: 'traffic', version: '1' },
    securityDefinitions: { api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' } },
    paths: {
      '/keyed': { get: method(true) },
      '/open': { get: method(false) },
      '/other': { get: method(false) },
    },
  }
  const { id } = await client.send(
    new ImportRestApiCommand({ body: Buffer.from(JSON.stringify(definition)) }),
  )
  await client.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'dev' }))
  return id!
}

async function subscribed({ client }: Gateway, api: string, quota: number, value?: string) {
  const { id: usagePlanId } = await client.send(
    new CreateUsagePlanCommand({
      name: `plan-${crypto.randomUUID()}`,
      apiStages: [{ apiId: api, stage: 'dev' }],
      quota: { limit: quota, period: 'MONTH', offset: 0 },
      throttle: { rateLimit: 1000, burstLimit: 1000 },
    }),
  )
  const key = await client.send(new CreateApiKeyCommand({ enabled: true, value }))
  await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId: key.id, keyType: 'API_KEY' }))
  return { usagePlanId: usagePlanId!, keyId: key.id!, header: { 'x-api-key': key.value! } }
}

const today = () => new Date().toISOString().slice(0, 10)
const statuses = async (count: number, call: () => Promise<Response>) => {
  const found: number[] = []
  for (let i = 0; i < count; i++) {
    const response = await call()
    await response.arrayBuffer()
    found.push(response.status)
  }
  return found
}
const usage = async ({ client }: Gateway, usagePlanId: string, keyId: string) =>
  (await client.send(new GetUsageCommand({ usagePlanId, keyId, startDate: today(), endDate: today() }))).items

describe('one process', () => {
  const data = mkdtempSync(join(tmpdir(), 'edgeway-traffic-'))
  let gateway: Gateway
  let api: string
  beforeAll(async () => {
    gateway = await startGateway(data)
    api = await deployed(gateway)
  }, SLOW)
  afterAll(() => gateway?.stop())

  test(
    'a quota holds to the call, GetUsage tells it, UpdateUsage changes it, a restart forgets nothing',
    async () => {
      const { usagePlanId, keyId, header } = await subscribed(gateway, api, 3)
      const call = () => gateway.call(api, '/dev/keyed', header)
      expect(await statuses(4, call)).toEqual([200, 200, 200, 429])
      expect(await (await call()).text()).toBe('{"message":"Limit Exceeded"}')
      expect(await usage(gateway, usagePlanId, keyId)).toEqual({ [keyId]: [[3, 0]] })
      const updated = await gateway.client.send(
        new UpdateUsageCommand({
          usagePlanId,
          keyId,
          patchOperations: [{ op: 'replace', path: '/remaining', value: '2' }],
        }),
      )
      expect(updated.items).toEqual({ [keyId]: [[3, 2]] })
      expect(await statuses(1, call)).toEqual([200])
      await gateway.stop()
      gateway = await startGateway(data)
      expect(await usage(gateway, usagePlanId, keyId)).toEqual({ [keyId]: [[4, 1]] })
      expect(await statuses(2, call)).toEqual([200, 429])
    },
    SLOW,
  )

  test(
    'two plans count one key by themselves; a key made again with the same value starts anew',
    async () => {
      const other = await deployed(gateway)
      const value = `value-${crypto.randomUUID()}`
      const first = await subscribed(gateway, api, 2, value)
      const { id: second } = await gateway.client.send(
        new CreateUsagePlanCommand({
          name: 'second',
          apiStages: [{ apiId: other, stage: 'dev' }],
          quota: { limit: 1, period: 'DAY', offset: 0 },
        }),
      )
      await gateway.client.send(
        new CreateUsagePlanKeyCommand({ usagePlanId: second, keyId: first.keyId, keyType: 'API_KEY' }),
      )
      expect(await statuses(2, () => gateway.call(other, '/dev/keyed', first.header))).toEqual([200, 429])
      expect(await statuses(3, () => gateway.call(api, '/dev/keyed', first.header))).toEqual([200, 200, 429])
      await gateway.client.send(new DeleteApiKeyCommand({ apiKey: first.keyId }))
      expect(await statuses(1, () => gateway.call(api, '/dev/keyed', first.header))).toEqual([403])
      const again = await gateway.client.send(new CreateApiKeyCommand({ enabled: true, value }))
      await gateway.client.send(
        new CreateUsagePlanKeyCommand({
          usagePlanId: first.usagePlanId,
          keyId: again.id,
          keyType: 'API_KEY',
        }),
      )
      expect(await statuses(3, () => gateway.call(api, '/dev/keyed', first.header))).toEqual([200, 200, 429])
    },
    SLOW,
  )

  test(
    'a plan’s limit for a method, the plan’s own, and the stage’s',
    async () => {
      const { usagePlanId, header } = await subscribed(gateway, api, 1000)
      await gateway.client.send(
        new UpdateUsagePlanCommand({
          usagePlanId,
          patchOperations: [
            { op: 'replace', path: '/throttle/burstLimit', value: '5' },
            { op: 'replace', path: '/throttle/rateLimit', value: '0.001' },
            { op: 'replace', path: `/apiStages/${api}:dev/throttle/keyed/GET/burstLimit`, value: '2' },
            { op: 'replace', path: `/apiStages/${api}:dev/throttle/keyed/GET/rateLimit`, value: '0.001' },
          ],
        }),
      )
      expect(await statuses(3, () => gateway.call(api, '/dev/keyed', header))).toEqual([200, 200, 429])
      await gateway.client.send(
        new UpdateStageCommand({
          restApiId: api,
          stageName: 'dev',
          patchOperations: [
            { op: 'replace', path: '/~1open/GET/throttling/burstLimit', value: '1' },
            { op: 'replace', path: '/~1open/GET/throttling/rateLimit', value: '0.001' },
          ],
        }),
      )
      expect(await statuses(2, () => gateway.call(api, '/dev/open'))).toEqual([200, 429])
      expect(await statuses(2, () => gateway.call(api, '/dev/other'))).toEqual([200, 200])
    },
    SLOW,
  )

  test(
    'a stage’s cache, and its flush',
    async () => {
      const cached = await deployed(gateway)
      const body = async () => (await gateway.call(cached, '/dev/open')).text()
      expect(await body()).not.toBe(await body())
      await gateway.client.send(
        new UpdateStageCommand({
          restApiId: cached,
          stageName: 'dev',
          patchOperations: [
            { op: 'replace', path: '/cacheClusterEnabled', value: 'true' },
            { op: 'replace', path: '/cacheClusterSize', value: '0.5' },
          ],
        }),
      )
      const kept = await body()
      expect(await body()).toBe(kept)
      await gateway.client.send(new FlushStageCacheCommand({ restApiId: cached, stageName: 'dev' }))
      expect(await body()).not.toBe(kept)
    },
    SLOW,
  )
})

describe('three processes on one Redis and one database', () => {
  const data = mkdtempSync(join(tmpdir(), 'edgeway-traffic-'))
  let redis: RedisServer
  let three: Gateway[] = []
  beforeAll(async () => {
    redis = await startRedis()
    const env = { EDGEWAY_REDIS_URL: redis.url }
    // the first makes the database
    three = [await startGateway(data, env)]
    three.push(...(await Promise.all([startGateway(data, env), startGateway(data, env)])))
  }, SLOW)
  afterAll(async () => {
    await Promise.all(three.map((gateway) => gateway.stop()))
    await redis?.kill()
  })

  test(
    'the same API, untouched: counts hold over all of them, also when one goes',
    async () => {
      const [first, second, third] = three as [Gateway, Gateway, Gateway]
      const api = await deployed(first)
      const { usagePlanId, keyId, header } = await subscribed(first, api, 40)
      const answers = await Promise.all(
        three.map((gateway) => statuses(20, () => gateway.call(api, '/dev/keyed', header))),
      )
      expect(answers.flat().filter((status) => status === 200).length).toBe(40)
      expect(await usage(third, usagePlanId, keyId)).toEqual({ [keyId]: [[40, 0]] })
      await second.client.send(
        new UpdateUsageCommand({
          usagePlanId,
          keyId,
          patchOperations: [{ op: 'replace', path: '/remaining', value: '5' }],
        }),
      )
      three.pop()
      await third.stop()
      expect(await statuses(6, () => first.call(api, '/dev/keyed', header))).toEqual([
        200, 200, 200, 200, 200, 429,
      ])
      // Redis loses everything: what the processes saw is counted again
      await redis.kill()
      expect(await statuses(1, () => first.call(api, '/dev/keyed', header))).toEqual([500])
      await redis.restart()
      const after: number[] = []
      const again = async () => {
        after.push(...(await statuses(1, () => first.call(api, '/dev/keyed', header))))
        return after.at(-1)
      }
      await expect.poll(again, { timeout: 15_000 }).toBe(429)
      expect(after.filter((status) => status === 200).length).toBeLessThanOrEqual(2)
    },
    SLOW,
  )
})
