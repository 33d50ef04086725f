/** A method to an operation. */
import type { Method, MethodResponse, Resource } from '../documents.ts'
import { X } from './extensions.ts'
import { writeIntegration } from './integration-writer.ts'
import { type Doc, defined } from './value.ts'
import type { Writing } from './write.ts'

const JSON_TYPE = 'application/json'

export function writeMethod(method: Method, resource: Resource, writing: Writing): Doc {
  const { swagger, documented, options } = writing
  const verb = method.httpMethod
  const about = documented.of('METHOD', resource.path, verb)
  const { tags, summary, description, ...others } = about
  const responses: Doc = {}
  for (const [status, response] of Object.entries(method.methodResponses ?? {}))
    responses[status] = writeResponse(response, method, resource, writing)
  const parameters = writeParameters(method, resource, writing)
  return defined({
    tags,
    summary,
    description,
    operationId: method.operationName,
    ...(swagger && { consumes: consumes(method), produces: produces(method) }),
    parameters: parameters.length ? parameters : undefined,
    requestBody: swagger ? undefined : writeBody(method, resource, writing),
    responses,
    security: writing.schemes.required(method),
    [X.requestValidator]: writing.with('apigateway')
      ? writing.validators.get(method.requestValidatorId ?? '')
      : undefined,
    [X.integration]:
      writing.with('integrations') && method.methodIntegration
        ? writeIntegration(method.methodIntegration, verb, resource.id)
        : undefined,
    'x-postman-meta':
      options.extensions.has('postman') && method.authorizationType === 'AWS_IAM'
        ? postmanSignature(options.region)
        : undefined,
    ...others,
  })
}

const postmanSignature = (region: string): Doc => ({
  currentHelper: 'awsSigV4',
  helperAttributes: {
    id: 'awsSigV4',
    service: 'execute-api',
    region,
    accessKey: '{{aws_access_key_id}}',
    secretKey: '{{aws_secret_access_key}}',
  },
})

const PLACES: Record<string, [string, string]> = {
  path: ['path', 'PATH_PARAMETER'],
  querystring: ['query', 'QUERY_PARAMETER'],
  header: ['header', 'REQUEST_HEADER'],
}

/** A multi-value parameter is a list: Amazon's exports are not known to have any. */
const SOURCE = /^method\.request\.(multivalue)?(path|querystring|header)\.(.+)$/

function writeParameters(method: Method, resource: Resource, writing: Writing): Doc[] {
  const { swagger, documented } = writing
  const declared: Record<string, boolean> = {}
  // OpenAPI wants every variable of a path declared, and an import declares it anyway
  for (const [, name] of resource.path.matchAll(/\{([^{}+/]+)\}/g))
    declared[`method.request.path.${name}`] = true
  Object.assign(declared, method.requestParameters)
  const out: Doc[] = []
  for (const [source, required] of Object.entries(declared)) {
    const [, many, kind, name] = SOURCE.exec(source) ?? []
    if (!kind || !name || (many && Object.hasOwn(declared, `method.request.${kind}.${name}`))) continue
    const schema = many ? { type: 'array', items: { type: 'string' } } : { type: 'string' }
    const [place, part] = PLACES[kind]!
    const need = required || kind === 'path'
    out.push(
      defined({
        name,
        in: place,
        ...documented.of(part, resource.path, method.httpMethod, '*', name),
        required: need || (swagger ? false : undefined),
        ...(swagger ? schema : { schema }),
        collectionFormat: swagger && many && place === 'query' ? 'multi' : undefined,
      }),
    )
  }
  if (swagger) {
    const model = modelOf(method.requestModels)
    const about = documented.of('REQUEST_BODY', resource.path, method.httpMethod)
    if (model)
      out.push({
        in: 'body',
        name: model,
        ...about,
        required: true,
        schema: { $ref: `#/definitions/${model}` },
      })
  }
  return out
}

/** Swagger has one schema for all media types. */
const modelOf = (models: Record<string, string> | undefined): string | undefined =>
  models && (models[JSON_TYPE] ?? Object.values(models)[0])

function writeBody(method: Method, resource: Resource, { documented }: Writing): Doc | undefined {
  const content = writeContent(method.requestModels)
  if (!Object.keys(content).length) return undefined
  return { ...documented.of('REQUEST_BODY', resource.path, method.httpMethod), content, required: true }
}

const writeContent = (models: Record<string, string> | undefined): Doc =>
  Object.fromEntries(
    Object.entries(models ?? {}).map(([type, name]) => [
      type,
      { schema: { $ref: `#/components/schemas/${name}` } },
    ]),
  )

function writeResponse(response: MethodResponse, method: Method, resource: Resource, writing: Writing): Doc {
  const { swagger, documented } = writing
  const { statusCode, responseParameters, responseModels } = response
  const place = [resource.path, method.httpMethod, statusCode] as const
  const headers = Object.keys(responseParameters ?? {})
    .map((source) => /^method\.response\.header\.(.+)$/.exec(source)?.[1])
    .filter((name) => name !== undefined)
    .map((name) => {
      const about = documented.of('RESPONSE_HEADER', ...place, name)
      return [name, swagger ? { type: 'string', ...about } : { ...about, schema: { type: 'string' } }]
    })
  const model = modelOf(responseModels)
  return defined({
    description: `${statusCode} response`,
    ...documented.of('RESPONSE', ...place),
    schema: swagger && model ? { $ref: `#/definitions/${model}` } : undefined,
    headers: headers.length ? Object.fromEntries(headers) : undefined,
    content: swagger ? undefined : writeContent(responseModels),
  })
}

/** JSON first, then by name, so that the order does not tell how the API was made. */
const inOrder = (types: Iterable<string>): string[] =>
  [...new Set(types)].sort((a, b) => Number(b === JSON_TYPE) - Number(a === JSON_TYPE) || (a < b ? -1 : 1))

function consumes(method: Method): string[] | undefined {
  const templates = Object.keys(method.methodIntegration?.requestTemplates ?? {})
  const types = inOrder([...Object.keys(method.requestModels ?? {}), ...templates])
  return types.length ? types : undefined
}

function produces(method: Method): string[] {
  const types = new Set<string>()
  for (const { responseModels } of Object.values(method.methodResponses ?? {}))
    for (const type of Object.keys(responseModels ?? {})) types.add(type)
  for (const { responseTemplates } of Object.values(method.methodIntegration?.integrationResponses ?? {}))
    for (const type of Object.keys(responseTemplates ?? {})) types.add(type)
  return types.size ? inOrder(types) : [JSON_TYPE]
}
