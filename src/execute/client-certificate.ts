/** The certificate that a stage shows to HTTP back ends (guide: getting-started-client-side-ssl-authentication). */
import { configurationFault } from '../core/fault.ts'
import { isSealed, sealingKey, unseal } from '../core/seal.ts'
import type { OutboundRequest } from '../platform.ts'
import type { Gateway } from './gateway.ts'

type Certificate = NonNullable<NonNullable<OutboundRequest['tls']>['clientCertificate']>

/** Opened certificates: one never changes under its id. */
const MAX_OPENED = 256
const opened = new WeakMap<Gateway, Map<string, Certificate>>()

/** Throws where the runtime cannot show it, or it is not there, or was sealed under another key. */
export async function clientCertificate(id: string, region: string, on: Gateway): Promise<Certificate> {
  const { outbound, settings } = on.platform
  if (!outbound.can.clientCertificate)
    throw configurationFault('this runtime cannot show client certificates')
  const known = opened.get(on) ?? new Map<string, Certificate>()
  opened.set(on, known)
  const certificate = known.get(id)
  if (certificate) return certificate
  const path = `/clientcertificates/${id}`
  const stored = await on.deployments.clientCertificate(region, id)
  if (!stored) throw configurationFault(`Invalid client certificate: ${id}`)
  let key = stored.privateKey
  if (isSealed(key)) {
    try {
      key = await unseal(key, await sealingKey(settings.encryptionKey ?? ''), path)
    } catch (cause) {
      throw configurationFault(`the key of client certificate ${id} cannot be opened`, cause)
    }
  }
  const fresh = { cert: stored.pemEncodedCertificate, key }
  if (known.size >= MAX_OPENED) known.delete(known.keys().next().value!)
  known.set(id, fresh)
  return fresh
}
