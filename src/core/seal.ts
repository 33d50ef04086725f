/**
 * Secrets at rest: AES-256-GCM under one key from the environment. A sealed text names its version and is bound to a
 * context (which record it belongs to), so that a row's secret cannot be moved to another row.
 */
const utf8 = new TextEncoder()
const PREFIX = 'sealed:1:'
export const IV_BYTES = 12

/** The 32 bytes that a key in base64 stands for; undefined for anything else. */
export function keyBytes(base64: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = fromBase64(base64)
  return bytes?.length === 32 ? bytes : undefined
}

/** 32 bytes in base64 as a key; throws a one-line Error for anything else. */
export async function sealingKey(base64: string): Promise<CryptoKey> {
  const bytes = keyBytes(base64)
  if (!bytes)
    throw new Error('the encryption key must be 32 bytes in base64, e.g. from `openssl rand -base64 32`')
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/** `iv` is random and never used twice: IV_BYTES bytes. */
export async function seal(text: string, key: CryptoKey, iv: Uint8Array, context: string): Promise<string> {
  const algorithm = { name: 'AES-GCM', iv: iv as BufferSource, additionalData: utf8.encode(context) }
  const cipher = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, utf8.encode(text)))
  const bytes = new Uint8Array(iv.length + cipher.length)
  bytes.set(iv)
  bytes.set(cipher, iv.length)
  return PREFIX + btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

export const isSealed = (text: string): boolean => text.startsWith(PREFIX)

/** Throws when the key is another one, the text was changed, or it belongs to another context. */
export async function unseal(sealed: string, key: CryptoKey, context: string): Promise<string> {
  const bytes = isSealed(sealed) ? fromBase64(sealed.slice(PREFIX.length)) : undefined
  if (!bytes || bytes.length <= IV_BYTES) throw new Error('not a sealed text')
  const iv = bytes.subarray(0, IV_BYTES)
  const algorithm = { name: 'AES-GCM', iv, additionalData: utf8.encode(context) }
  try {
    const plain = await crypto.subtle.decrypt(algorithm, key, bytes.subarray(IV_BYTES))
    return new TextDecoder().decode(plain)
  } catch {
    throw new Error('a sealed text cannot be opened: it was sealed with another key, or changed')
  }
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text.trim()), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}
