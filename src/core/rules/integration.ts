/** What an integration must be, put by itself or imported (service model: PutIntegration). */
import type { Integration, Method } from '../documents.ts'
import { badRequest } from '../problem.ts'
import { isCaller, isOpen, isRegion, isRole } from './arn.ts'
import { badExpression, CONSTANT, checkContentTypes, checkHttpMethod, undeclared } from './expression.ts'

const PASSTHROUGH = ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER']
export const CONTENT_HANDLING = ['CONVERT_TO_BINARY', 'CONVERT_TO_TEXT']
export const CONNECTION_TYPES = ['INTERNET', 'VPC_LINK']
export const TRANSFER_MODES = ['BUFFERED', 'STREAM']

/** Sentences for a value that none of the above is. */
export const INVALID = {
  connectionType: `Invalid connection type specified. Valid options are ${CONNECTION_TYPES}`,
  contentHandling: `Invalid content handling strategy specified. Valid options are ${CONTENT_HANDLING}`,
  passthroughBehavior: `Invalid passthrough behavior specified. Valid options are ${PASSTHROUGH}`,
  responseTransferMode: `Invalid response transfer mode specified. Valid options are ${TRANSFER_MODES}`,
  arn: 'Invalid ARN specified in the request',
}

/** What is streamed may take a quarter of an hour (guide: response-streaming-http). */
const MAX_STREAM_MS = 900_000

/** Of an integration that says nothing of it; its limit may be raised. */
export const DEFAULT_TIMEOUT_MS = 29_000

export const timeoutBetween = (max: number) => `Timeout should be between 50 ms and ${max} ms`

const TARGET =
  /^integration\.request\.(?:header|querystring|path|multivalueheader|multivaluequerystring)\..+$/
const SOURCE = new RegExp(
  String.raw`^(?:method\.request\.(?:(?:header|querystring|path|multivalueheader|multivaluequerystring)\..+|body(?:\..+)?)|${CONSTANT})$`,
  's',
)
const DECLARED = /^method\.request\.(?:header|querystring|path)\./
/** Of any service's ARN: Amazon asks for its form first, then for path or action. */
const ARN = /^arn:[\w-]+:([^:]*):([^:]*):([^:]*):(.+)$/s

/** Where it is put. */
export interface Put {
  method: Pick<Method, 'authorizationType' | 'requestParameters'> | undefined
  /** the resource's path */
  path: string
  maxTimeoutMs: number
}

export function checkIntegration(integration: Integration, put: Put): void {
  const { type, passthroughBehavior = '', timeoutInMillis = DEFAULT_TIMEOUT_MS } = integration
  if (type !== 'MOCK') checkTarget(integration, put)
  if (!PASSTHROUGH.includes(passthroughBehavior)) throw badRequest(INVALID.passthroughBehavior)
  const most =
    integration.responseTransferMode === 'STREAM'
      ? Math.max(put.maxTimeoutMs, MAX_STREAM_MS)
      : put.maxTimeoutMs
  if (!(timeoutInMillis >= 50 && timeoutInMillis <= most)) throw badRequest(timeoutBetween(most))
  if (integration.connectionType === 'VPC_LINK' && !integration.connectionId)
    throw badRequest('connectionId must be specified for connection type VPC_LINK')
  checkContentTypes(integration.requestTemplates)
  checkParameters(integration, put)
  checkCacheKeys(integration, put)
}

/** HTTP needs an endpoint, AWS an ARN with a path or an action. */
function checkTarget({ type, httpMethod, uri = '', credentials }: Integration, put: Put): void {
  if (!httpMethod) throw badRequest('Enumeration value for HttpMethod must be non-empty')
  checkHttpMethod(httpMethod)
  if (credentials) checkCredentials(credentials, put)
  if (type.startsWith('HTTP')) {
    if (!/^https?:\/\/\S+$/.test(uri) && !(isOpen(uri) && !/\s/.test(uri)))
      throw badRequest('Invalid HTTP endpoint specified for URI')
    return
  }
  if (isOpen(uri)) return
  const [, family, region = '', service, rest] = ARN.exec(uri) ?? []
  if (!rest || (family === 'apigateway' && !isRegion(region))) throw badRequest(INVALID.arn)
  if (!service || family !== 'apigateway' || !/^(?:path|action)/.test(rest))
    throw badRequest('AWS ARN for integration must contain path or action')
  // the guide writes `path//2015-03-31/…` too (integration-request-basic-setup)
  if (type === 'AWS_PROXY' && !(service === 'lambda' && /^path\/+\d{4}-\d\d-\d\d\/functions\//.test(rest)))
    throw badRequest(
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    )
  if (type === 'AWS' && service !== 'lambda' && !credentials)
    throw badRequest('Role ARN must be specified for AWS integrations')
}

/** A role, or the caller's own identity, which only AWS_IAM establishes. */
function checkCredentials(credentials: string, { method }: Put): void {
  if (!isCaller(credentials)) {
    if (!isRole(credentials)) throw badRequest(INVALID.arn)
  } else if (method?.authorizationType !== 'AWS_IAM')
    throw badRequest('AWS_IAM Auth type is required for AWS integrations with identity forwarding specified')
}

/** Targets and sources are well formed, and sources are declared by the method. */
function checkParameters({ requestParameters = {} }: Integration, { method }: Put): void {
  for (const [target, source] of Object.entries(requestParameters)) {
    if (!TARGET.test(target)) throw badExpression(target)
    if (!SOURCE.test(source)) throw badExpression(source)
    if (DECLARED.test(source) && !Object.hasOwn(method?.requestParameters ?? {}, source))
      throw undeclared(source)
  }
}

/** A key parameter is one of the method's, a variable of the path, or what the integration maps. */
function checkCacheKeys({ cacheKeyParameters = [], requestParameters = {} }: Integration, put: Put): void {
  const { method, path } = put
  const declared = (name: string) => Object.hasOwn(method?.requestParameters ?? {}, name)
  for (const name of cacheKeyParameters) {
    const variable = /^method\.request\.path\.(.+)$/.exec(name)?.[1]
    if (declared(name) || declared(name.replace('.multivalue', '.'))) continue
    if (variable && (path.includes(`{${variable}}`) || path.includes(`{${variable}+}`))) continue
    if (name.startsWith('method.request.body') || Object.hasOwn(requestParameters, name)) continue
    throw badRequest('Invalid cache key parameter specified')
  }
}
