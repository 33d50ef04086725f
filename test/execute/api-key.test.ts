/** API keys end to end: made through the control service, asked for by the data plane. */
import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  ImportRestApiCommand,
  UpdateApiKeyCommand,
  UpdateUsagePlanCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Keys } from '../../src/store/keys.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { allow, policy, protectedApi, says } from './authorizers/protected.ts'
import { startGateway } from './gateway.ts'
import { startLambda } from './lambda.ts'

const VALUE = 'abcdefghij0123456789'
let whole: Whole

const mock = {
  type: 'mock',
  requestTemplates: { 'application/json': '{"statusCode":200}' },
  responses: {
    default: {
      statusCode: '200',
      responseTemplates: { 'application/json': '$context.identity.apiKeyId|$context.identity.apiKey' },
    },
  },
}
const definition = {
  openapi: '3.0.1',
  info: { title: 'keyed' },
  components: { securitySchemes: { api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' } } },
  paths: {
    '/keyed': {
      get: { security: [{ api_key: [] }], responses: { 200: {} }, 'x-amazon-apigateway-integration': mock },
    },
    '/free': { get: { responses: { 200: {} }, 'x-amazon-apigateway-integration': mock } },
  },
}

async function deployed(): Promise<string> {
  const { client } = whole
  const { id } = await client.send(
    new ImportRestApiCommand({ body: new TextEncoder().encode(JSON.stringify(definition)) }),
  )
  for (const stageName of ['v1', 'v2'])
    await client.send(new CreateDeploymentCommand({ restApiId: id, stageName }))
  return id!
}
const call = (apiId: string, key?: string | string[], path = '/keyed', stage = 'v1') =>
  whole.call(`/_aws/execute-api/${apiId}/${stage}${path}`, {
    headers: key === undefined ? {} : { 'X-Api-Key': key },
  })
const plan = async (name: string, ...stages: [apiId: string, stage: string][]) =>
  (
    await whole.client.send(
      new CreateUsagePlanCommand({ name, apiStages: stages.map(([apiId, stage]) => ({ apiId, stage })) }),
    )
  ).id!
const key = async (value: string, enabled = true) =>
  (await whole.client.send(new CreateApiKeyCommand({ name: value, value, enabled }))).id!
const subscribe = (usagePlanId: string, keyId: string) =>
  whole.client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }))

beforeAll(async () => {
  whole = await startWhole({ settings: { encryptionKey: btoa('e'.repeat(32)) } })
})
afterAll(() => whole.stop())

describe('a key of a usage plan', () => {
  test('opens the stages of its plan, and nothing else', async () => {
    const apiId = await deployed()
    const otherApi = await deployed()
    const keyId = await key(VALUE)
    expect((await call(apiId, VALUE)).status).toBe(403)
    await subscribe(await plan('p1', [apiId, 'v1']), keyId)

    const answer = await call(apiId, VALUE)
    expect(answer.status).toBe(200)
    expect(answer.text).toBe(`${keyId}|${VALUE}`)
    expect((await call(apiId, VALUE, '/keyed', 'v2')).status).toBe(403)
    expect((await call(otherApi, VALUE)).status).toBe(403)
    expect((await call(apiId, undefined, '/free')).text).toBe('|')
    expect((await call(apiId, 'nonsense', '/free')).status).toBe(200)
  })

  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['another', 'zyxwvutsrqponmlkjihg'],
    ['one that begins alike', VALUE.slice(0, -1)],
    ['one that goes on', `${VALUE}x`],
    ['another case', VALUE.toUpperCase()],
    ['two, the good one first', [VALUE, 'x']],
    ['a hash', '0'.repeat(64)],
    ['SQL', "' or '1'='1"],
    ['a wildcard', '%'],
    ['a long one', 'x'.repeat(5000)],
  ])('%s: 403 Forbidden', async (_, given) => {
    const apiId = await deployed()
    await subscribe(await plan('p', [apiId, 'v1']), await key(`${crypto.randomUUID()}`))
    const answer = await call(apiId, given as string)
    expect(answer.status).toBe(403)
    expect(answer.text).toBe('{"message":"Forbidden"}')
    expect(answer.headers['x-amzn-errortype']).toBe('ForbiddenException')
  })

  test('is refused at once when it is disabled, taken out, or deleted', async () => {
    const apiId = await deployed()
    const value = `${VALUE}-2`
    const keyId = await key(value)
    const planId = await plan('p2', [apiId, 'v1'])
    await subscribe(planId, keyId)
    const opens = async () => (await call(apiId, value)).status === 200
    const set = (enabled: string) =>
      whole.client.send(
        new UpdateApiKeyCommand({
          apiKey: keyId,
          patchOperations: [{ op: 'replace', path: '/enabled', value: enabled }],
        }),
      )
    expect(await opens()).toBe(true)
    await set('false')
    expect(await opens()).toBe(false)
    await set('true')
    expect(await opens()).toBe(true)
    await whole.client.send(new DeleteUsagePlanKeyCommand({ usagePlanId: planId, keyId }))
    expect(await opens()).toBe(false)
    await subscribe(planId, keyId)
    expect(await opens()).toBe(true)
    const stage = (op: 'add' | 'remove') =>
      whole.client.send(
        new UpdateUsagePlanCommand({
          usagePlanId: planId,
          patchOperations: [{ op, path: '/apiStages', value: `${apiId}:v1` }],
        }),
      )
    await stage('remove')
    expect(await opens()).toBe(false)
    await stage('add')
    expect(await opens()).toBe(true)
    await whole.client.send(new DeleteApiKeyCommand({ apiKey: keyId }))
    expect(await opens()).toBe(false)
  })

  test('a disabled key is none from the start', async () => {
    const apiId = await deployed()
    await subscribe(await plan('p3', [apiId, 'v1']), await key(`${VALUE}-3`, false))
    expect((await call(apiId, `${VALUE}-3`)).status).toBe(403)
  })

  test('its value is in no log and not in the database', async () => {
    expect(JSON.stringify(whole.log)).not.toContain(VALUE)
    const rows = await whole.app.store.documents.range('us-east-1', '/apikeys')
    const values = rows
      .map(({ body }) => (body as { value?: string }).value)
      .filter((value) => value !== undefined)
    expect(values.length).toBeGreaterThan(0)
    for (const value of values) expect(value).toMatch(/^sealed:/)
  })
})

describe('apiKeySource AUTHORIZER', () => {
  const found: Pick<Keys, 'find'> = {
    find: async (value) =>
      value === VALUE ? { id: 'k1', plan: { id: 'p1', name: 'p1', apiStages: [] } } : null,
  }

  test('the authorizer hands the key out, and the header counts for nothing', async () => {
    const lambda = await startLambda({
      auth: (({ authorizationToken }: { authorizationToken: string }) => ({
        principalId: 'me',
        policyDocument: policy(allow('*')),
        ...(authorizationToken !== 'none' && { usageIdentifierKey: authorizationToken }),
      })) as never,
    })
    const method = says('$context.identity.apiKeyId', {
      authorizationType: 'CUSTOM',
      authorizerId: 'a1',
      apiKeyRequired: true,
    })
    const uri =
      'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:auth/invocations'
    const gateway = await startGateway(
      protectedApi(
        { '/x': { GET: method } },
        {
          restApi: { apiKeySource: 'AUTHORIZER' },
          authorizers: [{ id: 'a1', name: 'a1', type: 'TOKEN', authorizerUri: uri }],
        },
      ),
      { settings: { endpoints: { '': lambda.url }, onStoreFailure: 'open' }, keys: found },
    )
    const get = (token: string, more: Record<string, string> = {}) =>
      gateway.call('GET', '/dev/x', { headers: { Authorization: token, ...more } })
    expect((await get(VALUE)).text).toBe('k1')
    expect((await get('wrong', { 'x-api-key': VALUE })).status).toBe(403)
    expect((await get('none', { 'x-api-key': VALUE })).text).toBe('{"message":"Forbidden"}')
    await gateway.stop()
    await lambda.stop()
  })

  test('a store that does not answer lets nobody in', async () => {
    const gateway = await startGateway(
      protectedApi({ '/x': { GET: says('ok', { apiKeyRequired: true }) } }),
      {
        keys: {
          find: async () => {
            throw new Error('down')
          },
        },
      },
    )
    expect((await gateway.call('GET', '/dev/x', { headers: { 'x-api-key': VALUE } })).status).toBe(500)
    await gateway.stop()
  })
})
