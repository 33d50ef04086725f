/** An operation to a method: parameters, bodies, responses, protection, validator, integration. */
import type { IntegrationResponse, Method, MethodResponse } from '../documents.ts'
import { noMethodResponse } from '../rules/expression.ts'
import { checkIntegration } from '../rules/integration.ts'
import { checkIntegrationResponse } from '../rules/integration-response.ts'
import { noteUnknown, X } from './extensions.ts'
import { integrationOf, readIntegration, unableToPut } from './integration-reader.ts'
import type { Reading } from './reading.ts'
import type { Referred } from './refs.ts'
import { at, type Doc, defined, docOf, entriesOf, isDoc, listOf, member, textOf } from './value.ts'

const JSON_TYPE = ['application/json']
const WHERE: Record<string, string> = { query: 'querystring', header: 'header', path: 'path' }
/** Of a parameter Amazon knows its name, place and need; a constraint on its value it does not enforce. */
const CONSTRAINTS = [
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
]

export interface Operation {
  method: string
  path: string
  resourceId: string
  value: Doc
  /** the path item's own parameters */
  shared: unknown
  pointer: string
}

/** Nothing for a method whose protection cannot be made: it must not stand open. */
export function readMethod(operation: Operation, reading: Reading): Method | undefined {
  const { value, method, path, pointer } = operation
  const { findings, security } = reading
  noteUnknown(value, 'operation', pointer, findings)
  for (const key of ['callbacks', 'servers'])
    if (Object.hasOwn(value, key)) findings.note(`'${key}' of an operation have no equal`, at(pointer, key))
  const parameters = readParameters(operation, reading)
  const name = textOf(value.operationId)
  if (name !== undefined) {
    const first = reading.operationIds.get(name)
    if (first) findings.note(`An operationId is repeated: '${name}' of ${first}`, pointer)
    else reading.operationIds.set(name, pointer)
  }
  const protection = security.protect(value, pointer)
  if (!protection) return undefined
  const made = defined<Method>({
    httpMethod: method,
    ...protection,
    requestValidatorId: readValidator(value, pointer, reading),
    operationName: name,
    requestParameters: parameters.declared,
    requestModels: requestModels(operation, parameters.body, reading),
    methodResponses: readResponses(operation, reading),
    methodIntegration: readIntegration(
      integrationOf(value),
      method,
      path,
      operation.resourceId,
      at(pointer, X.integration),
      reading,
    ),
  })
  declareMultivalue(made)
  checkPut(made, operation, reading)
  return made
}

/** The integration and its responses, by the rules that hold where they are put one by one. */
function checkPut(
  { methodIntegration, ...method }: Method,
  { path, pointer }: Operation,
  { findings, options }: Reading,
): void {
  if (!methodIntegration) return
  const { httpMethod, methodResponses = {} } = method
  const { maxTimeoutMs } = options
  const where = at(pointer, X.integration)
  findings.hold(
    () => checkIntegration(methodIntegration, { method, path, maxTimeoutMs }),
    unableToPut('integration', httpMethod, path),
    where,
  )
  const unable = unableToPut('integration response', httpMethod, path)
  for (const response of Object.values(methodIntegration.integrationResponses ?? {})) {
    const { statusCode, responseParameters = {} } = response
    const answered = methodResponses[statusCode]
    // the guide's own samples map headers of such (api-gateway-request-validation-sample-api-swagger)
    if (!answered && Object.keys(responseParameters).length > 0)
      findings.warn(`${unable}: ${noMethodResponse().message}`)
    const rule = () => checkIntegrationResponse(response, answered ?? declaring(response))
    findings.hold(rule, unable, at(where, 'responses'))
  }
}

/** OpenAPI has one kind of parameter: it is the multi-value one where the integration maps that and not the other. */
function declareMultivalue({ requestParameters, methodIntegration }: Method): void {
  const sources = new Set(Object.values(methodIntegration?.requestParameters ?? {}))
  for (const source of sources) {
    const plain = source.replace(/^method\.request\.multivalue/, 'method.request.')
    if (plain === source || !requestParameters || !Object.hasOwn(requestParameters, plain)) continue
    requestParameters[source] = requestParameters[plain]!
    if (!sources.has(plain)) delete requestParameters[plain]
  }
}

/** The method response that an integration response would need. */
const declaring = ({ statusCode, responseParameters = {} }: IntegrationResponse): MethodResponse => ({
  statusCode,
  responseParameters: Object.fromEntries(Object.keys(responseParameters).map((name) => [name, false])),
})

function readParameters(operation: Operation, reading: Reading) {
  const { path, pointer, value, shared } = operation
  const { findings, refs } = reading
  const declared: Record<string, boolean> = {}
  let body: Referred | undefined
  // a path's own variables are parameters of its methods, declared or not (recorded); the greedy one is not
  for (const [, name] of path.matchAll(/\{([^{}+/]+)\}/g)) declared[`method.request.path.${name}`] = true
  const given: [unknown, string][] = [
    ...listOf(shared).map((p, i): [unknown, string] => [
      p,
      at(pointer.slice(0, pointer.lastIndexOf('/')), 'parameters', i),
    ]),
    ...listOf(value.parameters).map((p, i): [unknown, string] => [p, at(pointer, 'parameters', i)]),
  ]
  reading.spend(given.length)
  for (const [parameter, where] of given) {
    const found = refs.follow(parameter, where)
    if (!found) continue
    const { in: place, name, required } = found.value
    if (place === 'body') {
      body = found
      continue
    }
    const kind = typeof place === 'string' && Object.hasOwn(WHERE, place) ? WHERE[place] : undefined
    if (!kind || typeof name !== 'string' || name === '') {
      findings.note(`Parameters in '${textOf(place)}' have no equal`, where)
      continue
    }
    if (
      CONSTRAINTS.some(
        (key) => Object.hasOwn(found.value, key) || Object.hasOwn(docOf(found.value.schema), key),
      )
    )
      findings.note(
        "The value of a parameter is not validated: 'enum', 'pattern' and limits are dropped",
        where,
      )
    declared[`method.request.${kind}.${name}`] = kind === 'path' || required === true
  }
  return { declared: Object.keys(declared).length ? declared : undefined, body }
}

/** Of Swagger 2.0: the operation's own media types, or the document's. */
const mediaTypes = (value: Doc, key: 'consumes' | 'produces', root: Doc): string[] => {
  const types = listOf(value[key] ?? root[key]).filter((type) => typeof type === 'string')
  return types.length ? types : JSON_TYPE
}

function requestModels(operation: Operation, body: Referred | undefined, reading: Reading) {
  const { models, refs, dialect, root } = reading
  if (dialect === 'swagger') {
    const name = body && models.nameFor(body.value.schema, at(body.pointer, 'schema'))
    return name ? sameFor(mediaTypes(operation.value, 'consumes', root), name) : undefined
  }
  const given = member(operation.value, 'requestBody')
  const content = given === undefined ? undefined : refs.follow(given, at(operation.pointer, 'requestBody'))
  return content && contentModels(content, reading)
}

function contentModels({ value, pointer }: Referred, { models, refs, spend }: Reading) {
  const out: Record<string, string> = {}
  const content = entriesOf(value.content)
  spend(content.length)
  for (const [type, media] of content) {
    const where = at(pointer, 'content', type)
    const found = isDoc(media) ? refs.follow(media, where) : undefined
    const name = found && models.nameFor(found.value.schema, at(found.pointer, 'schema'))
    if (name) out[type] = name
  }
  return Object.keys(out).length ? out : undefined
}

const sameFor = (types: string[], name: string): Record<string, string> =>
  Object.fromEntries(types.map((type) => [type, name]))

function readResponses(operation: Operation, reading: Reading): Record<string, MethodResponse> | undefined {
  const { refs, findings, models, dialect, root } = reading
  const out: Record<string, MethodResponse> = {}
  const responses = entriesOf(operation.value.responses)
  reading.spend(responses.length)
  for (const [status, given] of responses) {
    const where = at(operation.pointer, 'responses', status)
    if (!/^[1-5]\d\d$/.test(status)) {
      if (!status.startsWith('x-'))
        findings.note(`A method response is for one status code: '${status}' has no equal`, where)
      continue
    }
    const found = refs.follow(given, where)
    const value = found?.value ?? {}
    if (Object.hasOwn(value, 'links')) findings.note("'links' of a response have no equal", where)
    reading.spend(Object.keys(docOf(value.headers)).length)
    const headers = entriesOf(value.headers).map(
      ([name]) => [`method.response.header.${name}`, false] as const,
    )
    const swaggerModel =
      dialect === 'swagger' && found ? models.nameFor(value.schema, at(found.pointer, 'schema')) : undefined
    out[status] = defined<MethodResponse>({
      statusCode: status,
      responseParameters: headers.length ? Object.fromEntries(headers) : undefined,
      responseModels: swaggerModel
        ? sameFor(mediaTypes(operation.value, 'produces', root), swaggerModel)
        : dialect === 'swagger' || !found
          ? undefined
          : contentModels(found, reading),
    })
  }
  return Object.keys(out).length ? out : undefined
}

function readValidator(
  value: Doc,
  pointer: string,
  { root, validators, findings }: Reading,
): string | undefined {
  const name = textOf(value[X.requestValidator]) ?? textOf(root[X.requestValidator])
  if (name === undefined) return undefined
  const id = validators.get(name)
  if (!id) findings.warn(`Request validator '${name}' of ${pointer} is not defined. Ignoring.`)
  return id
}
