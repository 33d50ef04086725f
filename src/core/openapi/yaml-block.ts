/**
 * The YAML that definitions are mostly written in, read in one pass: block mappings and sequences, scalars, flow values on one
 * line. The library takes ten times as long (6 MB: 5 s), more than an import may. Whatever is the least bit unusual -
 * anchors, tags, multi-line quotes, tabs, anything malformed - is left to the library: the answer is then undefined.
 * What is answered is what the library answers, which a property test holds.
 */

/** Thrown to leave the text to the library. */
const UNUSUAL = Symbol('unusual')

const bail = (): never => {
  throw UNUSUAL
}

export function fastYaml(text: string): unknown {
  try {
    return new Block(text).document()
  } catch (thrown) {
    if (thrown === UNUSUAL || thrown instanceof RangeError) return undefined
    throw thrown
  }
}

class Block {
  readonly #lines: string[]
  /** of each line, without its indentation and, where it is not within a block scalar, without what trails */
  #line = 0
  #indent = 0
  #text = ''

  constructor(text: string) {
    if (/[\t\u0085\u2028\u2029]/.test(text) && /^ *\t/m.test(text)) bail()
    this.#lines = text.split(/\r?\n/)
    if (text.includes('\r') && /\r(?!\n)/.test(text)) bail()
  }

  document(): unknown {
    if (/^---[ ]*$/.test(this.#lines[0]!)) this.#line = 1
    this.#settle()
    if (this.#indent < 0) bail()
    const value = this.#block(this.#indent)
    if (this.#indent >= 0) bail()
    return value
  }

  /** Moves to the next line that says something; indentation -1 at the end. */
  #settle(): void {
    for (; this.#line < this.#lines.length; this.#line++) {
      const line = this.#lines[this.#line]!
      let indent = 0
      while (line.charCodeAt(indent) === 32) indent++
      if (indent === line.length || line.charCodeAt(indent) === 35) continue
      if (indent === 0 && /^(---|\.\.\.|%)/.test(line)) bail()
      this.#indent = indent
      this.#text = line.slice(indent)
      return
    }
    this.#indent = -1
  }

  #next(): void {
    this.#line++
    this.#settle()
  }

  /** The node that begins at the current line, whose column is `indent`. */
  #block(indent: number): unknown {
    return isItem(this.#text) ? this.#sequence(indent) : this.#mapping(indent)
  }

  #sequence(indent: number): unknown[] {
    const items: unknown[] = []
    while (this.#indent === indent && isItem(this.#text)) {
      const rest = this.#text.slice(1)
      const skip = rest.length - rest.trimStart().length
      if (isBlank(rest)) {
        this.#next()
        items.push(this.#indent > indent ? this.#block(this.#indent) : null)
        continue
      }
      const inner = rest.slice(skip)
      if (isItem(inner) || keyEnd(inner) >= 0) {
        this.#indent = indent + 1 + skip
        this.#text = inner
        items.push(this.#block(this.#indent))
      } else items.push(this.#scalar(inner, indent))
    }
    if (this.#indent > indent) bail()
    return items
  }

  #mapping(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    while (this.#indent === indent && !isItem(this.#text)) {
      const text = this.#text
      const end = keyEnd(text)
      if (end < 0) bail()
      const key = keyOf(text.slice(0, end))
      const rest = text.slice(end + 1).trimStart()
      if (isBlank(rest)) {
        this.#next()
        const nested = this.#indent > indent || (this.#indent === indent && isItem(this.#text))
        map[key] = nested ? this.#block(this.#indent) : null
      } else map[key] = this.#scalar(rest, indent)
    }
    if (this.#indent > indent) bail()
    return map
  }

  /** A value that begins on the current line, within a node whose column is `indent`; moves behind it. */
  #scalar(text: string, indent: number): unknown {
    const first = text[0]!
    if (first === '|' || first === '>') return this.#blockScalar(text, indent)
    if (first === '"' || first === "'" || first === '[' || first === '{') {
      const flow = new Flow(text)
      const value = flow.value(false)
      if (!/^\s*$|^\s+#/.test(flow.rest)) bail()
      this.#next()
      if (this.#indent > indent) bail()
      return value
    }
    const plain = plainText(text)
    this.#line++
    const following = this.#lines[this.#line]
    const from = this.#line
    this.#settle()
    if (this.#indent <= indent) return resolve(plain)
    // a plain scalar goes on over lines that are further in
    if (this.#line !== from || plain !== text.trimEnd() || following === undefined) bail()
    const parts = [plain]
    for (let at = from; this.#indent > indent; at++) {
      if (this.#line !== at) bail()
      const part = this.#text.trimEnd()
      if (/:(\s|$)|\s#/.test(part)) bail()
      parts.push(part)
      this.#next()
    }
    return parts.join(' ')
  }

  #blockScalar(header: string, indent: number): string {
    const match = /^([|>])([+-]?)\s*$/.exec(header) ?? bail()
    const from = this.#line + 1
    let to = from
    let inner = -1
    for (; to < this.#lines.length; to++) {
      const line = this.#lines[to]!
      const depth = line.search(/[^ ]/)
      if (depth < 0) {
        if (line.length > Math.max(inner, 0)) bail()
        continue
      }
      if (inner < 0) inner = depth
      if (depth < inner) break
      if (inner <= indent) break
    }
    if (inner <= indent) bail()
    let last = to
    while (isSpaces(this.#lines[last - 1]!)) last--
    const lines = this.#lines.slice(from, last).map((line) => line.slice(inner))
    const trailing = to - last
    this.#line = to
    this.#settle()
    if (this.#indent > indent) bail()
    const body = match[1] === '|' ? lines.join('\n') : fold(lines)
    if (match[2] === '-') return body
    if (match[2] === '+') return to === this.#lines.length ? bail() : body + '\n'.repeat(trailing + 1)
    return `${body}\n`
  }
}

function fold(lines: string[]): string {
  let out = ''
  let blanks = 0
  for (const [at, line] of lines.entries()) {
    if (line === '') {
      blanks++
      continue
    }
    if (/^\s/.test(line)) bail()
    out += at === 0 ? line : blanks ? '\n'.repeat(blanks) + line : ` ${line}`
    blanks = 0
  }
  return out
}

const isSpaces = (line: string) => /^ *$/.test(line)
const isItem = (text: string) => text.startsWith('- ') || text === '-'
const isBlank = (rest: string) => rest === '' || /^\s*(?:#.*)?$/.test(rest)

/** Where the colon of `key:` stands, or -1. */
function keyEnd(text: string): number {
  const first = text[0]!
  if (first === '"' || first === "'") {
    const flow = new Flow(text)
    flow.value(false)
    const colon = text.length - flow.rest.trimStart().length
    return text[colon] === ':' && /^\s|^$/.test(text.slice(colon + 1)) ? colon : -1
  }
  if (first === '[' || first === '{' || first === '|' || first === '>') return -1
  if (first === '?' && /^\?(\s|$)/.test(text)) bail()
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    const next = text.charCodeAt(colon + 1)
    if (Number.isNaN(next) || next === 32 || next === 9) {
      const comment = text.search(/\s#/)
      return comment >= 0 && comment < colon ? -1 : colon
    }
  }
  return -1
}

function keyOf(source: string): string {
  const text = source.trimEnd()
  if (text.length > 1000) bail()
  const key = text[0] === '"' || text[0] === "'" ? new Flow(text).value(false) : resolve(plainText(text))
  if (key === null || key === '<<' || key === '__proto__') bail()
  return String(key)
}

/** A plain scalar without a comment behind it. */
function plainText(text: string): string {
  if (/^[,[\]{}#&*!|>'"%@`]|^[-?:](\s|$)/.test(text)) bail()
  const comment = text.search(/\s#/)
  const plain = (comment < 0 ? text : text.slice(0, comment)).trimEnd()
  if (/:(\s|$)/.test(plain)) bail()
  return plain
}

/** YAML 1.2's core schema. */
function resolve(text: string): unknown {
  const code = text.charCodeAt(0)
  // nothing that begins with another letter or sign than these is more than a string
  if ((code > 57 || code < 43) && !'~nNtTfF'.includes(text[0]!)) return text
  if (/^(?:~|null|Null|NULL)$/.test(text)) return null
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:false|False|FALSE)$/.test(text)) return false
  if (/^[-+]?(?:[0-9]+|(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$/.test(text))
    return Number(text)
  if (/^0[ox]|^[-+]?\.(?:inf|nan)/i.test(text)) bail()
  return text
}

/** Flow values: quoted strings, `[a, b]`, `{a: b}`, all on one line. */
class Flow {
  #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
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
      if (end >= text.length) bail()
      const quoted = text.slice(this.#at, end + 1)
      this.#at = end + 1
      try {
        return JSON.parse(quoted)
      } catch {
        bail()
      }
    }
    if (first === "'") {
      const match = /^'((?:[^']|'')*)'/.exec(this.rest) ?? bail()
      this.#at += match[0].length
      return match[1]!.replaceAll("''", "'")
    }
    if (first === '[') return this.#collect(']', [] as unknown[], (list) => void list.push(this.value(true)))
    if (first === '{')
      return this.#collect('}', {} as Record<string, unknown>, (map) => {
        const key = this.value(true)
        this.#space()
        if (this.#text[this.#at] !== ':' || !/\s/.test(this.#text[this.#at + 1] ?? '')) bail()
        this.#at++
        this.#space()
        if (key === null || key === '<<' || key === '__proto__' || typeof key === 'object') bail()
        map[String(key)] = this.value(true)
      })
    if (!inside) bail()
    const match = /^[^\s,[\]{}#&*!|>'"%@`:?-][^,[\]{}#:]*|^-[0-9.][0-9.]*/.exec(this.rest) ?? bail()
    this.#at += match[0].length
    const next = this.#text[this.#at]
    if (next === undefined || next === '#' || (next === ':' && this.#text[this.#at + 1] !== ' ')) bail()
    return resolve(match[0].trimEnd())
  }

  #space(): void {
    while (this.#text[this.#at] === ' ') this.#at++
  }

  #collect<T>(close: string, into: T, one: (into: T) => void): T {
    this.#at++
    this.#space()
    while (this.#text[this.#at] !== close) {
      if (this.#at >= this.#text.length) bail()
      one(into)
      this.#space()
      if (this.#text[this.#at] === ',') {
        this.#at++
        this.#space()
      } else if (this.#text[this.#at] !== close) bail()
    }
    this.#at++
    return into
  }
}
