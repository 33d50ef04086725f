/** HTTP and HTTP_PROXY, over the internet or a VPC link. */
import { configurationFault } from '../../core/fault.ts'
import type { Integrator } from '../gateway.ts'
import { reachVpcLink } from './vpc-link.ts'

export const http: Integrator = async (prepared, on, signal) => {
  const { integration, method, body, query, uri } = prepared
  let { headers } = prepared
  let url = query === '' ? uri : `${uri}${uri.includes('?') ? '&' : '?'}${query}`
  if (integration.connectionType === 'VPC_LINK') ({ url, headers } = reachVpcLink(url, prepared, on))
  if (!/^https?:\/\/[^/?#]/i.test(url)) throw configurationFault(`Invalid endpoint address ${uri}`)
  const { outbound } = on.platform
  const insecure = integration.tlsConfig?.insecureSkipVerification === true
  if (insecure && !outbound.can.insecureSkipVerification)
    throw configurationFault('this runtime cannot skip the verification of certificates')
  return outbound.send({
    url,
    method,
    headers,
    body,
    signal,
    tls: insecure ? { insecureSkipVerification: true } : undefined,
  })
}
