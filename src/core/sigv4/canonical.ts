/**
 * The canonical request of Signature Version 4: what signer and verifier must agree on to the byte.
 * Source: "Create a signed AWS API request" in the IAM user guide.
 */

export type Headers = readonly (readonly [name: string, value: string])[]

const PLAIN = /^[A-Za-z0-9\-._~]*$/
const utf8 = new TextEncoder()
const unreserved = (byte: number): boolean => PLAIN.test(String.fromCharCode(byte))
const ESCAPED = Array.from({ length: 256 }, (_, byte) =>
  unreserved(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
)

/** Percent-encodes all but RFC 3986's unreserved characters. */
export function encode(text: string): string {
  if (PLAIN.test(text)) return text
  let out = ''
  for (const byte of utf8.encode(text)) out += ESCAPED[byte]
  return out
}

/** An already encoded text in its one normal form: each byte escaped if and only if it must be. A stray `%` is a character. */
function normalise(text: string): string {
  if (PLAIN.test(text)) return text
  const bytes = utf8.encode(text)
  let out = ''
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i]!
    if (byte === 0x25) {
      const pair = String.fromCharCode(bytes[i + 1] ?? 0, bytes[i + 2] ?? 0)
      if (/^[0-9A-Fa-f]{2}$/.test(pair)) {
        byte = Number.parseInt(pair, 16)
        i += 2
      }
    } else if (byte === 0x2b) byte = 0x20 // a raw plus is a space to whoever reads the query as a form
    out += ESCAPED[byte]
  }
  return out
}

/** Most paths are in their normal form: plain segments, none empty and none of dots. */
const NORMAL_PATH = /^(?:\/[A-Za-z0-9\-_~][A-Za-z0-9\-._~]*)+\/?$/

/**
 * The canonical path of a path as it stands in the request line. S3 takes it as it is; every other service removes dot
 * segments and empty segments and then encodes what is encoded already once more.
 */
export function canonicalPath(path: string, service: string): string {
  if (service === 's3') return path === '' ? '/' : path
  if (NORMAL_PATH.test(path)) return path
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') segments.pop()
    else segments.push(encode(segment))
  }
  const slash = segments.length > 0 && path.endsWith('/') ? '/' : ''
  return `/${segments.join('/')}${slash}`
}

/** A raw query string (without `?`) as encoded pairs, in their order. */
export function queryPairs(query: string): [name: string, value: string][] {
  if (query === '') return []
  const pairs: [string, string][] = []
  for (const part of query.split('&')) {
    if (part === '') continue
    const at = part.indexOf('=')
    pairs.push(at < 0 ? [normalise(part), ''] : [normalise(part.slice(0, at)), normalise(part.slice(at + 1))])
  }
  return pairs
}

/** By encoded name, then by encoded value, in byte order (encoded text is ASCII). */
export function canonicalQuery(pairs: readonly (readonly [string, string])[]): string {
  if (pairs.length === 0) return ''
  return [...pairs]
    .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Trimmed, inner white space single. */
export function canonicalValue(value: string): string {
  const trimmed = value.trim()
  return trimmed.includes('  ') || trimmed.includes('\t') ? trimmed.replace(/\s+/g, ' ') : trimmed
}

/** Lower-case name -> value, values of one name joined in their order. */
export function canonicalHeaders(headers: Headers): Map<string, string> {
  const all = new Map<string, string>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    const before = all.get(key)
    const clean = canonicalValue(value)
    all.set(key, before === undefined ? clean : `${before},${clean}`)
  }
  return all
}

/** `lines`: of each signed header `{name}:{value}` and a line feed; `names`: theirs with semicolons between. */
export const canonicalRequest = (
  method: string,
  path: string,
  query: string,
  lines: string,
  names: string,
  payloadHash: string,
): string => `${method}\n${path}\n${query}\n${lines}\n${names}\n${payloadHash}`

/** Epoch milliseconds as `YYYYMMDD'T'HHMMSS'Z'`. */
export function basicDate(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}
