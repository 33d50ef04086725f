/** Calls the back end, within the integration's time. */
import type { Measured, Prepared, Reply } from '../core/call.ts'
import { Cancellation, type CancelSignal } from '../core/cancellation.ts'
import { configurationFault, Fault } from '../core/fault.ts'
import { headerOf } from '../core/headers.ts'
import type { Later } from '../core/later.ts'
import { OutboundFailure } from '../core/outbound-failure.ts'
import type { IntegrationKind } from '../core/program.ts'
import type { Gateway, Integrator } from './gateway.ts'
import { aws } from './integrations/aws.ts'
import { http } from './integrations/http.ts'
import { lambda } from './integrations/lambda.ts'
import { lambdaProxy } from './integrations/lambda-proxy.ts'
import { mock } from './integrations/mock.ts'
import { endpointText, journalReceived, journalSent } from './journal.ts'
import { opened } from './payload.ts'

const INTEGRATORS: Record<Exclude<IntegrationKind, 'mock'>, Integrator> = {
  http,
  lambda,
  aws,
  'lambda-proxy': lambdaProxy,
}

export function integrate(prepared: Prepared, on: Gateway): Later<Reply> {
  const { kind } = prepared.program
  if (kind === 'mock') return mock(prepared)
  prepared.admitted.matched.located.call.reached.trace?.asks(prepared)
  return ask(INTEGRATORS[kind], prepared, on)
}

function ask(integrator: Integrator, prepared: Prepared, on: Gateway): Promise<Reply> {
  const { call } = prepared.admitted.matched.located
  const deadline = new Cancellation()
  const started = on.platform.clock.now()
  const timer = setTimeout(() => deadline.abort(), prepared.timeoutMs)
  const { journal } = call
  // what a function is sent is in the log as it is signed
  const { kind } = prepared.program
  if (journal && kind !== 'lambda' && kind !== 'lambda-proxy')
    journalSent(journal, endpointText(prepared), prepared.headers, prepared.body)
  const answered = (reply: Reply) => {
    const latency = on.platform.clock.now() - started
    const { measured, context } = call.reached
    measure(measured, { latency, status: reply.status })
    // the templates of the response know more than those of the request
    if (context && measured.awsEndpointRequestId) context.awsEndpointRequestId = measured.awsEndpointRequestId
    // what a function returned has been made a reply of: the log has had it as it came
    if (journal && kind !== 'lambda-proxy') journalReceived(journal, reply, latency)
    return reply
  }
  const received = (reply: Reply): Later<Reply> => {
    const streamed = reply.body instanceof ReadableStream
    if (streamed && prepared.integration.responseTransferMode !== 'STREAM')
      return within(reply, on.platform.settings.maxPayloadBytes, deadline, timer).then(answered, failed)
    clearTimeout(timer)
    return answered(reply)
  }
  const failed = (error: unknown): never => {
    clearTimeout(timer)
    const fault = faultOf(error, deadline, prepared)
    const latency = on.platform.clock.now() - started
    measure(call.reached.measured, { latency, status: fault.status, error: fault.integrationError })
    throw fault
  }
  try {
    return Promise.resolve(integrator(prepared, on, deadline)).then(received, failed)
  } catch (error) {
    return failed(error)
  }
}

/** A long response passes as it comes, but within the payload limit and the integration's time. */
async function within(
  reply: Reply,
  limit: number,
  deadline: Cancellation,
  timer: ReturnType<typeof setTimeout>,
): Promise<Reply> {
  if (Number(headerOf(reply.headers, 'content-length')) > limit) {
    deadline.abort(oversized(limit))
    throw oversized(limit)
  }
  const stream = reply.body as ReadableStream<Uint8Array>
  const body = await opened(
    stream,
    limit,
    () => oversized(limit),
    () => clearTimeout(timer),
  )
  return { ...reply, body }
}

const oversized = (limit: number): Fault =>
  new Fault('DEFAULT_5XX', { reason: `the integration response is larger than ${limit} bytes` })

function measure(measured: Measured, integration: NonNullable<Measured['integration']>): void {
  measured.integration = measured.integration ? { ...integration, ...measured.integration } : integration
}

/** A fault that broke the request's body off comes back as the cause of what the outbound client says. */
function faultBehind(error: unknown): Fault | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof Fault) return cause
  return undefined
}

function faultOf(error: unknown, signal: CancelSignal, { timeoutMs, integration }: Prepared): Fault {
  const own = faultBehind(error)
  if (own) return own
  if (signal.aborted)
    return new Fault('INTEGRATION_TIMEOUT', {
      reason: `Execution failed due to a timeout error: no response within ${timeoutMs} ms`,
      cause: error,
    })
  if (!(error instanceof OutboundFailure)) throw error
  switch (error.reason) {
    case 'name':
      return configurationFault(`Invalid endpoint address (${error.message})`, error)
    // certificates, and links that lead nowhere, are the API's to put right (AWS re:Post, api-gateway-ssl-certificate-errors)
    case 'tls':
      return configurationFault(error.message, error)
    case 'request':
      return new Fault('DEFAULT_5XX', {
        reason: `the integration request cannot be sent: ${error.message}`,
        cause: error,
      })
    default:
      if (integration.connectionType === 'VPC_LINK')
        return configurationFault(
          `There was an internal error while executing your request (${error.reason}: ${error.message})`,
          error,
        )
      return new Fault('INTEGRATION_FAILURE', {
        reason: `Execution failed due to a network error communicating with endpoint (${error.reason}: ${error.message})`,
        cause: error,
      })
  }
}
