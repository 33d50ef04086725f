/**
 * Stage caches of one process, within each stage's byte budget and a bound for all of them. What was used longest ago goes first.
 * Bodies lie outside the JavaScript heap.
 */
import type { CachedResponse, ResponseCache } from '../platform.ts'

/** What an item costs beyond its bytes: map entry, objects. */
const OVERHEAD = 256

/** An item that is used again and again becomes the youngest once in so many milliseconds. */
const MOVED_MS = 100

interface Item {
  value: CachedResponse
  bytes: number
  movedAt: number
}

interface Group {
  items: Map<string, Item>
  bytes: number
}

/** Bytes that an item counts against its stage's budget. */
function sizeOf(key: string, { headers, body }: CachedResponse): number {
  let bytes = OVERHEAD + key.length + body.byteLength
  for (const [name, value] of headers) bytes += name.length + value.length
  return bytes
}

/** A body may be a view of what a socket read at once: kept, it would keep all of that. */
const owned = (body: Uint8Array): Uint8Array =>
  body.byteLength === body.buffer.byteLength ? body : new Uint8Array(body)

/** `maxBytes` bounds all stages of this process together (Amazon's smallest cluster has 0.5 GB, its largest 237 GB). */
export function memoryResponses(options: { maxBytes?: number } = {}): ResponseCache & { bytes(): number } {
  const { maxBytes = 512 * 1024 * 1024 } = options
  /** the group that was written last comes last */
  const groups = new Map<string, Group>()
  let total = 0

  function drop(group: Group, key: string, item: Item): void {
    group.items.delete(key)
    group.bytes -= item.bytes
    total -= item.bytes
  }

  /** Makes room in one group, expired items first where they are the oldest anyway. */
  function shrink(group: Group, bytes: number): void {
    for (const [key, item] of group.items) {
      if (group.bytes <= bytes) break
      drop(group, key, item)
    }
  }

  return {
    bytes: () => total,

    get(name, key, now) {
      const group = groups.get(name)
      const item = group?.items.get(key)
      if (!group || !item) return null
      if (item.value.expiresAt <= now) {
        drop(group, key, item)
        return null
      }
      if (Math.abs(now - item.movedAt) >= MOVED_MS) {
        item.movedAt = now
        group.items.delete(key)
        group.items.set(key, item)
      }
      return item.value
    },

    async put(name, key, value, { byteBudget, now }) {
      const group = groups.get(name) ?? { items: new Map(), bytes: 0 }
      const before = group.items.get(key)
      if (before) drop(group, key, before)
      const bytes = sizeOf(key, value)
      if (bytes > byteBudget || bytes > maxBytes || value.expiresAt <= now) return
      groups.delete(name)
      groups.set(name, group)
      shrink(group, byteBudget - bytes)
      for (const [other, candidate] of groups) {
        if (total + bytes <= maxBytes) break
        shrink(candidate, Math.max(0, candidate.bytes - (total + bytes - maxBytes)))
        if (candidate.items.size === 0 && candidate !== group) groups.delete(other)
      }
      group.items.set(key, { value: { ...value, body: owned(value.body) }, bytes, movedAt: now })
      group.bytes += bytes
      total += bytes
    },

    async flush(name) {
      const group = groups.get(name)
      if (!group) return
      total -= group.bytes
      groups.delete(name)
    },
  }
}
