/**
 * Private integrations. On Amazon a VPC link leads to a load balancer, and the URI's host is what that is told in the Host
 * header and in TLS; here the configuration says what a link reaches (EDGEWAY_VPC_LINKS: link id, or the ARN that
 * `integrationTarget` names, to a base URL).
 */
import type { Pair, Prepared } from '../../core/call.ts'
import { configurationFault } from '../../core/fault.ts'
import { headerOf } from '../../core/headers.ts'
import { withStageVariables } from '../../core/uri.ts'
import type { Gateway } from '../gateway.ts'

const URL_PARTS = /^(https?):\/\/([^/?#]+)(.*)$/is

/** Where the request goes instead of `url`, and with which headers. */
export function reachVpcLink(url: string, prepared: Prepared, on: Gateway): { url: string; headers: Pair[] } {
  const { integration, admitted } = prepared
  const { vpcLinks } = on.platform.settings
  const { stageVariables } = admitted.matched.located
  const known = (name: string | undefined): string | undefined => {
    const key = name && withStageVariables(name, stageVariables)
    return key && Object.hasOwn(vpcLinks, key) ? vpcLinks[key] : undefined
  }
  const base = known(integration.integrationTarget) ?? known(integration.connectionId)
  if (!base)
    throw configurationFault(
      `VPC link ${integration.connectionId} is not among the links that this gateway is configured to reach`,
    )
  const [, , host, rest] = URL_PARTS.exec(url) ?? []
  if (!host || rest === undefined) throw configurationFault(`Invalid endpoint address ${url}`)
  const headers = [...prepared.headers]
  if (headerOf(headers, 'host') === undefined) headers.push(['Host', host])
  const path = rest === '' || rest.startsWith('?') ? `/${rest}` : rest
  return { url: base.replace(/\/+$/, '') + path, headers }
}
