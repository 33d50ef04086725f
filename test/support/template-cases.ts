import { existsSync, readFileSync } from 'node:fs'
import {
  compileTemplate,
  type RenderResult,
  type TemplateOptions,
  type TemplateScope,
} from '../../src/core/vtl/template.ts'

interface Answer {
  output?: string
  error?: string
  overrides?: unknown
}

/** A template, a request and what the Java stack makes of it; `aws` where the aws profile differs from plain Velocity. */
export interface TemplateCase extends Answer {
  id: string
  template: string
  request: Request
  aws?: Answer
}

interface Request {
  body: string | null
  params: TemplateScope['params']
  context: Record<string, unknown>
  stageVariables: Record<string, string>
}

const lines = (file: URL): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((l) => JSON.parse(l))

/** The vectors of this project: first the requests, then the cases that name them by number. */
export function ownCases(): TemplateCase[] {
  const requests: Request[] = []
  const cases: TemplateCase[] = []
  for (const line of lines(new URL('../vectors/vtl/templates.jsonl', import.meta.url))) {
    const l = line as { request?: Request } & Omit<TemplateCase, 'request'> & { input: number }
    if (l.request) requests.push(l.request)
    else cases.push({ ...l, request: requests[l.input] as Request })
  }
  return cases
}

/** The cases that this project may read but not contain, where they are there. */
export function foreignCases(): TemplateCase[] {
  const file = new URL('../../../shared/oracle/corpus.jsonl', import.meta.url)
  if (!existsSync(file)) return []
  return (lines(file) as (Omit<TemplateCase, 'request'> & Request & { group: string })[])
    .filter((c) => c.group === 'docs' || c.group === 'real')
    .map(({ body, params, context, stageVariables, ...c }) => ({
      ...c,
      request: { body, params, context, stageVariables },
    }))
}

export function scopeOf(r: Partial<Request>): TemplateScope {
  const { body = null, params = {}, context = {}, stageVariables = {} } = r
  return { body, params, context: context ?? {}, stageVariables: stageVariables ?? {} }
}

export const renderCase = (
  template: string,
  r: Partial<Request> = {},
  options?: TemplateOptions,
): RenderResult => compileTemplate(template, options).render(scopeOf(r))

/** The output of a template, for tests that care about nothing else. */
export const output = (template: string, body: unknown = null, options?: TemplateOptions): string =>
  renderCase(
    template,
    { body: body === null || typeof body === 'string' ? body : JSON.stringify(body) },
    options,
  ).output

const canonical = (v: unknown): string =>
  JSON.stringify(v ?? {}, (_, x) =>
    x && typeof x === 'object' && !Array.isArray(x)
      ? Object.fromEntries(
          Object.entries(x)
            .filter(
              ([, y]) => !(y && typeof y === 'object' && !Array.isArray(y) && Object.keys(y).length === 0),
            )
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : x,
  )

/** null when the engine answers a case as Java does, else what is different. */
export function difference(c: TemplateCase, profile: 'aws' | 'plain'): string | null {
  const want = profile === 'aws' && c.aws ? c.aws : c
  let got: RenderResult
  try {
    got = renderCase(c.template, c.request, { profile, overrideNumbers: 'number' })
  } catch (e) {
    return want.error === undefined ? `${c.id}: threw ${(e as Error).message}` : null
  }
  if (want.error !== undefined) return `${c.id}: no error (${want.error})`
  if (got.output !== want.output)
    return `${c.id}: ${JSON.stringify(got.output)}, not ${JSON.stringify(want.output)}`
  const same = canonical(got.overrides) === canonical(want.overrides)
  return same ? null : `${c.id}: overrides ${canonical(got.overrides)}, not ${canonical(want.overrides)}`
}
