/** AWS_PROXY: the event goes to a function, and what the function returns is the response. */
import type { Prepared, Reply } from '../../core/call.ts'
import { base64Decode, textOf } from '../../core/content.ts'
import { Fault } from '../../core/fault.ts'
import { headerOf } from '../../core/headers.ts'
import { lambdaResult } from '../../core/lambda-result.ts'
import type { Integrator } from '../gateway.ts'
import { journalReceived } from '../journal.ts'
import {
  functionOf,
  type InvokeResponse,
  integrationHeaders,
  invokeLambda,
  wholeBody,
} from './invoke-lambda.ts'
import { streamedReply } from './lambda-stream.ts'

/** Lambda answers with at most 6 MB; base64 and JSON escapes make more of it on the wire. */
const MAX_RESULT = 64 * 1024 * 1024
const encoder = new TextEncoder()

export const lambdaProxy: Integrator = async (prepared, on, signal) => {
  const { admitted, integration, method, uri, body } = prepared
  const { call, stageVariables } = admitted.matched.located
  if (method !== 'POST')
    throw new Fault('INTEGRATION_FAILURE', {
      status: 500,
      message: 'Internal server error',
      reason: 'AWS_PROXY integrations must have the integration method POST',
    })
  const lambda = functionOf(uri)
  const { clock } = on.platform
  const started = clock.now()
  const response = await invokeLambda(
    lambda,
    {
      payload: body as Uint8Array,
      headers: integrationHeaders(admitted.matched, prepared.headers),
      credentials: integration.credentials,
      stageVariables,
      caller: admitted.caller,
      signal,
      journal: call.journal,
    },
    on,
  )
  call.reached.measured.awsEndpointRequestId = response.requestId
  call.reached.measured.integration = { integrationStatus: response.status, requestId: response.requestId }
  const latency = clock.now() - started
  if (response.status >= 300) throw await refused(response)
  if (lambda.streaming) {
    if (call.journal) journalReceived(call.journal, response, latency)
    return streamedReply(response)
  }
  const bytes = await wholeBody(response.body, MAX_RESULT)
  if (call.journal) journalReceived(call.journal, { ...response, body: bytes }, latency)
  return replyOf(prepared, response, textOf({ bytes }))
}

function replyOf({ admitted }: Prepared, response: InvokeResponse, payload: string): Reply {
  const { call, program } = admitted.matched.located
  const result = lambdaResult(payload, response.functionError, response.requestId)
  const binary = result.isBase64Encoded && program.binary(call.header('accept'))
  return {
    status: result.status,
    headers: result.headers,
    body: binary ? base64Decode(result.body) : encoder.encode(result.body),
  }
}

/**
 * Lambda itself said no, and nothing of it is an answer: 413 for an event that is too large, 500 where Lambda may not be called, or not
 * so often (Lambda's guide: services-apigateway), else 502 (recorded).
 */
export async function refused(response: InvokeResponse): Promise<Fault> {
  const text = textOf({ bytes: await wholeBody(response.body, 64 * 1024) })
  const type = headerOf(response.headers, 'x-amzn-errortype') ?? ''
  const denied =
    response.status === 403 || type.startsWith('AccessDenied') || text.includes('"AccessDeniedException"')
  if (response.status === 413)
    return new Fault('REQUEST_TOO_LARGE', {
      reason: `the event is too large for Lambda (${text.slice(0, 500)})`,
    })
  return new Fault('INTEGRATION_FAILURE', {
    status: denied || response.status === 429 ? 500 : 502,
    message: 'Internal server error',
    reason: denied
      ? 'Execution failed due to configuration error: Invalid permissions on Lambda function'
      : `Lambda invocation failed with status: ${response.status}. Lambda request id: ${response.requestId} (${text.slice(0, 500)})`,
  })
}
