/** Secrets inside documents: sealed under the configured key, or as they are where none is configured. */
import { IV_BYTES, isSealed, seal, sealingKey, unseal } from '../core/seal.ts'
import type { Platform } from '../platform.ts'

/** `path` is the document's own: a sealed text opens nowhere else. */
export async function conceal(
  text: string,
  path: string,
  { settings, random }: Pick<Platform, 'settings' | 'random'>,
): Promise<string> {
  const { encryptionKey } = settings
  return encryptionKey ? seal(text, await sealingKey(encryptionKey), random.bytes(IV_BYTES), path) : text
}

/** Throws where the text was sealed and the key is another one, or none. */
export async function reveal(
  stored: string,
  path: string,
  { settings }: Pick<Platform, 'settings'>,
): Promise<string> {
  return isSealed(stored) ? unseal(stored, await sealingKey(settings.encryptionKey ?? ''), path) : stored
}
