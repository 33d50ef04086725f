/**
 * Self-signed X.509 certificates, as GenerateClientCertificate hands them out: RSA 2048, SHA-256, version 3.
 * Just the DER that such a certificate needs; a certificate library would weigh half of a Worker's budget.
 */

/** tag, length, content */
function der(tag: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  const length: number[] = []
  for (let rest = size; size > 127 && rest > 0; rest >>= 8) length.unshift(rest & 255)
  const head = size > 127 ? [tag, 128 + length.length, ...length] : [tag, size]
  const out = new Uint8Array(head.length + size)
  out.set(head)
  let at = head.length
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts)
const text = (tag: number, value: string) => der(tag, new TextEncoder().encode(value))
const bits = (value: Uint8Array) => der(0x03, Uint8Array.of(0), value)
const SHA256_WITH_RSA = sequence(
  Uint8Array.of(0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b),
  Uint8Array.of(5, 0),
)
const COMMON_NAME = Uint8Array.of(0x06, 3, 0x55, 4, 3)
const ORGANIZATION = Uint8Array.of(0x06, 3, 0x55, 4, 10)
const BASIC_CONSTRAINTS = Uint8Array.of(0x06, 3, 0x55, 0x1d, 0x13)

const attribute = (type: Uint8Array, value: string) => der(0x31, sequence(type, text(0x0c, value)))

/** UTCTime, as RFC 5280 asks of dates before 2050. */
const time = (ms: number) => text(0x17, `${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`)

const pem = (label: string, bytes: Uint8Array) =>
  `-----BEGIN ${label}-----\n${btoa(String.fromCharCode(...bytes))
    .match(/.{1,64}/g)!
    .join('\n')}\n-----END ${label}-----\n`

/** `serial` is up to 20 random bytes; times are epoch milliseconds. */
export async function selfSigned(options: {
  commonName: string
  serial: Uint8Array
  notBefore: number
  notAfter: number
}): Promise<{ certificatePem: string; privateKeyPem: string }> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  }
  const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
  const spki = new Uint8Array((await crypto.subtle.exportKey('spki', pair.publicKey)) as ArrayBuffer)
  const pkcs8 = new Uint8Array((await crypto.subtle.exportKey('pkcs8', pair.privateKey)) as ArrayBuffer)
  const name = sequence(attribute(ORGANIZATION, 'Edgeway'), attribute(COMMON_NAME, options.commonName))
  // a fixed first byte keeps the number positive whatever the random bytes are
  const serial = der(0x02, Uint8Array.of(0x01), options.serial.subarray(0, 18))
  const isCa = sequence(sequence(BASIC_CONSTRAINTS, der(0x04, sequence(Uint8Array.of(0x01, 1, 0xff)))))
  const certificate = sequence(
    der(0xa0, Uint8Array.of(2, 1, 2)),
    serial,
    SHA256_WITH_RSA,
    name,
    sequence(time(options.notBefore), time(options.notAfter)),
    name,
    spki,
    der(0xa3, isCa),
  )
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm.name, pair.privateKey, certificate))
  return {
    certificatePem: pem('CERTIFICATE', sequence(certificate, SHA256_WITH_RSA, bits(signature))),
    privateKeyPem: pem('PRIVATE KEY', pkcs8),
  }
}
