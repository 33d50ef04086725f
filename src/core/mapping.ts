/**
 * Parameter mapping (guide: request-response-data-mappings). Expressions are compiled to closures once per deployment.
 * A source that is missing leaves its target out. Header names are looked up without regard to case, since HTTP/2 and the Fetch
 * API do not keep it.
 */
import type { Pair } from './call.ts'
import type { Strings } from './documents.ts'
import { Fault } from './fault.ts'
import { headerOf, headersOf, setHeader } from './headers.ts'
import { parseJson } from './java/json.ts'
import { printJson } from './java/json-print.ts'
import { type Value as JavaValue, JMap } from './java/values.ts'
import { type CompiledPath, compilePath } from './jsonpath/path.ts'
import { decodePercent, encodePath, type Query } from './query.ts'
import { type Context, lookup, scalar } from './variables.ts'

/** What a mapping reads. Getters are evaluated when a mapping asks for them. */
export interface MappingSource {
  readonly headers: readonly Pair[]
  readonly stageVariables: Strings
  readonly context: Context
  /** the request's: percent-encoded path parameters and decoded query parameters; absent for responses */
  readonly pathParameters?: Strings
  readonly query?: Query
  /** the whole body as text; present when `needsBody` of the mapping is true */
  readonly body?: string
}

type Value = string | string[] | undefined
type Read = (source: MappingSource) => Value

export interface Mapping {
  /** header, path or querystring */
  location: string
  name: string
  read: Read
  /** for a path parameter that is handed on: its value as the client encoded it */
  encoded?: (source: MappingSource) => string | undefined
}

export interface Mappings {
  list: Mapping[]
  needsBody: boolean
  /** the path parameters that keep their names, where there are no other mappings; else null */
  samePath: ReadonlySet<string> | null
}

/** `prefix` is what targets start with: `integration.request` or `method.response`; `from` what sources start with. */
export function compileMappings(parameters: Strings | undefined, prefix: string, from: string): Mappings {
  const list: Mapping[] = []
  let needsBody = false
  const same = new Set<string>()
  for (const [target, expression] of Object.entries(parameters ?? {})) {
    if (typeof expression !== 'string' || !target.startsWith(`${prefix}.`)) continue
    const [, location, name] = /^([a-z]+)\.(.+)$/s.exec(target.slice(prefix.length + 1)) ?? []
    if (!location || !name) continue
    const read = compileSource(expression, from)
    if (!read) continue
    if (expression.startsWith(`${from}.body`)) needsBody = true
    const path = expression.startsWith(`${from}.path.`) ? expression.slice(from.length + 6) : undefined
    if (location === 'path' && path === name) same.add(name)
    list.push({
      location,
      name,
      read,
      encoded: path === undefined ? undefined : ({ pathParameters }) => own(pathParameters, path),
    })
  }
  if (list.length === 0) return NO_MAPPINGS
  return { list, needsBody, samePath: same.size === list.length ? same : null }
}

const NO_MAPPINGS: Mappings = { list: [], needsBody: false, samePath: null }

const own = (map: Strings | undefined, name: string): string | undefined =>
  map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined

/** One source expression; null for one that Amazon would not have taken. */
export function compileSource(expression: string, from: string): Read | null {
  if (/^'[\s\S]*'$/.test(expression)) {
    const literal = expression.slice(1, -1)
    return () => literal
  }
  if (expression.startsWith('context.')) {
    const path = expression.slice(8)
    return ({ context }) => scalar(lookup(context, path))
  }
  if (expression.startsWith('stageVariables.')) {
    const name = expression.slice(15)
    return ({ stageVariables }) => own(stageVariables, name)
  }
  if (!expression.startsWith(`${from}.`)) return null
  const rest = expression.slice(from.length + 1)
  if (rest === 'body') return ({ body }) => parsed(body, from).text
  const [, kind, name] = /^([a-z]+)\.(.+)$/s.exec(rest) ?? []
  if (!kind || !name) return null
  if (kind === 'body') return bodyPath(name, from)
  return parameterSource(kind, name)
}

function parameterSource(kind: string, name: string): Read | null {
  const lower = name.toLowerCase()
  switch (kind) {
    case 'path':
      return ({ pathParameters }) => {
        const value = own(pathParameters, name)
        return value === undefined ? undefined : decodePercent(value)
      }
    case 'querystring':
      return ({ query }) => query?.findLast(([key]) => key === name)?.[1]
    case 'multivaluequerystring':
      return ({ query }) => {
        const values = query?.filter(([key]) => key === name).map(([, value]) => value) ?? []
        return values.length > 1 ? values : values[0]
      }
    case 'header':
      return ({ headers }) => headerOf(headers, lower)
    case 'multivalueheader':
      return ({ headers }) => {
        const values = headersOf(headers, lower)
        return values.length > 0 ? values.join(',') : undefined
      }
    default:
      return null
  }
}

/** A JSONPath without its `$.`. A string that holds JSON is read on into (guide: handle-errors-in-lambda-integration). */
function bodyPath(expression: string, from: string): Read {
  const path = compilePath(expression.startsWith('[') ? `$${expression}` : `$.${expression}`)
  const [, member, below] = /^([A-Za-z_][\w-]*)\.(.+)$/s.exec(expression) ?? []
  const inner = below === undefined ? null : compilePath(`$.${below}`)
  return ({ body }) => {
    const { value } = parsed(body, from)
    const found = readText(path, value)
    if (found !== undefined || !inner) return found
    const held = value instanceof JMap ? value.get(member!) : undefined
    if (typeof held !== 'string' || !/^\s*[{[]/.test(held)) return undefined
    try {
      return readText(inner, parseJson(held, true))
    } catch {
      return undefined
    }
  }
}

/** A string as it is, anything else as JSON; undefined where the path finds nothing or does not fit. */
function readText(path: CompiledPath, json: JavaValue): string | undefined {
  try {
    const value = path.read(json)
    return value === undefined || value === null || typeof value === 'string'
      ? (value ?? undefined)
      : printJson(value)
  } catch {
    return undefined
  }
}

/**
 * Amazon only reads a body as JSON that begins like JSON (recorded); what then is no JSON is the sender's fault. Numbers stay what
 * they are, as in templates.
 */
function parsed(body: string | undefined, from: string): { text: string; value: JavaValue } {
  const text = (body ?? '').trim() || '{}'
  if (!/^[{["']/.test(text)) return { text, value: new JMap() }
  try {
    return { text, value: parseJson(text, true) }
  } catch (cause) {
    if (from.startsWith('method'))
      throw new Fault('DEFAULT_4XX', { message: 'Invalid JSON in request body', cause })
    throw new Fault('DEFAULT_5XX', {
      errorType: 'InternalFailureException',
      reason: 'the integration response body is no JSON, but a parameter is mapped from it',
      cause,
    })
  }
}

/** The integration request's parameters. */
export interface Mapped {
  headers: Pair[]
  query: Query
  /** percent-encoded, ready for the URI */
  path: Strings
}

export function mapRequest(mappings: Mappings, source: MappingSource): Mapped {
  const mapped: Mapped = { headers: [], query: [], path: {} }
  for (const { location, name, read, encoded } of mappings.list) {
    if (location === 'path') {
      const value = encoded ? encoded(source) : encodeValue(read(source))
      if (value !== undefined) mapped.path[name] = value
      continue
    }
    const value = read(source)
    if (value === undefined) continue
    if (location === 'header') mapped.headers.push([name, Array.isArray(value) ? value.join(',') : value])
    else if (location === 'querystring')
      for (const one of Array.isArray(value) ? value : [value]) mapped.query.push([name, one])
  }
  return mapped
}

function encodeValue(value: Value): string | undefined {
  if (value === undefined) return undefined
  return encodePath(Array.isArray(value) ? value.join(',') : value)
}

/** The method response's headers. */
export function mapResponse(mappings: Mappings, source: MappingSource): Pair[] {
  const headers: Pair[] = []
  for (const { location, name, read } of mappings.list) {
    const value = location === 'header' ? read(source) : undefined
    // names that differ by case alone are one header, as the guide's own S3 proxy has them
    if (value !== undefined) setHeader(headers, name, Array.isArray(value) ? value.join(',') : value)
  }
  return headers
}
