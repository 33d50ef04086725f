/** Mapping expressions, content types and HTTP methods, as methods, integrations, their responses and imports have them. */
import { badRequest, type Problem } from '../problem.ts'

const HTTP_METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'ANY']

/** What any mapping may take its value from. */
export const CONSTANT = String.raw`'.*'|context\..+|stageVariables\..+`

const result = (error: string) => `Validation Result: warnings : [], errors : [${error}]`

const invalid = (error: string): Problem =>
  badRequest(`Invalid mapping expression specified: ${result(error)}`)

export const badExpression = (expression: string) =>
  invalid(`Invalid mapping expression specified: ${expression}`)

/** A source or target that the method does not declare. */
export const undeclared = (expression: string) =>
  invalid(`Invalid mapping expression parameter specified: ${expression}`)

/** A status code without a method response has no headers to map to. */
export const noMethodResponse = () => invalid('No method response exists for method.')

export function checkHttpMethod(method: string): void {
  if (!HTTP_METHODS.includes(method))
    throw badRequest(`Invalid HttpMethod specified. Valid options are ${HTTP_METHODS.join(',')}`)
}

export function checkContentTypes(map: Record<string, unknown> | undefined): void {
  for (const type of Object.keys(map ?? {}))
    if (!/^[^\s/;]+\/[^\s/;]+(?:\s*;.*)?$/.test(type))
      throw badRequest(result(`Invalid content type specified: ${type}`))
}
