/**
 * The trust store of a domain name that demands client certificates: PEM certificates in a file (`file:///path`) or in an S3
 * object (`s3://bucket/key`, read with the gateway's own credentials). Amazon copies it when the domain name is saved; here it
 * is read again every minute, and the last readable one stays in force.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { signRequest } from '../core/sigv4/sign.ts'
import type { Platform } from '../platform.ts'

const FRESH_MS = 60_000
const MAX_BYTES = 1_000_000
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** `version` is that of the S3 object; a file has none, and nobody is trusted by one that is asked for. */
export type TrustStores = (uri: string, version?: string) => Promise<string[]>

export function trustStores(
  on: Pick<Platform, 'outbound' | 'credentials' | 'settings' | 'log' | 'clock'>,
): TrustStores {
  const known = new Map<string, { at: number; certificates: string[] }>()
  return async (uri, version) => {
    const name = `${uri} ${version ?? ''}`
    const held = known.get(name)
    if (held && on.clock.now() - held.at < FRESH_MS) return held.certificates
    try {
      const certificates = (await read(uri, version, on)).match(CERTIFICATE) ?? []
      if (certificates.length === 0) throw new Error('it holds no certificate in PEM')
      known.set(name, { at: on.clock.now(), certificates })
      return certificates
    } catch (error) {
      on.log('error', 'a trust store cannot be read', { uri, version, error: String(error) })
      // nobody is trusted by a store that was never read
      return held?.certificates ?? []
    }
  }
}

async function read(
  uri: string,
  version: string | undefined,
  on: Parameters<typeof trustStores>[0],
): Promise<string> {
  if (uri.startsWith('file:') && version) throw new Error('a file has no versions')
  if (uri.startsWith('file:')) return readFile(fileURLToPath(uri), 'utf8')
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []
  if (!bucket || !key) throw new Error('only file:// and s3:// are known')
  const { region, endpoints } = on.settings
  const endpoint = endpoints.S3 ?? endpoints[''] ?? `https://s3.${region}.amazonaws.com`
  const object = `${endpoint.replace(/\/$/, '')}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
  const url = version ? `${object}?versionId=${encodeURIComponent(version)}` : object
  const credentials = (await on.credentials()) ?? { accessKeyId: 'test', secretAccessKey: 'test' }
  const headers = await signRequest(
    { method: 'GET', url, headers: [], body: null },
    { credentials, region, service: 's3', now: on.clock.now() },
  )
  const answer = await on.outbound.send({
    url,
    method: 'GET',
    headers,
    body: null,
    signal: AbortSignal.timeout(10_000),
  })
  if (answer.status !== 200) throw new Error(`S3 answered ${answer.status}`)
  const body = new Uint8Array(await new Response(answer.body as BodyInit | null).arrayBuffer())
  if (body.length > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`)
  return new TextDecoder().decode(body)
}
