/** The integration requests of HTTP, AWS and MOCK: only what is mapped passes, and the body through its template. */
import type { Admitted, Body, Pair, Prepared } from '../core/call.ts'
import { bytesOf, requestContent, templateText } from '../core/content.ts'
import { configurationFault } from '../core/fault.ts'
import { headerOf, isDroppedOnDeparture, isRefusedMapping, setHeader } from '../core/headers.ts'
import { after, type Later } from '../core/later.ts'
import type { Mapped } from '../core/mapping.ts'
import type { IntegrationProgram } from '../core/program.ts'
import { encodePath, formatQuery } from '../core/query.ts'
import { DEFAULT_TIMEOUT_MS } from '../core/rules/integration.ts'
import { NO_OVERRIDES, type Overrides, requestTemplate } from '../core/template.ts'
import { API_ID, carriesBody, verbOf } from './prepare-proxy.ts'
import { CallScope } from './template-scope.ts'

export function prepareCustom(
  admitted: Admitted,
  program: IntegrationProgram,
  mapped: Mapped,
): Later<Prepared> {
  return after(admitted.matched.located.call.payload.bytes(), (bytes) =>
    prepareFrom(admitted, program, mapped, bytes),
  )
}

function prepareFrom(
  admitted: Admitted,
  program: IntegrationProgram,
  mapped: Mapped,
  bytes: Uint8Array,
): Prepared {
  const { integration } = program
  const { body, overrides } = transform(admitted, program, bytes)
  for (const [name] of overrides.header)
    if (isRefusedMapping(name, program.kind !== 'http'))
      throw configurationFault(`${name} header already present`)
  const method = verbOf(admitted, program)
  const mock = program.kind === 'mock'
  const sent = mock || carriesBody(method) ? body : null
  const { uri, query } = mock ? NOWHERE : addressed(admitted, program, mapped, overrides)
  return {
    admitted,
    integration,
    program,
    method,
    uri,
    query,
    headers: mock ? [] : customHeaders(admitted, program, joined(mapped.headers, overrides.header), sent),
    body: sent,
    timeoutMs: integration.timeoutInMillis ?? DEFAULT_TIMEOUT_MS,
    overrides: overrides.response,
  }
}

const joined = (some: readonly Pair[], more: readonly Pair[]): readonly Pair[] =>
  more.length === 0 ? some : [...some, ...more]

/** MOCK has nobody to send anything to. */
const NOWHERE = { uri: '', query: '' }

function addressed(
  { matched }: Admitted,
  program: IntegrationProgram,
  mapped: Mapped,
  { path, querystring }: Overrides,
): { uri: string; query: string } {
  const places = path.length === 0 ? mapped.path : { ...mapped.path }
  for (const [name, value] of path) places[name] = encodePath(value)
  const overridden = new Set(querystring.map(([name]) => name))
  const kept = overridden.size === 0 ? mapped.query : mapped.query.filter(([name]) => !overridden.has(name))
  const query = joined(kept, querystring)
  return { uri: program.uri(places, matched.located.stageVariables), query: formatQuery(query) }
}

function customHeaders(
  admitted: Admitted,
  { kind }: IntegrationProgram,
  given: readonly Pair[],
  body: Body,
): Pair[] {
  const { call, api } = admitted.matched.located
  const headers: Pair[] = []
  for (const [name, value] of given) {
    const lower = name.toLowerCase()
    if (!isDroppedOnDeparture(lower) && lower !== (kind === 'http' ? 'via' : 'referer'))
      setHeader(headers, name, value)
  }
  const orElse = (name: string, value: string) => {
    if (headerOf(headers, name.toLowerCase()) === undefined) headers.push([name, value])
  }
  const type = carriesBody(call.method) ? call.header('content-type') : undefined
  if (body || type) orElse('Content-Type', type ?? call.header('content-type') ?? 'application/json')
  orElse('Accept', 'application/json')
  orElse('User-Agent', `AmazonAPIGateway_${api.apiId}`)
  setHeader(headers, 'X-Amzn-Trace-Id', call.integrationTraceId)
  if (kind === 'http') setHeader(headers, API_ID, api.apiId)
  return headers
}

interface Transformed {
  body: Body
  overrides: Overrides
}

function transform(
  admitted: Admitted,
  { integration, requestTemplates }: IntegrationProgram,
  bytes: Uint8Array,
): Transformed {
  const { matched } = admitted
  const { call, program } = matched.located
  const contentType = call.header('content-type')
  const template = requestTemplate(requestTemplates, contentType, integration.passthroughBehavior)
  const content = requestContent(bytes, program.binary(contentType), integration.contentHandling)
  if (!template) {
    const passed = bytesOf(content)
    return { body: passed.length > 0 ? passed : null, overrides: NO_OVERRIDES }
  }
  // a binary payload passes without a template, or is made text first; an empty one is binary, too (what users of `*/*` report)
  if ('bytes' in content && program.binary(contentType))
    throw configurationFault('Unable to transform request')
  const text = bytes.length === 0 ? null : templateText(content, 'request')
  const { bytes: body, overrides } = template.render(() => new CallScope(admitted, text))
  return { body, overrides }
}
