/**
 * TLS for Bun, Deno and Node: ends it by server name, asks for a client certificate, and hands the connection on with what was
 * learnt of who is behind it. One way for three runtimes: their TLS sockets know SNI and client certificates, Bun's HTTPS server
 * and Deno's listener do not.
 */
import { createSecureContext, createServer, type SecureContext, type TLSSocket } from 'node:tls'
import type { Log, Peer } from '../platform.ts'
import { clientCertificate } from './client-certificate.ts'
import type { Accept, Listen } from './listen.ts'
import { nodeSocket } from './socket-node.ts'

interface TlsOptions {
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
    if (certificate?.raw) peer.clientCertificate = clientCertificate(certificate, name, trusted)
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
