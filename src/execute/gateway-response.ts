/** The one catch: whatever ended a call becomes a gateway response and one line in the log. */
import type { Answer, Call } from '../core/call.ts'
import { Fault } from '../core/fault.ts'
import { renderGatewayResponse } from '../core/gateway-response.ts'
import type { Gateway } from './gateway.ts'
import { journalEnd } from './journal.ts'

export function gatewayResponse(error: unknown, call: Call, on: Gateway): Answer {
  const fault = error instanceof Fault ? error : internal(error)
  const { reached, journal } = call
  reached.fault = fault
  const { located, matched } = reached
  on.platform.log(fault.status >= 500 ? 'warn' : 'info', fault.message, {
    type: fault.type,
    status: fault.status,
    requestId: call.requestId,
    api: located?.api.apiId,
    stage: located?.stage.stageName,
    method: matched && `${matched.method.httpMethod} ${matched.resource.path}`,
  })
  const answer = renderGatewayResponse(fault, call, located?.api.definition.gatewayResponses ?? [])
  if (fault.type === 'UNAUTHORIZED') journal?.error(`Unauthorized request: ${call.requestId}`)
  journal?.error(fault.message)
  if (fault.type === 'AUTHORIZER_CONFIGURATION_ERROR') journal?.error(fault.errorType)
  if (journal?.ofStage && fault.clientMessage)
    journal.info(`Gateway response type: ${fault.type} with status code: ${answer.status}`)
  journalEnd(call, answer.status)
  return answer
}

/** Something that no step foresaw: a fault of the gateway's own. */
function internal(error: unknown): Fault {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new Fault('DEFAULT_5XX', { reason: `a step failed: ${reason}`, cause: error })
}
