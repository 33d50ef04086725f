/** AWS service integrations. Whatever is not built is refused. */
import { configurationFault } from '../../core/fault.ts'
import type { Integrator } from '../gateway.ts'

export const aws: Integrator = async (prepared) => {
  throw configurationFault(`AWS service integrations are not served by this gateway: ${prepared.uri}`)
}
