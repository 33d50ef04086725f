/**
 * Gateway responses: Amazon's own, or the API's settings for the fault's type, or those for DEFAULT_4XX and DEFAULT_5XX.
 * Templates know simple substitution only (guide: api-gateway-gatewayResponse-definition).
 */
import type { Answer, Call, Pair } from './call.ts'
import { essence } from './content.ts'
import type { GatewayResponse, Strings } from './documents.ts'
import type { Fault } from './fault.ts'
import { headersOf } from './headers.ts'
import { decodePercent, parseQuery } from './query.ts'
import { type Context, contextOf, errorOf, lookup, scalar } from './variables.ts'

const encoder = new TextEncoder()

/** `list` are the API's own gateway responses; empty where the call found no API. */
export function renderGatewayResponse(fault: Fault, call: Call, list: readonly GatewayResponse[]): Answer {
  const custom = customOf(fault, list)
  const headers: Pair[] = [['x-amzn-ErrorType', fault.errorType], ...fault.headers]
  const status = Number(custom?.statusCode) || fault.status
  const read = reader(call)
  const template = custom && templateOf(custom.responseTemplates, call.header('accept'))
  const body = template ? substitute(template.text, read) : defaultBody(fault)
  headers.push(['Content-Type', template?.type ?? 'application/json'])
  for (const [target, expression] of Object.entries(custom?.responseParameters ?? {})) {
    const name = /^gatewayresponse\.header\.(.+)$/.exec(target)?.[1]
    const literal = /^'([\s\S]*)'$/.exec(expression)
    const value = literal ? literal[1] : read(expression)
    if (!name || value === undefined) continue
    const at = headers.findIndex(([given]) => given.toLowerCase() === name.toLowerCase())
    if (at >= 0) headers.splice(at, 1)
    headers.push([name, value])
  }
  return { status, headers, body: encoder.encode(body) }
}

/** The 413 cannot be customised (guide: api-gateway-known-issues). */
function customOf(fault: Fault, list: readonly GatewayResponse[]): GatewayResponse | undefined {
  if (fault.type === 'REQUEST_TOO_LARGE') return undefined
  const find = (type: string) =>
    list.find((response) => response.responseType === type && !response.defaultResponse)
  return find(fault.type) ?? find(fault.status >= 500 ? 'DEFAULT_5XX' : 'DEFAULT_4XX')
}

const defaultBody = ({ body, clientMessage }: Fault): string =>
  body.replace('%', () => JSON.stringify(clientMessage))

function templateOf(
  templates: Strings | undefined,
  accept: string | undefined,
): { type: string; text: string } | undefined {
  const types = Object.keys(templates ?? {})
  if (types.length === 0) return undefined
  const wanted = accept ? essence(accept) : ''
  const type =
    types.find((type) => type.toLowerCase() === wanted) ??
    types.find((type) => type.toLowerCase() === 'application/json') ??
    types[0]!
  return { type, text: templates![type]! }
}

const listed = (values: string[]): string | undefined => (values.length > 0 ? values.join(',') : undefined)

type Read = (variable: string) => string | undefined

const VARIABLE =
  /\$(?:\{((?:context|stageVariables|method)\.[\w.$-]+)\}|((?:context|stageVariables|method)\.[\w$-]+(?:\.[\w$-]+)*))/g

const substitute = (template: string, read: Read): string =>
  template.replace(
    VARIABLE,
    (_, braced: string | undefined, bare: string | undefined) => read((braced ?? bare)!) ?? '',
  )

/** Values of `context.…`, `stageVariables.…`, `method.request.{place}.{name}` and `method.input.params.{name}`. */
function reader(call: Call): Read {
  let context: Context | undefined
  const { located, matched } = call.reached
  const places: Record<string, (name: string) => string | undefined> = {
    path: (name) => {
      const value = matched?.pathParameters[name]
      return value === undefined ? undefined : decodePercent(value)
    },
    querystring: (name) => parseQuery(call.rawQuery).findLast(([key]) => key === name)?.[1],
    multivaluequerystring: (name) =>
      listed(parseQuery(call.rawQuery).flatMap(([key, value]) => (key === name ? [value] : []))),
    header: (name) => call.header(name.toLowerCase()),
    multivalueheader: (name) => listed(headersOf(call.headers, name.toLowerCase())),
  }
  return (variable) => {
    const [, root, rest] = /^(\w+)\.(.+)$/.exec(variable) ?? []
    if (!root || !rest) return undefined
    if (root === 'context') {
      context ??= { ...contextOf(call), error: errorOf(call) }
      return scalar(lookup(context, rest))
    }
    if (root === 'stageVariables') return located?.stageVariables[rest]
    const [, place, name] =
      /^(?:request\.(path|(?:multivalue)?(?:querystring|header))|input\.params)\.(.+)$/.exec(rest) ?? []
    if (!name) return undefined
    if (place) return places[place]!(name)
    return places.path!(name) ?? places.querystring!(name) ?? places.header!(name)
  }
}
