/** The gateway on Cloudflare Workers: serves the deployed APIs. Bindings are described in wrangler.toml. */
import type { IncomingRequestCfProperties } from '@cloudflare/workers-types'
import { type ControlService, controlOver } from '../adapters/control-rpc.ts'
import { createExecute } from '../execute/execute.ts'
import type { Later, Peer } from '../platform.ts'
import { type Bindings, workerApp } from './worker-platform.ts'

interface GatewayBindings extends Bindings {
  /** the control service's Worker; without it nothing can be managed here */
  CONTROL?: ControlService
}

const answering = workerApp(({ CONTROL }: GatewayBindings) => ({
  execute: createExecute,
  elsewhere: CONTROL && controlOver(CONTROL),
}))

export default {
  fetch: (
    request: Request & { cf?: IncomingRequestCfProperties },
    bindings: GatewayBindings,
  ): Later<Response> => answering(bindings)(request, peerOf(request)),
}

/** Cloudflare's facts about the connection. */
function peerOf(request: Request & { cf?: IncomingRequestCfProperties }): Peer {
  const peer: Peer = {
    address: request.headers.get('cf-connecting-ip') ?? '',
    tls: request.url.startsWith('https:'),
  }
  const version = request.cf?.tlsVersion
  if (version) peer.handshake = { version }
  const tls = request.cf?.tlsClientAuth
  if (tls && tls.certPresented === '1')
    peer.clientCertificate = {
      pem: '',
      subjectDN: tls.certSubjectDN,
      issuerDN: tls.certIssuerDN,
      serialNumber: tls.certSerial,
      validity: { notBefore: tls.certNotBefore, notAfter: tls.certNotAfter },
      verified: tls.certVerified === 'SUCCESS' && tls.certRevoked !== '1',
      host: new URL(request.url).hostname,
    }
  return peer
}
