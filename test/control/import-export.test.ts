import {
  CreateDeploymentCommand,
  CreateDocumentationVersionCommand,
  CreateRestApiCommand,
  GetAuthorizersCommand,
  GetDocumentationPartsCommand,
  GetExportCommand,
  GetGatewayResponsesCommand,
  GetModelsCommand,
  GetRequestValidatorsCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  ImportDocumentationPartsCommand,
  ImportRestApiCommand,
  PutRestApiCommand,
  type Resource,
  UpdateIntegrationCommand,
  UpdateMethodCommand,
} from '@aws-sdk/client-api-gateway'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ApiDefinition } from '../../src/core/documents.ts'
import { writeOpenApi } from '../../src/core/openapi/write.ts'
import { apis } from '../core/openapi/apis.ts'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
beforeAll(async () => {
  server = await startControl()
})
afterAll(() => server.close())
afterEach(() => expect(server.errors).toEqual([]))

const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

const mock = {
  responses: { 200: { description: '200 response' } },
  'x-amazon-apigateway-integration': { type: 'mock', responses: { default: { statusCode: '200' } } },
}
const definition = (members: object) => ({
  openapi: '3.0.1',
  info: { title: 'pets', version: '1.0' },
  paths: { '/pets': { get: mock } },
  ...members,
})

const importApi = (body: unknown, over: object = {}) =>
  server.client.send(new ImportRestApiCommand({ body: bytes(body), ...over }))

const putApi = (restApiId: string, body: unknown, over: object = {}) =>
  server.client.send(new PutRestApiCommand({ restApiId, body: bytes(body), ...over }))

const resourcesOf = async (restApiId: string): Promise<Resource[]> =>
  (await server.client.send(new GetResourcesCommand({ restApiId, limit: 500, embed: ['methods'] }))).items!

const exported = async (restApiId: string, over: object = {}) => {
  const { body, ...headers } = await server.client.send(
    new GetExportCommand({
      restApiId,
      stageName: 'prod',
      exportType: 'oas30',
      accepts: 'application/json',
      parameters: { extensions: 'apigateway' },
      ...over,
    }),
  )
  return { text: new TextDecoder().decode(body), ...headers }
}

const deploy = (restApiId: string) =>
  server.client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }))

describe('ImportRestApi', () => {
  it('answers with the API, and with what it has to say', async () => {
    const api = await importApi(definition({ components: { securitySchemes: { x: { type: 'oauth2' } } } }))
    expect(api).toMatchObject({
      name: 'pets',
      version: '1.0',
      apiKeySource: 'HEADER',
      endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4' },
      warnings: ["Unsupported security definition type 'oauth2' for 'x'. Ignoring."],
    })
    const read = await server.client.send(new GetRestApiCommand({ restApiId: api.id! }))
    expect(read.warnings).toBeUndefined()
    const resources = await resourcesOf(api.id!)
    expect(resources.map((resource) => resource.path)).toEqual(['/', '/pets'])
    expect(resources[0]!.id).toBe(api.rootResourceId)
    expect(resources[1]!.resourceMethods!.GET!.methodIntegration!.cacheNamespace).toBe(resources[1]!.id)
  })

  it('refuses an authorizer that this gateway would answer 500 for', async () => {
    const jwt = { issuer: 'https://issuer.example', audience: ['me'] }
    const x = { type: 'apiKey', 'x-amazon-apigateway-authorizer': { type: 'token', 'x-edgeway-jwt': jwt } }
    await expect(importApi(definition({ components: { securitySchemes: { x } } }))).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('EDGEWAY_OIDC_AUTHORIZERS'),
    })
  })

  it('a method of a JWT authorizer has scopes, and is changed with them', async () => {
    const jwt = { issuer: 'https://issuer.example', audience: ['me'] }
    const x = {
      type: 'apiKey',
      'x-amazon-apigateway-authorizer': { type: 'token', 'x-edgeway-jwt': jwt },
    }
    const paths = { '/pets': { get: { ...mock, security: [{ x: ['read'] }] } } }
    const open = await startControl({ settings: { oidcAuthorizers: true } })
    try {
      const body = bytes(definition({ paths, components: { securitySchemes: { x } } }))
      const { id: restApiId } = await open.client.send(new ImportRestApiCommand({ body }))
      const { items } = await open.client.send(new GetResourcesCommand({ restApiId }))
      const resourceId = items!.find(({ path }) => path === '/pets')!.id
      const value = 'write'
      const patchOperations = [{ op: 'add', path: '/authorizationScopes', value } as const]
      const at = { restApiId, resourceId, httpMethod: 'GET', patchOperations }
      const method = await open.client.send(new UpdateMethodCommand(at))
      expect(method).toMatchObject({ authorizationType: 'CUSTOM', authorizationScopes: ['read', 'write'] })
    } finally {
      await open.close()
    }
  })

  it('refuses an enhanced security policy without an access mode', async () => {
    const policy = { 'x-amazon-apigateway-security-policy': 'SecurityPolicy_TLS13_1_3_2025_09' }
    const wrong = 'BadRequestException: Endpoint access mode is required for the specified security policy'
    expect(await failure(importApi(definition(policy)))).toBe(wrong)
    const mode = { 'x-amazon-apigateway-endpoint-access-mode': 'BASIC' }
    const { id } = await importApi(definition({ ...policy, ...mode }))
    expect((await putApi(id!, definition(policy))).endpointAccessMode).toBe('BASIC')
    const { id: plain } = await importApi(definition({}))
    expect(await failure(putApi(plain!, definition(policy)))).toBe(wrong)
  })

  it('takes its parameters from the query', async () => {
    const api = await importApi(definition({ servers: [{ url: 'https://x/a/b' }] }), {
      parameters: { basepath: 'split', endpointConfigurationTypes: 'REGIONAL' },
    })
    expect(api.endpointConfiguration!.types).toEqual(['REGIONAL'])
    expect((await resourcesOf(api.id!)).at(-1)!.path).toBe('/b/pets')
    await expect(importApi(definition({}), { parameters: { basepath: 'nonsense' } })).rejects.toThrow(
      /basepath/,
    )
  })

  it('leaves nothing behind when it is refused', async () => {
    const count = async () =>
      Number((await server.database.execute('select count(*) as n from documents')).rows[0]!.n)
    const before = await count()
    await expect(importApi('{')).rejects.toMatchObject({
      name: 'BadRequestException',
      message: 'Invalid OpenAPI input.',
    })
    const warned = definition({ components: { securitySchemes: { x: { type: 'oauth2' } } } })
    await expect(importApi(warned, { failOnWarnings: true })).rejects.toThrow(
      /^Warnings found during import:\n\t/,
    )
    expect(await count()).toBe(before)
  })

  it('tells all that the single operations would refuse at once, under the timeout that is set', async () => {
    const slow = await startControl({ settings: { maxTimeoutMs: 60_000 } })
    const integration = (members: object) => ({
      get: {
        'x-amazon-apigateway-integration': { type: 'http', httpMethod: 'GET', uri: 'http://a', ...members },
      },
    })
    const load = (paths: object, client = server.client) =>
      failure(client.send(new ImportRestApiCommand({ body: bytes(definition({ paths })) })))
    const place = (name: string) => `(#/paths/~1${name}/get/x-amazon-apigateway-integration)`
    try {
      const paths = { '/a': integration({ uri: 'a' }), '/b': integration({ timeoutInMillis: 60_001 }) }
      const lines = (most: number) =>
        [
          'BadRequestException: Errors found during import:',
          `Unable to put integration on 'GET' for resource at path '/a': Invalid HTTP endpoint specified for URI ${place('a')}`,
          `Unable to put integration on 'GET' for resource at path '/b': Timeout should be between 50 ms and ${most} ms ${place('b')}`,
        ].join('\n\t')
      expect(await load(paths)).toBe(lines(29_000))
      expect(await load(paths, slow.client)).toBe(lines(60_000))
      expect(await load({ '/b': integration({ timeoutInMillis: 60_000 }) }, slow.client)).toBe('')
      const { items: [api] = [] } = await slow.client.send(new GetRestApisCommand({}))
      const { items = [] } = await slow.client.send(new GetResourcesCommand({ restApiId: api!.id }))
      const at = {
        restApiId: api!.id,
        resourceId: items.find(({ path }) => path === '/b')!.id,
        httpMethod: 'GET',
      }
      for (const value of ['abc', '60001', '5000.5']) {
        const patchOperations = [{ op: 'replace' as const, path: '/timeoutInMillis', value }]
        expect(
          await failure(slow.client.send(new UpdateIntegrationCommand({ ...at, patchOperations }))),
        ).toBe('BadRequestException: Timeout should be between 50 ms and 60000 ms')
      }
    } finally {
      await slow.close()
    }
  })

  it('says where a text is broken, beside the message', async () => {
    const response = await fetch(`${server.endpoint}/restapis?mode=import`, {
      method: 'POST',
      body: 'a:\n  - "b',
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      message: 'Invalid OpenAPI input.',
      place: expect.stringMatching(/^line \d+, column \d+$/),
    })
  })

  it('imports 300 resources in one piece', async () => {
    const paths = Object.fromEntries(
      Array.from({ length: 299 }, (_, i) => [`/p${i}`, { get: mock, post: mock }]),
    )
    const api = await importApi(definition({ paths }))
    const resources = await resourcesOf(api.id!)
    expect(resources).toHaveLength(300)
    expect(resources.slice(1).map((resource) => resource.path)).toEqual(Object.keys(paths))
  })
})

describe('PutRestApi', () => {
  it('merges by default, and overwrites on demand, under the same ids', async () => {
    const { id } = await server.client.send(new CreateRestApiCommand({ name: 'mine', tags: { a: 'b' } }))
    await putApi(id!, definition({ paths: { '/a': { get: mock }, '/b': { get: mock } } }))
    const before = await resourcesOf(id!)
    const merged = await putApi(id!, definition({ paths: { '/a': { post: mock } } }))
    expect(merged).toMatchObject({ id, name: 'pets', tags: { a: 'b' } })
    expect((await resourcesOf(id!)).map((r) => [r.id, r.path, Object.keys(r.resourceMethods ?? {})])).toEqual(
      [
        [before[0]!.id, '/', []],
        [before[1]!.id, '/a', ['GET', 'POST']],
        [before[2]!.id, '/b', ['GET']],
      ],
    )
    await putApi(id!, definition({ paths: { '/a': { post: mock } } }), { mode: 'overwrite' })
    expect((await resourcesOf(id!)).map((r) => [r.id, r.path, Object.keys(r.resourceMethods ?? {})])).toEqual(
      [
        [before[0]!.id, '/', []],
        [before[1]!.id, '/a', ['POST']],
      ],
    )
    expect((await server.client.send(new GetModelsCommand({ restApiId: id! }))).items).toEqual([])
  })

  it('changes nothing when it is refused', async () => {
    const { id } = await importApi(definition({}))
    const before = await resourcesOf(id!)
    const clash = definition({
      paths: { '/new': { get: mock }, '/{a}': { get: mock }, '/{b}': { get: mock } },
    })
    await expect(putApi(id!, clash, { mode: 'overwrite' })).rejects.toThrow(/A sibling \(\{a\}\)/)
    expect(await resourcesOf(id!)).toEqual(before)
  })

  it('tells of a broken text before it tells of a missing API (recorded)', async () => {
    await expect(putApi('nothere', '{')).rejects.toThrow('Invalid OpenAPI input.')
    await expect(putApi('nothere', definition({}))).rejects.toThrow(
      'Invalid API identifier specified 000000000000:nothere',
    )
  })
})

describe('documentation', () => {
  const parts = [
    { location: { type: 'METHOD', path: '/pets', method: 'GET' }, properties: { summary: 'Lists pets' } },
    { location: { type: 'API' }, properties: { info: { description: 'All about pets' } } },
  ]
  const document = (documentationParts: object[]) =>
    definition({ 'x-amazon-apigateway-documentation': { version: '1', documentationParts } })

  it('is missing where the list of what is undocumented says so', async () => {
    const get = { ...mock, parameters: [{ name: 'q', in: 'query' }] }
    const { id: restApiId } = await importApi(
      definition({
        paths: { '/pets': { get } },
        'x-amazon-apigateway-documentation': { version: '1', documentationParts: parts },
      }),
    )
    const list = (over: object) =>
      server.client.send(
        new GetDocumentationPartsCommand({ restApiId, locationStatus: 'UNDOCUMENTED', ...over }),
      )
    const at = { path: '/pets', method: 'GET' }
    const missing = [
      { location: { type: 'RESOURCE', path: '/' } },
      { location: { type: 'RESOURCE', path: '/pets' } },
      { location: { type: 'QUERY_PARAMETER', ...at, name: 'q' } },
      { location: { type: 'RESPONSE', ...at, statusCode: '200' } },
    ]
    expect((await list({})).items).toEqual(missing)
    expect((await list({ type: 'RESOURCE', path: '/pets' })).items).toEqual([missing[1]])
    const { items, position } = await list({ limit: 3 })
    expect(items).toEqual(missing.slice(0, 3))
    expect((await list({ limit: 3, position })).items).toEqual(missing.slice(3))
  })

  it('is imported by itself, merged or overwritten', async () => {
    const { id: restApiId } = await importApi(definition({}))
    const send = (documentationParts: object[], mode: 'merge' | 'overwrite') =>
      server.client.send(
        new ImportDocumentationPartsCommand({
          restApiId: restApiId!,
          mode,
          body: bytes(document(documentationParts)),
        }),
      )
    const list = async () =>
      (await server.client.send(new GetDocumentationPartsCommand({ restApiId: restApiId! }))).items!
    const { ids } = await send(parts, 'overwrite')
    expect((await list()).map((part) => part.id)).toEqual(ids)
    await send([{ location: parts[0]!.location, properties: { description: 'more' } }], 'merge')
    expect((await list()).map((part) => part.properties)).toEqual([
      '{"summary":"Lists pets","description":"more"}',
      '{"info":{"description":"All about pets"}}',
    ])
    await send([parts[1]!], 'overwrite')
    expect((await list()).map((part) => part.id)).toEqual([ids![1]])
    await expect(send([], 'merge').then(() => 'fine')).resolves.toBe('fine')
  })

  it('is exported in the version that the stage publishes', async () => {
    const { id: restApiId } = await importApi(document(parts))
    await deploy(restApiId!)
    expect(JSON.parse((await exported(restApiId!)).text)).not.toHaveProperty(
      'x-amazon-apigateway-documentation',
    )
    await server.client.send(
      new CreateDocumentationVersionCommand({
        restApiId: restApiId!,
        documentationVersion: '7',
        stageName: 'prod',
      }),
    )
    const published = JSON.parse((await exported(restApiId!)).text)
    expect(published['x-amazon-apigateway-documentation']).toMatchObject({
      version: '7',
      documentationParts: parts,
    })
    expect(published.paths['/pets'].get.summary).toBe('Lists pets')
    expect(published.info.description).toBe('All about pets')
  })
})

describe('GetExport', () => {
  it('exports what the stage serves, not what is being edited', async () => {
    const { id } = await importApi(definition({}))
    await deploy(id!)
    await putApi(id!, definition({ paths: { '/later': { get: mock } } }))
    expect(Object.keys(JSON.parse((await exported(id!)).text).paths)).toEqual(['/pets'])
  })

  it('answers with the headers of Amazon', async () => {
    const { id } = await importApi(definition({}))
    await deploy(id!)
    expect(await exported(id!)).toMatchObject({
      contentType: 'application/octet-stream',
      contentDisposition: 'attachment; filename="oas30_1.0.json"',
    })
    const yaml = await exported(id!, { exportType: 'swagger', accepts: 'application/yaml' })
    expect(yaml.contentDisposition).toBe('attachment; filename="swagger_1.0.yaml"')
    expect(yaml.text).toMatch(/^---\nswagger: "2.0"\n/)
  })

  it('refuses what is not there', async () => {
    const { id } = await importApi(definition({}))
    await expect(exported(id!)).rejects.toThrow('Invalid stage identifier specified')
    await expect(exported('nothere')).rejects.toThrow('Invalid stage identifier specified')
    await deploy(id!)
    await expect(exported(id!, { exportType: 'raml' })).rejects.toThrow("No API exporter for type 'raml'")
  })
})

it('a definition without info or paths is taken, but not under failonwarnings', async () => {
  const bare = JSON.stringify({ openapi: '3.0.0' })
  expect((await importApi(bare)).id).toBeDefined()
  await expect(importApi(bare, { failOnWarnings: true })).rejects.toThrow(
    'Warnings found during import:\n\tParse issue: attribute info is missing\n\tParse issue: attribute paths is missing',
  )
})

describe('an API that goes out and in again', () => {
  it('is read the same through the SDK', async () => {
    await fc.assert(
      fc.asyncProperty(apis, async (api: ApiDefinition) => {
        const { body } = writeOpenApi(api, {
          exportType: 'oas30',
          accepts: 'application/json',
          extensions: new Set(['apigateway']),
          stage: 'prod',
          host: 'h',
          region: 'us-east-1',
        })
        const { id: restApiId } = await importApi(body, { failOnWarnings: true })
        const at = { restApiId: restApiId!, limit: 500 }
        const [resources, models, validators, authorizers, responses] = await Promise.all([
          resourcesOf(restApiId!),
          server.client.send(new GetModelsCommand(at)),
          server.client.send(new GetRequestValidatorsCommand(at)),
          server.client.send(new GetAuthorizersCommand(at)),
          server.client.send(new GetGatewayResponsesCommand(at)),
        ])
        expect(resources.map((r) => [r.path, Object.keys(r.resourceMethods ?? {}).sort()])).toEqual(
          api.resources.map((r) => [r.path, Object.keys(r.resourceMethods!).sort()]),
        )
        const names = (items: { name?: string }[] | undefined) => items!.map((item) => item.name).sort()
        expect(names(models.items)).toEqual(names(api.models))
        expect(names(validators.items)).toEqual(names(api.requestValidators))
        expect(names(authorizers.items)).toEqual(names(api.authorizers))
        expect(
          responses
            .items!.filter((r) => !r.defaultResponse)
            .map((r) => r.responseType)
            .sort(),
        ).toEqual(api.gatewayResponses.map((response) => response.responseType).sort())
        // every method as it was, but for ids
        const byName = new Map([
          ...authorizers.items!.map((a): [string, string] => [a.id!, a.name!]),
          ...validators.items!.map((v): [string, string] => [v.id!, v.name!]),
          ...api.authorizers.map((a): [string, string] => [a.id, a.name]),
          ...api.requestValidators.map((v): [string, string] => [v.id, v.name!]),
        ])
        const told = (source: readonly { resourceMethods?: object }[]) =>
          JSON.parse(
            JSON.stringify(
              source.map((r) => r.resourceMethods),
              (key, value) =>
                key === 'authorizerId' || key === 'requestValidatorId'
                  ? byName.get(value)
                  : key === 'cacheNamespace'
                    ? undefined
                    : value,
            ),
          )
        expect(told(resources)).toEqual(told(api.resources))
      }),
      { numRuns: 15 },
    )
  })
})
