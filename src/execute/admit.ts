/** May this call go on now: API key, throttles, quota. Whatever is not built is refused, never let through. */
import type { Admitted, Caller, Matched } from '../core/call.ts'
import { configurationFault } from '../core/fault.ts'
import type { Gateway } from './gateway.ts'
import { throttle } from './throttle.ts'

export async function admit(matched: Matched, caller: Caller, on: Gateway): Promise<Admitted> {
  const { method, located } = matched
  if (method.apiKeyRequired) throw configurationFault('API keys are not served by this gateway')
  // with a key: the client is its usage plan's, { plan, keyId }
  await throttle(matched, null, on)
  const admitted: Admitted = { matched, caller, apiKey: null }
  located.call.reached.admitted = admitted
  return admitted
}
