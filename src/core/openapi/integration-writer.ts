/** An integration to `x-amazon-apigateway-integration`. What an import would put there by itself is left out. */
import type { Integration } from '../documents.ts'
import { DEFAULT_TIMEOUT_MS } from '../rules/integration.ts'
import { type Doc, defined } from './value.ts'

export function writeIntegration(integration: Integration, method: string, resourceId: string): Doc {
  const { type, httpMethod, cacheNamespace, cacheKeyParameters, timeoutInMillis } = integration
  const isHttp = type.startsWith('HTTP')
  const responses = Object.values(integration.integrationResponses ?? {}).map((response) => [
    patternOf(response.selectionPattern),
    defined({
      statusCode: response.statusCode,
      responseParameters: response.responseParameters,
      responseTemplates: response.responseTemplates,
      contentHandling: response.contentHandling,
    }),
  ])
  return defined({
    type: type.toLowerCase(),
    credentials: integration.credentials,
    httpMethod: httpMethod ?? (isHttp ? method : undefined),
    uri: integration.uri,
    responses: responses.length ? Object.fromEntries(responses) : undefined,
    requestParameters: integration.requestParameters,
    requestTemplates: integration.requestTemplates,
    passthroughBehavior: integration.passthroughBehavior?.toLowerCase(),
    connectionType:
      integration.connectionType === (isHttp ? 'INTERNET' : undefined)
        ? undefined
        : integration.connectionType,
    connectionId: integration.connectionId,
    cacheNamespace: cacheNamespace === resourceId ? undefined : cacheNamespace,
    timeoutInMillis: timeoutInMillis === DEFAULT_TIMEOUT_MS ? undefined : timeoutInMillis,
    cacheKeyParameters: cacheKeyParameters?.length ? cacheKeyParameters : undefined,
    contentHandling: integration.contentHandling,
    tlsConfig: integration.tlsConfig,
    responseTransferMode: integration.responseTransferMode,
    integrationTarget: integration.integrationTarget,
  })
}

const patternOf = (pattern: string | undefined): string =>
  pattern === undefined || pattern === '' ? 'default' : pattern
