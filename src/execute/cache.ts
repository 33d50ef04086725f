/** The stage's response cache. Whatever is not built is refused, never ignored. */
import type { Admitted, Answer } from '../core/call.ts'
import { configurationFault } from '../core/fault.ts'
import type { Gateway } from './gateway.ts'

export function cached(admitted: Admitted, _on: Gateway, perform: () => Promise<Answer>): Promise<Answer> {
  if (admitted.matched.settings.cachingEnabled)
    throw configurationFault('response caching is not served by this gateway')
  return perform()
}
