/** What a mapping template sees of a call. Each part is made when the template asks for it: most ask for little. */
import type { Admitted } from '../core/call.ts'
import type { Strings } from '../core/documents.ts'
import { headerMaps } from '../core/headers.ts'
import { decodePercent, parseQuery, queryMaps } from '../core/query.ts'
import type { TemplateScope } from '../core/template.ts'
import { type Context, contextOf } from '../core/variables.ts'

export class CallScope implements TemplateScope {
  readonly body: string | null
  readonly foldHeaderCase = true
  readonly #admitted: Admitted
  #params: TemplateScope['params'] | undefined

  /** `body`: null where there is none */
  constructor(admitted: Admitted, body: string | null) {
    this.body = body
    this.#admitted = admitted
  }

  get params(): TemplateScope['params'] {
    this.#params ??= paramsOf(this.#admitted)
    return this.#params
  }

  get context(): Context {
    const { call } = this.#admitted.matched.located
    call.reached.context ??= contextOf(call)
    return call.reached.context
  }

  get stageVariables(): Strings {
    return this.#admitted.matched.located.stageVariables
  }
}

/** `$input.params()`: decoded path, last query and header values. */
function paramsOf({ matched }: Admitted): { path: Strings; querystring: Strings; header: Strings } {
  const { call } = matched.located
  const path: Strings = {}
  for (const [name, value] of Object.entries(matched.pathParameters)) path[name] = decodePercent(value)
  const header = headerMaps(call.headers).single
  for (const declared of Object.keys(matched.method.requestParameters ?? {})) {
    const name = /^method\.request\.header\.(.+)$/.exec(declared)?.[1]
    if (!name || name in header) continue
    const value = call.header(name.toLowerCase())
    if (value !== undefined) header[name] = value
  }
  return { path, querystring: queryMaps(parseQuery(call.rawQuery)).single, header }
}
