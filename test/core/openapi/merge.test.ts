import { describe, expect, it } from 'vitest'
import type { ApiDefinition } from '../../../src/core/documents.ts'
import { mergeDefinition, mergeDocumentation, type PutMode } from '../../../src/core/openapi/merge.ts'
import { readOpenApi } from '../../../src/core/openapi/read.ts'
import { readOptions } from './apis.ts'

const functionUri = (name: string) =>
  `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${name}/invocations`

const mock = { 'x-amazon-apigateway-integration': { type: 'mock' } }
const keyed = (name: string) => ({
  type: 'apiKey',
  name,
  in: 'header',
  'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: functionUri(name) },
})

const document = (members: object) =>
  JSON.stringify({ openapi: '3.0.1', info: { title: 'old', description: 'said', version: '1' }, ...members })

function existing(): ApiDefinition {
  const { definition } = readOpenApi(
    document({
      paths: { '/a': { get: mock, post: mock }, '/b': { get: { ...mock, security: [{ auth: [] }] } } },
      components: { schemas: { A: { type: 'object' }, B: {} }, securitySchemes: { auth: keyed('Old') } },
      'x-amazon-apigateway-binary-media-types': ['image/heif'],
      'x-amazon-apigateway-request-validators': { v: {} },
      'x-amazon-apigateway-gateway-responses': {
        DEFAULT_4XX: { statusCode: '418' },
        THROTTLED: { statusCode: '429' },
      },
      'x-amazon-apigateway-policy': { Statement: [] },
    }),
    readOptions(),
  )
  return {
    ...definition,
    restApi: {
      apiKeySource: 'AUTHORIZER',
      disableExecuteApiEndpoint: true,
      ...definition.restApi,
      id: 'abcdefghij',
      createdDate: 1,
      endpointConfiguration: { types: ['REGIONAL'] },
      tags: { a: 'b' },
      rootResourceId: definition.restApi.rootResourceId!,
    },
  }
}

function put(mode: PutMode, members: object, info: object = { title: 'new', version: '2' }) {
  const before = existing()
  let count = 0
  const newId = (length: number) => `n${++count}`.padStart(length, 'n')
  const { definition } = readOpenApi(document({ info, ...members }), readOptions({ newId }))
  return { before, after: mergeDefinition(before, definition, mode) }
}

const methods = (api: ApiDefinition) =>
  Object.fromEntries(api.resources.map((r) => [r.path, Object.keys(r.resourceMethods ?? {})]))
const idOf = (api: ApiDefinition, path: string) =>
  api.resources.find((resource) => resource.path === path)!.id

const update = {
  paths: { '/a': { get: { ...mock, operationId: 'now', security: [{ auth: [] }] } }, '/c/d': { get: mock } },
  components: { schemas: { A: { type: 'string' } }, securitySchemes: { auth: keyed('New') } },
  'x-amazon-apigateway-binary-media-types': ['image/png'],
  'x-amazon-apigateway-gateway-responses': { DEFAULT_4XX: { statusCode: '400' } },
}

describe('merge', () => {
  it('keeps what the import does not name, and replaces what it does', () => {
    const { before, after } = put('merge', update)
    expect(methods(after)).toEqual({
      '/': [],
      '/a': ['GET', 'POST'],
      '/b': ['GET'],
      '/c': [],
      '/c/d': ['GET'],
    })
    expect(after.models.map((model) => model.name).sort()).toEqual(['A', 'B'])
    expect(after.restApi.binaryMediaTypes).toEqual(['image/heif', 'image/png'])
    expect(after.restApi).toMatchObject({
      name: 'new',
      version: '2',
      description: 'said',
      apiKeySource: 'AUTHORIZER',
    })
    expect(after.restApi.policy).toBe(before.restApi.policy)
    expect(after.gatewayResponses).toEqual([
      { responseType: 'THROTTLED', statusCode: '429' },
      { responseType: 'DEFAULT_4XX', statusCode: '400' },
    ])
    expect(after.authorizers).toMatchObject([
      { id: before.authorizers[0]!.id, authorizerUri: functionUri('New') },
    ])
  })

  it('keeps ids, and what refers to them', () => {
    const { before, after } = put('merge', update)
    for (const path of ['/', '/a', '/b']) expect(idOf(after, path)).toBe(idOf(before, path))
    expect(after.resources.find((resource) => resource.path === '/c')!.parentId).toBe(
      before.restApi.rootResourceId,
    )
    const now = after.resources.find((resource) => resource.path === '/a')!.resourceMethods!.GET!
    expect(now).toMatchObject({ operationName: 'now', authorizerId: before.authorizers[0]!.id })
    expect(after.models.find((model) => model.name === 'A')!.id).toBe(before.models[0]!.id)
    expect(now.methodIntegration!.cacheNamespace).toBe(idOf(before, '/a'))
  })

  it('refuses a path that is there under another name of its variable', () => {
    const before = existing()
    const at = (path: string) =>
      readOpenApi(document({ paths: { [path]: { get: mock } } }), readOptions()).definition
    const merged = mergeDefinition(before, at('/x/{id}'), 'merge')
    expect(() => mergeDefinition(merged, at('/x/{key}'), 'merge')).toThrow(
      "Unable to create resource at path '/x/{key}': A sibling ({id}) of this resource already has a variable path part",
    )
    expect(methods(mergeDefinition(merged, at('/x/{key}'), 'overwrite'))).toHaveProperty('/x/{key}')
  })
})

describe('overwrite', () => {
  it('leaves only what is imported, under the ids that were there (recorded)', () => {
    const { before, after } = put('overwrite', update)
    expect(methods(after)).toEqual({ '/': [], '/a': ['GET'], '/c': [], '/c/d': ['GET'] })
    expect(idOf(after, '/a')).toBe(idOf(before, '/a'))
    expect(after.restApi.rootResourceId).toBe(before.restApi.rootResourceId)
    expect(after.models.map((model) => model.name)).toEqual(['A'])
    expect(after.restApi.binaryMediaTypes).toEqual(['image/png'])
    expect(after.requestValidators).toEqual([])
    expect(after.gatewayResponses).toEqual([{ responseType: 'DEFAULT_4XX', statusCode: '400' }])
    expect(after.restApi.policy).toBeUndefined()
    expect(after.restApi.description).toBeUndefined()
  })

  it('changes neither endpoint nor tags, which are no part of a definition', () => {
    const { after } = put('overwrite', update)
    expect(after.restApi).toMatchObject({ endpointConfiguration: { types: ['REGIONAL'] }, tags: { a: 'b' } })
    expect(after.restApi).toMatchObject({ id: 'abcdefghij', createdDate: 1 })
  })

  it('keeps the name where the definition has none', () => {
    expect(put('overwrite', {}, {}).after.restApi.name).toBe('old')
  })
})

describe('documentation', () => {
  const part = (id: string, path: string, properties: object) => ({
    id,
    location: { type: 'RESOURCE', path },
    properties: JSON.stringify(properties),
  })
  const before = [part('1', '/', { a: 1, b: 1 }), part('2', '/x', { c: 1 })]
  const now = [part('3', '/', { b: 2 }), part('4', '/y', { d: 1 })]

  it('merges attribute by attribute', () => {
    expect(mergeDocumentation(before, now, 'merge')).toEqual([
      part('2', '/x', { c: 1 }),
      part('1', '/', { a: 1, b: 2 }),
      part('4', '/y', { d: 1 }),
    ])
  })

  it('or replaces all of it', () => {
    expect(mergeDocumentation(before, now, 'overwrite')).toEqual([
      part('1', '/', { b: 2 }),
      part('4', '/y', { d: 1 }),
    ])
  })
})
