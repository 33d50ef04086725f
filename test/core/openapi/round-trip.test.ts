import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { ApiDefinition } from '../../../src/core/documents.ts'
import { mergeDefinition } from '../../../src/core/openapi/merge.ts'
import { readOpenApi } from '../../../src/core/openapi/read.ts'
import { type ExportType, writeOpenApi } from '../../../src/core/openapi/write.ts'
import { apis, readOptions } from './apis.ts'

const write = (api: ApiDefinition, exportType: ExportType, accepts = 'application/json') =>
  writeOpenApi(api, {
    exportType,
    accepts,
    extensions: new Set(['apigateway']),
    stage: 'prod',
    host: 'abcdefghij.execute-api.eu-west-1.amazonaws.com',
    region: 'eu-west-1',
  }).body

/** The API that an import over it makes: the same ids, all content the definition's. */
const reread = (api: ApiDefinition, text: string): ApiDefinition =>
  mergeDefinition(api, readOpenApi(text, readOptions({ failOnWarnings: true })).definition, 'overwrite')

describe('OpenAPI out and in again', () => {
  it('reads an export of OpenAPI 3.0 back to the same API', () => {
    fc.assert(
      fc.property(apis, (api) => {
        const version = api.restApi.version ?? '2023-11-14T22:13:20Z'
        const expected = { ...api, restApi: { ...api.restApi, version } }
        expect(reread(api, write(api, 'oas30'))).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  })

  it('exports the same text of what it has read', () => {
    fc.assert(
      fc.property(apis, fc.constantFrom<ExportType>('oas30', 'swagger'), (api, exportType) => {
        const first = write(api, exportType)
        const read = readOpenApi(first, readOptions({ failOnWarnings: true }))
        const fresh: ApiDefinition = {
          ...read.definition,
          restApi: {
            ...api.restApi,
            apiKeySource: 'HEADER',
            disableExecuteApiEndpoint: false,
            ...read.definition.restApi,
          },
        }
        expect(write(fresh, exportType)).toBe(first)
      }),
      { numRuns: 30 },
    )
  })

  it('says the same in YAML as in JSON', () => {
    fc.assert(
      fc.property(apis, fc.constantFrom<ExportType>('oas30', 'swagger'), (api, exportType) => {
        const yaml = write(api, exportType, 'application/yaml')
        expect(parse(yaml)).toEqual(JSON.parse(write(api, exportType)))
        const options = () => readOptions({ failOnWarnings: true })
        expect(readOpenApi(yaml, options())).toEqual(readOpenApi(write(api, exportType), options()))
      }),
      { numRuns: 20 },
    )
  })

  it('changes no id and nothing else by merging an API into itself', () => {
    fc.assert(
      fc.property(apis, (api) => {
        const read = readOpenApi(write(api, 'oas30'), readOptions())
        const merged = mergeDefinition(api, read.definition, 'merge')
        const ids = (items: { id: string }[]) => items.map((item) => item.id).sort()
        expect(ids(merged.resources)).toEqual(ids(api.resources))
        expect(ids(merged.models)).toEqual(ids(api.models))
        expect(ids(merged.authorizers)).toEqual(ids(api.authorizers))
        expect(ids(merged.requestValidators)).toEqual(ids(api.requestValidators))
      }),
      { numRuns: 20 },
    )
  })

  it.each<ExportType>(['oas30', 'swagger'])(
    'keeps lists of values and references within a schema: %s',
    (exportType) => {
      const proxy = {
        type: 'http',
        httpMethod: 'GET',
        uri: 'http://a',
        requestParameters: {
          'integration.request.querystring.q': 'method.request.multivaluequerystring.q',
          'integration.request.header.h': 'method.request.multivalueheader.h',
        },
      }
      const { definition } = readOpenApi(
        JSON.stringify({
          openapi: '3.0.1',
          info: { title: 'a', version: '1' },
          paths: {
            '/a': {
              get: {
                parameters: [
                  { name: 'q', in: 'query', required: true, schema: { type: 'array' } },
                  { name: 'h', in: 'header', schema: { type: 'array' } },
                ],
                'x-amazon-apigateway-integration': proxy,
              },
            },
          },
        }),
        readOptions({ failOnWarnings: true }),
      )
      const declared = {
        'method.request.multivaluequerystring.q': true,
        'method.request.multivalueheader.h': false,
      }
      const schema = {
        definitions: { x: { type: 'string' } },
        properties: { p: { $ref: '#/definitions/x' } },
      }
      const api: ApiDefinition = {
        ...definition,
        restApi: {
          apiKeySource: 'HEADER',
          disableExecuteApiEndpoint: false,
          ...definition.restApi,
          id: 'abcdefghij',
          createdDate: 1,
          endpointConfiguration: { types: ['REGIONAL'] },
          rootResourceId: definition.restApi.rootResourceId!,
        },
        models: [
          { id: 'model1', name: 'A', contentType: 'application/json', schema: JSON.stringify(schema) },
        ],
      }
      const again = reread(api, write(api, exportType))
      for (const { resources } of [definition, again])
        expect(resources.find(({ path }) => path === '/a')!.resourceMethods!.GET!.requestParameters).toEqual(
          declared,
        )
      expect(again.models.length).toBe(2)
    },
  )
})
