/**
 * Verifies a request's Signature Version 4, in the Authorization header or in the query (presigned).
 * Words of the errors: as AWS services answer them.
 */

import { headerName } from '../headers.ts'
import { after, type Later } from '../later.ts'
import { memo } from '../memo.ts'
import {
  basicDate,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  canonicalValue,
  type Headers,
  queryPairs,
} from './canonical.ts'
import { type Hashing, pureHashing, type Scope, sameText, scopeOf, sha256, sha256Base64 } from './hash.ts'
import { signatureOf } from './sign.ts'

export interface SignedRequest {
  method: string
  /** without dot segments, percent-encoding untouched */
  path: string
  /** without `?` */
  query: string
  headers: Headers
  /** asked for only if the payload is signed */
  body: () => Later<Uint8Array>
}

/** What a verifier must know of an access key. */
export interface KnownKey {
  secretAccessKey: string
  /** a temporary credential's token: the request must carry exactly this one */
  sessionToken?: string
  /** epoch milliseconds */
  expiresAt?: number
}

export type SignatureErrorType =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'InvalidSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException'

export type Verified<K> =
  | { ok: true; accessKeyId: string; key: K }
  | { ok: false; type: SignatureErrorType; message: string }

export interface VerifyOptions<K> {
  service: string
  region: string
  /** epoch milliseconds */
  now: number
  /** null for a key that nobody knows or that was revoked */
  lookUp: (accessKeyId: string) => Later<K | null>
  hashing?: Hashing
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
const SKEW_MS = 5 * 60_000
const MAX_EXPIRES = 604_800
const INVALID_TOKEN = 'The security token included in the request is invalid.'
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

class Refusal {
  readonly type: SignatureErrorType
  readonly message: string
  constructor(type: SignatureErrorType, message: string) {
    this.type = type
    this.message = message
  }
}
const incomplete = (message: string) => new Refusal('IncompleteSignatureException', message)
const invalid = (message: string) => new Refusal('InvalidSignatureException', message)

const fault = ({ type, message }: Refusal): Verified<never> => ({ ok: false, type, message })

/** What a signature is said to be made with. All of it recurs from call to call for a day. */
interface Terms {
  accessKeyId: string
  scope: Scope
  terminator: string
  /** SignedHeaders */
  names: string
  /** its names, as far as they are in order: each one's place */
  places: ReadonlyMap<string, number>
  /** what is wrong with the names */
  misnamed: Refusal | undefined
  /** what is wrong with the name behind the last of `places` */
  disorder: Refusal | undefined
}

interface Claim {
  terms: Terms
  signature: string
  date: string
  token: string | undefined
  /** seconds, presigned only */
  expires: number | undefined
  /** what the payload line of the canonical request is said to be */
  payload: string | undefined
  /** the pairs that are part of the canonical query */
  query: [string, string][]
}

/** Never throws for what a caller sent; throws or rejects only if `lookUp` or `body` do. */
export function verifyRequest<K extends KnownKey>(
  request: SignedRequest,
  options: VerifyOptions<K>,
): Later<Verified<K>> {
  const claim = readClaim(request)
  if (claim instanceof Refusal) return fault(claim)
  const { terms } = claim
  const wrong = checkTime(claim, options.now) ?? checkScope(terms, claim.date, options)
  if (wrong) return fault(wrong)
  const lines = signedLines(request.headers, terms)
  if (lines instanceof Refusal) return fault(lines)
  return after(options.lookUp(terms.accessKeyId), (key) => {
    if (!key) return fault(new Refusal('UnrecognizedClientException', INVALID_TOKEN))
    return after(payloadHash(claim.payload, request, options.hashing), (payload) =>
      payload instanceof Refusal ? fault(payload) : compare(claim, key, request, lines, payload, options),
    )
  })
}

/** The signature, and only then what is secret of the key beside it. */
function compare<K extends KnownKey>(
  { terms, date, signature, token, query: pairs }: Claim,
  key: K,
  { method, path }: SignedRequest,
  lines: string,
  payload: string,
  { service, now, hashing = pureHashing }: VerifyOptions<K>,
): Verified<K> {
  const canonical = canonicalRequest(
    method,
    canonicalPath(path, service),
    canonicalQuery(pairs),
    lines,
    terms.names,
    payload,
  )
  const expected = signatureOf(canonical, date, terms.scope, key.secretAccessKey, hashing)
  if (!sameText(expected, signature)) return fault(invalid(MISMATCH))
  // only who holds the secret learns anything about the token
  if (!sameText(key.sessionToken ?? '', token ?? ''))
    return fault(new Refusal('UnrecognizedClientException', INVALID_TOKEN))
  if (key.expiresAt !== undefined && key.expiresAt <= now)
    return fault(
      new Refusal('ExpiredTokenException', 'The security token included in the request is expired'),
    )
  return { ok: true, accessKeyId: terms.accessKeyId, key }
}

/** The values of a header, canonical and joined in their order; undefined without one. */
function headerValue(headers: Headers, lower: string): string | undefined {
  let found: string | undefined
  for (const [name, value] of headers)
    if (name.length === lower.length && headerName(name).lower === lower) found = joined(found, value)
  return found
}

const joined = (before: string | undefined, value: string): string =>
  before === undefined ? canonicalValue(value) : `${before},${canonicalValue(value)}`

/** What the canonical request says of the signed headers. */
function signedLines(headers: Headers, { places, misnamed, disorder }: Terms): string | Refusal {
  if (misnamed) return misnamed
  const values = new Array<string | undefined>(places.size).fill(undefined)
  for (const [name, value] of headers) {
    const at = places.get(headerName(name).lower)
    if (at !== undefined) values[at] = joined(values[at], value)
  }
  let lines = ''
  for (const [name, at] of places) {
    const value = values[at]
    if (value === undefined) return invalid(MISMATCH)
    lines += `${name}:${value}\n`
  }
  return disorder ?? lines
}

function readClaim(request: SignedRequest): Claim | Refusal {
  const pairs = queryPairs(request.query)
  const inQuery = pairs.some(([name]) => name === 'X-Amz-Algorithm' || name === 'X-Amz-Signature')
  const authorization = headerValue(request.headers, 'authorization')
  if (authorization === undefined && !inQuery)
    return new Refusal('MissingAuthenticationTokenException', 'Missing Authentication Token')
  if (authorization !== undefined && inQuery)
    return incomplete(
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    )
  return inQuery ? fromQuery(pairs) : fromHeader(authorization!, request.headers, pairs)
}

/** How every signer writes the header before the signature: with a date it needs no closer look. */
const USUAL = /^AWS4-HMAC-SHA256 Credential=([\w./+=@-]+), ?SignedHeaders=([a-z\d;_-]+), ?Signature=$/
const SIGNATURE = /^[\da-f]{64}$/
const SIGNATURE_LENGTH = 64
const MAX_TERMS = 2000
const LONGEST_TERMS = 512

const usualTerms = memo(
  MAX_TERMS,
  (text): Terms | Refusal | null => {
    const [, credential, names] = USUAL.exec(text) ?? []
    return credential && names ? termsOf(credential, names) : null
  },
  LONGEST_TERMS,
)

function fromHeader(authorization: string, headers: Headers, query: [string, string][]): Claim | Refusal {
  const basic = headerValue(headers, 'x-amz-date')
  if (basic !== undefined) {
    const terms = usualTerms(authorization.slice(0, -SIGNATURE_LENGTH))
    const signature = authorization.slice(-SIGNATURE_LENGTH)
    if (terms && SIGNATURE.test(signature)) return claimOf(terms, signature, basic, headers, query)
  }
  const space = authorization.indexOf(' ')
  const algorithm = space < 0 ? authorization : authorization.slice(0, space)
  if (algorithm !== ALGORITHM && algorithm.startsWith('AWS'))
    return incomplete(`Unsupported AWS 'algorithm': '${algorithm}'.`)
  // whatever the scheme, what is behind it is read as a signature's parts (reported of Basic, and of tokens without a scheme)
  const rest = space < 0 ? '' : authorization.slice(space + 1).trim()
  const parts = new Map<string, string>()
  for (const part of rest === '' ? [] : rest.split(',')) {
    const at = part.indexOf('=')
    if (at < 0) return noPair(authorization)
    const name = part.slice(0, at).trim()
    if (parts.has(name)) return incomplete(`Authorization header has '${name}' more than once.`)
    parts.set(name, part.slice(at + 1).trim())
  }
  const lacks = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !parts.get(name))
    .map((name) => `Authorization header requires '${name}' parameter. `)
  const date = basic ?? headerValue(headers, 'date')
  if (date === undefined)
    lacks.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
  if (lacks.length > 0)
    return incomplete(
      `${lacks.join('')}(Hashed with SHA-256 and encoded with Base64) Authorization=${sha256Base64(authorization)}`,
    )
  if (algorithm !== ALGORITHM) return noPair(authorization)
  return claimOf(
    termsOf(parts.get('Credential')!, parts.get('SignedHeaders')!),
    parts.get('Signature')!,
    basic ?? httpDate(date!),
    headers,
    query,
  )
}

function claimOf(
  terms: Terms | Refusal,
  signature: string,
  date: string,
  headers: Headers,
  query: [string, string][],
): Claim | Refusal {
  if (terms instanceof Refusal) return terms
  return {
    terms,
    signature,
    date,
    token: headerValue(headers, 'x-amz-security-token'),
    expires: undefined,
    payload: headerValue(headers, 'x-amz-content-sha256'),
    query,
  }
}

function termsOf(credential: string, names: string): Terms | Refusal {
  const parts = credential.split('/')
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = parts
  if (!accessKeyId || parts.length !== 5)
    return incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    )
  const signed = names.split(';')
  // lower case, sorted and each once: one set of headers has one text, and nobody hides a name behind its double
  const wrong = signed.findIndex(
    (name, i) => name === '' || name !== name.toLowerCase() || (i > 0 && name <= signed[i - 1]!),
  )
  return {
    accessKeyId,
    scope: scopeOf(date, region, service),
    terminator,
    names,
    places: new Map(signed.slice(0, wrong < 0 ? undefined : wrong).map((name, at) => [name, at])),
    misnamed: signed.includes('host')
      ? undefined
      : invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
    disorder:
      wrong < 0
        ? undefined
        : incomplete(`SignedHeaders must be lower-case names in order, each once, got '${names}'.`),
  }
}

/** The header is told by its hash only: it may be somebody's bearer token. */
const noPair = (authorization: string): Refusal =>
  incomplete(
    `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${sha256Base64(authorization)}'.`,
  )

/** A `Date` header is an HTTP date; some clients write the basic form there too. */
function httpDate(text: string): string {
  if (BASIC_DATE.test(text)) return text
  const at = Date.parse(text)
  return Number.isNaN(at) ? text : basicDate(at)
}

const PRESIGNED = ['Algorithm', 'Credential', 'Signature', 'SignedHeaders', 'Date']

function fromQuery(pairs: [string, string][]): Claim | Refusal {
  const own = new Map<string, string>()
  for (const [name, value] of pairs) {
    if (!name.startsWith('X-Amz-')) continue
    if (own.has(name)) return incomplete(`AWS query-string parameter '${name}' must not be given twice.`)
    own.set(name, decodeURIComponentSafe(value))
  }
  const lacks = PRESIGNED.filter((name) => !own.get(`X-Amz-${name}`))
  if (lacks.length > 0)
    return incomplete(
      `${lacks.map((name) => `AWS query-string parameters must include 'X-Amz-${name}'. `).join('')}Re-examine the query-string parameters.`,
    )
  if (own.get('X-Amz-Algorithm') !== ALGORITHM)
    return incomplete(`Unsupported AWS 'algorithm': '${own.get('X-Amz-Algorithm')}'.`)
  const expires = own.get('X-Amz-Expires')
  if (
    expires !== undefined &&
    !(/^\d{1,6}$/.test(expires) && Number(expires) >= 1 && Number(expires) <= MAX_EXPIRES)
  )
    return incomplete(`'X-Amz-Expires' must be a number of seconds between 1 and ${MAX_EXPIRES}.`)
  const terms = termsOf(own.get('X-Amz-Credential')!, own.get('X-Amz-SignedHeaders')!)
  if (terms instanceof Refusal) return terms
  return {
    terms,
    signature: own.get('X-Amz-Signature')!,
    date: own.get('X-Amz-Date')!,
    token: own.get('X-Amz-Security-Token'),
    expires: expires === undefined ? undefined : Number(expires),
    payload: own.get('X-Amz-Content-Sha256'),
    query: pairs.filter(([name]) => name !== 'X-Amz-Signature'),
  }
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const BASIC_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

/** Signatures of one second have one date. */
let lastDate = ''
let lastTime = Number.NaN

/** Epoch milliseconds; NaN for what is no date in the basic format. */
function timeOf(date: string): number {
  if (date !== lastDate) {
    lastTime = BASIC_DATE.test(date) ? Date.parse(date.replace(BASIC_DATE, '$1-$2-$3T$4:$5:$6Z')) : Number.NaN
    lastDate = date
  }
  return lastTime
}

function checkTime(claim: Claim, now: number): Refusal | undefined {
  const at = timeOf(claim.date)
  if (Number.isNaN(at))
    return incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${claim.date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    )
  const late = at + (claim.expires === undefined ? SKEW_MS : claim.expires * 1000)
  if (now > late)
    return invalid(
      claim.expires === undefined
        ? `Signature expired: ${claim.date} is now earlier than ${basicDate(now - SKEW_MS)} (${basicDate(now)} - 5 min.)`
        : `Signature expired: ${claim.date} is now earlier than ${basicDate(now - claim.expires * 1000)} (${basicDate(now)} - ${claim.expires} sec.)`,
    )
  if (at > now + SKEW_MS)
    return invalid(
      `Signature not yet current: ${claim.date} is still later than ${basicDate(now + SKEW_MS)} (${basicDate(now)} + 5 min.)`,
    )
  return undefined
}

function checkScope(
  { scope, terminator }: Terms,
  date: string,
  expected: { region: string; service: string },
): Refusal | undefined {
  const wrong: string[] = []
  if (scope.region !== expected.region)
    wrong.push(`Credential should be scoped to a valid region, not '${scope.region}'. `)
  if (scope.service !== expected.service)
    wrong.push(`Credential should be scoped to correct service: '${expected.service}'. `)
  if (terminator !== 'aws4_request')
    wrong.push(`Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'. `)
  if (scope.date !== date.slice(0, 8))
    wrong.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${date.slice(0, 8)}', from '${date}'. `,
    )
  return wrong.length > 0 ? invalid(wrong.join('')) : undefined
}

function payloadHash(
  claimed: string | undefined,
  request: SignedRequest,
  hashing: Hashing | undefined,
): Later<string | Refusal> {
  if (claimed === 'UNSIGNED-PAYLOAD') return claimed
  return after(request.body(), (body) =>
    after(sha256(body, hashing), (actual) =>
      claimed !== undefined && !sameText(claimed.toLowerCase(), actual)
        ? invalid("The provided 'x-amz-content-sha256' header does not match what was computed.")
        : (claimed ?? actual),
    ),
  )
}
