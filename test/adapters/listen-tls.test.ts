/** Who is behind a TLS connection, as the listener tells. */
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { listenWithTls } from '../../src/adapters/listen-tls.ts'
import type { ByteSocket } from '../../src/adapters/socket.ts'
import type { Peer } from '../../src/core/arrival.ts'
import { good } from '../support/certificates.ts'
import * as client from '../support/client-certificates.ts'

/** The peer behind one connection that shows a certificate. */
async function peerOf(servername: string): Promise<Peer> {
  let taken!: (one: [ByteSocket, Peer]) => void
  const accepted = new Promise<[ByteSocket, Peer]>((resolve) => {
    taken = resolve
  })
  const listen = listenWithTls({
    certificates: { '*': good },
    trustStore: async (host) => (host === 'one.example.com' ? [client.firstAuthority] : null),
    log: () => {},
  })
  const { port, close } = await listen({ host: '127.0.0.1', port: 0 }, (...one) => taken(one))
  const caller = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false, ...client.good })
  caller.on('error', () => {})
  const [socket, peer] = await accepted
  socket.destroy()
  caller.destroy()
  close()
  return peer
}

test('is told with the handshake and the verdict on the certificate', async () => {
  expect(await peerOf('one.example.com')).toMatchObject({
    address: '127.0.0.1',
    tls: true,
    clientCertificate: { verified: true, host: 'one.example.com' },
    handshake: { version: 'TLSv1.3', serverName: 'one.example.com' },
  })
})

test('a certificate is good for the host of its handshake only', async () => {
  expect(await peerOf('two.example.com')).toMatchObject({
    clientCertificate: { verified: false, host: 'two.example.com' },
  })
})
