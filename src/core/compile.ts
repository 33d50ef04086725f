/** Resource documents -> deployment: all of CreateDeployment but its I/O. */
import { API_FORMAT, type CompiledApi } from './api.ts'
import type { ApiDefinition, Deployment, Integration } from './documents.ts'
import { selectorsOf } from './selection.ts'
import { checkTemplate } from './vtl/check.ts'

/** Snapshots a definition under a deployment id. The definition is not copied: the caller hands over one that nobody else changes. */
export function compile(definition: ApiDefinition, deploymentId: string, region: string): CompiledApi {
  return {
    format: API_FORMAT,
    deploymentId,
    apiId: definition.restApi.id,
    region,
    definition,
    warnings: warningsOf(definition),
  }
}

/** What will be a 500 when it is called, though Amazon deploys it: templates and patterns that cannot be read. */
function warningsOf(definition: ApiDefinition): string[] {
  const warnings: string[] = []
  for (const { path, resourceMethods } of definition.resources)
    for (const [verb, { methodIntegration }] of Object.entries(resourceMethods ?? {}))
      if (methodIntegration)
        for (const fault of faultsOf(methodIntegration)) warnings.push(`${verb} ${path}: ${fault}`)
  return warnings
}

function* faultsOf(integration: Integration): Generator<string> {
  const { requestTemplates, integrationResponses } = integration
  yield* unreadable('request template', requestTemplates)
  for (const [status, { responseTemplates }] of Object.entries(integrationResponses ?? {}))
    yield* unreadable(`response template of ${status}`, responseTemplates)
  try {
    selectorsOf(integrationResponses)
  } catch (error) {
    yield (error as Error).message
  }
}

function* unreadable(what: string, templates: Record<string, string | null> | undefined): Generator<string> {
  for (const [type, source] of Object.entries(templates ?? {}))
    try {
      if (source) checkTemplate(source)
    } catch (error) {
      const { message, line, column } = error as Error & { line?: number; column?: number }
      yield `${what} for ${type} cannot be read at line ${line}, column ${column}: ${message}`
    }
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
