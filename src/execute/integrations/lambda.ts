/** AWS with a Lambda function: the prepared body is the event, the integration responses shape the answer. */
import { textOf } from '../../core/content.ts'
import type { Integrator } from '../gateway.ts'
import { functionOf, integrationHeaders, invokeLambda, wholeBody } from './invoke-lambda.ts'
import { refused } from './lambda-proxy.ts'

/** What of the integration request reaches Lambda's Invoke API: its own parameters, and what any request tells of its sender. */
const passes = (name: string): boolean => {
  const lower = name.toLowerCase()
  return lower.startsWith('x-amz-') ? !OURS.has(lower) : TOLD.has(lower)
}
const OURS = new Set(['x-amz-security-token', 'x-amz-source-arn'])
const TOLD = new Set(['accept', 'user-agent', 'x-amzn-trace-id'])

export const lambda: Integrator = async (prepared, on, signal) => {
  const { admitted, integration, headers, body, uri } = prepared
  const { call, stageVariables } = admitted.matched.located
  const response = await invokeLambda(
    functionOf(uri),
    {
      payload: body instanceof Uint8Array ? body : new Uint8Array(0),
      headers: integrationHeaders(
        admitted.matched,
        headers.filter(([name]) => passes(name)),
      ),
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
  if (response.status >= 300) throw await refused(response)
  const bytes = await wholeBody(response.body, on.platform.settings.maxPayloadBytes)
  return {
    status: response.status,
    headers: response.headers,
    body: bytes,
    selection: errorMessageIn(textOf({ bytes })),
  }
}

/** A function's errors are told by the errorMessage of what it returned; without one the selection value is empty. */
function errorMessageIn(payload: string): string {
  if (!payload.includes('"errorMessage"')) return ''
  try {
    const message = JSON.parse(payload)?.errorMessage
    return typeof message === 'string' ? message : ''
  } catch {
    return ''
  }
}
