/** AWS service integrations other than Lambda: one signed request, answered as the service answers. */
import { parseServiceUri, serviceRequest } from '../../core/aws-service.ts'
import type { Measured } from '../../core/call.ts'
import { configurationFault } from '../../core/fault.ts'
import { headerOf } from '../../core/headers.ts'
import { signRequest } from '../../core/sigv4/sign.ts'
import { awsCredentials } from '../aws-credentials.ts'
import type { Integrator } from '../gateway.ts'
import { collect } from '../payload.ts'

export const aws: Integrator = async (prepared, on, signal) => {
  const { integration, admitted, uri } = prepared
  const { matched, caller } = admitted
  const { call, stageVariables } = matched.located
  const { clock, outbound, settings } = on.platform
  const service = parseServiceUri(uri)
  if (!service) throw configurationFault(`Invalid AWS service URI ${uri}`)

  const { method, url, headers, endpoint } = serviceRequest(service, prepared, settings.endpoints)
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
  const signed = await signRequest(
    { method, url, headers, body },
    { credentials: signing, ...endpoint.signing, now: clock.now() },
  )
  const reply = await outbound.send({ url, method, headers: signed, body, signal })
  note(call.reached.measured, reply.status, reply.headers)
  return reply
}

/** STS may be slow; the integration's time goes on meanwhile. */
function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
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
