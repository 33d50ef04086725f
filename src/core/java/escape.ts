/** Codes a table answers for; those above are all alike in every escaping rule there is here. */
const TABLE = 0x2100
/** Below this length pieces are put together as strings, above it as character codes, which is linear and faster. */
const SHORT = 512
const CHUNK = 8192

/** apply, because spreading a typed array walks its iterator. */
const text = (codes: Uint16Array, n: number): string =>
  String.fromCharCode.apply(null, codes.subarray(0, n) as unknown as number[])

/**
 * Replaces characters by longer texts: `spell` gives the text for a code that `safe` refuses, `odd` finds the first of them.
 * Most texts have none, and an expression finds that out several times as fast as a loop.
 */
export class Escaper {
  declare private table: Uint8Array | undefined
  declare private readonly safe: (c: number) => boolean
  declare private readonly spell: (c: number) => string
  declare private readonly odd: RegExp
  declare private readonly spelled: Map<number, string>

  constructor(safe: (c: number) => boolean, spell: (c: number) => string, odd: RegExp) {
    this.table = undefined
    this.safe = safe
    this.spell = spell
    this.odd = odd
    this.spelled = new Map()
  }

  run(s: string): string {
    const at = s.search(this.odd)
    if (at < 0) return s
    this.table ??= Uint8Array.from({ length: TABLE + 1 }, (_, c) => (this.safe(c) ? 1 : 0))
    return s.length < SHORT ? this.short(s, at, this.table) : this.long(s, at, this.table)
  }

  private word(c: number): string {
    let w = this.spelled.get(c)
    if (w === undefined) {
      w = this.spell(c)
      if (c < TABLE) this.spelled.set(c, w)
    }
    return w
  }

  private short(s: string, at: number, t: Uint8Array): string {
    let out = ''
    let from = 0
    for (let i = at; i < s.length; i++) {
      const c = s.charCodeAt(i)
      if (t[Math.min(c, TABLE)] === 1) continue
      out += s.slice(from, i) + this.word(c)
      from = i + 1
    }
    return out + s.slice(from)
  }

  private long(s: string, at: number, t: Uint8Array): string {
    const buffer = new Uint16Array(CHUNK + 8)
    let out = s.slice(0, at)
    let n = 0
    for (let i = at; i < s.length; i++) {
      const c = s.charCodeAt(i)
      if (t[Math.min(c, TABLE)] === 1) buffer[n++] = c
      else {
        const e = this.word(c)
        for (let k = 0; k < e.length; k++) buffer[n++] = e.charCodeAt(k)
      }
      if (n >= CHUNK) {
        out += text(buffer, n)
        n = 0
      }
    }
    return out + text(buffer, n)
  }
}
