/** Signs outgoing requests: the gateway's own calls to AWS services. */
import {
  basicDate,
  canonicalHeaders,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  queryPairs,
} from './canonical.ts'
import { hex, hmac, type Scope, sha256, sha256Now, signingKey } from './hash.ts'

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
  options: { credentials: SigningCredentials; region: string; service: string; now: number },
): Promise<[string, string][]> {
  const { credentials, region, service, now } = options
  const url = typeof request.url === 'string' ? new URL(request.url) : request.url
  const date = basicDate(now)
  const scope: Scope = { date: date.slice(0, 8), region, service }
  const { body } = request
  const payloadHash = body === 'UNSIGNED-PAYLOAD' ? body : await sha256(body ?? '')

  const sent: [string, string][] = []
  for (const [name, value] of request.headers) if (!OWN.has(name.toLowerCase())) sent.push([name, value])
  sent.push(['x-amz-date', date])
  if (credentials.sessionToken) sent.push(['x-amz-security-token', credentials.sessionToken])
  if (service === 's3' || body === 'UNSIGNED-PAYLOAD') sent.push(['x-amz-content-sha256', payloadHash])

  const headers = canonicalHeaders(sent)
  if (!headers.has('host')) headers.set('host', url.host)
  const signed = [...headers.keys()].filter(signable).sort()
  const canonical = canonicalRequest(
    request.method,
    canonicalPath(url.pathname, service),
    canonicalQuery(queryPairs(url.search.slice(1))),
    headers,
    signed,
    payloadHash,
  )
  const signature = signatureOf(canonical, date, scope, credentials.secretAccessKey)
  const credential = `${credentials.accessKeyId}/${scopeText(scope)}`
  sent.push([
    'authorization',
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed.join(';')}, Signature=${signature}`,
  ])
  return sent
}

const scopeText = ({ date, region, service }: Scope): string => `${date}/${region}/${service}/aws4_request`

export function signatureOf(canonical: string, date: string, scope: Scope, secret: string): string {
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scopeText(scope)}\n${sha256Now(canonical)}`
  return hex(hmac(signingKey(secret, scope), toSign))
}
