/** Where a `$ref` may lead: into its own schema, or to a model by its URL (guide: models-mappings-models). */
import { isObject } from './terms.ts'

const MODEL_URL = /^https?:\/\/apigateway\.amazonaws\.com(?:\.cn)?\/restapis\/[^/]+\/models\/([a-zA-Z0-9]+)$/

/** The name of the model that a URL names. */
export const modelNamed = (url: string): string | undefined => MODEL_URL.exec(url)?.[1]

/** What a JSON pointer (`/definitions/a`) finds in a schema; undefined where it leads nowhere. */
export function pointed(root: unknown, pointer: string): unknown {
  let found = root
  for (const part of pointer.split('/').slice(1)) {
    const key = plain(part).replaceAll('~1', '/').replaceAll('~0', '~')
    if (!(Array.isArray(found) || isObject(found)) || !Object.hasOwn(found, key)) return undefined
    found = (found as Record<string, unknown>)[key]
  }
  return found
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // a lone percent sign stands for itself
    return part
  }
}
