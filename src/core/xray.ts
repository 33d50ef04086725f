/**
 * X-Ray: what a trace header says, and the segment that API Gateway writes of a call (guide: apigateway-understanding-xray-traces;
 * X-Ray developer guide, segment documents; traces of real APIs, which name the integration's subsegment as the parent of what it
 * calls).
 */
import { parseServiceUri, serviceUrl } from './aws-service.ts'
import type { Call, Prepared } from './call.ts'
import { headerOf } from './headers.ts'
import { decodePercent } from './query.ts'

export interface TraceHeader {
  root?: string
  parent?: string
  /** undefined where the decision is asked for (`?`), or not mentioned */
  sampled?: boolean
}

export function traceHeader(text: string): TraceHeader {
  const header: TraceHeader = {}
  for (const part of text.split(';')) {
    const [, name, value] = /^\s*(root|parent|sampled)=([\w-]+)\s*$/i.exec(part) ?? []
    const key = name?.toLowerCase()
    if (key === 'sampled') header.sampled = value === '1' ? true : value === '0' ? false : undefined
    else if (key === 'root' || key === 'parent') header[key] = value
  }
  return header
}

/** What the integration was asked, and when. */
export interface Asked {
  prepared: Prepared
  at: number
}

/** One call's part of a trace. */
export interface Traced {
  root: string
  /** of the segment */
  id: string
  /** of the integration's subsegment: the `Parent` that integrations are told */
  inner: string
  /** of whatever called the gateway */
  parent: string | undefined
  asked: Asked | undefined
}

/** Characters of a segment's name, and how many of them. */
const UNNAMEABLE = /[^\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]/gu
const MAX_NAME = 200

const seconds = (ms: number): number => ms / 1000

/** error: the client's; fault: the server's; throttle: an error with 429. */
const flags = (status: number): object =>
  status >= 500
    ? { fault: true }
    : status === 429
      ? { error: true, throttle: true }
      : status >= 400
        ? { error: true }
        : {}

export function segmentOf(
  call: Call,
  traced: Traced,
  { status, length, at }: { status: number; length: number; at: number },
): string {
  const { api, accountId, stage, fullPath } = call.reached.located!
  const { restApi } = api.definition
  const query = call.rawQuery === '' ? '' : `?${call.rawQuery}`
  const { stageName } = stage
  return JSON.stringify({
    id: traced.id,
    name: `${restApi.name}/${stageName}`.replace(UNNAMEABLE, '').slice(0, MAX_NAME),
    start_time: seconds(call.receivedAt),
    trace_id: traced.root,
    end_time: seconds(at),
    parent_id: traced.parent,
    http: {
      request: {
        url: `${call.scheme}://${call.host}${fullPath}${query}`,
        method: call.method,
        user_agent: headerOf(call.headers, 'user-agent'),
        client_ip: call.sourceIp,
        x_forwarded_for: true,
      },
      response: { status, content_length: length },
    },
    ...flags(status),
    aws: {
      xray: { sampling_rule_name: 'Default' },
      api_gateway: {
        account_id: accountId,
        rest_api_id: api.apiId,
        stage: stageName,
        request_id: call.requestId,
      },
    },
    annotations: { 'aws:api_id': api.apiId, 'aws:api_stage': stageName },
    metadata: { default: { extended_request_id: call.extendedRequestId, request_id: call.requestId } },
    origin: 'AWS::ApiGateway::Stage',
    resource_arn: `arn:aws:apigateway:${api.region}::/restapis/${api.apiId}/stages/${stageName}`,
    subsegments: traced.asked && [subsegmentOf(call, traced.inner, traced.asked, at)],
  })
}

function subsegmentOf(call: Call, id: string, { prepared, at }: Asked, end: number): object {
  const { latency, status = 0 } = call.reached.measured.integration ?? {}
  return {
    id,
    start_time: seconds(at),
    end_time: seconds(latency === undefined ? end : at + latency),
    ...calledBy(prepared),
    http: {
      request: { url: addressOf(prepared), method: prepared.method },
      ...(status > 0 ? { response: { status } } : {}),
    },
    ...flags(status),
  }
}

function addressOf({ uri, query }: Prepared): string {
  const url = serviceUrl(uri) ?? uri
  return query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`
}

/** Who was called, as X-Ray's service map names it. */
function calledBy({ uri, program }: Prepared): { name: string; namespace: string; aws?: object } {
  const service = parseServiceUri(uri)
  if (!service) {
    const host = /^https?:\/\/(?:[^/?#]*@)?([^/?#]+)/i.exec(uri)?.[1] ?? uri
    return { name: host.replace(UNNAMEABLE, '').slice(0, MAX_NAME), namespace: 'remote' }
  }
  const { region } = service
  if (program.kind === 'lambda' || program.kind === 'lambda-proxy') {
    const name = /:function:([^:/]+)/.exec(decodePercent(uri))?.[1] ?? 'Lambda'
    return {
      name: 'Lambda',
      namespace: 'aws',
      aws: { function_name: name, region, operation: 'Invoke', resource_names: [name] },
    }
  }
  const name = service.service === 'states' ? 'STEPFUNCTIONS' : service.service.toUpperCase()
  return { name, namespace: 'aws', aws: { region, operation: service.action } }
}
