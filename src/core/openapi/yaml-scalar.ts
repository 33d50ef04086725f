/** The fast YAML reader's scalars and one-line collections; see yaml-block.ts. */

/** Thrown to leave the text to the library. */
export const UNUSUAL = Symbol('unusual')

/** A flow collection that goes on on the next line. */
export const UNFINISHED = Symbol('unfinished')

export const bail = (): never => {
  throw UNUSUAL
}

/** A plain scalar without a comment behind it. */
export function plainText(text: string): string {
  if (/^[,[\]{}#&*!|>'"%@`]|^[-?:](\s|$)/.test(text)) bail()
  const comment = text.search(/\s#/)
  const plain = (comment < 0 ? text : text.slice(0, comment)).trimEnd()
  if (/:(\s|$)/.test(plain)) bail()
  return plain
}

/** YAML 1.2's core schema. */
export function resolve(text: string): unknown {
  const code = text.charCodeAt(0)
  // nothing that begins with another letter or sign than these is more than a string
  if ((code > 57 || code < 43) && !'~nNtTfF'.includes(text[0]!)) return text
  if (/^(?:~|null|Null|NULL)$/.test(text)) return null
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:false|False|FALSE)$/.test(text)) return false
  if (/^[-+]?(?:[0-9]+|(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$/.test(text))
    return Number(text)
  if (/^0o[0-7]+$|^0x[0-9a-f]+$|^[-+]?\.(?:inf|nan)$/i.test(text)) bail()
  return text
}

/** What a double-quoted scalar stands for: JSON's escapes, and three more that writers of YAML use. */
export function unescaped(raw: string): string {
  if (!raw.includes('\\') && !raw.includes('\t')) return raw
  try {
    const json = raw.replace(
      /\\x([0-9a-fA-F]{2})|\\U([0-9a-fA-F]{8})|\\( )|\\\\|\t/g,
      (all, hex?: string, long?: string, space?: string) =>
        hex
          ? `\\u00${hex}`
          : long
            ? String.fromCodePoint(Number.parseInt(long, 16))
            : (space ?? (all === '\t' ? '\\t' : all)),
    )
    return JSON.parse(`"${json}"`)
  } catch {
    return bail()
  }
}

/** Flow values: quoted strings, `[a, b]`, `{a: b}`, all on one line. */
export class Flow {
  #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The value, or UNFINISHED where the text ends before it does. */
  attempt(): unknown {
    try {
      return this.value(false)
    } catch (thrown) {
      if (thrown === UNFINISHED) return UNFINISHED
      throw thrown
    }
  }

  get rest(): string {
    return this.#text.slice(this.#at)
  }

  value(inside: boolean): unknown {
    const text = this.#text
    const first = text[this.#at]
    if (first === '"') {
      let end = this.#at + 1
      while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
      if (end >= text.length) throw UNFINISHED
      const quoted = text.slice(this.#at + 1, end)
      this.#at = end + 1
      return unescaped(quoted)
    }
    if (first === "'") {
      const match = /^'((?:[^']|'')*)'(?!')/.exec(this.rest)
      if (!match) throw UNFINISHED
      this.#at += match[0].length
      return match[1]!.replaceAll("''", "'")
    }
    if (first === '[') return this.#collect(']', [] as unknown[], (list) => void list.push(this.value(true)))
    if (first === '{')
      return this.#collect('}', {} as Record<string, unknown>, (map) => {
        const quoted = '"\''.includes(this.#text[this.#at]!)
        const key = this.value(true)
        this.#space()
        if (this.#at >= this.#text.length) throw UNFINISHED
        // a colon may stand against what follows it only behind a quoted key
        if (this.#text[this.#at] !== ':' || (!quoted && this.#text[this.#at + 1] !== ' ')) bail()
        this.#at++
        this.#space()
        if (key === null || key === '<<' || key === '__proto__' || typeof key === 'object') bail()
        map[String(key)] = this.value(true)
      })
    if (this.#at >= text.length) throw UNFINISHED
    if (!inside) bail()
    const match = /^[^\s,[\]{}#&*!|>'"%@`:?-][^,[\]{}#:]*|^-[0-9.][0-9.]*/.exec(this.rest) ?? bail()
    this.#at += match[0].length
    const next = this.#text[this.#at]
    if (next === undefined) throw UNFINISHED
    if (next === '#' || (next === ':' && this.#text[this.#at + 1] !== ' ')) bail()
    return resolve(match[0].trimEnd())
  }

  #space(): void {
    while (this.#text[this.#at] === ' ') this.#at++
  }

  #collect<T>(close: string, into: T, one: (into: T) => void): T {
    this.#at++
    this.#space()
    while (this.#text[this.#at] !== close) {
      if (this.#at >= this.#text.length) throw UNFINISHED
      one(into)
      this.#space()
      if (this.#text[this.#at] === ',') {
        this.#at++
        this.#space()
      } else if (this.#at >= this.#text.length) throw UNFINISHED
      else if (this.#text[this.#at] !== close) bail()
    }
    this.#at++
    return into
  }
}
