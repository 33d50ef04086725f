/**
 * The records that the steps of the pipeline pass on. A step that makes one of them takes the one before, so that these steps out of
 * order do not compile; `validate` makes none, and its place is the one that execute.ts gives it:
 *
 *   Call -> Located -> Matched -> Caller -> Admitted -> Prepared -> Reply -> Answer
 *
 * Header lists are plain arrays of [name, value], in order, duplicates kept. Names are as the client wrote them (on Workers, and those
 * of back ends: in lower case).
 */
import type { CompiledApi } from './api.ts'
import type { Integration, Method, Resource, Stage, Strings } from './documents.ts'
import type { Fault } from './fault.ts'
import type { Later } from './later.ts'
import type { MethodRules } from './method-settings.ts'
import type { IntegrationProgram, MethodProgram, Program } from './program.ts'
import type { Context } from './variables.ts'

export type Pair = [name: string, value: string]

/** What goes out as a body: nothing, bytes, or a stream that is read once. */
export type Body = Uint8Array | ReadableStream<Uint8Array> | null

/** The client's body: a stream until a step asks for the bytes. */
export interface Payload {
  /** the declared length in bytes; null when it is not declared, 0 when there is no body */
  readonly length: number | null
  /** the whole body, read once and kept; throws REQUEST_TOO_LARGE beyond the limit */
  bytes(): Later<Uint8Array>
  /** the whole body as it came, compressed if it was: what a signature is over */
  wire(): Later<Uint8Array>
  /** the body for sending on, without keeping it: the bytes if somebody has read them or they are few, else the stream */
  source(): Later<Body>
}

export interface Wire {
  /** percent-encoded as the client wrote it, but without dot segments; with whatever prefix led here */
  path: string
  query: string
  headers: readonly (readonly [string, string])[]
}

/** A client's certificate, under the names of `$context.identity.clientCert`. */
export interface ClientCertificate {
  pem: string
  subjectDN: string
  issuerDN: string
  serialNumber: string
  validity: { notBefore: string; notAfter: string }
  /** the platform's or the handshake's verdict against the trust store of `host` */
  verified: boolean
  /** the host that the handshake was for: a certificate that is good there proves nothing to another */
  host: string
}

/** One request of a client, as the gateway understood it. */
export interface Call {
  /** `$context.requestId` and the x-amzn-requestid header: a UUID */
  readonly requestId: string
  /** `$context.extendedRequestId` and the x-amz-apigw-id header: 15 characters and `=` */
  readonly extendedRequestId: string
  /** the X-Amzn-Trace-Id of the answer: `Root=…;Parent=…;Sampled=…` */
  readonly traceId: string
  /**
   * the X-Amzn-Trace-Id of the request, as integrations and authorizers see it: `Root=…` alone where neither the caller nor X-Ray
   * said more (guide: api-gateway-create-api-as-simple-proxy-for-lambda)
   */
  readonly integrationTraceId: string
  /** epoch milliseconds */
  readonly receivedAt: number
  readonly method: string
  readonly protocol: string
  readonly scheme: 'http' | 'https'
  /** the host that is called, in lower case and without its port: `$context.domainName` */
  readonly host: string
  readonly port: string
  /** without the headers that Amazon takes off every request (core/headers.ts) */
  readonly headers: readonly Pair[]
  /** one of them, by its name in lower case; the last one wins */
  header(lowerName: string): string | undefined
  /** bytes of all header values as they came */
  readonly headerBytes: number
  /** percent-encoded, without the `?` */
  readonly rawQuery: string
  readonly payload: Payload
  /** the target without dot segments, and all headers as they came: what a signature is over */
  wire(): Wire
  /** the client's address, behind trusted proxies too: `$context.identity.sourceIp`. Asked for before the call is answered */
  readonly sourceIp: string
  /** what is known of the TLS handshake: its version (`TLSv1.3`), and the name asked for, in lower case, `''` for none */
  readonly handshake?: { version?: string; serverName?: string }
  readonly clientCertificate?: ClientCertificate
  /** how far the call came: for the one catch, `$context` and the logs. Set by the pipeline only */
  readonly reached: Reached
  /** the execution log, if the stage or a test asks for one: set as soon as that is known */
  journal: Journal | null
}

export interface Reached {
  located?: Located
  matched?: Matched
  caller?: Caller
  admitted?: Admitted
  fault?: Fault
  /** `$context` of an admitted call, once a template asked for it: its templates share it. An AWS endpoint's request id comes later */
  context?: Context
  /** where the stage is traced and this call is among those that are recorded */
  trace?: Recording
  /** what `$context` calls authorize, authorizer, authenticate, integration: measurements and statuses for the access log */
  measured: Measured
}

/** One call that is recorded for X-Ray. */
export interface Recording {
  /** the X-Amzn-Trace-Id that integrations get */
  readonly traceId: string
  /** the integration is called now */
  asks(prepared: Prepared): void
  /** the last byte has gone */
  ends(status: number, length: number): void
}

/** Access log variables by `$context` name; a step that measures something adds it here. */
export interface Measured {
  authorize?: Outcome
  authenticate?: Outcome
  authorizer?: Outcome & { integrationLatency?: number; integrationStatus?: number; requestId?: string }
  integration?: Outcome & { integrationStatus?: number; requestId?: string }
  /** `$context.awsEndpointRequestId`, `$context.awsEndpointRequestId2` (S3) */
  awsEndpointRequestId?: string
  awsEndpointRequestId2?: string
}

export interface Outcome {
  status?: number
  /** milliseconds */
  latency?: number
  error?: string
}

/** Collects execution log lines, without their date or request id. */
export interface Journal {
  /** a line that a stage with loggingLevel INFO gets */
  info(line: string): void
  /** a line that a stage with loggingLevel ERROR gets, too */
  error(line: string): void
  /** whether request and response data may be logged in full (dataTraceEnabled) */
  readonly dataTrace: boolean
  /** whether it is a stage's: a test invocation's says nothing of gateway responses and usage plans (recorded) */
  readonly ofStage: boolean
}

/** A call whose stage and deployment are known. */
export interface Located {
  readonly call: Call
  readonly accountId: string
  readonly api: CompiledApi
  readonly program: Program
  readonly stage: Stage
  /** true or false where the stage has a canary, else undefined */
  readonly canary?: boolean
  /** stage variables, with the canary's overrides if the call went to it */
  readonly stageVariables: Strings
  /** percent-encoded path below the stage or base path; starts with `/` */
  readonly path: string
  /** percent-encoded path with the stage or base path: `$context.path` */
  readonly fullPath: string
  /** the base path of a custom domain that was matched: `$context.customDomain.basePathMatched` */
  readonly basePath?: string
  /** the routing rule of a custom domain that was matched: `$context.customDomain.routingRuleIdMatched` */
  readonly routingRuleId?: string
}

/** A call whose method is known. */
export interface Matched {
  readonly located: Located
  readonly resource: Resource
  readonly method: Method
  readonly program: MethodProgram
  /** percent-encoded, as the client wrote them: Lambda events show them so (recorded) */
  readonly pathParameters: Strings
  /** the stage's settings for this method, wildcards applied */
  readonly settings: MethodRules
}

/** What `$context.identity` may hold beyond what the connection tells. */
export interface Identity {
  accessKey?: string
  accountId?: string
  apiKey?: string
  apiKeyId?: string
  caller?: string
  cognitoAmr?: string
  cognitoAuthenticationProvider?: string
  cognitoAuthenticationType?: string
  cognitoIdentityId?: string
  cognitoIdentityPoolId?: string
  principalOrgId?: string
  user?: string
  userArn?: string
  vpcId?: string
  vpceId?: string
}

/** `$context.authorizer`: principalId, claims, integrationLatency and the authorizer's own keys. */
export type AuthorizerContext = Record<string, string | number | boolean | null | Record<string, string>>

/** Who calls, as far as the method's authorization proved it. */
export interface Caller {
  identity: Identity
  /** null where the method has no authorizer */
  authorizer: AuthorizerContext | null
  /** the API key that an authorizer handed out (apiKeySource AUTHORIZER) */
  usageIdentifierKey?: string
  /** whether the caller's policies allow `execute-api:InvalidateCache` on this method; absent where no IAM proved who calls */
  mayInvalidateCache?(): boolean
  /** the caller's own AWS credentials, for integrations with `arn:aws:iam::*:user/*` */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/** The API key of a call, once it was checked. */
export interface ApiKeyFacts {
  id: string
  value: string
  name?: string
  customerId?: string
  /** the usage plan that ties the key to this stage */
  usagePlanId?: string
}

/** A call that may go on: authorized, within its policy, key, throttles and quota. */
export interface Admitted {
  readonly matched: Matched
  readonly caller: Caller
  readonly apiKey: ApiKeyFacts | null
}

/** The integration request. */
export interface Prepared {
  readonly admitted: Admitted
  readonly integration: Integration
  readonly program: IntegrationProgram
  readonly method: string
  /** the integration's URI with path parameters and stage variables put in, without the query of this call */
  readonly uri: string
  /** percent-encoded, without the `?`; to be appended to the URI */
  readonly query: string
  readonly headers: Pair[]
  readonly body: Body
  /** milliseconds that the integration may take */
  readonly timeoutMs: number
  /** `$context.responseOverride` as the request template left it: the response templates go on from there */
  readonly overrides: ResponseOverrides
}

export interface ResponseOverrides {
  status?: number
  headers: Pair[]
}

/** The integration response. */
export interface Reply {
  readonly status: number
  readonly headers: Pair[]
  readonly body: Body
  /** what selectionPattern is matched against where it is not the status: a Lambda function's errorMessage, or '' */
  readonly selection?: string
}

/** The response to the client, before the gateway's own headers and compression. */
export interface Answer {
  readonly status: number
  readonly headers: Pair[]
  readonly body: Body
}
