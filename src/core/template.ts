/**
 * Mapping templates: which one applies, and what passes when none does (guide: request-response-data-mappings,
 * integration-passthrough-behaviors). Templates are parsed when they are first used; one that does not parse is a
 * configuration error of its own method only.
 */
import type { Pair, ResponseOverrides } from './call.ts'
import { essence } from './content.ts'
import type { Strings } from './documents.ts'
import { configurationFault, Fault } from './fault.ts'
import { memo } from './memo.ts'
import type { Context } from './variables.ts'
import { type CompiledTemplate, compileTemplate, type TemplateRuntimeError } from './vtl/template.ts'

const encoder = new TextEncoder()

export interface TemplateScope {
  /** null where there is no body */
  body: string | null
  params: { path: Strings; querystring: Strings; header: Strings }
  context: Context
  stageVariables: Strings
  /** header names are matched without regard to case */
  foldHeaderCase: true
}

export interface Rendered {
  /** UTF-8; the same object each time where the template is a constant */
  bytes: Uint8Array
  overrides: Overrides
}

/** `$context.requestOverride` and `$context.responseOverride` as the template left them. */
export interface Overrides {
  header: Pair[]
  querystring: Pair[]
  path: Pair[]
  response: ResponseOverrides
}

export interface Template {
  /** `scope` is asked for only by a template that has something to look up */
  render(scope: () => TemplateScope): Rendered
}

/** Templates by media type; null is a template that passes the body through. */
export type Templates = ReadonlyMap<string, Template | null>

export function compileTemplates(
  sources: Record<string, string | null> | undefined,
  steps?: number,
): Templates {
  return new Map(
    Object.entries(sources ?? {}).map(([type, source]) => [
      type === '$default' ? type : type.trim().toLowerCase(),
      source ? lazily(source, steps) : null,
    ]),
  )
}

/** Many have the same few, as `{"statusCode": 200}` of MOCK: one object for all. */
const constant = memo(1000, (source): Template => {
  const rendered = { bytes: encoder.encode(source), overrides: NO_OVERRIDES }
  return { render: () => rendered }
})

function lazily(source: string, steps: number | undefined): Template {
  if (!/[$#]/.test(source)) return constant(source)
  let engine: CompiledTemplate | undefined
  return {
    render(scope) {
      try {
        engine ??= compileTemplate(source, {
          hashedContext: true,
          ...(steps === undefined ? {} : { limits: { steps } }),
        })
        const { output, overrides } = engine.render(scope())
        return { bytes: encoder.encode(output), overrides: overridesOf(overrides as RawOverrides) }
      } catch (cause) {
        throw transformFault(cause)
      }
    },
  }
}

function transformFault(cause: unknown): Fault {
  const { message, kind, line, column } = cause as Partial<TemplateRuntimeError> & Error
  if (kind === 'ParseException')
    return new Fault('DEFAULT_4XX', { message: `Could not parse request body into json: ${message}`, cause })
  return configurationFault(`Unable to transform: ${message} (line ${line}, column ${column})`, cause)
}

/**
 * The request's template, or null for passing the body through. Throws UNSUPPORTED_MEDIA_TYPE where the passthrough behavior
 * says so. Without a Content-Type the request counts as application/json.
 */
export function requestTemplate(
  templates: Templates,
  contentType: string | undefined,
  behavior: string | undefined,
): Template | null {
  const type = contentType ? essence(contentType) : 'application/json'
  const chosen = templates.get(type) ?? templates.get('$default')
  if (chosen !== undefined && chosen !== null) return chosen
  if (
    behavior === 'NEVER' ||
    (behavior === 'WHEN_NO_TEMPLATES' && templates.size > 0 && !templates.has(type))
  )
    throw new Fault('UNSUPPORTED_MEDIA_TYPE', {
      reason: `no request template for ${type}, and the passthrough behavior is ${behavior}`,
    })
  return null
}

/** The response's template by the client's Accept, else application/json, else the first; null passes the body through. */
export function responseTemplate(templates: Templates, accept: string | undefined): Template | null {
  if (templates.size === 0) return null
  const wanted = accept ? templates.get(essence(accept)) : undefined
  if (wanted !== undefined) return wanted
  const json = templates.get('application/json')
  return json !== undefined ? json : templates.values().next().value!
}

interface RawOverrides {
  requestOverride?: { header?: unknown; querystring?: unknown; path?: unknown }
  responseOverride?: { header?: unknown; status?: unknown }
}

export const NO_OVERRIDES: Overrides = { header: [], querystring: [], path: [], response: { headers: [] } }

function overridesOf(raw: RawOverrides | undefined): Overrides {
  if (!raw?.requestOverride && !raw?.responseOverride) return NO_OVERRIDES
  const status = Number(raw.responseOverride?.status)
  return {
    header: pairsOf(raw.requestOverride?.header),
    querystring: pairsOf(raw.requestOverride?.querystring),
    path: pairsOf(raw.requestOverride?.path),
    response: {
      // Amazon ignores what is no status (recorded)
      status: Number.isInteger(status) && status >= 100 && status <= 599 ? status : undefined,
      headers: pairsOf(raw.responseOverride?.header),
    },
  }
}

function pairsOf(map: unknown): Pair[] {
  if (typeof map !== 'object' || map === null) return []
  return Object.entries(map as Record<string, unknown>)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)])
}
