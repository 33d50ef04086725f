import type { Integration, Method, Resource } from '../../core/documents.ts'
import { asFlag, asOneOf, asText, element, entry, member, namedPath } from '../../core/patch.ts'
import { notFound } from '../../core/problem.ts'
import {
  CONNECTION_TYPES,
  CONTENT_HANDLING,
  checkIntegration,
  DEFAULT_TIMEOUT_MS,
  INVALID,
  TRANSFER_MODES,
  timeoutBetween,
} from '../../core/rules/integration.ts'
import { flag, oneOf, record, text, textMap, texts, whole } from '../../core/shape.ts'
import { parentOf } from '../../store/documents.ts'
import { kind, type Scope, without } from '../kind.ts'
import { up } from '../paths.ts'
import { emptyToNull } from './mapping-rules.ts'

export const integration = kind<Integration>({
  name: 'Integration',
  path: '/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration',
  verbs: ['put', 'get', 'update', 'delete'],
  status: { delete: 204 },
  fields: {
    'type!': oneOf('HTTP', 'MOCK', 'AWS_PROXY', 'HTTP_PROXY', 'AWS'),
    httpMethod: text,
    uri: text,
    connectionType: oneOf(...CONNECTION_TYPES),
    connectionId: text,
    credentials: text,
    requestParameters: textMap,
    requestTemplates: textMap,
    passthroughBehavior: text,
    cacheNamespace: text,
    cacheKeyParameters: texts,
    contentHandling: oneOf(...CONTENT_HANDLING),
    timeoutInMillis: whole,
    tlsConfig: record({ insecureSkipVerification: flag }),
    responseTransferMode: oneOf(...TRANSFER_MODES),
    integrationTarget: text,
  },
  key: 'type',
  absent: () => notFound('Invalid Integration identifier specified'),
  within: {
    put: ['Resource', 'Method'],
    get: ['Resource', 'Method'],
    update: ['Resource'],
    delete: ['Resource'],
  },
  inside: { member: 'methodIntegration', as: 'value' },
  nests: true,
  born(sent, { labels }) {
    const given = sent as object as Integration
    return {
      ...given,
      ...(given.httpMethod ? { httpMethod: given.httpMethod.toUpperCase() } : {}),
      ...(given.type.startsWith('HTTP') ? { connectionType: given.connectionType ?? 'INTERNET' } : {}),
      passthroughBehavior: given.passthroughBehavior ?? 'WHEN_NO_MATCH',
      timeoutInMillis: given.timeoutInMillis ?? DEFAULT_TIMEOUT_MS,
      cacheNamespace: given.cacheNamespace ?? labels.resourceId,
      cacheKeyParameters: given.cacheKeyParameters ?? [],
    }
  },
  patch: {
    refusal: namedPath,
    rules: {
      '/cacheKeyParameters/*': element,
      '/cacheNamespace': member(),
      '/connectionId': member(),
      '/connectionType': member(asOneOf(INVALID.connectionType, ...CONNECTION_TYPES)),
      '/contentHandling': member(asOneOf(INVALID.contentHandling, ...CONTENT_HANDLING)),
      '/credentials': member(),
      '/httpMethod': member(),
      '/integrationTarget': member(),
      '/passthroughBehavior': member(asText, { empty: 'Invalid passthrough behavior specified' }),
      '/requestParameters/*': entry(),
      '/requestTemplates/*': entry((template) => template || null),
      '/responseTransferMode': member(asOneOf(INVALID.responseTransferMode, ...TRANSFER_MODES)),
      '/timeoutInMillis': member(asTimeout, { empty: timeoutBetween(DEFAULT_TIMEOUT_MS) }),
      '/tlsConfig/insecureSkipVerification': member(asFlag),
      '/type': member(
        asOneOf('Invalid integration type specified', 'HTTP', 'MOCK', 'AWS_PROXY', 'HTTP_PROXY', 'AWS'),
        { empty: 'Invalid integration type specified' },
      ),
      '/uri': member(),
    },
  },
  check,
  view: (integration) => ({
    ...without(integration),
    cacheKeyParameters: integration.cacheKeyParameters ?? [],
  }),
})

/** What is no whole number is outside every limit: the rule that knows the limit says so. */
function asTimeout(value: string): number {
  return /^\d+$/.test(value.trim()) ? Number(value) : Number.NaN
}

async function check(integration: Integration, { tx, path, platform }: Scope): Promise<void> {
  const resource = await tx.get<Resource>(up(path, 3))
  checkIntegration(integration, {
    method: await tx.get<Method>(parentOf(path)),
    path: resource?.path ?? '',
    maxTimeoutMs: platform.settings.maxTimeoutMs,
  })
  const { requestTemplates } = integration
  if (requestTemplates) integration.requestTemplates = emptyToNull(requestTemplates)
}
