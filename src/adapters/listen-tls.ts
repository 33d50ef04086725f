/**
 * TLS for Bun, Deno and Node: ends it by server name, asks for a client certificate, and hands the connection on with what was
 * learnt of who is behind it. One way for three runtimes: their TLS sockets know SNI and client certificates, Bun's HTTPS server
 * and Deno's listener do not.
 */
import { X509Certificate } from 'node:crypto'
import {
  createSecureContext,
  createServer,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import type { Log, Peer } from '../platform.ts'
import type { Accept, Listen } from './listen.ts'
import { nodeSocket } from './socket-node.ts'

export interface TlsOptions {
  /** in PEM, by server name; `*` answers every other name */
  certificates: Record<string, { cert: string; key: string }>
  /** the trust anchors (PEM) of a host that demands client certificates; null where none are demanded */
  trustStore(host: string): Promise<string[] | null>
  log: Log
  /** how long a client may take for its handshake */
  handshakeMs?: number
}

export function listenWithTls({ certificates, trustStore, log, handshakeMs = 10_000 }: TlsOptions): Listen {
  const contexts = new Map<string, SecureContext>()
  for (const [name, { cert, key }] of Object.entries(certificates))
    contexts.set(name.toLowerCase(), createSecureContext({ cert, key }))
  const [first] = Object.values(certificates)
  if (!first) throw new Error('EDGEWAY_TLS names no certificate')
  const contextOf = (name: string) =>
    contexts.get(name.toLowerCase()) ??
    contexts.get(name.toLowerCase().replace(/^[^.]+/, '*')) ??
    contexts.get('*')

  async function take(socket: TLSSocket, accept: Accept): Promise<void> {
    socket.on('error', () => {})
    const name = socket.servername ? String(socket.servername).toLowerCase() : ''
    const trusted = name === '' ? null : await trustStore(name)
    // nobody would tell of an end that has been
    if (socket.destroyed) return
    const certificate = socket.getPeerCertificate(true)
    const handshake = { version: socket.getProtocol() ?? undefined, serverName: name }
    const peer: Peer = { address: socket.remoteAddress ?? '', tls: true, handshake }
    if (certificate?.raw) peer.clientCertificate = describe(certificate, name, trusted)
    accept(nodeSocket(socket), peer)
  }

  return ({ host, port }, accept) => {
    const server = createServer(
      {
        cert: first.cert,
        key: first.key,
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['http/1.1'],
        requestCert: true,
        // whether the certificate is good is decided per host, above; and a host without mutual TLS does not care
        rejectUnauthorized: false,
        SNICallback: (name, done) => done(null, contextOf(name)),
        allowHalfOpen: true,
        noDelay: true,
        handshakeTimeout: handshakeMs,
      },
      (socket) => void take(socket, accept).catch((error) => socket.destroy(error)),
    )
    server.on('tlsClientError', (error, socket) => {
      log('debug', 'a TLS handshake failed', { error: error.message })
      // one that took too long would stay
      socket?.destroy()
    })
    return new Promise((resolve, reject) => {
      server.on('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        // a connection that could not be taken is that connection's loss
        server.on('error', (error) => log('warn', 'a connection was not taken', { error: error.message }))
        resolve({ port: (server.address() as { port: number }).port, close: () => void server.close() })
      })
    })
  }
}

const distinguished = (name: Record<string, unknown>) =>
  Object.entries(name ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .reverse()
    .join(',')

function describe(
  certificate: PeerCertificate,
  host: string,
  trusted: string[] | null,
): NonNullable<Peer['clientCertificate']> {
  const chain = chainOf(certificate)
  return {
    pem: chain[0]!.toString(),
    subjectDN: distinguished(certificate.subject as unknown as Record<string, unknown>),
    issuerDN: distinguished(certificate.issuer as unknown as Record<string, unknown>),
    serialNumber: certificate.serialNumber
      .toLowerCase()
      .match(/.{1,2}/g)!
      .join(':'),
    validity: { notBefore: certificate.valid_from, notAfter: certificate.valid_to },
    verified: trusted !== null && chainsTo(chain, trusted, Date.now()),
    host,
  }
}

/** The certificates that the client sent, its own first. The last one of a full chain names itself as its issuer. */
function chainOf(certificate: PeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = []
  let at: PeerCertificate | undefined = certificate
  for (let depth = 0; at?.raw && depth < 6; depth++) {
    chain.push(new X509Certificate(at.raw))
    const issuer: PeerCertificate | undefined = (at as { issuerCertificate?: PeerCertificate })
      .issuerCertificate
    at = issuer === at ? undefined : issuer
  }
  return chain
}

/** guide, rest-api-mutual-tls: RSA-2048 or stronger, ECDSA-256 or stronger. */
function isStrong({ publicKey }: X509Certificate): boolean {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {}
  if (publicKey.asymmetricKeyType?.startsWith('rsa')) return (modulusLength ?? 0) >= 2048
  return (
    publicKey.asymmetricKeyType !== 'ec' || !/(?:112|128|160|163|19[12]|224|233|239)/.test(namedCurve ?? '')
  )
}

/** A chain may be this long (guide), its own certificate and the anchor included. */
const MAX_CHAIN = 4

/** Whether a chain leads, by valid signatures, dates and strong keys, to one of the trust anchors. */
function chainsTo(chain: X509Certificate[], trusted: string[], now: number): boolean {
  const current = (certificate: X509Certificate) =>
    Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo)
  const issued = (certificate: X509Certificate, issuer: X509Certificate) =>
    issuer.ca && certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey)
  const anchors = trusted
    .map((pem) => new X509Certificate(pem))
    .filter((anchor) => current(anchor) && isStrong(anchor))
  for (const [at, certificate] of chain.slice(0, MAX_CHAIN).entries()) {
    if (!current(certificate) || !isStrong(certificate)) return false
    if (
      anchors.some(
        (anchor) => anchor.fingerprint256 === certificate.fingerprint256 || issued(certificate, anchor),
      )
    )
      return true
    const next = chain[at + 1]
    if (!next || !issued(certificate, next)) return false
  }
  return false
}
