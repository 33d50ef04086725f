/** Resource documents -> deployment: all of CreateDeployment but its I/O. */
import { API_FORMAT, type CompiledApi } from './api.ts'
import type { ApiDefinition, Deployment } from './documents.ts'

/** Snapshots a definition under a deployment id. The definition is not copied: the caller hands over one that nobody else changes. */
export function compile(definition: ApiDefinition, deploymentId: string, region: string): CompiledApi {
  return { format: API_FORMAT, deploymentId, apiId: definition.restApi.id, region, definition, warnings: [] }
}

/** The apiSummary of a deployment: path -> method -> how it is protected. */
export function summarize(definition: ApiDefinition): NonNullable<Deployment['apiSummary']> {
  const summary: NonNullable<Deployment['apiSummary']> = {}
  for (const resource of definition.resources)
    for (const [verb, method] of Object.entries(resource.resourceMethods ?? {})) {
      summary[resource.path] ??= {}
      summary[resource.path]![verb] = {
        authorizationType: method.authorizationType,
        apiKeyRequired: method.apiKeyRequired,
      }
    }
  return summary
}
