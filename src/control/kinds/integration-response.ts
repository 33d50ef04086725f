import type { IntegrationResponse, MethodResponse } from '../../core/documents.ts'
import { asOneOf, asText, entry, member, namedPath } from '../../core/patch.ts'
import { notFound } from '../../core/problem.ts'
import { CONTENT_HANDLING, INVALID } from '../../core/rules/integration.ts'
import { checkIntegrationResponse } from '../../core/rules/integration-response.ts'
import { oneOf, text, textMap } from '../../core/shape.ts'
import { kind } from '../kind.ts'
import { fill } from '../paths.ts'
import { emptyToNull, NO_PARAMETER } from './mapping-rules.ts'
import { methodResponse, STATUS_CODE } from './method-response.ts'

const ABOVE = ['Resource', 'Method', 'Integration']
export const integrationResponse = kind<IntegrationResponse>({
  name: 'IntegrationResponse',
  path: '/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration/responses/{statusCode}',
  verbs: ['put', 'get', 'update', 'delete'],
  status: { delete: 204 },
  labels: { statusCode: STATUS_CODE },
  fields: {
    selectionPattern: text,
    responseParameters: textMap,
    responseTemplates: textMap,
    contentHandling: oneOf(...CONTENT_HANDLING),
  },
  key: 'statusCode',
  absent: () => notFound('Invalid Response status code specified'),
  // a delete does not look for the method (recorded)
  within: { put: ABOVE, get: ABOVE, update: ABOVE, delete: ['Resource', 'Integration'] },
  inside: { member: 'integrationResponses', as: 'map' },
  patch: {
    refusal: namedPath,
    rules: {
      '/selectionPattern': member(asText, { keepEmpty: true }),
      '/contentHandling': member(asOneOf(INVALID.contentHandling, ...CONTENT_HANDLING)),
      '/responseParameters/*': entry(asText, { missing: NO_PARAMETER }),
      '/responseTemplates/*': entry((template) => template || null),
    },
  },
  async check(response, { tx, labels }) {
    checkIntegrationResponse(response, await tx.get<MethodResponse>(fill(methodResponse.path, labels)))
    const { responseTemplates } = response
    if (responseTemplates) response.responseTemplates = emptyToNull(responseTemplates)
  },
})
