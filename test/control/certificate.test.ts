import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { selfSigned } from '../../src/control/certificate.ts'

test('a client certificate is read by OpenSSL, is self-signed and belongs to its key', async () => {
  const notBefore = Date.UTC(2026, 0, 2, 3, 4, 5)
  const made = await selfSigned({
    commonName: 'ApiGateway',
    serial: Uint8Array.of(255, 2, 3, 4),
    notBefore,
    notAfter: notBefore + 365 * 86_400_000,
  })
  const read = new X509Certificate(made.certificatePem)
  expect(read.subject).toBe('O=Edgeway\nCN=ApiGateway')
  expect(read.serialNumber).toBe('01FF020304')
  expect(new Date(read.validFrom).getTime()).toBe(notBefore)
  expect(read.verify(read.publicKey)).toBe(true)
  expect(read.checkPrivateKey(createPrivateKey(made.privateKeyPem))).toBe(true)
  expect(read.ca).toBe(true)
})
