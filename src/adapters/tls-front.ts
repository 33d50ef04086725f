/**
 * TLS for Bun, Deno and Node: terminates it by server name, asks for a client certificate, and passes the bytes on to the
 * gateway's own HTTP listener over loopback. One way for three runtimes, because Bun's HTTPS server knows neither SNI
 * callbacks nor client certificates while its TLS sockets know both.
 *
 * The listener learns who is behind a connection from `peerOf`: by the local address and port of the inner connection. While
 * it lasts, nobody else can have both; the port alone anybody may have, at another address.
 */
import { X509Certificate } from 'node:crypto'
import { connect } from 'node:net'
import {
  createSecureContext,
  createServer,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import { plainAddress } from '../core/client-address.ts'
import type { Log, Peer } from '../platform.ts'

export interface TlsFront {
  port: number
  /** the client behind an inner connection, or undefined for a connection that did not come through here */
  peerOf(address: string, port: number): Peer | undefined
  stop(): Promise<void>
}

export interface TlsOptions {
  host: string
  port: number
  /** where the plain listener is */
  inner: { host: string; port: number }
  /** in PEM, by server name; `*` answers every other name */
  certificates: Record<string, { cert: string; key: string }>
  /** the trust anchors (PEM) of a host that demands client certificates; null where none are demanded */
  trustStore(host: string): Promise<string[] | null>
  log: Log
}

export async function startTlsFront(options: TlsOptions): Promise<TlsFront> {
  const { log } = options
  const contexts = new Map<string, SecureContext>()
  for (const [name, { cert, key }] of Object.entries(options.certificates))
    contexts.set(name.toLowerCase(), createSecureContext({ cert, key }))
  const [first] = Object.values(options.certificates)
  if (!first) throw new Error('EDGEWAY_TLS names no certificate')

  const peers = new Map<string, Peer>()
  const open = new Set<TLSSocket>()
  const contextOf = (name: string) =>
    contexts.get(name.toLowerCase()) ??
    contexts.get(name.toLowerCase().replace(/^[^.]+/, '*')) ??
    contexts.get('*')
  const server = createServer(
    {
      cert: first.cert,
      key: first.key,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      requestCert: true,
      // whether the certificate is good is decided per host, below; and a host without mutual TLS does not care
      rejectUnauthorized: false,
      SNICallback: (name, done) => done(null, contextOf(name)),
    },
    (socket) => void forward(socket).catch((error) => socket.destroy(error)),
  )

  async function forward(socket: TLSSocket): Promise<void> {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => {})
    const name = socket.servername ? String(socket.servername).toLowerCase() : ''
    const trusted = name === '' ? null : await options.trustStore(name)
    const certificate = socket.getPeerCertificate(true)
    const handshake = { version: socket.getProtocol() ?? undefined, serverName: name }
    const peer: Peer = { address: socket.remoteAddress ?? '', tls: true, handshake }
    if (certificate?.raw) peer.clientCertificate = describe(certificate, name, trusted)
    const inner = connect(options.inner.port, options.inner.host)
    inner.on('error', (error) => {
      log('error', 'the TLS front cannot reach the gateway', { error: error.message })
      socket.destroy()
    })
    inner.on('connect', () => {
      const end = endOf(inner.localAddress!, inner.localPort!)
      peers.set(end, peer)
      inner.on('close', () => {
        peers.delete(end)
        socket.destroy()
      })
      socket.on('close', () => inner.destroy())
      socket.pipe(inner)
      inner.pipe(socket)
    })
  }

  server.on('tlsClientError', (error) => log('debug', 'a TLS handshake failed', { error: error.message }))
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(options.port, options.host, () => resolve())
  })
  return {
    port: (server.address() as { port: number }).port,
    peerOf: (address, port) => peers.get(endOf(address, port)),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.end()
      }),
  }
}

/** One end of a connection. */
const endOf = (address: string, port: number): string => `${plainAddress(address)} ${port}`

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
