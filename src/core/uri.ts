/**
 * Integration URIs: `{name}` is a path parameter of the integration request, `${stageVariables.name}` a stage variable. Parsed
 * once per deployment; a URI without either costs nothing at a call.
 */
import type { Strings } from './documents.ts'
import { configurationFault, Fault } from './fault.ts'

/** `within` is null where the stage variables before the parameter decide. */
type Part = string | { path: string; isLast: boolean; within: Within | null } | { stage: string }

/** Where a path parameter stands; what stands at the end of a URI may be all of it. */
type Within = 'host' | 'path' | 'parameter'

export type UriTemplate = (path: Readonly<Record<string, string>>, stageVariables: Strings) => string

const PLACEHOLDER = /\$\{stageVariables\.([^}]*)\}|\{([^{}]+?)\+?\}/g
/** What parameters follow: the `?` of a URI, or the action of one of AWS services. */
const PARAMETERS = /\?|^arn:[^?]*:action\//
/** What ends within a host. */
const HOST = /^https?:\/\/[^/?#]*$/i

/** `path` values must be percent-encoded already. A missing stage variable is empty; a missing path parameter is a fault. */
export function compileUri(source: string): UriTemplate {
  const parts: Part[] = []
  let end = 0
  for (const found of source.matchAll(PLACEHOLDER)) {
    const before = source.slice(0, found.index)
    const isLast = found.index + found[0].length === source.length
    if (found.index > end) parts.push(source.slice(end, found.index))
    parts.push(
      found[1] === undefined
        ? {
            path: found[2]!,
            isLast,
            within: before.includes('${stageVariables.') ? null : withinOf(before, isLast),
          }
        : { stage: found[1] },
    )
    end = found.index + found[0].length
  }
  if (end < source.length) parts.push(source.slice(end))
  if (parts.every((part) => typeof part === 'string')) return () => source
  return (path, stageVariables) => {
    let uri = ''
    for (const part of parts)
      if (typeof part === 'string') uri += part
      else if ('stage' in part) uri += own(stageVariables, part.stage)
      else uri += kept(parameter(part.path, path, source), part.within ?? withinOf(uri, part.isLast))
    return uri
  }
}

const withinOf = (before: string, isLast: boolean): Within =>
  PARAMETERS.test(before) ? 'parameter' : HOST.test(before) && !isLast ? 'host' : 'path'

/**
 * A value stays where it is put. In a parameter, what would end it there or be read as a space is encoded; in a host, nothing else
 * than a host and its port may stand: the rest of the URI is the API's.
 */
function kept(value: string, within: Within): string {
  if (within === 'parameter') return value.replace(/[&;=+#]/g, encodeURIComponent)
  if (within === 'host' && !/^[\w.:-]*$/.test(value))
    throw new Fault('DEFAULT_4XX', { reason: `${value} is no part of a host` })
  return value
}

const own = (variables: Strings, name: string): string =>
  Object.hasOwn(variables, name) ? variables[name]! : ''

function parameter(name: string, path: Readonly<Record<string, string>>, source: string): string {
  const value = Object.hasOwn(path, name) ? path[name] : undefined
  if (value === undefined)
    throw configurationFault(`Illegal character in path at index ${source.indexOf(`{${name}`)}: ${source}`)
  if (CLIMBS.test(value)) throw new Fault('DEFAULT_4XX', { reason: `dot segments in path parameter ${name}` })
  return value
}

/**
 * A dot segment would reach a path of the back end that the API does not name: URL parsers resolve `%2e%2e` as well, and some
 * servers take an encoded slash or backslash for one, or leave `;parameters` of a segment out first.
 */
const CLIMBS = /(?:^|[/\\]|%5c|%2f)(?:\.|%2e){1,2}(?=$|[/\\?#;]|%5c|%2f|%3b)/i

/** `${stageVariables.name}` in what is no URI, e.g. the credentials' ARN. */
export const withStageVariables = (text: string, stageVariables: Strings): string =>
  text.includes('${')
    ? text.replace(/\$\{stageVariables\.([^}]*)\}/g, (_, name: string) => own(stageVariables, name))
    : text
