/** Who is behind a connection that came through the TLS front. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { startTlsFront } from '../../src/adapters/tls-front.ts'
import { good } from '../support/certificates.ts'
import * as client from '../support/client-certificates.ts'

test('is told by address and port: another address may have the same port', async () => {
  const inner = createServer()
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
  const front = await startTlsFront({
    host: '127.0.0.1',
    port: 0,
    inner: { host: '127.0.0.1', port: (inner.address() as AddressInfo).port },
    certificates: { '*': good },
    trustStore: async () => [client.firstAuthority],
    log: () => {},
  })
  const arrived = new Promise<Socket>((resolve) =>
    inner.once('connection', (socket) => socket.once('data', () => resolve(socket))),
  )
  const caller = connect({
    host: '127.0.0.1',
    port: front.port,
    servername: 'one.example.com',
    rejectUnauthorized: false,
    ...client.good,
  })
  caller.on('error', () => {})
  caller.write('x')
  const { remotePort = 0 } = await arrived
  for (const address of ['127.0.0.1', '::ffff:127.0.0.1'])
    expect(front.peerOf(address, remotePort)).toMatchObject({
      tls: true,
      clientCertificate: { verified: true },
      handshake: { version: 'TLSv1.3', serverName: 'one.example.com' },
    })
  for (const address of ['127.0.0.2', '192.0.2.7', '::1', ''])
    expect(front.peerOf(address, remotePort)).toBeUndefined()
  caller.destroy()
  await front.stop()
  await new Promise((resolve) => inner.close(resolve))
})
