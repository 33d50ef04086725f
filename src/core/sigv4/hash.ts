/** SHA-256 and the signing keys that Signature Version 4 derives with HMAC. */
import type { Later } from '../later.ts'
import { digest, type HmacKey, hmacKey, hmac as keyed } from './sha256.ts'

const utf8 = new TextEncoder()
const DIGITS = utf8.encode('0123456789abcdef')
const ascii = new TextDecoder()
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
/** From this many bytes on WebCrypto is the faster one, though it hashes in another thread. */
const LONG = 8192

export function hex(bytes: Uint8Array): string {
  const text = new Uint8Array(bytes.length * 2)
  for (let i = 0; i < bytes.length; i++) {
    text[2 * i] = DIGITS[bytes[i]! >> 4]!
    text[2 * i + 1] = DIGITS[bytes[i]! & 15]!
  }
  return ascii.decode(text)
}

/** In hexadecimal. */
export function sha256(data: string | Uint8Array): Later<string> {
  if (data.length === 0) return EMPTY_SHA256
  const bytes = typeof data === 'string' ? utf8.encode(data) : data
  if (bytes.length < LONG) return hex(digest(bytes))
  return crypto.subtle
    .digest('SHA-256', bytes as BufferSource)
    .then((digested) => hex(new Uint8Array(digested)))
}

/** Of a short text, at once. */
export const sha256Now = (text: string): string => hex(digest(utf8.encode(text)))

export const sha256Base64 = (text: string): string => btoa(String.fromCharCode(...digest(utf8.encode(text))))

export const hmac = (key: HmacKey, text: string): Uint8Array => keyed(key, utf8.encode(text))

/** Derived keys change once a day for each (secret, region, service): worth keeping, in a bounded number. */
const MAX_KEYS = 512
const keys = new Map<string, HmacKey>()

export interface Scope {
  /** YYYYMMDD */
  date: string
  region: string
  service: string
}

/** The signing key of a day, region and service. Kept for the most recently made scopes. */
export function signingKey(secret: string, scope: Scope): HmacKey {
  const name = `${secret}\n${scope.date}/${scope.region}/${scope.service}`
  let key = keys.get(name)
  if (!key) {
    if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value!)
    key = derive(secret, scope)
    keys.set(name, key)
  }
  return key
}

function derive(secret: string, { date, region, service }: Scope): HmacKey {
  let key = hmacKey(utf8.encode(`AWS4${secret}`))
  for (const part of [date, region, service, 'aws4_request']) key = hmacKey(hmac(key, part))
  return key
}

/** Compares without telling by its duration where two texts part. */
export function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  const least = Math.min(a.length, b.length)
  for (let i = 0; i < least; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
