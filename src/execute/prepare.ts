/** The integration request: parameters mapped, template applied, URI filled in. */
import type { Admitted, Prepared } from '../core/call.ts'
import { textOf } from '../core/content.ts'
import { configurationFault } from '../core/fault.ts'
import { isRefusedMapping } from '../core/headers.ts'
import { type Mapped, type MappingSource, mapRequest } from '../core/mapping.ts'
import type { IntegrationProgram } from '../core/program.ts'
import { parseQuery, type Query } from '../core/query.ts'
import { type Context, contextOf } from '../core/variables.ts'
import type { Gateway } from './gateway.ts'
import { bodyText, endpointText, headersText, journalRequest } from './journal.ts'
import { prepareCustom } from './prepare-custom.ts'
import { prepareHttpProxy, prepareLambdaProxy } from './prepare-proxy.ts'

const NOTHING: Mapped = { headers: [], query: [], path: {} }

export async function prepare(admitted: Admitted, _on: Gateway): Promise<Prepared> {
  const { matched } = admitted
  if (matched.located.call.journal) await journalRequest(admitted)
  const program = matched.program.integration()
  const mapped = await mapParameters(admitted, program)
  const prepared = await (program.kind === 'lambda-proxy'
    ? prepareLambdaProxy(admitted, program)
    : program.proxy
      ? prepareHttpProxy(admitted, program, mapped)
      : prepareCustom(admitted, program, mapped))
  describe(prepared)
  return prepared
}

async function mapParameters(
  admitted: Admitted,
  { request, integration, kind }: IntegrationProgram,
): Promise<Mapped> {
  if (request.list.length === 0) return NOTHING
  const mapped = mapRequest(request, await sourceOf(admitted, request.needsBody))
  for (const [name] of mapped.headers)
    if (isRefusedMapping(name, kind !== 'http')) throw configurationFault(`${name} header already present`)
  return integration.type === 'AWS_PROXY' ? NOTHING : mapped
}

/** What mappings read; the dearer parts are made when one asks for them. */
export async function sourceOf(admitted: Admitted, needsBody: boolean): Promise<MappingSource> {
  const { matched } = admitted
  const { call, stageVariables } = matched.located
  const body = needsBody ? textOf({ bytes: await call.payload.bytes() }) : undefined
  let context: Context | undefined
  let query: Query | undefined
  return {
    headers: call.headers,
    stageVariables,
    pathParameters: matched.pathParameters,
    body,
    get context() {
      context ??= contextOf(call)
      return context
    },
    get query() {
      query ??= parseQuery(call.rawQuery)
      return query
    },
  }
}

function describe(prepared: Prepared): void {
  const { admitted, program, headers, body } = prepared
  const { journal } = admitted.matched.located.call
  if (!journal?.dataTrace || program.kind === 'mock') return
  journal.info(`Endpoint request URI: ${endpointText(prepared)}`)
  journal.info(`Endpoint request headers: ${headersText(headers)}`)
  journal.info(`Endpoint request body after transformations: ${bodyText(body)}`)
}
