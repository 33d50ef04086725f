/**
 * Integration URIs: `{name}` is a path parameter of the integration request, `${stageVariables.name}` a stage variable. Parsed
 * once per deployment; a URI without either costs nothing at a call.
 */
import type { Strings } from './documents.ts'
import { configurationFault, Fault } from './fault.ts'

type Part = string | { path: string; within: Within } | { stage: string }

/** Where a path parameter stands: in a path, in a parameter's value, or where the stage variables before it decide. */
type Within = 'path' | 'parameter' | 'either'

export type UriTemplate = (path: Readonly<Record<string, string>>, stageVariables: Strings) => string

const PLACEHOLDER = /\$\{stageVariables\.([^}]*)\}|\{([^{}]+?)\+?\}/g
/** What parameters follow: the `?` of a URI, or the action of one of AWS services. */
const PARAMETERS = /\?|^arn:[^?]*:action\//

/** `path` values must be percent-encoded already. A missing stage variable is empty; a missing path parameter is a fault. */
export function compileUri(source: string): UriTemplate {
  const parts: Part[] = []
  let end = 0
  for (const found of source.matchAll(PLACEHOLDER)) {
    if (found.index > end) parts.push(source.slice(end, found.index))
    parts.push(
      found[1] === undefined
        ? { path: found[2]!, within: withinOf(source.slice(0, found.index)) }
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
      else {
        const value = parameter(part.path, path, source)
        const { within } = part
        uri += within === 'path' || (within === 'either' && !PARAMETERS.test(uri)) ? value : oneValue(value)
      }
    return uri
  }
}

function withinOf(before: string): Within {
  if (PARAMETERS.test(before)) return 'parameter'
  return before.includes('${stageVariables.') ? 'either' : 'path'
}

/** A value stays in its parameter: what would end it there, or be read as a space, is encoded. */
const oneValue = (value: string): string => value.replace(/[&;=+#]/g, encodeURIComponent)

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
