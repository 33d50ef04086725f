/** Lambda's Invoke API, signed. What integrations and authorizers call functions by. */
import { serviceUrl } from '../../core/aws-service.ts'
import type { Journal, Matched, Pair } from '../../core/call.ts'
import type { CancelSignal } from '../../core/cancellation.ts'
import { configurationFault, Fault } from '../../core/fault.ts'
import { headerOf } from '../../core/headers.ts'
import { sourceArn } from '../../core/method-arn.ts'
import { signRequest } from '../../core/sigv4/sign.ts'
import type { OutboundResponse } from '../../platform.ts'
import { awsCredentials, awsEndpoint, type Requester } from '../aws-credentials.ts'
import type { Gateway } from '../gateway.ts'
import { journalSent } from '../journal.ts'
import { collect } from '../payload.ts'

export interface LambdaFunction {
  /** what it is called by */
  uri: string
  /** function, version or alias: an ARN or a name */
  arn: string
  region: string
  /** true for `…/response-streaming-invocations` */
  streaming: boolean
}

const INVOCATION =
  /^arn:[^:]*:apigateway:([^:]*):lambda:path\/+[^/]+\/functions\/(.+)\/(response-streaming-)?invocations\/?$/

/** The function of an integration's or authorizer's URI (stage variables already put in). */
export function functionOf(uri: string): LambdaFunction {
  const [, region, arn, streaming] = INVOCATION.exec(uri) ?? []
  if (!arn || !region) throw configurationFault(`Invalid Lambda function URI ${uri}`)
  return {
    uri,
    arn,
    region: /^arn:[^:]*:lambda:([^:]+):/.exec(arn)?.[1] ?? region,
    streaming: streaming !== undefined,
  }
}

export interface InvokeRequest extends Requester {
  payload: Uint8Array
  /** e.g. X-Amz-Invocation-Type, X-Amz-Client-Context */
  headers?: readonly Pair[]
  signal?: CancelSignal
  /** for what is sent */
  journal: Journal | null
}

export interface InvokeResponse {
  status: number
  headers: Pair[]
  body: OutboundResponse['body']
  requestId: string
  /** the X-Amz-Function-Error header: the function threw */
  functionError: string | undefined
}

/** What an integration tells the function's endpoint of who calls (guide: getting-started-lambda-non-proxy-integration). */
export function integrationHeaders(matched: Matched, headers: readonly Pair[]): Pair[] {
  const { api, call } = matched.located
  return [
    ...headers,
    ['x-amzn-apigateway-api-id', api.apiId],
    ['X-Amz-Source-Arn', sourceArn(matched)],
    ['x-amzn-lambda-integration-tag', call.requestId],
  ]
}

/** Rejects with a Fault where there are no credentials, with an OutboundFailure where there is no answer. */
export async function invokeLambda(
  { uri, arn, region, streaming }: LambdaFunction,
  request: InvokeRequest,
  on: Gateway,
): Promise<InvokeResponse> {
  const { clock, hashing, outbound } = on.platform
  const endpoint = awsEndpoint('lambda', region, on)
  const credentials = await awsCredentials(request, endpoint.override, on)
  const path = streaming ? '2021-11-15' : '2015-03-31'
  const url = `${endpoint.url}/${path}/functions/${encodeURIComponent(arn)}/${streaming ? 'response-streaming-' : ''}invocations`
  const headers = await signRequest(
    {
      method: 'POST',
      url,
      headers: [['Content-Type', 'application/json'], ...(request.headers ?? [])],
      body: request.payload,
    },
    { credentials, region, service: 'lambda', now: clock.now(), hashing },
  )
  const { journal } = request
  if (journal)
    journalSent(journal, serviceUrl(uri) ?? uri, [['Host', new URL(url).host], ...headers], request.payload)
  const response = await outbound.send({
    url,
    method: 'POST',
    headers,
    body: request.payload,
    signal: request.signal,
  })
  return {
    ...response,
    requestId: headerOf(response.headers, 'x-amzn-requestid') ?? '',
    functionError: headerOf(response.headers, 'x-amz-function-error'),
  }
}

/** The whole of a response's body. */
export async function wholeBody(body: OutboundResponse['body'], limit: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0)
  if (body instanceof Uint8Array) return body
  return collect(
    body,
    limit,
    () => new Fault('DEFAULT_5XX', { reason: `a response of Lambda is larger than ${limit} bytes` }),
  )
}
