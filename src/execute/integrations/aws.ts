/** AWS service integrations other than Lambda: one signed request, answered as the service answers. */
import { formOf, queryJsonOfXml, speaksQuery, withOwnForm } from '../../core/aws-query-form.ts'
import { jsonOfQuery, queryJsonOf, speaksQueryJson } from '../../core/aws-query-json.ts'
import { parseServiceUri, type ServiceUri, serviceRequest } from '../../core/aws-service.ts'
import type { Measured, Pair, Prepared } from '../../core/call.ts'
import type { CancelSignal } from '../../core/cancellation.ts'
import { textOf } from '../../core/content.ts'
import { configurationFault } from '../../core/fault.ts'
import { headerOf, setHeader } from '../../core/headers.ts'
import { beyond, joinQueries, parseQuery } from '../../core/query.ts'
import { signRequest } from '../../core/sigv4/sign.ts'
import type { OutboundResponse } from '../../platform.ts'
import { awsCredentials } from '../aws-credentials.ts'
import type { Gateway, Integrator } from '../gateway.ts'
import { collect } from '../payload.ts'
import { wholeBody } from './invoke-lambda.ts'

const encoder = new TextEncoder()

export const aws: Integrator = async (prepared, on, signal) => {
  const service = parseServiceUri(prepared.uri)
  if (!service) throw configurationFault(`Invalid AWS service URI ${prepared.uri}`)
  const { action } = service
  if (action === undefined || !speaksQueryJson(service.service)) return send(service, prepared, on, signal)

  const query = parseQuery(joinQueries(service.query, beyond(service.query, prepared.query)))
  const headers = [...prepared.headers]
  setHeader(headers, 'Content-Type', 'application/json')
  const body = encoder.encode(jsonOfQuery(query))
  const asked = { ...prepared, method: 'POST', query: '', headers, body }
  const reply = await send({ ...service, query: '' }, asked, on, signal)
  const said = textOf({ bytes: await wholeBody(reply.body, on.platform.settings.maxPayloadBytes) })
  const { requestId } = prepared.admitted.matched.located.call
  return { ...reply, body: encoder.encode(queryJsonOf(action, reply.status, said, requestId)) }
}

async function send(
  service: ServiceUri,
  prepared: Prepared,
  on: Gateway,
  signal: CancelSignal,
): Promise<OutboundResponse> {
  const { integration, admitted } = prepared
  const { matched, caller } = admitted
  const { call, stageVariables } = matched.located
  const { clock, hashing, outbound, settings } = on.platform
  const { endpoint, ...request } = serviceRequest(service, prepared, settings.endpoints)
  const { credentials } = integration
  const signing = await within(
    signal,
    awsCredentials({ credentials, stageVariables, caller }, endpoint.override, on),
  )
  const body =
    prepared.body instanceof ReadableStream
      ? await collect(prepared.body, settings.maxPayloadBytes, () =>
          configurationFault('body too large to sign'),
        )
      : prepared.body
  const asked = { ...request, body }
  const queried = speaksQuery(service.service)
  const standIn = endpoint.override && queried
  const sent = standIn ? formOf(asked) : queried ? withOwnForm(asked) : asked
  const headers = await signRequest(sent, {
    credentials: signing,
    ...endpoint.signing,
    now: clock.now(),
    hashing,
  })
  const reply = await outbound.send({ ...sent, headers, signal })
  note(call.reached.measured, reply.status, reply.headers)
  return standIn ? inJson(service.service, reply, sent.headers, on) : reply
}

/** What a stand-in answered, in Amazon's JSON where that was asked for. */
async function inJson(
  service: string,
  reply: OutboundResponse,
  sent: Pair[],
  on: Gateway,
): Promise<OutboundResponse> {
  const bytes = await wholeBody(reply.body, on.platform.settings.maxPayloadBytes)
  const json = queryJsonOfXml(service, sent, reply.headers, textOf({ bytes }))
  if (json === null) return { ...reply, body: bytes }
  const headers = [...reply.headers]
  setHeader(headers, 'Content-Type', 'application/json')
  return { ...reply, headers, body: encoder.encode(json) }
}

/** STS may be slow; the integration's time goes on meanwhile. */
function within<T>(signal: CancelSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', { handleEvent: () => reject(signal.reason) })
    work.then(resolve, reject)
  })
}

/** Request ids that `$context` shows: S3 has two, the others one. */
function note(measured: Measured, status: number, headers: [string, string][]): void {
  const requestId = headerOf(headers, 'x-amzn-requestid') ?? headerOf(headers, 'x-amz-request-id')
  measured.integration = { ...measured.integration, integrationStatus: status, requestId }
  measured.awsEndpointRequestId = requestId
  measured.awsEndpointRequestId2 = headerOf(headers, 'x-amz-id-2')
}
