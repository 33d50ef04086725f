/**
 * PutRestApi: an imported definition over an API that is there. `merge` keeps what the import does not name; `overwrite`
 * deletes it. What both have keeps its id (a resource by its path, recorded; the rest by name), so that what refers to it
 * from outside - stages, deployments, tools - still does. Endpoint configuration, tags and stages are no part of it (guide).
 */
import type { ApiDefinition, Integration, Method, Resource, RestApi } from '../documents.ts'
import { badRequest } from '../problem.ts'
import type { Imported } from './options.ts'
import { clashing, shapeOf } from './resources.ts'
import { defined } from './value.ts'

export type PutMode = 'merge' | 'overwrite'

export function mergeDefinition(
  existing: ApiDefinition,
  imported: Imported['definition'],
  mode: PutMode,
): ApiDefinition {
  const keep = mode === 'merge'
  const authorizers = byKey(existing.authorizers, imported.authorizers, (a) => a.name, keep)
  const validators = byKey(
    existing.requestValidators,
    imported.requestValidators,
    (v) => v.name ?? v.id,
    keep,
  )
  const resources = mergeResources(existing, imported.resources, keep, {
    authorizerId: authorizers.ids,
    requestValidatorId: validators.ids,
  })
  return {
    restApi: mergeRestApi(existing.restApi, imported.restApi, keep),
    resources,
    models: byKey(existing.models, imported.models, (m) => m.name, keep).list,
    requestValidators: validators.list,
    authorizers: authorizers.list,
    gatewayResponses: [
      ...(keep
        ? existing.gatewayResponses.filter(
            (old) => !imported.gatewayResponses.some((now) => now.responseType === old.responseType),
          )
        : []),
      ...imported.gatewayResponses,
    ],
    documentationParts: mergeDocumentation(existing.documentationParts, imported.documentationParts, mode),
  }
}

/** In `merge` an imported attribute replaces the one that is there, others stay (guide: import API documentation). */
export function mergeDocumentation(
  existing: ApiDefinition['documentationParts'],
  imported: ApiDefinition['documentationParts'],
  mode: PutMode,
): ApiDefinition['documentationParts'] {
  const place = (part: ApiDefinition['documentationParts'][number]) => {
    const { type, path, method, statusCode, name } = part.location
    return JSON.stringify([type, path, method, statusCode, name])
  }
  const before = new Map(existing.map((part) => [place(part), part]))
  const merged = byKey(existing, imported, place, mode === 'merge').list
  if (mode === 'overwrite') return merged
  return merged.map((part) => {
    const old = before.get(place(part))
    if (!old || old === part) return part
    return { ...part, properties: JSON.stringify({ ...contentOf(old), ...contentOf(part) }) }
  })
}

/** A part's content; text that is no object, which only a part made one by one can have, counts as none. */
function contentOf({ properties }: { properties: string }): object {
  const content: unknown = JSON.parse(properties)
  return typeof content === 'object' && content !== null ? content : {}
}

/** Imported items under the ids of those of the same name, and behind them, in `merge`, the ones that are not imported. */
function byKey<T extends { id: string }>(
  existing: T[],
  imported: T[],
  key: (item: T) => string,
  keep: boolean,
) {
  const before = new Map(existing.map((item) => [key(item), item]))
  const ids = new Map<string, string>()
  const list = imported.map((item) => {
    const id = before.get(key(item))?.id ?? item.id
    ids.set(item.id, id)
    before.delete(key(item))
    return { ...item, id }
  })
  return { list: keep ? [...before.values(), ...list] : list, ids }
}

function mergeRestApi(
  existing: RestApi,
  imported: Imported['definition']['restApi'],
  keep: boolean,
): RestApi {
  const { name, description, version, binaryMediaTypes, minimumCompressionSize, apiKeySource, policy } =
    imported
  const media = keep
    ? [...new Set([...(existing.binaryMediaTypes ?? []), ...(binaryMediaTypes ?? [])])]
    : (binaryMediaTypes ?? [])
  return defined<RestApi>({
    ...existing,
    name: name || existing.name,
    description: description ?? (keep ? existing.description : undefined),
    version: version ?? (keep ? existing.version : undefined),
    binaryMediaTypes: media.length ? media : undefined,
    minimumCompressionSize: minimumCompressionSize ?? (keep ? existing.minimumCompressionSize : undefined),
    apiKeySource: apiKeySource ?? (keep ? existing.apiKeySource : 'HEADER'),
    policy: policy ?? (keep ? existing.policy : undefined),
    disableExecuteApiEndpoint:
      imported.disableExecuteApiEndpoint ?? (keep ? existing.disableExecuteApiEndpoint : false),
    tags: imported.tags ? { ...existing.tags, ...imported.tags } : existing.tags,
    endpointConfiguration: imported.endpointConfiguration?.vpcEndpointIds
      ? { ...existing.endpointConfiguration, vpcEndpointIds: imported.endpointConfiguration.vpcEndpointIds }
      : existing.endpointConfiguration,
    securityPolicy: imported.securityPolicy ?? existing.securityPolicy,
    endpointAccessMode: imported.endpointAccessMode ?? existing.endpointAccessMode,
  })
}

function mergeResources(
  existing: ApiDefinition,
  imported: Resource[],
  keep: boolean,
  ids: Record<'authorizerId' | 'requestValidatorId', Map<string, string>>,
): Resource[] {
  const before = new Map(existing.resources.map((resource) => [resource.path, resource]))
  const renamed = new Map<string, string>()
  const list = imported.map((resource) => {
    const old = before.get(resource.path)
    const id = resource.path === '/' ? existing.restApi.rootResourceId : (old?.id ?? resource.id)
    renamed.set(resource.id, id)
    before.delete(resource.path)
    const methods: Record<string, Method> = { ...(keep ? old?.resourceMethods : {}) }
    for (const [verb, method] of Object.entries(resource.resourceMethods ?? {}))
      methods[verb] = defined({
        ...method,
        authorizerId: ids.authorizerId.get(method.authorizerId!),
        requestValidatorId: ids.requestValidatorId.get(method.requestValidatorId!),
        methodIntegration: method.methodIntegration && underId(method.methodIntegration, resource.id, id),
      })
    return defined<Resource>({
      ...resource,
      id,
      parentId: resource.parentId && (renamed.get(resource.parentId) ?? resource.parentId),
      resourceMethods: Object.keys(methods).length ? methods : undefined,
    })
  })
  if (!keep) return list
  refuseClashes(list, before.values())
  return [...before.values(), ...list]
}

/** The resource's id is the namespace of an integration that names none. */
const underId = (integration: Integration, imported: string, id: string): Integration =>
  integration.cacheNamespace === imported ? { ...integration, cacheNamespace: id } : integration

/** A method that is there under another variable's name: they would match the same calls. */
function refuseClashes(imported: Resource[], others: Iterable<Resource>): void {
  const shapes = new Map<string, string>()
  const keys = ({ path, resourceMethods }: Resource) =>
    path.includes('{') ? Object.keys(resourceMethods ?? {}).map((verb) => `${verb} ${shapeOf(path)}`) : []
  for (const other of others) for (const key of keys(other)) shapes.set(key, other.path)
  for (const resource of imported)
    for (const key of keys(resource)) {
      const other = shapes.get(key)
      if (other) throw badRequest(`Errors found during import:\n\t${clashing(resource.path, other)}`)
    }
}
