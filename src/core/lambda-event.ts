/** The event of a Lambda proxy integration, format 1.0 (guide: set-up-lambda-proxy-integrations). */
import type { Matched, Pair } from './call.ts'
import { base64Encode } from './content.ts'
import type { Strings } from './documents.ts'
import { headerMaps } from './headers.ts'
import { parseQuery, queryMaps } from './query.ts'
import { type Context, contextOf } from './variables.ts'

export interface LambdaEvent {
  resource: string
  path: string
  httpMethod: string
  headers: Strings | null
  multiValueHeaders: Record<string, string[]> | null
  queryStringParameters: Strings | null
  multiValueQueryStringParameters: Record<string, string[]> | null
  pathParameters: Strings | null
  stageVariables: Strings | null
  requestContext: Context
  body: string | null
  isBase64Encoded: boolean
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** `binary`: the Content-Type is one of the API's binary media types. What is no UTF-8 goes as base64, too (recorded). */
export function lambdaEvent(
  matched: Matched,
  headers: readonly Pair[],
  body: Uint8Array,
  binary: boolean,
): LambdaEvent {
  const { call, stageVariables, path, fullPath, basePath, routingRuleId } = matched.located
  const { single, multi } = headerMaps(headers)
  const query = queryMaps(parseQuery(call.rawQuery))
  const { text, encoded } = bodyOf(body, binary)
  return {
    resource: matched.resource.path,
    path: (basePath ?? routingRuleId) === undefined ? path : fullPath,
    httpMethod: call.method,
    headers: orNull(single),
    multiValueHeaders: orNull(multi),
    queryStringParameters: orNull(query.single),
    multiValueQueryStringParameters: orNull(query.multi),
    pathParameters: orNull(matched.pathParameters),
    stageVariables: orNull(stageVariables),
    requestContext: contextOf(call),
    body: text,
    isBase64Encoded: encoded,
  }
}

function orNull<T extends object>(map: T): T | null {
  for (const _ in map) return map
  return null
}

function bodyOf(bytes: Uint8Array, binary: boolean): { text: string | null; encoded: boolean } {
  if (bytes.length === 0) return { text: null, encoded: false }
  if (binary) return { text: base64Encode(bytes), encoded: true }
  try {
    return { text: strict.decode(bytes), encoded: false }
  } catch {
    return { text: base64Encode(bytes), encoded: true }
  }
}
