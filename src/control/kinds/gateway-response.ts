import type { GatewayResponse } from '../../core/documents.ts'
import type { GatewayResponseType } from '../../core/fault.ts'
import { asText, entry, member, onlyPath } from '../../core/patch.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import { checkResponseParameters } from '../../core/rules/gateway-response.ts'
import { oneOf, text, textMap } from '../../core/shape.ts'
import { kind } from '../kind.ts'

/**
 * Type -> default status, in the order in which Amazon lists the enumeration (recorded).
 */
const DEFAULTS = {
  REQUEST_TOO_LARGE: '413',
  RESOURCE_NOT_FOUND: '404',
  AUTHORIZER_CONFIGURATION_ERROR: '500',
  MISSING_AUTHENTICATION_TOKEN: '403',
  BAD_REQUEST_BODY: '400',
  INVALID_SIGNATURE: '403',
  INVALID_API_KEY: '403',
  BAD_REQUEST_PARAMETERS: '400',
  AUTHORIZER_FAILURE: '500',
  UNAUTHORIZED: '401',
  INTEGRATION_TIMEOUT: '504',
  ACCESS_DENIED: '403',
  DEFAULT_4XX: undefined,
  DEFAULT_5XX: undefined,
  WAF_FILTERED: '403',
  QUOTA_EXCEEDED: '429',
  THROTTLED: '429',
  API_CONFIGURATION_ERROR: '500',
  UNSUPPORTED_MEDIA_TYPE: '415',
  INTEGRATION_FAILURE: '504',
  EXPIRED_TOKEN: '403',
} satisfies Record<GatewayResponseType, string | undefined>
const STATUS: Record<string, string | undefined> = DEFAULTS
const TYPES = Object.keys(STATUS)
const TEMPLATES = { 'application/json': '{"message":$context.error.messageString}' }
const ABOVE = ['RestApi']

export const gatewayResponse = kind<GatewayResponse>({
  name: 'GatewayResponse',
  path: '/restapis/{restApiId}/gatewayresponses/{responseType}',
  verbs: ['put', 'get', 'list', 'update', 'delete'],
  labels: { responseType: oneOf(...TYPES) },
  fields: { statusCode: text, responseParameters: textMap, responseTemplates: textMap },
  key: 'responseType',
  absent: () => notFound('Gateway response type not defined on api'),
  within: { put: ABOVE, get: ABOVE, list: ABOVE, update: ABOVE, delete: ABOVE },
  patch: {
    refusal: onlyPath,
    rules: {
      '/statusCode': member(),
      '/responseParameters/*': entry(asText, {
        missing: 'Invalid parameter name specified',
        empty: 'Invalid null or empty value in responseParameters',
      }),
      '/responseTemplates/*': entry(asText, {
        missing: 'Invalid parameter name specified',
        empty: 'Invalid null or empty value in responseTemplates',
      }),
    },
  },
  /** what nobody has set follows DEFAULT_4XX or DEFAULT_5XX where that is set (recorded) */
  standing: {
    keys: TYPES,
    make(responseType, stored) {
      const group = STATUS[responseType]?.startsWith('4') ? 'DEFAULT_4XX' : 'DEFAULT_5XX'
      const set = STATUS[responseType] === undefined ? undefined : stored.get(group)
      return {
        ...set,
        responseType,
        defaultResponse: true,
        responseTemplates: set?.responseTemplates ?? TEMPLATES,
      }
    },
  },
  check(response, { verb }) {
    delete response.defaultResponse
    if (response.statusCode && !/^[1-5]\d\d$/.test(response.statusCode))
      throw badRequest('Invalid status code specified')
    if (verb === 'update') return checkResponseParameters(response.responseParameters)
    for (const name of ['responseParameters', 'responseTemplates'] as const)
      if (Object.values(response[name] ?? {}).some((value) => value === null))
        throw badRequest(`Invalid null or empty value in ${name}`)
    checkResponseParameters(response.responseParameters)
  },
  view: ({ defaultResponse = false, statusCode, responseType, ...set }) => ({
    responseType,
    ...(statusCode || STATUS[responseType] ? { statusCode: statusCode ?? STATUS[responseType] } : {}),
    responseParameters: set.responseParameters ?? {},
    responseTemplates: set.responseTemplates ?? TEMPLATES,
    defaultResponse,
  }),
})
