/** Calls to custom domain names: routing rules, mappings of several levels, and the modes that choose between them. */
import {
  CreateDeploymentCommand,
  ImportRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import type { ApiGatewayV2, RoutingMode, RoutingRuleCondition } from '@aws-sdk/client-apigatewayv2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayV2At } from '../control/v2.ts'
import { startWhole, type Whole } from '../support/whole.ts'
import { type LambdaServer, startLambda } from './lambda.ts'

let whole: Whole
let v2: ApiGatewayV2
let lambda: LambdaServer
let api1: string
let api2: string
let api3: string
let lambdaApi: string

/** Answers every path with its title, the path that it sees, and the one of the call. */
async function api(title: string, integration?: object): Promise<string> {
  const get = (seen: string) => ({
    get: {
      responses: { 200: {} },
      'x-amazon-apigateway-integration': integration ?? {
        type: 'mock',
        requestTemplates: { 'application/json': '{"statusCode":200}' },
        responses: {
          default: {
            statusCode: '200',
            responseTemplates: { 'application/json': `${title} ${seen} $context.path` },
          },
        },
      },
    },
  })
  const definition = {
    openapi: '3.0.1',
    info: { title },
    paths: { '/': get('/'), '/{proxy+}': get("/$input.params('proxy')") },
  }
  const { id } = await whole.client.send(
    new ImportRestApiCommand({ body: new TextEncoder().encode(JSON.stringify(definition)) }),
  )
  await whole.client.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'prod' }))
  return id!
}

beforeAll(async () => {
  lambda = await startLambda({ f: (event) => ({ statusCode: 200, body: JSON.stringify(event) }) })
  whole = await startWhole({
    settings: { endpoints: { LAMBDA: lambda.url } },
    platform: { credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 's' }) },
  })
  v2 = gatewayV2At(whole.endpoint)
  api1 = await api('api1')
  api2 = await api('api2')
  api3 = await api('api3')
  lambdaApi = await api('lambda', {
    type: 'aws_proxy',
    httpMethod: 'POST',
    uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations',
  })
})
afterAll(async () => {
  v2.destroy()
  await whole.stop()
  await lambda.stop()
})

const header = (Header: string, ValueGlob: string): RoutingRuleCondition => ({
  MatchHeaders: { AnyOf: [{ Header, ValueGlob }] },
})
const path = (...AnyOf: string[]): RoutingRuleCondition => ({ MatchBasePaths: { AnyOf } })
const domain = (DomainName: string, RoutingMode: RoutingMode) =>
  v2.createDomainName({ DomainName, RoutingMode, DomainNameConfigurations: [{ EndpointType: 'REGIONAL' }] })
const rule = (
  DomainName: string,
  Priority: number,
  Conditions: RoutingRuleCondition[],
  ApiId: string,
  StripBasePath = false,
) =>
  v2.createRoutingRule({
    DomainName,
    Priority,
    Conditions,
    Actions: [{ InvokeApi: { ApiId, Stage: 'prod', StripBasePath } }],
  })
const map = (DomainName: string, ApiMappingKey: string, ApiId: string) =>
  v2.createApiMapping({ DomainName, ApiMappingKey, ApiId, Stage: 'prod' })
const at = async (host: string, path: string, headers: Record<string, string | string[]> = {}) => {
  const { status, text } = await whole.call(path, { host, headers })
  return status === 200 ? text : `${status} ${text}`
}
const FORBIDDEN = '403 {"message":"Forbidden"}'

describe('rules only', () => {
  const HOST = 'rules.example.com'
  beforeAll(async () => {
    await domain(HOST, 'ROUTING_RULE_ONLY')
    // made in another order than that of their priorities
    await rule(HOST, 50, [header('Accept', 'image/webp'), header('Pet', 'Dog-*'), path('Shop')], api2)
    await rule(HOST, 10, [header('Hello', 'World')], api1)
    await rule(HOST, 20, [path('orders/v1')], api3, true)
    await map(HOST, '', api2)
  })

  test.each<[string, Record<string, string | string[]>, string]>([
    ['/', { hello: 'World' }, 'api1 / /'],
    ['/orders/v1/5', { HELLO: 'World' }, 'api1 /orders/v1/5 /orders/v1/5'],
    ['/orders/v1/5', { Hello: 'world' }, 'api3 /5 /orders/v1/5'],
    ['/orders/v1?q=1', {}, 'api3 / /orders/v1'],
    ['/orders/v1', {}, 'api3 / /orders/v1'],
    ['/orders/v2', {}, FORBIDDEN],
    ['/Orders/v1', {}, FORBIDDEN],
    ['/orders/v11', {}, FORBIDDEN],
    ['/Shop/1', { Pet: 'Dog-Bella', Accept: 'image/webp' }, 'api2 /Shop/1 /Shop/1'],
    ['/Shop/1', { Pet: 'Dog-Bella', Accept: ['text/html', 'image/webp'] }, 'api2 /Shop/1 /Shop/1'],
    ['/Shop/1', { Pet: 'Cats', Accept: 'image/webp' }, FORBIDDEN],
    ['/Shop/1', { Pet: 'Dog-Bella' }, FORBIDDEN],
    ['/anything', {}, FORBIDDEN],
  ])('%s %j -> %s', async (path, headers, answer) => {
    expect(await at(HOST, path, headers)).toBe(answer)
  })

  test('a change is seen at once', async () => {
    const { RoutingRules } = await v2.listRoutingRules({ DomainName: HOST })
    const { RoutingRuleId, Conditions, Actions } = RoutingRules!.find(({ Priority }) => Priority === 10)!
    const everywhere = { hello: 'World' }
    await v2.putRoutingRule({ DomainName: HOST, RoutingRuleId, Conditions, Actions, Priority: 30 })
    expect(await at(HOST, '/orders/v1/5', everywhere)).toBe('api3 /5 /orders/v1/5')
    await v2.deleteRoutingRule({ DomainName: HOST, RoutingRuleId })
    expect(await at(HOST, '/', everywhere)).toBe(FORBIDDEN)
    await rule(HOST, 1000, [], api1)
    expect(await at(HOST, '/')).toBe('api1 / /')
  })
})

test('rules, then mappings, the longest first; a mode is changed', async () => {
  const HOST = 'both.example.com'
  await domain(HOST, 'ROUTING_RULE_THEN_API_MAPPING')
  await rule(HOST, 1, [path('orders'), header('Cookie', '*ux=beta*')], api1)
  await map(HOST, 'orders', api2)
  await map(HOST, 'orders/v1/items', api3)
  const cookie = { cookie: 'lang=en-us;ux=beta' }
  expect(await at(HOST, '/orders/v1/items/7', cookie)).toBe('api1 /orders/v1/items/7 /orders/v1/items/7')
  expect(await at(HOST, '/orders/v1/items/7')).toBe('api3 /7 /orders/v1/items/7')
  expect(await at(HOST, '/orders/v1/items')).toBe('api3 / /orders/v1/items')
  expect(await at(HOST, '/orders/v1')).toBe('api2 /v1 /orders/v1')
  expect(await at(HOST, '/other')).toBe(FORBIDDEN)
  await v2.updateDomainName({ DomainName: HOST, RoutingMode: 'API_MAPPING_ONLY' })
  expect(await at(HOST, '/orders/v1/items/7', cookie)).toBe('api3 /7 /orders/v1/items/7')
  await v2.updateDomainName({ DomainName: HOST, RoutingMode: 'ROUTING_RULE_ONLY' })
  expect(await at(HOST, '/orders/v1/items/7')).toBe(FORBIDDEN)
})

test('a wildcard domain is split by the Host header, whatever the port', async () => {
  await domain('*.split.example.com', 'ROUTING_RULE_ONLY')
  await rule('*.split.example.com', 10, [header('Host', 'a.split.example.com')], api1)
  await rule('*.split.example.com', 50, [header('host', 'b.*')], api2)
  await rule('*.split.example.com', 500, [], api3)
  for (const [host, title] of [
    ['a.split.example.com', 'api1'],
    ['A.split.example.com:4600', 'api1'],
    ['b.split.example.com', 'api2'],
    ['testing.split.example.com', 'api3'],
  ] as const)
    expect(await at(host, '/')).toBe(`${title} / /`)
})

test('a Lambda function and the access log are told which rule it was', async () => {
  const HOST = 'lambda.example.com'
  await domain(HOST, 'ROUTING_RULE_THEN_API_MAPPING')
  const { RoutingRuleId } = await rule(HOST, 1, [path('a/b')], lambdaApi, true)
  await map(HOST, 'c', lambdaApi)
  const event = JSON.parse(await at(HOST, '/a/b/x'))
  expect(event).toMatchObject({
    path: '/a/b/x',
    pathParameters: { proxy: 'x' },
    requestContext: { path: '/a/b/x', stage: 'prod', domainName: HOST },
  })
  await whole.client.send(
    new UpdateStageCommand({
      restApiId: lambdaApi,
      stageName: 'prod',
      patchOperations: [
        ['destinationArn', 'arn:aws:logs:us-east-1:000000000000:log-group:x'],
        [
          'format',
          '$context.requestId $context.customDomain.routingRuleIdMatched $context.customDomain.basePathMatched',
        ],
      ].map(([name, value]) => ({ op: 'replace', path: `/accessLogSettings/${name}`, value })),
    }),
  )
  whole.log.length = 0
  await at(HOST, '/a/b/x')
  await at(HOST, '/c/x')
  await expect.poll(() => JSON.stringify(whole.log)).toContain(`${RoutingRuleId} -`)
  await expect.poll(() => JSON.stringify(whole.log)).toContain('- c')
})
