/** Access denied, in Amazon's words. */
import type { Matched } from '../core/call.ts'
import { Fault } from '../core/fault.ts'
import { apiArn } from '../core/method-arn.ts'
import { type Decision, denialText } from '../core/policy/decision.ts'

/** By a policy that knows principals. The account is shown by its last four digits, and the path as the ARN has it. */
export function deniedByPolicy(who: string, action: string, arn: string, decision: Decision): Fault {
  const masked = arn.replace(/:\d{8}(\d{4}):/, ':********$1:')
  return new Fault('ACCESS_DENIED', {
    message: `User: ${who} is not authorized to perform: ${action} on resource: ${masked} ${denialText(decision, action)}`,
  })
}

/** By the policy that a Lambda authorizer returned. */
export const deniedByAuthorizer = (action: string, decision: Decision): Fault =>
  new Fault('ACCESS_DENIED', {
    message: `User is not authorized to access this resource ${denialText(decision, action)}`,
  })

export const unauthorized = (reason: string, message?: string): Fault =>
  new Fault('UNAUTHORIZED', { reason, ...(message && { message }) })

/** The authorizer itself is wrong or cannot be reached: 500, and only the log says why. */
export const authorizerFault = (reason: string, cause?: unknown): Fault =>
  new Fault('AUTHORIZER_CONFIGURATION_ERROR', {
    reason: `Execution failed due to configuration error: ${reason}`,
    cause,
  })

/** The name under which Lambda is told who calls: `…:{api}/authorizers/{id}`. */
export const authorizerArn = (matched: Matched, authorizerId: string): string =>
  `${apiArn(matched)}/authorizers/${authorizerId}`
