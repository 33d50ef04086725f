/** The integration response becomes the method response: selection, parameters, template, content handling. */
import type { Answer, Body, Pair, Prepared, Reply } from '../core/call.ts'
import { bytesOf, type Content, responseContent, templateText, textOf } from '../core/content.ts'
import { configurationFault, Fault } from '../core/fault.ts'
import { headerOf, OF_CUSTOM, OF_MOCK, OF_PROXY, returnHeaders, setHeader } from '../core/headers.ts'
import { after, type Later } from '../core/later.ts'
import { mapResponse } from '../core/mapping.ts'
import { select } from '../core/selection.ts'
import { responseTemplate, type Template } from '../core/template.ts'
import { contextOf } from '../core/variables.ts'
import { bodyText, headersText, journalEnd } from './journal.ts'
import { collect, EMPTY } from './payload.ts'
import { CallScope } from './template-scope.ts'

const MAX_BUFFERED = 64 * 1024 * 1024

export function conclude(prepared: Prepared, reply: Reply): Later<Answer> {
  const answer = prepared.program.proxy
    ? passed(prepared, reply)
    : after(bytesIn(reply.body), (bytes) => shaped(prepared, reply, bytes))
  if (!prepared.admitted.matched.located.call.journal) return answer
  return after(answer, (answer) => {
    describe(prepared, answer)
    return answer
  })
}

/** HTTP_PROXY and AWS_PROXY: as the integration said it, but for the headers that end here. */
function passed({ program, admitted }: Prepared, { status, headers, body }: Reply): Answer {
  const http = program.kind === 'http'
  const out: Pair[] = http ? [] : [['X-Amzn-Trace-Id', admitted.matched.located.call.traceId]]
  const own = http ? 'via' : 'x-amzn-trace-id'
  returnHeaders(
    headerOf(headers, own) === undefined ? headers : headers.filter(([name]) => name.toLowerCase() !== own),
    OF_PROXY,
    out,
  )
  if (headerOf(out, 'content-type') === undefined) out.push(['Content-Type', 'application/json'])
  return { status, headers: out, body }
}

/** HTTP, AWS and MOCK. */
function shaped(prepared: Prepared, reply: Reply, bytes: Uint8Array): Answer {
  const { program, admitted, overrides } = prepared
  const { located } = admitted.matched
  const { call } = located
  const chosen = select(program.responses, reply.selection, reply.status)
  const { response, status, declared, mappings, templates } = chosen
  if (!declared)
    throw configurationFault(`Output mapping refers to an invalid method response: ${response.statusCode}`)
  const accept = call.header('accept')
  const mapped = mapResponse(mappings, {
    headers: reply.headers,
    stageVariables: located.stageVariables,
    context: mappings.list.length > 0 ? contextOf(call) : {},
    body: mappings.needsBody ? textOf({ bytes }) : undefined,
  })
  const content = responseContent(
    bytes,
    located.program.binary(headerOf(reply.headers, 'content-type')),
    located.program.binary(accept),
    response.contentHandling,
  )
  const template = responseTemplate(templates, accept)
  const rendered = template ? render(template, content, prepared) : null
  const override = rendered?.overrides.response
  for (const [name, value] of overrides.headers) setHeader(mapped, name, value)
  if (override) for (const [name, value] of override.headers) setHeader(mapped, name, value)
  const mock = program.kind === 'mock'
  if (!mock) setHeader(mapped, 'X-Amzn-Trace-Id', call.traceId)
  const headers = returnHeaders(mapped, mock ? OF_MOCK : OF_CUSTOM)
  const out: Pair[] = mock ? [] : [headers.pop()!]
  if (headerOf(headers, 'content-type') === undefined) out.push(['Content-Type', 'application/json'])
  for (const pair of headers) out.push(pair)
  return {
    status: override?.status ?? overrides.status ?? status,
    headers: out,
    body: rendered?.bytes ?? bytesOf(content),
  }
}

function bytesIn(body: Body): Later<Uint8Array> {
  if (body === null) return EMPTY
  if (body instanceof Uint8Array) return body
  return collect(
    body,
    MAX_BUFFERED,
    () => new Fault('DEFAULT_5XX', { reason: 'the integration response is too large for a template' }),
  )
}

function render(template: Template, content: Content, { admitted }: Prepared) {
  const text = templateText(content, 'response')
  try {
    return template.render(() => new CallScope(admitted, text || null))
  } catch (error) {
    // what does not parse here came from the back end: the client cannot help it
    throw error instanceof Fault && error.status < 500 ? configurationFault(error.message, error) : error
  }
}

function describe({ admitted }: Prepared, { status, headers, body }: Answer): void {
  const { call } = admitted.matched.located
  const { journal } = call
  if (!journal) return
  if (journal.dataTrace) {
    journal.info(`Method response body after transformations: ${bodyText(body)}`)
    journal.info(`Method response headers: ${headersText(headers)}`)
  }
  journal.info('Successfully completed execution')
  journalEnd(call, status)
}
