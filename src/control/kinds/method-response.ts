import type { MethodResponse } from '../../core/documents.ts'
import { asFlag, asText, entry, onlyPath } from '../../core/patch.ts'
import { conflict, notFound } from '../../core/problem.ts'
import { badExpression } from '../../core/rules/expression.ts'
import { flag, map, matching, textMap } from '../../core/shape.ts'
import { kind } from '../kind.ts'
import { checkModels, NO_CONTENT_TYPE, NO_PARAMETER } from './mapping-rules.ts'

export const STATUS_CODE = matching('[1-5]\\d\\d')
const ABOVE = ['Resource', 'Method']

export const methodResponse = kind<MethodResponse>({
  name: 'MethodResponse',
  path: '/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/responses/{statusCode}',
  verbs: ['put', 'get', 'update', 'delete'],
  status: { update: 201, delete: 204 },
  labels: { statusCode: STATUS_CODE },
  fields: { responseParameters: map(flag), responseModels: textMap },
  key: 'statusCode',
  absent: () => notFound('Invalid Response status code specified'),
  within: { put: ABOVE, get: ABOVE, update: ABOVE, delete: ABOVE },
  taken: () => conflict('Response already exists for this resource'),
  inside: { member: 'methodResponses', as: 'map' },
  patch: {
    refusal: onlyPath,
    rules: {
      '/responseParameters/*': entry(asFlag, { missing: NO_PARAMETER }),
      '/responseModels/*': entry(asText, { missing: NO_CONTENT_TYPE }),
    },
  },
  async check({ responseParameters = {}, responseModels }, scope) {
    for (const name of Object.keys(responseParameters))
      if (!/^method\.response\.header\.[^\s]+$/.test(name)) throw badExpression(name)
    await checkModels(responseModels, scope)
  },
})
