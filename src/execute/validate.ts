/** Request validation. Whatever is not built is refused, never ignored. */
import type { Admitted } from '../core/call.ts'
import { configurationFault } from '../core/fault.ts'
import type { Gateway } from './gateway.ts'

export async function validate(admitted: Admitted, _on: Gateway): Promise<void> {
  const { method, located } = admitted.matched
  const id = method.requestValidatorId
  const validator = id && located.api.definition.requestValidators.find((validator) => validator.id === id)
  if (validator && (validator.validateRequestBody || validator.validateRequestParameters))
    throw configurationFault('request validation is not served by this gateway')
}
