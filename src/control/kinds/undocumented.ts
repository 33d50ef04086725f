/** The places of an API that have no documentation part of their own: what `locationStatus=UNDOCUMENTED` lists. */
import type { ApiDefinition, DocumentationPart, Method, Resource } from '../../core/documents.ts'

type Location = DocumentationPart['location']

const PARAMETERS: Record<string, string> = {
  path: 'PATH_PARAMETER',
  querystring: 'QUERY_PARAMETER',
  header: 'REQUEST_HEADER',
}

export function undocumented(api: ApiDefinition): Location[] {
  const documented = new Set(api.documentationParts.map(({ location }) => keyOf(location)))
  const all: Location[] = [
    { type: 'API' },
    ...api.resources.flatMap((resource) => [...ofResource(resource)]),
    ...api.models.map(({ name }) => ({ type: 'MODEL', name })),
    ...api.authorizers.map(({ name }) => ({ type: 'AUTHORIZER', name })),
  ]
  return all.filter((location) => !documented.has(keyOf(location)))
}

const keyOf = ({ type, path, method, statusCode, name }: Location): string =>
  JSON.stringify([type, path, method, statusCode, name])

function* ofResource({ path, resourceMethods = {} }: Resource): Generator<Location> {
  yield { type: 'RESOURCE', path }
  for (const method of Object.values(resourceMethods)) yield* ofMethod(path, method)
}

function* ofMethod(path: string, method: Method): Generator<Location> {
  const at = { path, method: method.httpMethod }
  yield { type: 'METHOD', ...at }
  for (const parameter of Object.keys(method.requestParameters ?? {})) {
    const [, place = '', name] = /^method\.request\.(?:multivalue)?(\w+)\.(.+)$/.exec(parameter) ?? []
    const type = PARAMETERS[place]
    if (type) yield { type, ...at, name }
  }
  if (method.requestModels) yield { type: 'REQUEST_BODY', ...at }
  for (const { statusCode, responseParameters, responseModels } of Object.values(
    method.methodResponses ?? {},
  )) {
    yield { type: 'RESPONSE', ...at, statusCode }
    for (const header of Object.keys(responseParameters ?? {}))
      yield {
        type: 'RESPONSE_HEADER',
        ...at,
        statusCode,
        name: header.replace('method.response.header.', ''),
      }
    if (responseModels) yield { type: 'RESPONSE_BODY', ...at, statusCode }
  }
}
