/**
 * Request validation (guide: api-gateway-method-request-validation): required parameters, then the body against the model of
 * its content type. What a validator has to look at is worked out once per deployment.
 */
import type { CompiledApi } from '../core/api.ts'
import type { Admitted, Matched, Pair } from '../core/call.ts'
import { essence, isMediaType } from '../core/content.ts'
import type { Method, Strings } from '../core/documents.ts'
import { configurationFault, Fault } from '../core/fault.ts'
import { headerOf, headersOf } from '../core/headers.ts'
import { Models } from '../core/json-schema/models.ts'
import { SchemaError } from '../core/json-schema/terms.ts'
import type { Later } from '../core/later.ts'
import { parseQuery, type Query } from '../core/query.ts'
import type { Gateway } from './gateway.ts'

const models = new WeakMap<CompiledApi, Models>()
const required = new WeakMap<Method, Required[]>()
const utf8 = new TextDecoder()

/** Throws BAD_REQUEST_PARAMETERS or BAD_REQUEST_BODY. */
export function validate({ matched }: Admitted, on: Gateway): Later<void> {
  const { method, located } = matched
  if (!method.requestValidatorId) return
  const validator = located.api.definition.requestValidators.find(
    ({ id }) => id === method.requestValidatorId,
  )
  if (!validator) throw configurationFault(`Invalid request validator: ${method.requestValidatorId}`)
  if (validator.validateRequestParameters) validateParameters(matched)
  if (validator.validateRequestBody) return validateBody(matched, on.platform.settings.limits.validationSteps)
}

interface Required {
  location: string
  name: string
}

function requiredOf(method: Method): Required[] {
  let list = required.get(method)
  if (!list) {
    list = []
    const named = Object.entries(method.requestParameters ?? {})
    // the message lists them in this order
    named.sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [key, isRequired] of named) {
      const [, location, name] = /^method\.request\.([a-z]+)\.(.+)$/s.exec(key) ?? []
      if (isRequired && location && name) list.push({ location, name })
    }
    required.set(method, list)
  }
  return list
}

/** A required parameter must be there and not blank. */
function validateParameters({ method, located, pathParameters }: Matched): void {
  const { headers, rawQuery } = located.call
  let query: Query | undefined
  const read = ({ location, name }: Required): string | undefined => {
    if (location.endsWith('header')) return headerOf(headers, name.toLowerCase())
    if (location === 'path') return Object.hasOwn(pathParameters, name) ? pathParameters[name] : undefined
    query ??= parseQuery(rawQuery)
    return query.findLast(([key]) => key === name)?.[1]
  }
  const missing = requiredOf(method).filter((parameter) => !read(parameter)?.trim())
  if (missing.length > 0)
    throw new Fault('BAD_REQUEST_PARAMETERS', {
      message: `Missing required request parameters: [${missing.map(({ name }) => name).join(', ')}]`,
    })
}

/** A body whose content type has no model is not looked at: whether it may pass is the passthrough behavior's matter. */
async function validateBody({ method, located }: Matched, steps?: number): Promise<void> {
  const { call, api } = located
  const { requestModels } = method
  if (!requestModels || Object.keys(requestModels).length === 0) return
  const header = contentTypeOf(call.headers)
  const type = header ? essence(header) : 'application/json'
  const name = modelFor(requestModels, type)
  if (name === undefined) return
  const body = utf8.decode(await call.payload.bytes())
  let known = models.get(api)
  if (!known) {
    known = new Models(api.definition.models, steps)
    models.set(api, known)
  }
  const violations = violationsOf(known, name, body)
  if (violations.length === 0) {
    call.journal?.info(`Request validation succeeded for content type ${type}`)
    return
  }
  const validationErrorString = `[${violations.join(', ')}]`
  throw new Fault('BAD_REQUEST_BODY', {
    validationErrorString,
    reason: `Request body does not match model schema for content type ${type}: ${validationErrorString}`,
  })
}

/** With several, or with what others read in another way, the back end might take the body for what no model was asked about. */
function contentTypeOf(headers: readonly Pair[]): string | undefined {
  const [header, ...others] = new Set(headersOf(headers, 'content-type'))
  if (others.length === 0 && (!header || isMediaType(header))) return header
  throw new Fault('BAD_REQUEST_BODY', { reason: 'the Content-Type headers are not one media type' })
}

/** Content types are compared without case and parameters; `$default` is for those that are not named. */
function modelFor(requestModels: Strings, type: string): string | undefined {
  for (const [key, name] of Object.entries(requestModels)) if (essence(key) === type) return name
  return requestModels.$default
}

function violationsOf(known: Models, name: string, body: string): string[] {
  try {
    return known.violations(name, body)
  } catch (error) {
    if (error instanceof SchemaError)
      throw configurationFault(`Invalid model ${name}: ${error.message}`, error)
    // a body nested deeper than the stack, against a model that refers to itself; or one that takes too many steps
    if (error instanceof RangeError) return ['Unknown error parsing request body']
    throw error
  }
}
