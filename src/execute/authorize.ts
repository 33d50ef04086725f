/** Who calls: the method's authorization. Whatever is not built is refused, never let through. */
import type { Caller, Matched } from '../core/call.ts'
import { Fault } from '../core/fault.ts'
import type { Gateway } from './gateway.ts'

const ANYBODY: Caller = Object.freeze({ identity: {}, authorizer: null })

export async function authorize(matched: Matched, _on: Gateway): Promise<Caller> {
  const { method, located } = matched
  const type = method.authorizationType || 'NONE'
  if (type !== 'NONE')
    throw new Fault('AUTHORIZER_CONFIGURATION_ERROR', {
      reason: `authorization type ${type} is not served by this gateway`,
    })
  if (located.api.definition.restApi.policy)
    throw new Fault('AUTHORIZER_CONFIGURATION_ERROR', {
      reason: 'resource policies are not served by this gateway',
    })
  located.call.reached.caller = ANYBODY
  return ANYBODY
}
