/**
 * Keys of a stage's response cache: which calls may get the same answer.
 *
 * As Amazon has it, a key is the cache namespace (the resource by default) and the values of the cache key parameters; what is
 * not a key parameter does not tell calls apart. Beyond that a key holds what would otherwise hand one caller another's answer: the
 * verb, the deployment, who the authorizer said calls, and a bearer's own Authorization header (RFC 9111, section 3.5). Values
 * go in as the client wrote them, all of them, so that no two requests that a back end may tell apart share a key by decoding.
 */
import type { Admitted, Call, Caller, Pair } from './call.ts'
import { headerOf, headersOf } from './headers.ts'
import { compileSource, type MappingSource } from './mapping.ts'
import type { MethodProgram } from './program.ts'
import { decodeQuery } from './query.ts'

type Reader = (admitted: Admitted, source: MappingSource | null) => readonly string[] | string | null

export interface KeyProgram {
  /** null where everything can be read without a mapping source */
  needs: { body: boolean } | null
  /** the key of a call; `source` is needed where `needs` says so */
  keyOf(admitted: Admitted, source: MappingSource | null): string
}

const programs = new WeakMap<MethodProgram, KeyProgram>()

export function keyProgramOf(program: MethodProgram): KeyProgram {
  let known = programs.get(program)
  if (!known) {
    known = compile(program)
    programs.set(program, known)
  }
  return known
}

function compile(program: MethodProgram): KeyProgram {
  const { integration, proxy, responses } = program.integration()
  const { cacheNamespace, cacheKeyParameters = [], requestParameters = {} } = integration
  const namespace = cacheNamespace ?? program.resource.id
  const readers: [string, Reader][] = []
  let needsSource = false
  let needsBody = false
  for (const name of [...new Set(cacheKeyParameters)].sort()) {
    // an integration parameter is told apart by what it is mapped from
    const expression = name.startsWith('integration.') ? (requestParameters[name] ?? '') : name
    const plain = ofRequest(expression)
    if (plain) {
      readers.push([name, plain])
      continue
    }
    const read = compileSource(expression, 'method.request')
    if (!read) continue
    needsSource = true
    needsBody ||= expression.startsWith('method.request.body')
    readers.push([name, (_admitted, source) => read(source!) ?? null])
  }
  // a response template is chosen, and a binary body shown, by what the client accepts; a request template by what it sends
  const chosen = !proxy && responses.some(({ templates }) => templates.size > 1)

  /** what is the same in all calls of a verb; a method's program belongs to one deployment */
  const fixed = new Map<string, string>()
  const fixedFor = (deploymentId: string, verb: string): string => {
    let text = fixed.get(verb)
    if (text === undefined) {
      text = JSON.stringify([deploymentId, namespace, verb])
      fixed.set(verb, text)
    }
    return text
  }

  return {
    needs: needsSource ? { body: needsBody } : null,
    keyOf(admitted, source) {
      const { matched, caller } = admitted
      const { call, api, program: deployed } = matched.located
      const accept = call.header('accept')
      const values = [
        identityOf(caller, matched.method.authorizationType),
        bearerOf(call, matched.method.authorizationType),
        (chosen ? accept : deployed.binary(accept)) || null,
        (proxy ? null : call.header('content-type')) ?? null,
      ]
      const key = fixedFor(api.deploymentId, call.method)
      if (readers.length === 0 && values.every((value) => value === null)) return key
      return key + JSON.stringify([readers.map(([name, read]) => [name, read(admitted, source)]), ...values])
    },
  }
}

/** A parameter of the request, all its values in order. */
function ofRequest(expression: string): Reader | null {
  const [, kind, name] =
    /^method\.request\.(?:multivalue)?(path|querystring|header)\.(.+)$/s.exec(expression) ?? []
  if (!kind || !name) return null
  if (kind === 'path') return ({ matched }) => matched.pathParameters[name] ?? null
  if (kind === 'header') {
    const lower = name.toLowerCase()
    return ({ matched }) => headersOf(matched.located.call.headers, lower)
  }
  return ({ matched }) => rawValues(matched.located.call.rawQuery, name)
}

/** The values of a query parameter, still encoded. */
function rawValues(rawQuery: string, name: string): string[] {
  const values: string[] = []
  for (const part of rawQuery.split(/[&;]/)) {
    const equals = part.indexOf('=')
    const found = equals < 0 ? part : part.slice(0, equals)
    if (found === name || decodeQuery(found) === name) values.push(equals < 0 ? '' : part.slice(equals))
  }
  return values
}

/** Who calls, as the authorizer or IAM said it; null without either. */
function identityOf({ identity, authorizer }: Caller, type: string): unknown {
  if (!type || type === 'NONE') return null
  const { integrationLatency, ...context } = authorizer ?? {}
  const { userArn, caller, user, accessKey, cognitoIdentityId } = identity
  return [context, userArn ?? caller ?? user ?? accessKey ?? null, cognitoIdentityId ?? null]
}

/** The Authorization header, which the back end may look at; but a signature, which differs in every call and is not sent on. */
function bearerOf(call: Call, type: string): string | null {
  const value = call.header('authorization')
  return value === undefined || type === 'AWS_IAM' || value.startsWith('AWS4-HMAC-SHA256') ? null : value
}

/** Lower-case names of the request headers that an answer depends on; null where it may not be shared at all. */
export function varyOf(headers: readonly Pair[]): string[] | null {
  const names = new Set<string>()
  for (const value of headersOf(headers, 'vary'))
    for (const name of value.split(',')) if (name.trim()) names.add(name.trim().toLowerCase())
  if (names.has('*')) return null
  // back ends that encode or answer one origin only, and do not say that it depends
  const encoding = headerOf(headers, 'content-encoding')
  if (encoding && encoding !== 'identity') names.add('accept-encoding')
  const origin = headerOf(headers, 'access-control-allow-origin')
  if (origin && origin !== '*') names.add('origin')
  return [...names].sort()
}

/** The key of one variant of an answer. */
export const variantOf = (key: string, names: readonly string[], headers: readonly Pair[]): string =>
  names.length === 0 ? key : JSON.stringify([key, names.map((name) => [name, headersOf(headers, name)])])

/** Answers of these are parts, or about a copy that only the asking client has. */
const NOT_WHOLE = new Set([206, 304, 412, 416])

/**
 * Whether an answer may be kept for others. Amazon keeps every answer of the back end; here one that failed (5xx), is not whole
 * or sets a cookie is not kept.
 */
export const isCacheable = (status: number, headers: readonly Pair[]): boolean =>
  status >= 200 &&
  status < 500 &&
  !NOT_WHOLE.has(status) &&
  headerOf(headers, 'set-cookie') === undefined &&
  !headerOf(headers, 'content-type')?.startsWith('text/event-stream')

/** Whether the client asks for a fresh answer (guide: "Invalidate an API Gateway cache entry"). */
export const asksToInvalidate = (call: Pick<Call, 'header' | 'headers'>): boolean =>
  call.header('cache-control') !== undefined &&
  headersOf(call.headers, 'cache-control').some((value) =>
    value.split(',').some((directive) => /^\s*max-age\s*=\s*"?0+"?\s*$/i.test(directive)),
  )

const GIB = 1024 ** 3

/** A cacheClusterSize (`0.5` to `237`) in bytes. */
export function clusterBytes(size: string | undefined): number {
  const gib = Number(size ?? '0.5')
  return Math.floor((gib > 0 ? gib : 0.5) * GIB)
}
