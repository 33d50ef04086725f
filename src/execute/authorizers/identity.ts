/** Identity sources: where in a call an authorizer finds who is calling. */
import type { Matched } from '../../core/call.ts'
import { headersOf } from '../../core/headers.ts'
import { parseQuery } from '../../core/query.ts'
import { contextOf, lookup, scalar } from '../../core/variables.ts'

const SOURCE =
  /^(?:method\.request\.(?:multivalue)?(header|querystring)\.(.+)|(stageVariables|context)\.(.+))$/i

/** Splits `method.request.header.Auth, stageVariables.x`. */
export const sourcesOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((source) => source.trim())
    .filter((source) => source !== '')

/** All values of a source; none if it is not there. Throws for what is no source. */
export function valuesOf(source: string, { located }: Matched): string[] {
  const [, place, name, root, path] = SOURCE.exec(source) ?? []
  const { call } = located
  if (place?.toLowerCase() === 'header') return headersOf(call.headers, name!.toLowerCase())
  if (place)
    return parseQuery(call.rawQuery)
      .filter(([given]) => given === name)
      .map(([, value]) => value)
  if (root === 'stageVariables') return listed(scalar(lookup(located.stageVariables, path!)))
  if (root === 'context') return listed(scalar(lookup(contextOf(call), path!)))
  throw new Error(`'${source}' is no identity source`)
}

const listed = (value: string | undefined): string[] => (value === undefined ? [] : [value])

/** The header that a TOKEN or user pool authorizer takes its token from: `Authorization` unless it says another. */
export function tokenOf(identitySource: string | undefined, { located }: Matched): string | undefined {
  const [, name = 'authorization'] =
    /^method\.request\.header\.(.+)$/i.exec(identitySource?.trim() ?? '') ?? []
  const [token, ...others] = new Set(headersOf(located.call.headers, name.toLowerCase()))
  // with several the back end might believe another one than the authorizer was asked about
  return others.length > 0 ? undefined : token
}
