/** ConfigCache of one process: the latest entries within a budget of characters. */
import type { ConfigCache } from '../platform.ts'

/** `maxLength` bounds the characters of keys and values together. */
export function memoryCache(
  options: { maxLength?: number; now?: () => number } = {},
): ConfigCache & { size(): number } {
  const { maxLength = 32 * 1024 * 1024, now = Date.now } = options
  const entries = new Map<string, { value: string; expiresAt: number }>()
  let length = 0

  function drop(key: string): void {
    const entry = entries.get(key)
    if (!entry) return
    entries.delete(key)
    length -= key.length + entry.value.length
  }

  return {
    // other processes cannot tell this one of their changes
    changeableSeconds: 0,
    size: () => entries.size,
    async get(key) {
      const entry = entries.get(key)
      if (!entry) return null
      if (entry.expiresAt <= now()) {
        drop(key)
        return null
      }
      return entry.value
    },
    async put(key, value, options) {
      drop(key)
      if (key.length + value.length > maxLength) return
      const expiresAt = options?.ttlSeconds ? now() + options.ttlSeconds * 1000 : Number.POSITIVE_INFINITY
      entries.set(key, { value, expiresAt })
      length += key.length + value.length
      for (const oldest of entries.keys()) {
        if (length <= maxLength) break
        drop(oldest)
      }
    },
    delete: async (key) => drop(key),
  }
}
