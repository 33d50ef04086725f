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

/** An integration's cache namespace is its resource's id, unless it is set: here the id is a new one. */
const withoutNamespaces = (api: ApiDefinition) =>
  JSON.parse(JSON.stringify(api, (key, value) => (key === 'cacheNamespace' ? undefined : value)))

describe('OpenAPI out and in again', () => {
  it('reads an export of OpenAPI 3.0 back to the same API', () => {
    fc.assert(
      fc.property(apis, (api) => {
        const version = api.restApi.version ?? '2023-11-14T22:13:20Z'
        const expected = { ...api, restApi: { ...api.restApi, version } }
        expect(withoutNamespaces(reread(api, write(api, 'oas30')))).toEqual(withoutNamespaces(expected))
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
})
