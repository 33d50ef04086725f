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

type Arriving = Request & { cf?: IncomingRequestCfProperties }

export default {
  fetch: (request: Arriving, bindings: GatewayBindings): Later<Response> =>
    answering(bindings)(request, new CloudflarePeer(request)),
}

/** Cloudflare's facts about the connection. Of `cf`, which is parsed when it is looked at, few calls need anything. */
class CloudflarePeer implements Peer {
  readonly address: string
  readonly tls: boolean
  readonly #request: Arriving

  constructor(request: Arriving) {
    this.address = request.headers.get('cf-connecting-ip') ?? ''
    this.tls = request.url.startsWith('https:')
    this.#request = request
  }

  get handshake(): Peer['handshake'] {
    const version = this.#request.cf?.tlsVersion
    return version ? { version } : undefined
  }

  get clientCertificate(): Peer['clientCertificate'] {
    const tls = this.#request.cf?.tlsClientAuth
    if (tls?.certPresented !== '1') return undefined
    return {
      pem: '',
      subjectDN: tls.certSubjectDN,
      issuerDN: tls.certIssuerDN,
      serialNumber: tls.certSerial,
      validity: { notBefore: tls.certNotBefore, notAfter: tls.certNotAfter },
      verified: tls.certVerified === 'SUCCESS' && tls.certRevoked !== '1',
      host: new URL(this.#request.url).hostname,
    }
  }
}
