/** What was decided lately, kept for its time and in a bounded number. One for each gateway. */

interface Entry<V> {
  value: V
  expiresAt: number
  size: number
}

/** Characters of all keys and values. */
const MAX_SIZE = 32 * 1024 * 1024
const MAX_ENTRIES = 50_000

class Memory<V> {
  readonly #entries = new Map<string, Entry<V>>()
  #size = 0

  get(key: string, now: number): V | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    if (entry.expiresAt > now) return entry.value
    this.#drop(key, entry)
    return undefined
  }

  put(key: string, value: V, expiresAt: number, size = 0): void {
    const old = this.#entries.get(key)
    if (old) this.#drop(key, old)
    const entry = { value, expiresAt, size: key.length + size }
    this.#entries.set(key, entry)
    this.#size += entry.size
    while (this.#entries.size > MAX_ENTRIES || this.#size > MAX_SIZE) {
      const [oldest] = this.#entries
      if (!oldest) break
      this.#drop(...oldest)
    }
  }

  #drop(key: string, entry: Entry<V>): void {
    this.#entries.delete(key)
    this.#size -= entry.size
  }
}

/** A memory for each platform object: test gateways in one process share nothing. */
export function memoryFor<V>(): (owner: object) => Memory<V> {
  const all = new WeakMap<object, Memory<V>>()
  return (owner) => {
    let memory = all.get(owner)
    if (!memory) {
      memory = new Memory()
      all.set(owner, memory)
    }
    return memory
  }
}
