/** A whole API in one value and back: what deployments, import and export work on. */
import type {
  ApiDefinition,
  Authorizer,
  DocumentationPart,
  GatewayResponse,
  Integration,
  Method,
  Model,
  RequestValidator,
  Resource,
  RestApi,
} from '../core/documents.ts'
import type { Values } from '../core/shape.ts'
import { label, type Row, type Transaction } from '../store/documents.ts'
import { type Kinds, nest } from './nest.ts'

export const apiPath = (apiId: string) => `/restapis/${label(apiId)}`

/** Anything that reads a path range: `tx` inside a write set, or `{ range: (path) => documents.range(region, path) }`. */
export interface RangeReader {
  range(path: string): Promise<Row[]>
}

/** The API as it is now, or undefined. */
export async function loadDefinition(
  kinds: Kinds,
  reader: RangeReader,
  apiId: string,
): Promise<ApiDefinition | undefined> {
  const root = apiPath(apiId)
  const rows = await reader.range(root)
  const nested = nest(rows, kinds)
  const restApi = nested.get(root) as RestApi | undefined
  if (!restApi) return undefined
  const all = <T>(kind: string): T[] =>
    rows.filter((row) => row.kind === kind).map((row) => nested.get(row.path) as T)
  return {
    restApi,
    resources: all<Resource>('Resource'),
    models: all<Model>('Model'),
    requestValidators: all<RequestValidator>('RequestValidator'),
    authorizers: all<Authorizer>('Authorizer'),
    gatewayResponses: all<GatewayResponse>('GatewayResponse'),
    documentationParts: all<DocumentationPart>('DocumentationPart'),
  }
}

/** The rows of a definition, nested documents taken apart again. */
function rowsOf(definition: ApiDefinition): Omit<Row, 'region'>[] {
  const root = apiPath(definition.restApi.id)
  const rows: Omit<Row, 'region'>[] = []
  const row = (path: string, kind: string, body: object) => rows.push({ path, kind, body })
  const { warnings: _, ...restApi } = definition.restApi
  row(root, 'RestApi', restApi)
  for (const { resourceMethods, ...resource } of definition.resources) {
    const at = `${root}/resources/${label(resource.id)}`
    row(at, 'Resource', resource)
    for (const method of Object.values(resourceMethods ?? {})) methodRows(at, method, row)
  }
  for (const model of definition.models) row(`${root}/models/${label(model.name)}`, 'Model', model)
  for (const validator of definition.requestValidators)
    row(`${root}/requestvalidators/${label(validator.id)}`, 'RequestValidator', validator)
  for (const authorizer of definition.authorizers)
    row(`${root}/authorizers/${label(authorizer.id)}`, 'Authorizer', authorizer)
  for (const response of definition.gatewayResponses)
    row(`${root}/gatewayresponses/${label(response.responseType)}`, 'GatewayResponse', response)
  for (const part of definition.documentationParts)
    row(`${root}/documentation/parts/${label(part.id)}`, 'DocumentationPart', part)
  return rows
}

function methodRows(
  resource: string,
  { methodResponses, methodIntegration, ...method }: Method,
  row: (path: string, kind: string, body: object) => void,
): void {
  const at = `${resource}/methods/${label(method.httpMethod)}`
  row(at, 'Method', method)
  for (const response of Object.values(methodResponses ?? {}))
    row(`${at}/responses/${label(response.statusCode)}`, 'MethodResponse', response)
  if (!methodIntegration) return
  const { integrationResponses, ...integration }: Integration = methodIntegration
  row(`${at}/integration`, 'Integration', integration)
  for (const response of Object.values(integrationResponses ?? {}))
    row(`${at}/integration/responses/${label(response.statusCode)}`, 'IntegrationResponse', response)
}

/** What a definition's kinds of rows are: all else below an API (stages, deployments, versions) is left alone. */
const COVERED =
  /^\/(?:resources|models|requestvalidators|authorizers|gatewayresponses|documentation\/parts)\//

/**
 * Puts a definition into the write set. With `replace` whatever the API has beyond the definition goes away; rows that stay
 * the same are not written again.
 */
export async function storeDefinition(
  tx: Transaction,
  definition: ApiDefinition,
  options: { replace?: boolean } = {},
): Promise<void> {
  const root = apiPath(definition.restApi.id)
  const rows = rowsOf(definition)
  const stored = new Map((await tx.range(root)).map((row) => [row.path, row]))
  const kept = new Set(rows.map((row) => row.path))
  if (options.replace)
    tx.deleteRows(
      [...stored.keys()].filter((path) => !kept.has(path) && COVERED.test(path.slice(root.length))),
    )
  for (const { path, kind, body } of rows) {
    const before = stored.get(path)
    if (before && JSON.stringify(before.body) === JSON.stringify(body)) continue
    tx.put(path, kind, body as Values)
  }
}
