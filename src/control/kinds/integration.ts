import type { Integration, Method } from '../../core/documents.ts'
import { asFlag, asOneOf, asText, asWhole, element, entry, member, namedPath } from '../../core/patch.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import { flag, oneOf, record, text, textMap, texts, whole } from '../../core/shape.ts'
import { parentOf } from '../../store/documents.ts'
import { kind, type Scope, without } from '../kind.ts'
import {
  badExpression,
  checkContentTypes,
  checkHttpMethod,
  emptyToNull,
  undeclared,
} from './mapping-rules.ts'

const PASSTHROUGH = ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER']
const TARGET =
  /^integration\.request\.(?:header|querystring|path|multivalueheader|multivaluequerystring)\..+$/
const SOURCE =
  /^(?:method\.request\.(?:(?:header|querystring|path|multivalueheader|multivaluequerystring)\..+|body(?:\..+)?)|'.*'|context\..+|stageVariables\..+)$/s
const DECLARED = /^method\.request\.(?:header|querystring|path)\./
/** Of any service's ARN: Amazon asks for its form first, then for path or action. */
const ARN = /^arn:[\w-]+:[^:]*:[^:]*:([^:]*):(.+)$/

const timeout = (max: number) => `Timeout should be between 50 ms and ${max} ms`

export const integration = kind<Integration>({
  name: 'Integration',
  path: '/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}/integration',
  verbs: ['put', 'get', 'update', 'delete'],
  status: { delete: 204 },
  fields: {
    'type!': oneOf('HTTP', 'MOCK', 'AWS_PROXY', 'HTTP_PROXY', 'AWS'),
    httpMethod: text,
    uri: text,
    connectionType: oneOf('INTERNET', 'VPC_LINK'),
    connectionId: text,
    credentials: text,
    requestParameters: textMap,
    requestTemplates: textMap,
    passthroughBehavior: text,
    cacheNamespace: text,
    cacheKeyParameters: texts,
    contentHandling: oneOf('CONVERT_TO_BINARY', 'CONVERT_TO_TEXT'),
    timeoutInMillis: whole,
    tlsConfig: record({ insecureSkipVerification: flag }),
    responseTransferMode: oneOf('BUFFERED', 'STREAM'),
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
      timeoutInMillis: given.timeoutInMillis ?? 29_000,
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
      '/connectionType': member(
        asOneOf(
          'Invalid connection type specified. Valid options are INTERNET,VPC_LINK',
          'INTERNET',
          'VPC_LINK',
        ),
      ),
      '/contentHandling': member(
        asOneOf(
          'Invalid content handling strategy specified. Valid options are CONVERT_TO_BINARY,CONVERT_TO_TEXT',
          'CONVERT_TO_BINARY',
          'CONVERT_TO_TEXT',
        ),
      ),
      '/credentials': member(),
      '/httpMethod': member(),
      '/integrationTarget': member(),
      '/passthroughBehavior': member(asText, { empty: 'Invalid passthrough behavior specified' }),
      '/requestParameters/*': entry(),
      '/requestTemplates/*': entry((template) => template || null),
      '/responseTransferMode': member(
        asOneOf(
          'Invalid response transfer mode specified. Valid options are BUFFERED,STREAM',
          'BUFFERED',
          'STREAM',
        ),
      ),
      '/timeoutInMillis': member(asWhole(timeout(29_000)), { empty: timeout(29_000) }),
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

async function check(integration: Integration, scope: Scope): Promise<void> {
  const { type, passthroughBehavior = '', timeoutInMillis = 29_000, requestTemplates } = integration
  if (type !== 'MOCK') checkTarget(integration)
  if (!PASSTHROUGH.includes(passthroughBehavior))
    throw badRequest(`Invalid passthrough behavior specified. Valid options are ${PASSTHROUGH.join(',')}`)
  const { maxTimeoutMs } = scope.platform.settings
  if (timeoutInMillis < 50 || timeoutInMillis > maxTimeoutMs) throw badRequest(timeout(maxTimeoutMs))
  if (integration.connectionType === 'VPC_LINK' && !integration.connectionId)
    throw badRequest('connectionId must be specified for connection type VPC_LINK')
  checkContentTypes(requestTemplates)
  if (requestTemplates) integration.requestTemplates = emptyToNull(requestTemplates)
  await checkParameters(integration, scope)
}

/** HTTP needs an endpoint, AWS an ARN with a path or an action. */
function checkTarget({ type, httpMethod, uri = '', credentials }: Integration): void {
  if (!httpMethod) throw badRequest('Enumeration value for HttpMethod must be non-empty')
  checkHttpMethod(httpMethod)
  if (type.startsWith('HTTP')) {
    if (!/^(?:https?:\/\/.|\$\{stageVariables\.)/.test(uri))
      throw badRequest('Invalid HTTP endpoint specified for URI')
    return
  }
  const [, service, rest] = ARN.exec(uri) ?? []
  if (!rest) throw badRequest('Invalid ARN specified in the request')
  if (!service || !/^arn:[\w-]+:apigateway:/.test(uri) || !/^(?:path|action)/.test(rest))
    throw badRequest('AWS ARN for integration must contain path or action')
  if (type === 'AWS_PROXY' && !(service === 'lambda' && rest.startsWith('path/2015-03-31/functions/')))
    throw badRequest(
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    )
  if (type === 'AWS' && service !== 'lambda' && !credentials)
    throw badRequest('Role ARN must be specified for AWS integrations')
}

/** Targets and sources are well formed, and sources are declared by the method. */
async function checkParameters({ requestParameters = {} }: Integration, { tx, path }: Scope): Promise<void> {
  const entries = Object.entries(requestParameters)
  if (entries.length === 0) return
  const method = await tx.get<Method>(parentOf(path))
  for (const [target, source] of entries) {
    if (!TARGET.test(target)) throw badExpression(target)
    if (!SOURCE.test(source)) throw badExpression(source)
    if (DECLARED.test(source) && !Object.hasOwn(method?.requestParameters ?? {}, source))
      throw undeclared(source)
  }
}
