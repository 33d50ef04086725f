/** Mutual TLS: what a client's certificate says, and whether its chain leads to one of a host's trust anchors. */
import { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import type { ClientCertificate } from '../core/call.ts'

const distinguished = (name: Record<string, unknown>) =>
  Object.entries(name ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .reverse()
    .join(',')

/** What calls may know of a client's certificate. `trusted`: the anchors of the host that the handshake was for, null where it asks for none. */
export function clientCertificate(
  certificate: PeerCertificate,
  host: string,
  trusted: string[] | null,
): ClientCertificate {
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
