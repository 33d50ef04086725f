/** May this call go on now: API key, throttles, quota. Whatever is not built is refused, never let through. */
import type { Admitted, Caller, Matched } from '../core/call.ts'
import { configurationFault } from '../core/fault.ts'
import type { Gateway } from './gateway.ts'

export async function admit(matched: Matched, caller: Caller, _on: Gateway): Promise<Admitted> {
  const { method, settings, located } = matched
  if (method.apiKeyRequired) throw configurationFault('API keys are not served by this gateway')
  if (settings.throttlingRateLimit !== undefined || settings.throttlingBurstLimit !== undefined)
    throw configurationFault('method throttling is not served by this gateway')
  const admitted: Admitted = { matched, caller, apiKey: null }
  located.call.reached.admitted = admitted
  return admitted
}
