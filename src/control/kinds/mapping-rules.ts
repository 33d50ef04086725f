/** Rules on parameters, templates and references that methods, integrations and their responses share. */
import { badRequest } from '../../core/problem.ts'
import type { Scope } from '../kind.ts'
import { fill } from '../paths.ts'

const HTTP_METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'ANY']

export const NO_PARAMETER = 'Invalid parameter name specified'
export const NO_CONTENT_TYPE = 'Content-Type specified was not found'

const result = (error: string) => `Validation Result: warnings : [], errors : [${error}]`

export const badExpression = (expression: string) =>
  badRequest(
    `Invalid mapping expression specified: ${result(`Invalid mapping expression specified: ${expression}`)}`,
  )

/** A source or target that the method does not declare. */
export const undeclared = (expression: string) =>
  badRequest(
    `Invalid mapping expression specified: ${result(`Invalid mapping expression parameter specified: ${expression}`)}`,
  )

export function checkHttpMethod(method: string): void {
  if (!HTTP_METHODS.includes(method))
    throw badRequest(`Invalid HttpMethod specified. Valid options are ${HTTP_METHODS.join(',')}`)
}

export function checkContentTypes(map: Record<string, unknown> | undefined): void {
  for (const type of Object.keys(map ?? {}))
    if (!/^[^\s/]+\/[^\s/]+$/.test(type)) throw badRequest(result(`Invalid content type specified: ${type}`))
}

/** The models that a body may have must be the API's own. */
export async function checkModels(models: Record<string, string> | undefined, scope: Scope): Promise<void> {
  for (const [type, name] of Object.entries(models ?? {})) {
    checkContentTypes({ [type]: name })
    const path = fill('/restapis/{restApiId}/models/{name}', { ...scope.labels, name })
    if (!(await scope.tx.get(path))) throw badRequest(`Invalid model identifier specified: ${name}`)
  }
}

/** An empty template is kept as null (recorded). */
export function emptyToNull(templates: Record<string, string | null>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(templates).map(([type, template]) => [type, template || null]))
}
