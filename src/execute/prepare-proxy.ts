/** The integration requests of the proxy types, which pass on what the client sent. */
import type { Admitted, Pair, Prepared } from '../core/call.ts'
import { headerName, setHeader } from '../core/headers.ts'
import { lambdaEvent } from '../core/lambda-event.ts'
import { after, type Later } from '../core/later.ts'
import type { Mapped } from '../core/mapping.ts'
import type { IntegrationProgram } from '../core/program.ts'
import { formatQuery, splitQuery } from '../core/query.ts'
import { DEFAULT_TIMEOUT_MS } from '../core/rules/integration.ts'
import { NO_OVERRIDES } from '../core/template.ts'

export const API_ID = 'x-amzn-apigateway-api-id'
const encoder = new TextEncoder()

/** The verb of the integration request: its own, or the client's where it has none or ANY. */
export function verbOf(admitted: Admitted, { integration }: IntegrationProgram): string {
  const { httpMethod } = integration
  return httpMethod && httpMethod !== 'ANY' ? httpMethod : admitted.matched.located.call.method
}

export const carriesBody = (verb: string): boolean => verb !== 'GET' && verb !== 'HEAD' && verb !== 'OPTIONS'

/** HTTP_PROXY: everything passes, mappings are laid over it. */
export function prepareHttpProxy(
  admitted: Admitted,
  program: IntegrationProgram,
  mapped: Mapped,
): Later<Prepared> {
  const { call, api, stageVariables } = admitted.matched.located
  const headers: Pair[] = []
  let accepts = false
  let agent = false
  let traced = false
  for (const pair of call.headers) {
    const { lower, proxied } = headerName(pair[0])
    if (!proxied) continue
    if (lower === 'authorization' && isSignature(pair[1])) continue
    if (lower === 'accept') accepts = true
    else if (lower === 'user-agent') agent = true
    else if (lower === 'x-amzn-trace-id') traced = true
    else if (lower === API_ID) continue
    headers.push(pair)
  }
  if (!accepts) headers.push(['Accept', 'application/json'])
  if (!agent) headers.push(['User-Agent', `AmazonAPIGateway_${api.apiId}`])
  // a test invocation has no header of a client
  if (!traced) headers.push(['X-Amzn-Trace-Id', call.integrationTraceId])
  headers.push([API_ID, api.apiId])
  for (const [name, value] of mapped.headers) {
    const { lower, droppedOnDeparture } = headerName(name)
    if (!droppedOnDeparture && lower !== 'via') setHeader(headers, name, value)
  }
  const method = verbOf(admitted, program)
  const given = splitQuery(call.rawQuery)
  const added = mapped.query.length > 0 ? formatQuery(mapped.query) : ''
  return after(carriesBody(method) ? call.payload.source() : null, (body) => ({
    admitted,
    integration: program.integration,
    program,
    method,
    uri: program.uri(mapped.path, stageVariables),
    query: added && given ? `${given}&${added}` : given || added,
    headers,
    body,
    timeoutMs: program.integration.timeoutInMillis ?? DEFAULT_TIMEOUT_MS,
    overrides: NO_OVERRIDES.response,
  }))
}

/** Amazon keeps a caller's Signature Version 4 to itself (guide: api-gateway-known-issues). */
const isSignature = (value: string): boolean => value.startsWith('AWS4-HMAC-SHA256')

/** Two names that events spell one way, whatever the client wrote (recorded). */
const SPELT = new Map([
  ['authorization', 'Authorization'],
  ['user-agent', 'User-Agent'],
])

/** AWS_PROXY: the event is the body. */
export async function prepareLambdaProxy(admitted: Admitted, program: IntegrationProgram): Promise<Prepared> {
  const { located } = admitted.matched
  const { api, call, stageVariables } = located
  const headers: Pair[] = []
  for (const pair of call.headers) {
    const lower = pair[0].toLowerCase()
    if (lower === 'authorization' && isSignature(pair[1])) continue
    const spelt = SPELT.get(lower)
    headers.push(spelt === undefined ? pair : [spelt, pair[1]])
  }
  const binary = located.program.binary(call.header('content-type'))
  const event = lambdaEvent(admitted.matched, headers, await call.payload.bytes(), binary)
  const method = verbOf(admitted, program)
  return {
    admitted,
    integration: program.integration,
    program,
    method,
    uri: program.uri({}, stageVariables),
    query: '',
    headers: [
      ['Accept', 'application/json'],
      ['User-Agent', `AmazonAPIGateway_${api.apiId}`],
      ['X-Amzn-Trace-Id', call.integrationTraceId],
    ],
    body: encoder.encode(JSON.stringify(event)),
    timeoutMs: program.integration.timeoutInMillis ?? DEFAULT_TIMEOUT_MS,
    overrides: NO_OVERRIDES.response,
  }
}
