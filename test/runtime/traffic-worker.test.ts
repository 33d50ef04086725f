/** Usage plans and throttles on Workers: counted by Durable Objects that the gateway's Worker and the control service's share. */
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  GetUsageCommand,
  ImportRestApiCommand,
  UpdateStageCommand,
  UpdateUsageCommand,
} from '@aws-sdk/client-api-gateway'
import { expect, test } from 'vitest'
import { principals, wranglerDev } from '../support/wrangler.ts'

const method = (keyed: boolean) => ({
  ...(keyed && { security: [{ api_key: [] }] }),
  responses: { 200: { description: '' } },
  'x-amazon-apigateway-integration': {
    type: 'mock',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    responses: { default: { statusCode: '200' } },
  },
})

const definition = JSON.stringify({
  swagger: '2.0',
  info: { title: 'traffic', version: '1' },
  securityDefinitions: { api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' } },
  paths: { '/keyed': { get: method(true) }, '/open': { get: method(false) } },
})

test('a quota holds under concurrent calls, GetUsage tells it, UpdateUsage changes it; a stage throttle holds', async () => {
  const { endpoint, credentials, stop } = await wranglerDev({ EDGEWAY_PRINCIPALS: principals })()
  try {
    const client = new APIGatewayClient({ endpoint, region: 'us-east-1', credentials })
    const { id: api } = await client.send(new ImportRestApiCommand({ body: Buffer.from(definition) }))
    await client.send(new CreateDeploymentCommand({ restApiId: api, stageName: 'dev' }))
    const { id: usagePlanId } = await client.send(
      new CreateUsagePlanCommand({
        name: 'plan',
        apiStages: [{ apiId: api, stage: 'dev' }],
        quota: { limit: 10, period: 'WEEK', offset: 1 },
        throttle: { rateLimit: 100, burstLimit: 100 },
      }),
    )
    const key = await client.send(new CreateApiKeyCommand({ enabled: true }))
    const keyId = key.id!
    await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }))

    const statuses = async (count: number, path: string) => {
      const headers = { 'x-api-key': key.value! }
      const calls = Array.from({ length: count }, () =>
        fetch(`${endpoint}/_aws/execute-api/${api}/dev/${path}`, { headers }).then(async (response) => {
          await response.arrayBuffer()
          return response.status
        }),
      )
      const found = await Promise.all(calls)
      return [200, 429].map((status) => found.filter((one) => one === status).length)
    }
    const today = new Date().toISOString().slice(0, 10)
    const usage = async () =>
      (await client.send(new GetUsageCommand({ usagePlanId, keyId, startDate: today, endDate: today }))).items

    expect(await statuses(16, 'keyed')).toEqual([10, 6])
    expect(await usage()).toEqual({ [keyId]: [[10, 0]] })
    const patchOperations = [{ op: 'replace' as const, path: '/remaining', value: '3' }]
    const granted = await client.send(new UpdateUsageCommand({ usagePlanId, keyId, patchOperations }))
    expect(granted.items).toEqual({ [keyId]: [[10, 3]] })
    expect(await statuses(8, 'keyed')).toEqual([3, 5])
    expect(await usage()).toEqual({ [keyId]: [[13, 0]] })

    await client.send(
      new UpdateStageCommand({
        restApiId: api,
        stageName: 'dev',
        patchOperations: [
          { op: 'replace', path: '/~1open/GET/throttling/burstLimit', value: '4' },
          { op: 'replace', path: '/~1open/GET/throttling/rateLimit', value: '0.001' },
        ],
      }),
    )
    // the gateway's Worker may believe the stage that it knows for a second
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect((await statuses(10, 'open'))[0]).toBe(4)
    client.destroy()
  } finally {
    await stop()
  }
}, 120_000)
