/** Where an API's paths begin, and the three ways of taking it (guide: api-gateway-import-api-basePath). */
import type { BasePathMode } from './options.ts'
import { type Doc, docOf, listOf, member, textOf } from './value.ts'

/** The segments to put before every path. */
export function basePathSegments(root: Doc, mode: BasePathMode | undefined): string[] {
  if (mode !== 'prepend' && mode !== 'split') return []
  const segments = segmentsOf(basePathOf(root))
  // the first one is the stage's, or the domain's mapping
  return mode === 'split' ? segments.slice(1) : segments
}

export const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '')

function basePathOf(root: Doc): string {
  if (typeof root.basePath === 'string') return root.basePath
  const servers = listOf(root.servers).map(docOf)
  for (const server of servers) {
    const variable = member(server.variables, 'basePath')
    if (variable !== undefined) return textOf(docOf(variable).default) ?? ''
  }
  for (const server of servers) {
    const url = (textOf(server.url) ?? '')
      .replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/]*/i, '')
      .replace(/[?#].*$/, '')
    const filled = url.replace(/\{([^}]+)\}/g, (all, name: string) => {
      return textOf(docOf(member(server.variables, name)).default) ?? all
    })
    if (segmentsOf(filled).length) return filled
  }
  return ''
}
