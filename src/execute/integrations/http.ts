/** HTTP and HTTP_PROXY, over the internet or a VPC link. */
import type { Prepared } from '../../core/call.ts'
import { configurationFault } from '../../core/fault.ts'
import type { OutboundRequest } from '../../platform.ts'
import { clientCertificate } from '../client-certificate.ts'
import type { Gateway, Integrator } from '../gateway.ts'
import { reachVpcLink } from './vpc-link.ts'

export const http: Integrator = (prepared, on, signal) => {
  const { integration, method, body, query, uri } = prepared
  let { headers } = prepared
  let url = query === '' ? uri : `${uri}${uri.includes('?') ? '&' : '?'}${query}`
  if (integration.connectionType === 'VPC_LINK') ({ url, headers } = reachVpcLink(url, prepared, on))
  const request = { url, method, headers, body, signal }
  // a plain address needs no look at certificates
  if (!/^https:/i.test(url)) return on.platform.outbound.send(request)
  return tlsOf(prepared, on).then((tls) => on.platform.outbound.send({ ...request, tls }))
}

async function tlsOf({ integration, admitted }: Prepared, on: Gateway): Promise<OutboundRequest['tls']> {
  const { stage, api } = admitted.matched.located
  const insecure = integration.tlsConfig?.insecureSkipVerification === true
  if (insecure && !on.platform.outbound.can.insecureSkipVerification)
    throw configurationFault('this runtime cannot skip the verification of certificates')
  const shown = stage.clientCertificateId
  if (!insecure && !shown) return undefined
  return {
    insecureSkipVerification: insecure,
    clientCertificate: shown ? await clientCertificate(shown, api.region, on) : undefined,
  }
}
