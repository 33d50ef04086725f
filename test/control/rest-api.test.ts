import {
  CreateRestApiCommand,
  type CreateRestApiRequest,
  DeleteRestApiCommand,
  GetModelsCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  ImportRestApiCommand,
  type PatchOperation,
  PutGatewayResponseCommand,
  UpdateGatewayResponseCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
beforeAll(async () => {
  server = await startControl()
})
afterAll(() => server.close())

const create = (more: Partial<CreateRestApiRequest> = {}) =>
  server.client.send(new CreateRestApiCommand({ name: 'api', ...more }))
const update = (restApiId: string, ...patchOperations: PatchOperation[]) =>
  server.client.send(new UpdateRestApiCommand({ restApiId, patchOperations }))

describe('CreateRestApi', () => {
  test('defaults', async () => {
    const { $metadata, createdDate, id, rootResourceId, ...api } = await create()
    expect($metadata.httpStatusCode).toBe(201)
    expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(Math.abs(createdDate!.getTime() - Date.now())).toBeLessThan(60_000)
    expect(api).toEqual({
      name: 'api',
      apiKeySource: 'HEADER',
      endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4' },
      disableExecuteApiEndpoint: false,
    })
    const { items } = await server.client.send(new GetResourcesCommand({ restApiId: id }))
    expect(items).toEqual([{ id: rootResourceId, path: '/' }])
    const models = await server.client.send(new GetModelsCommand({ restApiId: id }))
    expect(models.items?.map(({ name }) => name)).toEqual(['Empty', 'Error'])
  })

  test('a private API is dualstack', async () => {
    const { endpointConfiguration } = await create({ endpointConfiguration: { types: ['PRIVATE'] } })
    expect(endpointConfiguration).toEqual({ types: ['PRIVATE'], ipAddressType: 'dualstack' })
  })

  test('the tag _custom_id_ takes the id, once in all regions', async () => {
    const custom = { tags: { _custom_id_: 'myapi' } }
    expect((await create(custom)).id).toBe('myapi')
    expect(await failure(create(custom))).toMatch('ConflictException: ')
    const elsewhere = server.clientFor('eu-west-1').send(new CreateRestApiCommand({ name: 'x', ...custom }))
    expect(await failure(elsewhere)).toMatch('ConflictException: ')
    await server.client.send(new DeleteRestApiCommand({ restApiId: 'myapi' }))
    expect((await create(custom)).id).toBe('myapi')
  })

  test('cloneFrom copies what can be deployed', async () => {
    const original = await create()
    const copy = await create({ cloneFrom: original.id })
    expect(copy.rootResourceId).toBe(original.rootResourceId)
    const models = await server.client.send(new GetModelsCommand({ restApiId: copy.id }))
    expect(models.items).toHaveLength(2)
    expect(await failure(create({ cloneFrom: 'nothing' }))).toMatch('BadRequestException: ')
  })

  test.each<[Partial<CreateRestApiRequest>, string]>([
    [{ description: '' }, 'BadRequestException: Description cannot be an empty string'],
    [
      { minimumCompressionSize: -1 },
      'BadRequestException: Invalid minimum compression size, must be between 0 and 10485760',
    ],
    [
      { endpointConfiguration: { types: [] } },
      'BadRequestException: REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.',
    ],
    [
      { endpointConfiguration: { types: ['EDGE', 'REGIONAL'] } },
      'BadRequestException: Cannot create an api with multiple Endpoint Types.',
    ],
    [
      { endpointConfiguration: { types: ['PRIVATE'], ipAddressType: 'ipv4' } },
      'BadRequestException: Only dualstack ipAddressType is supported for Private APIs.',
    ],
    [
      { description: '', endpointConfiguration: { types: ['x' as 'EDGE'], ipAddressType: 'y' as 'ipv4' } },
      "ValidationException: 2 validation errors detected: Value '[x]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]; Value 'y' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]",
    ],
    [{ policy: 'no JSON' }, 'BadRequestException: Invalid policy document.'],
  ])('refuses %j', async (request, problem) => {
    expect(await failure(create(request))).toContain(problem)
  })
})

describe('UpdateRestApi', () => {
  test('binary media types are named in the path; a replacement goes last; tags are there', async () => {
    const { id } = await create({ description: 'x' })
    const first = await update(
      id!,
      { op: 'add', path: '/binaryMediaTypes/image~1png' },
      { op: 'add', path: '/binaryMediaTypes/image~1jpeg' },
      { op: 'replace', path: '/binaryMediaTypes/image~1png', value: 'image/gif' },
      { op: 'remove', path: '/description' },
    )
    expect(first).toMatchObject({ binaryMediaTypes: ['image/jpeg', 'image/gif'], tags: {} })
    expect(first.description).toBeUndefined()
    const described = await update(id!, { op: 'add', path: '/description', value: 'y' })
    expect(described.description).toBe('y')
    const read = await server.client.send(new GetRestApiCommand({ restApiId: id }))
    expect(read.tags).toBeUndefined()
  })

  test('an enhanced security policy comes with an access mode', async () => {
    const { id } = await create()
    const policy = {
      op: 'replace',
      path: '/securityPolicy',
      value: 'SecurityPolicy_TLS13_2025_EDGE',
    } as const
    const mode = { op: 'replace', path: '/endpointAccessMode', value: 'BASIC' } as const
    expect(await failure(update(id!, policy))).toBe(
      'BadRequestException: Endpoint access mode is required for the specified security policy',
    )
    expect(await update(id!, mode, policy)).toMatchObject({ endpointAccessMode: 'BASIC' })
    expect(await failure(create({ endpointAccessMode: 'STRICT' }))).toMatch(
      /^BadRequestException: Endpoint access mode STRICT is only supported/,
    )
  })

  test('compression is set and taken away again', async () => {
    const { id } = await create()
    const path = '/minimumCompressionSize'
    expect((await update(id!, { op: 'replace', path, value: '10' })).minimumCompressionSize).toBe(10)
    expect((await update(id!, { op: 'replace', path, value: '' })).minimumCompressionSize).toBeUndefined()
    expect((await update(id!, { op: 'replace', path, value: '0' })).minimumCompressionSize).toBe(0)
  })

  test('the policy comes back escaped, with whole ARNs', async () => {
    const { id } = await create()
    const statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
    }
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2)
    const updated = await update(id!, { op: 'replace', path: '/policy', value: policy })
    const parsed = JSON.parse(JSON.parse(`"${updated.policy}"`))
    expect(parsed.Statement[0].Resource).toBe(`arn:aws:execute-api:us-east-1:000000000000:${id}/*`)
    expect(updated.policy).toContain('\\"Version\\":\\"2012-10-17\\"')
  })

  test('all operations of a call apply, or none', async () => {
    const { id } = await create()
    const call = update(
      id!,
      { op: 'replace', path: '/name', value: 'other' },
      { op: 'replace', path: '/nothing', value: 'x' },
    )
    expect(await failure(call)).toBe('BadRequestException: Invalid patch path /nothing')
    expect((await server.client.send(new GetRestApiCommand({ restApiId: id }))).name).toBe('api')
  })

  test.each<[PatchOperation, string]>([
    [
      { op: 'add', path: '/minimumCompressionSize', value: '1' },
      'Invalid patch operation specified. Must be one of: [replace]',
    ],
    [
      { op: 'replace', path: '/minimumCompressionSize', value: 'x' },
      'Invalid minimum compression size, must be between 0 and 10485760',
    ],
    [{ op: 'add', path: '/binaryMediaTypes', value: 'a/b' }, 'Invalid patch path /binaryMediaTypes'],
    [{ op: 'replace' }, 'Invalid patch path null'],
    [
      { op: 'replace', path: '/endpointConfiguration/types/0', value: 'x' },
      'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE',
    ],
    [
      { op: 'remove', path: '/endpointConfiguration/types/0' },
      "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
    ],
    [
      { op: 'replace', path: '/endpointConfiguration/ipAddressType', value: 'x' },
      'ipAddressType must be either ipv4 or dualstack.',
    ],
  ])('refuses %j', async (operation, problem) => {
    const { id } = await create()
    expect(await failure(update(id!, operation))).toBe(`BadRequestException: ${problem}`)
  })
})

test('a private API becomes regional, not edge-optimized', async () => {
  const { id } = await create({ endpointConfiguration: { types: ['PRIVATE'] } })
  const to = (value: string) =>
    update(id!, { op: 'replace', path: '/endpointConfiguration/types/PRIVATE', value })
  expect(await failure(to('EDGE'))).toBe(
    'BadRequestException: Cannot change a private API into an edge-optimized API.',
  )
  expect((await to('REGIONAL')).endpointConfiguration?.types).toEqual(['REGIONAL'])
})

test('a policy has at most 8,192 characters, imported or not', async () => {
  const policyOf = (length: number) => {
    const statement = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' }
    const bare = JSON.stringify({ Version: '2012-10-17', Id: '', Statement: [statement] })
    return bare.replace('"Id":""', `"Id":"${'x'.repeat(length - bare.length)}"`)
  }
  const sentence = 'BadRequestException: Invalid policy document, can be at most 8192 characters.'
  const load = (policy: string) => {
    const paths = { '/': { get: {} } }
    const definition = { openapi: '3.0.1', info: { title: 'x' }, paths, 'x-amazon-apigateway-policy': policy }
    const body = new TextEncoder().encode(JSON.stringify(definition))
    return server.client.send(new ImportRestApiCommand({ body }))
  }
  expect(await failure(create({ policy: policyOf(8193) }))).toBe(sentence)
  expect(await failure(create({ policy: policyOf(8192) }))).toBe('')
  expect(await failure(load(policyOf(8193)))).toBe(sentence)
  expect(await failure(load(policyOf(8192)))).toBe('')
})

describe('gateway responses', () => {
  const invalid = (expression: string) =>
    `BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: ${expression}]`

  test('map from the request, the context, stage variables and constants', async () => {
    const { id: restApiId } = await create()
    const at = { restApiId, responseType: 'DEFAULT_4XX' } as const
    const responseParameters = {
      'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
      'gatewayresponse.header.a': 'method.request.header.Accept',
      'gatewayresponse.header.b': 'method.request.path.petId',
      'gatewayresponse.header.c': 'method.request.multivaluequerystring.q',
      'gatewayresponse.header.d': 'context.error.responseType',
      'gatewayresponse.header.e': 'stageVariables.a',
      'gatewayresponse.header.f': 'method.input.params.petId',
      'gatewayresponse.querystring.g': "'kept'",
    }
    const put = await server.client.send(new PutGatewayResponseCommand({ ...at, responseParameters }))
    expect(put.responseParameters).toEqual(responseParameters)
  })

  test.each([
    ['method.response.header.A', "'a'", 'method.response.header.A'],
    ['gatewayresponse.body.A', "'a'", 'gatewayresponse.body.A'],
    ['gatewayresponse.header.A', 'test-value', 'test-value'],
    ['gatewayresponse.header.A', 'integration.response.header.A', 'integration.response.header.A'],
  ])('refuse %s: %s', async (key, value, told) => {
    const { id: restApiId } = await create()
    const at = { restApiId, responseType: 'DEFAULT_4XX' } as const
    const put = new PutGatewayResponseCommand({ ...at, responseParameters: { [key]: value } })
    expect(await failure(server.client.send(put))).toBe(invalid(told))
    const add = { op: 'add', path: `/responseParameters/${key}`, value } as const
    const patch = new UpdateGatewayResponseCommand({ ...at, patchOperations: [add] })
    expect(await failure(server.client.send(patch))).toBe(invalid(told))
  })
})

test('an API is found in its own region only', async () => {
  const { id } = await create()
  const elsewhere = server.clientFor('eu-central-1')
  const absent = `NotFoundException: Invalid API identifier specified 000000000000:${id}`
  expect(await failure(elsewhere.send(new GetRestApiCommand({ restApiId: id })))).toBe(absent)
  expect((await elsewhere.send(new GetRestApisCommand({}))).items).toEqual([])
})

test('lists come in pages of 25, in the order of creation', async () => {
  const client = server.clientFor('ap-south-1')
  const names = Array.from({ length: 60 }, (_, i) => `api ${i}`)
  for (const name of names) await client.send(new CreateRestApiCommand({ name }))
  const seen: string[] = []
  const sizes: number[] = []
  for (let position: string | undefined, more = true; more; more = position !== undefined) {
    const page = await client.send(new GetRestApisCommand({ position }))
    seen.push(...page.items!.map(({ name }) => name!))
    sizes.push(page.items!.length)
    position = page.position
  }
  expect(sizes).toEqual([25, 25, 10])
  expect(seen).toEqual(names)
  expect((await client.send(new GetRestApisCommand({ limit: 500 }))).items).toHaveLength(60)
})

test('a deleted API is gone with all below it', async () => {
  const { id } = await create()
  await server.client.send(new DeleteRestApiCommand({ restApiId: id }))
  const left = await server.database.execute({
    sql: 'select count(*) as n from documents where path >= ? and path < ?',
    args: [`/restapis/${id}`, `/restapis/${id}0`],
  })
  expect(left.rows[0]!.n).toBe(0)
  expect(await failure(server.client.send(new DeleteRestApiCommand({ restApiId: id })))).toContain(
    'NotFoundException',
  )
})

test('the one endpoint type has a path with or without its place, and a slash at the end of a URL is nothing', async () => {
  const { id } = await create()
  const type = { op: 'replace', path: '/endpointConfiguration/types', value: 'REGIONAL' } as const
  expect((await update(id!, type)).endpointConfiguration?.types).toEqual(['REGIONAL'])
  const listed = await fetch(`${server.endpoint}/restapis/`)
  expect(Object.keys((await listed.json()) as object)).toContain('item')
  expect((await fetch(`${server.endpoint}/restapis/${id}/`)).status).toBe(200)
})
