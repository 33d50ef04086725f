/**
 * What lies in the store of a stage's cache: an answer; or, sealed, an encrypted one; or a marker that says which request headers
 * its answers depend on.
 */
import type { Answer, Body } from '../core/call.ts'
import { base64Decode } from '../core/content.ts'
import { packResponse, unpackResponse } from '../core/response-record.ts'
import type { CachedResponse } from '../platform.ts'
import type { Gateway } from './gateway.ts'

/** The largest answer that is kept, in bytes (guide: api-gateway-caching). */
const MAX_ITEM = 1_048_576

const MARKER = 0
const SEALED = 1
const IV_BYTES = 12

/** Says that the answers under a key depend on these request headers, and lie under the keys of their values. */
export const marker = (names: readonly string[], expiresAt: number): CachedResponse => ({
  status: MARKER,
  headers: [['vary', names.join(',')]],
  body: new Uint8Array(0),
  expiresAt,
})

/** The header names of a marker; null for an answer. */
export const markedBy = (entry: CachedResponse | null): string[] | null =>
  entry?.status === MARKER ? (entry.headers[0]?.[1] ?? '').split(',') : null

const keys = new WeakMap<Gateway, Promise<CryptoKey>>()

/** EDGEWAY_ENCRYPTION_KEY, or a key that dies with the process: what it encrypted is lost to others, as a miss. */
function keyOf(on: Gateway): Promise<CryptoKey> {
  let key = keys.get(on)
  if (!key) {
    const { encryptionKey } = on.platform.settings
    // 32 bytes want one `=`, which base64url leaves out
    const raw = encryptionKey ? base64Decode(`${encryptionKey}=`) : on.platform.random.bytes(32)
    key = crypto.subtle.importKey('raw', raw as BufferSource, 'AES-GCM', false, ['encrypt', 'decrypt'])
    keys.set(on, key)
  }
  return key
}

/** Encrypts an answer; `place` binds it to its group and key, so that no item can be put in another's place. */
export async function seal(entry: CachedResponse, place: string, on: Gateway): Promise<CachedResponse> {
  const iv = on.platform.random.bytes(IV_BYTES)
  const algorithm = {
    name: 'AES-GCM',
    iv: iv as BufferSource,
    additionalData: new TextEncoder().encode(place),
  }
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, await keyOf(on), packResponse(entry)))
  const body = new Uint8Array(IV_BYTES + sealed.byteLength)
  body.set(iv)
  body.set(sealed, IV_BYTES)
  return { status: SEALED, headers: [], body, expiresAt: entry.expiresAt }
}

/** The answer; null for what this process has no key for. A plain answer is none where a sealed one is asked for. */
export async function unseal(
  entry: CachedResponse,
  place: string,
  on: Gateway,
): Promise<CachedResponse | null> {
  if (entry.status !== SEALED) return null
  const algorithm = {
    name: 'AES-GCM',
    iv: entry.body.subarray(0, IV_BYTES) as BufferSource,
    additionalData: new TextEncoder().encode(place),
  }
  const sealed = entry.body.subarray(IV_BYTES) as BufferSource
  try {
    return unpackResponse(new Uint8Array(await crypto.subtle.decrypt(algorithm, await keyOf(on), sealed)))
  } catch {
    return null
  }
}

/**
 * Reads an answer's body if it is small enough to keep. `bytes` is null where it is not; `body` is what goes to the client either
 * way, with nothing lost.
 */
export async function readSmall({ body }: Answer): Promise<{ bytes: Uint8Array | null; body: Body }> {
  if (body === null) return { bytes: new Uint8Array(0), body }
  if (body instanceof Uint8Array) return { bytes: body.byteLength <= MAX_ITEM ? body : null, body }
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    length += value.byteLength
    if (length > MAX_ITEM) return { bytes: null, body: resumed(chunks, reader) }
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return { bytes, body: bytes }
}

/** What was read already, then the rest. */
function resumed(
  chunks: Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const chunk = chunks.shift()
      if (chunk) return controller.enqueue(chunk)
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
