/** What methods, integrations and their responses share beside the rules of core/rules: sentences of patches, models, templates. */
import { badRequest } from '../../core/problem.ts'
import { checkContentTypes } from '../../core/rules/expression.ts'
import type { Scope } from '../kind.ts'
import { fill } from '../paths.ts'

export const NO_PARAMETER = 'Invalid parameter name specified'
export const NO_CONTENT_TYPE = 'Content-Type specified was not found'

/** The models that a body may have must be the API's own. */
export async function checkModels(models: Record<string, string> | undefined, scope: Scope): Promise<void> {
  for (const [type, name] of Object.entries(models ?? {})) {
    checkContentTypes({ [type]: name })
    const path = fill('/restapis/{restApiId}/models/{name}', { ...scope.labels, name })
    if (!(await scope.tx.get(path))) throw badRequest(`Invalid model identifier specified: ${name}`)
  }
}

/** An empty template is kept as null (recorded). */
export function emptyToNull(templates: Record<string, string | null>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(templates).map(([type, template]) => [type, template || null]))
}
