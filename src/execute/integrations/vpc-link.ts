/** Private integrations. Whatever is not built is refused. */
import type { Prepared } from '../../core/call.ts'
import { configurationFault } from '../../core/fault.ts'
import type { Gateway } from '../gateway.ts'

/** The URL that a VPC link's configuration maps `url` to. */
export function reachVpcLink(_url: string, prepared: Prepared, _on: Gateway): string {
  throw configurationFault(`VPC links are not served by this gateway: ${prepared.integration.connectionId}`)
}
