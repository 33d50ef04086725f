/** Routing rules: made, replaced, listed, refused, and what they hold fast. */
import type { APIGateway } from '@aws-sdk/client-api-gateway'
import type {
  ApiGatewayV2,
  CreateRoutingRuleRequest,
  RoutingRuleCondition,
} from '@aws-sdk/client-apigatewayv2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployApi, gatewayOf } from './deployed.ts'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'
import { gatewayV2At } from './v2.ts'

let server: ControlServer
let first: APIGateway
let second: ApiGatewayV2
let ApiId: string
beforeAll(async () => {
  server = await startControl({ settings: { limits: { routingRules: 5 } } })
  first = gatewayOf(server)
  second = gatewayV2At(server.endpoint)
  ApiId = await deployApi(first)
})
afterAll(async () => {
  first.destroy()
  second.destroy()
  await server.close()
})

let made = 0
async function newDomain(): Promise<string> {
  const DomainName = `rules-${++made}.example.com`
  await second.createDomainName({
    DomainName,
    RoutingMode: 'ROUTING_RULE_ONLY',
    DomainNameConfigurations: [{ EndpointType: 'REGIONAL' }],
  })
  return DomainName
}
const header = (Header: string, ValueGlob: string): RoutingRuleCondition => ({
  MatchHeaders: { AnyOf: [{ Header, ValueGlob }] },
})
const path = (...AnyOf: string[]): RoutingRuleCondition => ({ MatchBasePaths: { AnyOf } })
const invoke = (more: object = {}) => [{ InvokeApi: { ApiId, Stage: 'dev', ...more } }]
const create = async (DomainName: string, more: Partial<CreateRoutingRuleRequest> = {}) => {
  const { $metadata, ...rule } = await second.createRoutingRule({
    DomainName,
    Priority: 1,
    Conditions: [],
    Actions: invoke(),
    ...more,
  })
  return { ...rule, status: $metadata.httpStatusCode }
}

describe('a routing rule', () => {
  test('is made, read and deleted', async () => {
    const DomainName = await newDomain()
    const Conditions = [header('Hello', 'World'), header('x-version', 'beta'), path('PetStoreShopper')]
    const { status, ...rule } = await create(DomainName, { Priority: 50, Conditions })
    const { RoutingRuleId } = rule
    expect(status).toBe(201)
    expect(rule).toEqual({
      RoutingRuleId: expect.stringMatching(/^[a-z0-9]{6}$/),
      RoutingRuleArn: `arn:aws:apigateway:us-east-1:000000000000:/domainnames/${DomainName}/routingrules/${RoutingRuleId}`,
      Priority: 50,
      Conditions,
      Actions: invoke({ StripBasePath: false }),
    })
    const { $metadata: _, ...read } = await second.getRoutingRule({ DomainName, RoutingRuleId })
    expect(read).toEqual(rule)
    expect((await second.listRoutingRules({ DomainName })).RoutingRules).toEqual([rule])
    const gone = await second.deleteRoutingRule({ DomainName, RoutingRuleId })
    expect(gone.$metadata.httpStatusCode).toBe(204)
    expect(await failure(second.getRoutingRule({ DomainName, RoutingRuleId }))).toBe(
      'NotFoundException: Invalid routing rule identifier specified',
    )
  })

  test('is replaced as a whole, under its id', async () => {
    const DomainName = await newDomain()
    const { RoutingRuleId, RoutingRuleArn } = await create(DomainName, {
      Priority: 10,
      Conditions: [path('a')],
    })
    const replaced = {
      Priority: 20,
      Conditions: [header('A', 'b*')],
      Actions: invoke({ StripBasePath: true }),
    }
    const at = { DomainName, RoutingRuleId }
    const { $metadata, ...rule } = await second.putRoutingRule({ ...at, ...replaced })
    expect($metadata.httpStatusCode).toBe(200)
    expect(rule).toEqual({ RoutingRuleId, RoutingRuleArn, ...replaced })
    // to what it was
    await second.putRoutingRule({ ...at, ...replaced })
    expect((await second.listRoutingRules({ DomainName })).RoutingRules).toEqual([rule])
    expect(await failure(second.putRoutingRule({ ...at, ...replaced, RoutingRuleId: 'nobody' }))).toBe(
      'NotFoundException: Invalid routing rule identifier specified',
    )
    expect((await second.listRoutingRules({ DomainName })).RoutingRules).toHaveLength(1)
  })

  test('has a priority of its own', async () => {
    const DomainName = await newDomain()
    await create(DomainName, { Priority: 1 })
    const { RoutingRuleId } = await create(DomainName, { Priority: 1_000_000 })
    const conflict = /^ConflictException: A routing rule with priority 1 already exists/
    expect(await failure(create(DomainName))).toMatch(conflict)
    const taken = { DomainName, RoutingRuleId, Priority: 1, Conditions: [], Actions: invoke() }
    expect(await failure(second.putRoutingRule(taken))).toMatch(conflict)
    await create(await newDomain(), { Priority: 1 })
  })

  test('made at the same time with the same priority: one of them', async () => {
    const DomainName = await newDomain()
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => failure(create(DomainName))))
    expect(outcomes.filter((outcome) => outcome === '')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome.startsWith('ConflictException'))).toHaveLength(4)
  })

  test('is listed in pages, and there are not more than the limit', async () => {
    const DomainName = await newDomain()
    const ids: (string | undefined)[] = []
    for (const Priority of [5, 4, 3, 2, 1]) ids.push((await create(DomainName, { Priority })).RoutingRuleId)
    expect(await failure(create(DomainName, { Priority: 6 }))).toMatch(/^TooManyRequestsException/)
    const seen: (string | undefined)[] = []
    let NextToken: string | undefined
    do {
      const page = await second.listRoutingRules({ DomainName, MaxResults: 2, NextToken })
      seen.push(...page.RoutingRules!.map(({ RoutingRuleId }) => RoutingRuleId))
      NextToken = page.NextToken
    } while (NextToken)
    expect(seen).toEqual(ids)
  })

  test('holds its API and stage fast, and lets them go', async () => {
    const DomainName = await newDomain()
    const restApiId = await deployApi(first, 'prod')
    const at = { Priority: 1, Conditions: [], Actions: invoke({ ApiId: restApiId, Stage: 'prod' }) }
    const { RoutingRuleId } = await create(DomainName, at)
    const held = async () => [
      await failure(first.deleteRestApi({ restApiId })),
      await failure(first.deleteStage({ restApiId, stageName: 'prod' })),
    ]
    const refusals = [/^BadRequestException: Deleting RestApi/, /^BadRequestException: Deleting stage/]
    for (const [i, refusal] of (await held()).entries()) expect(refusal).toMatch(refusals[i]!)
    await second.putRoutingRule({ DomainName, RoutingRuleId, ...at, Priority: 2 })
    for (const [i, refusal] of (await held()).entries()) expect(refusal).toMatch(refusals[i]!)
    await second.putRoutingRule({ DomainName, RoutingRuleId, ...at, Actions: invoke() })
    await first.deleteStage({ restApiId, stageName: 'prod' })
    await first.deleteRestApi({ restApiId })
    const other = await deployApi(first)
    await create(DomainName, { Priority: 9, Actions: invoke({ ApiId: other }) })
    await second.deleteDomainName({ DomainName })
    await first.deleteRestApi({ restApiId: other })
  })

  test('is told to the data plane, lowest priority first', async () => {
    const DomainName = await newDomain()
    for (const Priority of [30, 5, 100]) await create(DomainName, { Priority })
    const pointer = await server.store.deployments.domain(DomainName)
    expect(pointer?.rules?.map(({ priority }) => priority)).toEqual([5, 30, 100])
  })

  test('is not for private domain names or APIs', async () => {
    const domainName = `rules-${++made}.example.com`
    const { domainNameId: DomainNameId } = await first.createDomainName({
      domainName,
      endpointConfiguration: { types: ['PRIVATE'] },
    })
    expect(await failure(create(domainName, { DomainNameId }))).toBe(
      'BadRequestException: Routing rules are not supported for private domain names.',
    )
    const { id } = await first.createRestApi({ name: 'p', endpointConfiguration: { types: ['PRIVATE'] } })
    expect(await failure(create(await newDomain(), { Actions: invoke({ ApiId: id }) }))).toMatch(
      /^BadRequestException: .* cannot invoke a private API/,
    )
  })
})

describe('is accepted', () => {
  test.each<[RoutingRuleCondition[]]>([
    [[header('Accept', 'image/webp')]],
    [[header('Cookie', '*ux=beta*')]],
    [[header('Host', 'a.example.com')]],
    [[header('User-Agent', 'Mozilla/5.0 (X11*')]],
    [[header('x'.repeat(39), '*')]],
    [[header('x', 'a'.repeat(127))]],
    [[header('x', `*${'a'.repeat(38)}*`)]],
    [[path('a'.repeat(127))]],
    [[path("orders/v2/items/$-_.+!*'()")]],
    [[path('a', 'b')]],
    [[{ ...header('a', 'b'), ...path('c') }]],
  ])('%j', async (Conditions) => {
    expect(await failure(create(await newDomain(), { Conditions }))).toBe('')
  })
})

describe('is refused', () => {
  const HEADER = /^BadRequestException: Invalid header name/
  const GLOB = /^BadRequestException: Invalid header value/
  const PATH = /^BadRequestException: Invalid base path/
  const UNFIT = /^BadRequestException: The header .* is not supported in a condition/
  const COUNT = /^BadRequestException: A routing rule can have up to two matchHeaders/
  test.each<[RoutingRuleCondition[], RegExp]>([
    [[header('', 'a')], HEADER],
    [[header('a b', 'a')], HEADER],
    [[header('a:', 'a')], HEADER],
    [[header('x'.repeat(40), 'a')], HEADER],
    [[header('Authorization', 'a')], UNFIT],
    [[header('Access-Control-Request-Method', 'a')], UNFIT],
    [[header('x-amz-date', 'a')], UNFIT],
    [[header('X-Amzn-Trace-Id', 'a')], UNFIT],
    [[header('x-apigw-api-id', 'a')], UNFIT],
    [[header('X-Forwarded-For', 'a')], UNFIT],
    [[header('x-restAPI', 'a')], UNFIT],
    [[header('Expect', 'a')], UNFIT],
    [[header('a', '')], GLOB],
    [[header('a', 'b*c')], GLOB],
    [[header('a', '*b*c')], GLOB],
    [[header('a', '**')], GLOB],
    [[header('a', 'ä')], GLOB],
    [[header('a', ' b')], GLOB],
    [[header('a', 'b'.repeat(128))], GLOB],
    [[header('a', `*${'b'.repeat(39)}*`)], GLOB],
    [[path('')], PATH],
    [[path('/a')], PATH],
    [[path('a/')], PATH],
    [[path('a//b')], PATH],
    [[path('a b')], PATH],
    [[path('a'.repeat(128))], PATH],
    [[header('a', '1'), header('b', '2'), header('c', '3')], COUNT],
    [[path('a'), path('b')], COUNT],
    [[{}], /^BadRequestException: A condition must have/],
    [[path()], /^BadRequestException: anyOf must have/],
  ])('%j', async (Conditions, message) => {
    expect(await failure(create(await newDomain(), { Conditions }))).toMatch(message)
  })

  test.each<[Partial<CreateRoutingRuleRequest>, RegExp]>([
    [{ Priority: 0 }, /^BadRequestException: The priority/],
    [{ Priority: 1_000_001 }, /^BadRequestException: The priority/],
    [{ Actions: [] }, /^BadRequestException: A routing rule must have exactly one action/],
    [{ Conditions: undefined }, /^BadRequestException: 1 validation error/],
    [{ DomainName: 'none' }, /^NotFoundException: Invalid domain name identifier specified$/],
    [
      { Actions: [{ InvokeApi: { ApiId: 'none', Stage: 'dev' } }] },
      /^BadRequestException: Invalid API identifier/,
    ],
  ])('%j', async (more, message) => {
    expect(await failure(create(await newDomain(), more))).toMatch(message)
  })

  test('two actions, an unknown stage', async () => {
    const DomainName = await newDomain()
    const actions = [...invoke(), ...invoke()]
    expect(await failure(create(DomainName, { Actions: actions }))).toMatch(/exactly one action/)
    expect(await failure(create(DomainName, { Actions: invoke({ Stage: 'none' }) }))).toBe(
      'BadRequestException: Invalid stage identifier specified',
    )
    expect((await second.listRoutingRules({ DomainName })).RoutingRules).toEqual([])
  })
})

test('nothing failed inside', () => expect(server.errors).toEqual([]))
