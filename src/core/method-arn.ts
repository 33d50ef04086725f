/**
 * The ARN of the method that a call matched: `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{VERB}/{path}`. Built from
 * the resource's path and the values of its parameters, never from the text that the client sent, so that policies and
 * authorizers speak of the same method however a path was written.
 */

import { partitionOf } from './aws-service.ts'
import type { Matched } from './call.ts'
import { encodePath } from './query.ts'

/** What may stand in an ARN as it is. A `*`, `?` or `$` never may: in a policy they would mean something. */
const PLAIN = /^[\w\-.~!'()+,;=&:@/]*$/
const KEPT = /[\w\-.~!'()+,;=&:@]/

/** Amazon's limit for the ARN of an authorized call, in bytes (guide: api-gateway-lambda-authorizer-output). */
export const MAX_ARN = 1600

export function apiArn({ located }: Matched): string {
  const { region, apiId } = located.api
  return `arn:${partitionOf(region).partition}:execute-api:${region}:${located.accountId}:${apiId}`
}

/** Who calls a function: the method, by its resource's path as that is written (guide: getting-started-lambda-non-proxy-integration). */
export function sourceArn(matched: Matched): string {
  const { path } = matched.resource
  const { stage, call } = matched.located
  // it goes into a header
  const plain = /^[\x21-\x7e]*$/.test(path) ? path : encodePath(path)
  return `${apiArn(matched)}/${stage.stageName}/${call.method}${plain}`
}

/** The ARN first; then, where the path can be read in another way too, that reading. */
export function methodArns(matched: Matched): string[] {
  const { located, resource, pathParameters } = matched
  const method = `${apiArn(matched)}/${located.stage.stageName}/${located.call.method}`
  const path = resource.path.includes('{')
    ? resource.path.replace(/\{([^}+]+)\+?\}/g, (_, name: string) => normalised(pathParameters[name] ?? ''))
    : resource.path
  const arn = method + path
  const other = plainReading(path)
  return other === path ? [arn] : [arn, method + other]
}

/** Percent-encoding in its one normal form: encoded if and only if it must be. */
function normalised(value: string): string {
  if (PLAIN.test(value)) return value
  return value
    .split('/')
    .map((segment) => escaped(decoded(segment)))
    .join('/')
}

function escaped(text: string): string {
  let out = ''
  for (const char of text) out += KEPT.test(char) ? char : encodeURIComponent(char).replace('*', '%2A')
  return out
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const AMBIGUOUS = /%|\/\/|\/\.|;|\\/

/**
 * How a back end may read a path: encoded slashes as slashes, dot segments resolved, empty segments and `;parameters` left out.
 * Whoever may call the one path but not the other may not call it in this spelling.
 */
function plainReading(path: string): string {
  if (!AMBIGUOUS.test(path)) return path
  const segments: string[] = []
  for (const part of decoded(path).split(/[/\\]/)) {
    const segment = part.replace(/;.*$/s, '')
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(escaped(segment))
  }
  return `/${segments.join('/')}`
}
