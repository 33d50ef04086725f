/** SHA-256 and the signing keys that Signature Version 4 derives with HMAC. */
import type { Later } from '../later.ts'
import { digest, hmac, hmacKey } from './sha256.ts'

/** A port: hashes of short data, at once. In hexadecimal. */
export interface Hashing {
  sha256(data: string | Uint8Array): string
  /** HMAC-SHA-256 under one key, which may be asked for many texts */
  hmac(key: Uint8Array): (text: string) => string
}

const utf8 = new TextEncoder()
/** From this many bytes on WebCrypto is the faster one, though it hashes in another thread. */
const LONG = 8192
const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += PAIRS[byte]
  return text
}

const bytesOf = (data: string | Uint8Array): Uint8Array =>
  typeof data === 'string' ? utf8.encode(data) : data

/** Where the runtime has nothing that answers at once (Workers). */
export const pureHashing: Hashing = {
  sha256: (data) => hex(digest(bytesOf(data))),
  hmac(raw) {
    const key = hmacKey(raw)
    return (text) => hex(hmac(key, utf8.encode(text)))
  },
}

/** Of a call without a body. */
const EMPTY = pureHashing.sha256('')

/** In hexadecimal. */
export function sha256(data: string | Uint8Array, hashing = pureHashing): Later<string> {
  if (data.length === 0) return EMPTY
  const bytes = bytesOf(data)
  if (bytes.length < LONG) return hashing.sha256(bytes)
  return crypto.subtle
    .digest('SHA-256', bytes as BufferSource)
    .then((digested) => hex(new Uint8Array(digested)))
}

export const sha256Base64 = (text: string): string => btoa(String.fromCharCode(...digest(utf8.encode(text))))

export interface Scope {
  /** YYYYMMDD */
  date: string
  region: string
  service: string
  /** `{date}/{region}/{service}/aws4_request` */
  text: string
}

export const scopeOf = (date: string, region: string, service: string): Scope => ({
  date,
  region,
  service,
  text: `${date}/${region}/${service}/aws4_request`,
})

type SigningKey = (text: string) => string

/** Derived keys change once a day for each (secret, region, service): worth keeping, in a bounded number. */
const MAX_KEYS = 512
const known = new WeakMap<Hashing, Map<string, SigningKey>>()

/** The signing key of a day, region and service. Kept for the most recently made scopes. */
export function signingKey(secret: string, scope: Scope, hashing: Hashing): SigningKey {
  let keys = known.get(hashing)
  if (!keys) {
    keys = new Map()
    known.set(hashing, keys)
  }
  const name = `${secret}\n${scope.text}`
  let key = keys.get(name)
  if (!key) {
    if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value!)
    key = hashing.hmac(derive(secret, scope))
    keys.set(name, key)
  }
  return key
}

function derive(secret: string, { date, region, service }: Scope): Uint8Array {
  let key = utf8.encode(`AWS4${secret}`) as Uint8Array
  for (const part of [date, region, service, 'aws4_request']) key = hmac(hmacKey(key), utf8.encode(part))
  return key
}

/** Compares without telling by its duration where two texts part. */
export function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  const least = Math.min(a.length, b.length)
  for (let i = 0; i < least; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
