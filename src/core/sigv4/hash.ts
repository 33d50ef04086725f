/** SHA-256 and HMAC over WebCrypto, and the signing keys that Signature Version 4 derives with them. */

const utf8 = new TextEncoder()
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

export function hex(bytes: ArrayBuffer | Uint8Array): string {
  let text = ''
  for (const byte of bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)) text += HEX[byte]
  return text
}

export async function sha256(data: string | Uint8Array): Promise<string> {
  if (data.length === 0) return EMPTY_SHA256
  const bytes = typeof data === 'string' ? utf8.encode(data) : data
  return hex(await crypto.subtle.digest('SHA-256', bytes as BufferSource))
}

export async function sha256Base64(data: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', utf8.encode(data))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}

export async function hmac(key: CryptoKey, data: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8.encode(data)))
}

const imported = (raw: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', raw as BufferSource, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])

/** Derived keys change once a day for each (secret, region, service): worth keeping, in a bounded number. */
const MAX_KEYS = 512
const keys = new Map<string, Promise<CryptoKey>>()

export interface Scope {
  /** YYYYMMDD */
  date: string
  region: string
  service: string
}

/** The signing key of a day, region and service. Kept for the most recently used scopes. */
export function signingKey(secret: string, scope: Scope): Promise<CryptoKey> {
  const name = `${secret}\n${scope.date}/${scope.region}/${scope.service}`
  let key = keys.get(name)
  if (key) {
    keys.delete(name)
  } else {
    key = derive(secret, scope)
    if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value!)
  }
  keys.set(name, key)
  return key
}

async function derive(secret: string, { date, region, service }: Scope): Promise<CryptoKey> {
  let key = await imported(utf8.encode(`AWS4${secret}`))
  for (const part of [date, region, service, 'aws4_request']) key = await imported(await hmac(key, part))
  return key
}

/** Compares without telling by its duration where two texts part. */
export function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % (b.length || 1))
  return difference === 0
}
