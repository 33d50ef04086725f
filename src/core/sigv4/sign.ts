/** Signs outgoing requests: the gateway's own calls to AWS services. */
import {
  basicDate,
  canonicalHeaders,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  queryPairs,
} from './canonical.ts'
import { type Hashing, pureHashing, type Scope, scopeOf, sha256, signingKey } from './hash.ts'

export interface SigningCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

export interface SignableRequest {
  method: string
  url: string | URL
  headers: readonly (readonly [string, string])[]
  body: Uint8Array | string | null
}

/** Set by the signer itself, whatever the request had. */
const OWN = new Set(['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'])
/** What is signed: what AWS demands. Everything else may be changed on the way by a runtime or a proxy. */
const signable = (name: string): boolean =>
  name === 'host' || name === 'content-type' || name === 'content-md5' || name.startsWith('x-amz-')

/**
 * The headers to send: those given, and the signature's own. A `host` header is signed if given (and is not added if not:
 * the HTTP client sends the URL's). `UNSIGNED-PAYLOAD` as the body leaves the body out of the signature.
 */
export async function signRequest(
  request: SignableRequest,
  options: {
    credentials: SigningCredentials
    region: string
    service: string
    now: number
    hashing?: Hashing
  },
): Promise<[string, string][]> {
  const { credentials, region, service, now, hashing = pureHashing } = options
  const url = typeof request.url === 'string' ? new URL(request.url) : request.url
  const date = basicDate(now)
  const scope = scopeOf(date.slice(0, 8), region, service)
  const { body } = request
  const payloadHash = body === 'UNSIGNED-PAYLOAD' ? body : await sha256(body ?? '', hashing)

  const sent: [string, string][] = []
  for (const [name, value] of request.headers) if (!OWN.has(name.toLowerCase())) sent.push([name, value])
  sent.push(['X-Amz-Date', date])
  if (credentials.sessionToken) sent.push(['X-Amz-Security-Token', credentials.sessionToken])
  if (service === 's3' || body === 'UNSIGNED-PAYLOAD') sent.push(['X-Amz-Content-Sha256', payloadHash])

  const headers = canonicalHeaders(sent)
  if (!headers.has('host')) headers.set('host', url.host)
  const signed = [...headers.keys()].filter(signable).sort()
  const names = signed.join(';')
  const canonical = canonicalRequest(
    request.method,
    canonicalPath(url.pathname, service),
    canonicalQuery(queryPairs(url.search.slice(1))),
    signed.map((name) => `${name}:${headers.get(name)}\n`).join(''),
    names,
    payloadHash,
  )
  const signature = signatureOf(canonical, date, scope, credentials.secretAccessKey, hashing)
  const credential = `${credentials.accessKeyId}/${scope.text}`
  sent.push([
    'Authorization',
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  ])
  return sent
}

export function signatureOf(
  canonical: string,
  date: string,
  scope: Scope,
  secret: string,
  hashing: Hashing,
): string {
  const key = signingKey(secret, scope, hashing)
  return key(`AWS4-HMAC-SHA256\n${date}\n${scope.text}\n${hashing.sha256(canonical)}`)
}
