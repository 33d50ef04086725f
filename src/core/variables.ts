/** `$context` and `$stageVariables`: what templates, mappings, Lambda events, gateway responses and access logs may name. */
import type { Call, Measured } from './call.ts'

export type Context = Record<string, unknown>

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const two = (value: number): string => String(value).padStart(2, '0')

let second = Number.NaN
let timeOfSecond = ''

/** Common Log Format: `23/Nov/2026:21:40:05 +0000`. Calls of one second share it. */
function requestTime(epochMs: number): string {
  const at = Math.floor(epochMs / 1000)
  if (at !== second) {
    second = at
    timeOfSecond = commonLogTime(new Date(epochMs))
  }
  return timeOfSecond
}

function commonLogTime(date: Date): string {
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
}

/** `$context` as far as the call has come (guide: api-gateway-mapping-template-reference). A new object at each call. */
export function contextOf(call: Call): Context {
  const { located, matched, caller, admitted, measured } = call.reached
  // in the order in which Amazon lists them: it decides where two keys fall into one bucket of its HashMap
  const context: Context = {
    httpMethod: call.method,
    extendedRequestId: call.extendedRequestId,
    requestTime: requestTime(call.receivedAt),
    path: located?.fullPath,
    accountId: located?.accountId,
    protocol: call.protocol,
    stage: located?.stage.stageName,
    domainPrefix: call.host.split('.', 1)[0],
    requestTimeEpoch: call.receivedAt,
    requestId: call.requestId,
    identity: identityOf(call),
    domainName: call.host,
    deploymentId: located?.api.deploymentId,
    apiId: located?.api.apiId,
  }
  if (matched) {
    context.resourceId = matched.resource.id
    context.resourcePath = matched.resource.path
    if (matched.method.operationName) context.operationName = matched.method.operationName
  }
  if (located?.canary !== undefined) context.isCanaryRequest = located.canary
  if (caller?.authorizer) context.authorizer = caller.authorizer
  if (measured.awsEndpointRequestId) context.awsEndpointRequestId = measured.awsEndpointRequestId
  const apiKey = admitted?.apiKey
  if (apiKey) {
    const identity = context.identity as Context
    identity.apiKey = apiKey.value
    identity.apiKeyId = apiKey.id
  }
  return context
}

/** Names that are there even when nothing is known: null in Lambda events and templates. */
const NOBODY = {
  cognitoIdentityPoolId: null,
  accountId: null,
  cognitoIdentityId: null,
  caller: null,
  sourceIp: null,
  principalOrgId: null,
  accessKey: null,
  cognitoAuthenticationType: null,
  cognitoAuthenticationProvider: null,
  userArn: null,
  userAgent: null,
  user: null,
}

function identityOf(call: Call): Context {
  const { caller } = call.reached
  const identity: Context = {
    ...NOBODY,
    sourceIp: call.sourceIp,
    userAgent: call.header('user-agent') ?? null,
    ...caller?.identity,
  }
  const certificate = call.clientCertificate
  // one that no trust store vouches for says what its sender likes
  if (certificate?.verified && certificate.host === call.host)
    identity.clientCert = {
      clientCertPem: certificate.pem,
      subjectDN: certificate.subjectDN,
      issuerDN: certificate.issuerDN,
      serialNumber: certificate.serialNumber,
      validity: certificate.validity,
    }
  return identity
}

/** What only access logs may name, and `$context.error`, which gateway responses may name too. */
export function logContextOf(
  call: Call,
  answered: { status: number; responseLength: number; responseLatency: number },
): Context {
  const { located, fault, measured } = call.reached
  const context = contextOf(call)
  context.status = answered.status
  context.responseLength = answered.responseLength
  context.responseLatency = answered.responseLatency
  context.endpointType = located?.api.definition.restApi.endpointConfiguration.types[0]
  context.xrayTraceId = located?.stage.tracingEnabled ? rootOf(call.traceId) : undefined
  context.customDomain = {
    basePathMatched: located?.basePath,
    routingRuleIdMatched: located?.routingRuleId,
  }
  if (fault) context.error = errorOf(call)
  for (const key of ['authorize', 'authenticate'] as const) context[key] = measured[key]
  if (measured.authorizer) context.authorizer = { ...measured.authorizer, ...(context.authorizer as Context) }
  integrationContext(context, measured)
  return context
}

function integrationContext(context: Context, measured: Measured): void {
  const { integration } = measured
  context.awsEndpointRequestId = measured.awsEndpointRequestId
  context.awsEndpointRequestId2 = measured.awsEndpointRequestId2
  if (!integration) return
  context.integration = { ...integration, requestId: integration.requestId ?? measured.awsEndpointRequestId }
  context.integrationErrorMessage = integration.error
  context.integrationLatency = integration.latency
  context.integrationStatus = integration.integrationStatus ?? integration.status
}

const rootOf = (traceId: string): string | undefined => /Root=([^;]+)/.exec(traceId)?.[1]

/** `$context.error` of a call that ended in a fault. */
export function errorOf(call: Call): Context | undefined {
  const { fault } = call.reached
  if (!fault) return undefined
  return {
    message: fault.clientMessage,
    messageString: JSON.stringify(fault.clientMessage),
    responseType: fault.type,
    validationErrorString: fault.validationErrorString,
  }
}

/** A value by its dotted name, e.g. `identity.sourceIp`; undefined where there is none. Own members only. */
export function lookup(context: unknown, path: string): unknown {
  let value = context
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Context)[name]
  }
  return value
}

/** A variable as text: JSON for what is no scalar; undefined for what is missing or null. */
export function scalar(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
