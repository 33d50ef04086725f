/** The integration request: parameters mapped, template applied, URI filled in. */
import type { Admitted, Call, Matched, Pair, Prepared } from '../core/call.ts'
import { textOf } from '../core/content.ts'
import type { Strings } from '../core/documents.ts'
import { configurationFault } from '../core/fault.ts'
import { isRefusedMapping } from '../core/headers.ts'
import { after, type Later } from '../core/later.ts'
import { type Mapped, type MappingSource, mapRequest } from '../core/mapping.ts'
import type { IntegrationProgram } from '../core/program.ts'
import { parseQuery, type Query } from '../core/query.ts'
import { type Context, contextOf } from '../core/variables.ts'
import { prepareCustom } from './prepare-custom.ts'
import { prepareHttpProxy, prepareLambdaProxy } from './prepare-proxy.ts'

const NOTHING: Mapped = { headers: [], query: [], path: {} }

export function prepare(admitted: Admitted): Later<Prepared> {
  const program = admitted.matched.program.integration()
  return after(mappedFor(admitted, program), (mapped) =>
    after(shaped(admitted, program, mapped), (prepared) => {
      checkAddress(prepared)
      return prepared
    }),
  )
}

function mappedFor(admitted: Admitted, program: IntegrationProgram): Later<Mapped> {
  const { list, needsBody } = program.request
  if (list.length === 0) return NOTHING
  if (program.handsPathOn) return { headers: [], query: [], path: admitted.matched.pathParameters }
  return after(sourceOf(admitted, needsBody), (source) => mapFrom(source, program))
}

function shaped(admitted: Admitted, program: IntegrationProgram, mapped: Mapped): Later<Prepared> {
  if (program.kind === 'lambda-proxy') return prepareLambdaProxy(admitted, program)
  return program.proxy
    ? prepareHttpProxy(admitted, program, mapped)
    : prepareCustom(admitted, program, mapped)
}

function mapFrom(source: MappingSource, { request, integration, kind }: IntegrationProgram): Mapped {
  const mapped = mapRequest(request, source)
  for (const [name] of mapped.headers)
    if (isRefusedMapping(name, kind !== 'http')) throw configurationFault(`${name} header already present`)
  return integration.type === 'AWS_PROXY' ? NOTHING : mapped
}

/** What mappings read of a request. */
export function sourceOf({ matched }: Admitted, needsBody: boolean): Later<MappingSource> {
  if (!needsBody) return new RequestSource(matched)
  return after(matched.located.call.payload.bytes(), (bytes) => new RequestSource(matched, textOf({ bytes })))
}

/** The dearer parts are made when a mapping asks for them. */
class RequestSource implements MappingSource {
  readonly headers: readonly Pair[]
  readonly stageVariables: Strings
  readonly pathParameters: Strings
  readonly body: string | undefined
  readonly #call: Call
  #context: Context | undefined
  #query: Query | undefined

  constructor({ located, pathParameters }: Matched, body?: string) {
    this.#call = located.call
    this.headers = located.call.headers
    this.stageVariables = located.stageVariables
    this.pathParameters = pathParameters
    this.body = body
  }

  get context(): Context {
    this.#context ??= contextOf(this.#call)
    return this.#context
  }

  get query(): Query {
    this.#query ??= parseQuery(this.#call.rawQuery)
    return this.#query
  }
}

/** Amazon's log says nothing of a request that has nowhere to go (recorded). A VPC link brings the host along. */
function checkAddress({ program, integration, uri }: Prepared): void {
  if (program.kind !== 'http' || integration.connectionType === 'VPC_LINK') return
  if (!/^https?:\/\/[^/?#]/i.test(uri)) throw configurationFault('Invalid endpoint address')
}
