/**
 * Opens a connection to a back end, plain or TLS. Node, Deno and Bun.
 * With `insecureSkipVerification` any issuer is accepted, expiry and host name are still checked, as Amazon does
 * (developer guide, x-amazon-apigateway-integration.tlsConfig).
 */
import { createPrivateKey } from 'node:crypto'
import { connect as connectPlain, isIP } from 'node:net'
import { checkServerIdentity, connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { Dial, Endpoint } from './dial.ts'
import type { SocketError } from './socket.ts'
import { nodeSocket } from './socket-node.ts'

/** A host that does not answer at all is given up after this, whatever the integration's own time. */
export const CONNECT_TIMEOUT_MS = 10_000

export const dialOnNode: Dial = (endpoint, done) => {
  const { secure, host, port } = endpoint
  const session = endpoint.session && endpoint.session.until > Date.now() ? endpoint.session : undefined
  const socket = secure ? secured(endpoint, session) : connectPlain({ host, port, noDelay: true })
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error(`no connection to ${host}:${port}`), { code: 'ETIMEDOUT' }))
  }, CONNECT_TIMEOUT_MS)
  const settle = (failed: SocketError | null) => {
    clearTimeout(timer)
    socket.off('error', onError)
    socket.off('close', onClose)
    socket.off(event, onOpen)
    if (failed) {
      // whatever else goes wrong with it concerns nobody
      socket.on('error', () => {})
      socket.destroy()
    }
    failed ? done(failed, null) : done(null, nodeSocket(socket))
  }
  const event = secure ? 'secureConnect' : 'connect'
  const onError = (error: SocketError) => settle(error)
  const onClose = () => settle(new Error('the connection was closed'))
  const onOpen = () => settle(secure ? certificateFault(socket as TLSSocket, endpoint, session) : null)
  socket.on('error', onError)
  socket.on('close', onClose)
  socket.on(event, onOpen)
  return () => settle(new Error('the call was given up'))
}

function secured({ host, port, tls }: Endpoint, session: Endpoint['session']): TLSSocket {
  // Deno would show no certificate at all where its key cannot be read
  if (tls?.clientCertificate) createPrivateKey(tls.clientCertificate.key)
  const socket = connectTls({
    host,
    port,
    ...(isIP(host) ? {} : { servername: host }),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: !tls?.insecureSkipVerification,
    ...tls?.clientCertificate,
    ...(session && { session: session.ticket }),
  })
  socket.setNoDelay(true)
  return socket
}

/**
 * The host name is looked at here, too: not every runtime does so when it was told to skip verification. Sessions are kept of
 * handshakes that passed, so one that is taken up again stands for a certificate that did: Node does not show it any more.
 */
function certificateFault(
  socket: TLSSocket,
  endpoint: Endpoint,
  session: Endpoint['session'],
): SocketError | null {
  const { host, tls } = endpoint
  if (!tls?.insecureSkipVerification && !socket.authorized)
    return Object.assign(new Error(String(socket.authorizationError ?? 'the certificate is not trusted')), {
      code: 'CERT_UNTRUSTED',
    })
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate() ?? {}
  let until = Date.parse(certificate.valid_to ?? '')
  if (session && !certificate.valid_to && socket.isSessionReused()) until = session.until
  else {
    const now = Date.now()
    if (tls?.insecureSkipVerification && !(Date.parse(certificate.valid_from ?? '') <= now && now <= until))
      return Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' })
    const stranger = checkServerIdentity(host, certificate as PeerCertificate)
    if (stranger) return stranger
  }
  socket.on('session', (ticket: Buffer) => {
    endpoint.session = { ticket, until }
  })
  return null
}
