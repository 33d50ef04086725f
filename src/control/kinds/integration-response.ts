import type { IntegrationResponse, MethodResponse } from '../../core/documents.ts'
import { asOneOf, asText, entry, member, namedPath } from '../../core/patch.ts'
import { notFound } from '../../core/problem.ts'
import { oneOf, text, textMap } from '../../core/shape.ts'
import { kind } from '../kind.ts'
import { fill } from '../paths.ts'
import { badExpression, checkContentTypes, emptyToNull, NO_PARAMETER, undeclared } from './mapping-rules.ts'
import { methodResponse, STATUS_CODE } from './method-response.ts'

const ABOVE = ['Resource', 'Method', 'Integration']
const SOURCE =
  /^(?:integration\.response\.(?:(?:header|multivalueheader)\..+|body(?:\..+)?)|'.*'|context\..+|stageVariables\..+)$/s

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
    contentHandling: oneOf('CONVERT_TO_BINARY', 'CONVERT_TO_TEXT'),
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
      '/contentHandling': member(
        asOneOf(
          'Invalid content handling strategy specified. Valid options are CONVERT_TO_BINARY,CONVERT_TO_TEXT',
          'CONVERT_TO_BINARY',
          'CONVERT_TO_TEXT',
        ),
      ),
      '/responseParameters/*': entry(asText, { missing: NO_PARAMETER }),
      '/responseTemplates/*': entry((template) => template || null),
    },
  },
  async check(response, { tx, labels }) {
    const { responseParameters = {}, responseTemplates } = response
    checkContentTypes(responseTemplates)
    if (responseTemplates) response.responseTemplates = emptyToNull(responseTemplates)
    const entries = Object.entries(responseParameters)
    if (entries.length === 0) return
    const answered = await tx.get<MethodResponse>(fill(methodResponse.path, labels))
    for (const [target, source] of entries) {
      if (!/^method\.response\.header\..+$/.test(target)) throw badExpression(target)
      if (!SOURCE.test(source)) throw badExpression(source)
      if (!Object.hasOwn(answered?.responseParameters ?? {}, target)) throw undeclared(target)
    }
  },
})
