/**
 * The YAML that definitions are mostly written in, read in one pass. The library takes ten to thirty times as long (6 MB:
 * 3 to 5 s), more than an import may. Whatever is unusual - anchors, tags, tabs, anything malformed - is left to the
 * library: the answer is then undefined. What is answered is what the library answers, which property tests hold.
 */
import { bail, Flow, plainText, resolve, UNFINISHED, UNUSUAL, unescaped } from './yaml-scalar.ts'

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
    // blank to JavaScript, characters like any other to YAML
    if (/[\v\f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/.test(text)) bail()
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

  /** The node on lines of its own below one whose column is `indent`: a collection, or a scalar after all. */
  #nested(indent: number): unknown {
    const text = this.#text
    return isItem(text) || keyEnd(text) >= 0 ? this.#block(this.#indent) : this.#scalar(text, indent)
  }

  #sequence(indent: number): unknown[] {
    const items: unknown[] = []
    while (this.#indent === indent && isItem(this.#text)) items.push(this.#behind(indent))
    if (this.#indent > indent) bail()
    return items
  }

  /** What stands behind the one character (`-` or `:`) that the current line begins with. */
  #behind(indent: number): unknown {
    const rest = this.#text.slice(1)
    if (isBlank(rest)) {
      this.#next()
      return this.#indent > indent ? this.#nested(indent) : null
    }
    const inner = rest.trimStart()
    if (!isItem(inner) && keyEnd(inner) < 0) return this.#scalar(inner, indent)
    this.#indent = indent + this.#text.length - inner.length
    this.#text = inner
    return this.#block(this.#indent)
  }

  #mapping(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    while (this.#indent === indent && !isItem(this.#text)) {
      const text = this.#text
      if (text.startsWith('? ')) {
        // how writers put a key that is longer than they like
        const key = keyOf(text.slice(2).trim())
        this.#next()
        if (this.#indent !== indent || !/^:(\s|$)/.test(this.#text)) bail()
        map[key] = this.#behind(indent)
        continue
      }
      const end = keyEnd(text)
      if (end < 0) bail()
      const key = keyOf(text.slice(0, end))
      const rest = text.slice(end + 1).trimStart()
      if (isBlank(rest)) {
        this.#next()
        if (this.#indent > indent) map[key] = this.#nested(indent)
        else map[key] = this.#indent === indent && isItem(this.#text) ? this.#sequence(indent) : null
      } else map[key] = this.#scalar(rest, indent)
    }
    if (this.#indent > indent) bail()
    return map
  }

  /** A value that begins on the current line, within a node whose column is `indent`; moves behind it. */
  #scalar(text: string, indent: number): unknown {
    const first = text[0]!
    if (first === '|' || first === '>') return this.#blockScalar(text, indent)
    if (first === '"' || first === "'") return this.#quoted(text, indent)
    if (first === '[' || first === '{') return this.#flow(text, indent)
    const plain = plainText(text)
    const whole = plain === text.trimEnd()
    let out = plain
    for (;;) {
      const from = this.#line + 1
      this.#next()
      // a plain scalar goes on over lines that are further in; a comment ends it
      if (this.#indent <= indent) return out === plain ? resolve(plain) : out
      const part = this.#text.trimEnd()
      if (!whole || !this.#blank(from, this.#line) || /:(\s|$)|\s#/.test(part)) bail()
      out += this.#line === from ? ` ${part}` : '\n'.repeat(this.#line - from) + part
    }
  }

  #blank(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (!isSpaces(this.#lines[at]!)) return false
    return true
  }

  /** A quoted scalar, which goes on until its quote: line breaks fold to spaces, empty lines are line breaks. */
  #quoted(text: string, indent: number): unknown {
    const double = text[0] === '"'
    const closing = double ? /^((?:[^"\\]|\\.)*)"/ : /^((?:[^']|'')*)'(?!')/
    let raw = ''
    let part = text.slice(1)
    let escaped = false
    for (let blanks = 0, first = true; ; first = false) {
      const closed = closing.exec(part)
      const body = closed ? closed[1]! : part
      if (!first && !escaped) raw += blanks ? (double ? '\\n' : '\n').repeat(blanks) : ' '
      if (escaped && blanks) bail()
      if (closed) {
        raw += body
        if (!/^\s*$|^\s+#/.test(part.slice(closed[0].length))) bail()
        this.#next()
        if (this.#indent > indent) bail()
        return double ? unescaped(raw) : raw.replaceAll("''", "'")
      }
      escaped = double && /(?:^|[^\\])(?:\\\\)*\\$/.test(body)
      raw += escaped ? body.slice(0, -1) : body.trimEnd()
      if (double && !escaped && /\\\s+$/.test(body)) bail()
      blanks = 0
      let line = ''
      do {
        this.#line++
        const next = this.#lines[this.#line] ?? bail()
        line = next.trimStart()
        if (line === '') blanks++
        else if (next.length - line.length <= indent || next.startsWith('\t')) bail()
      } while (line === '')
      part = line
    }
  }

  /** A flow collection, on one line or on several that are further in. */
  #flow(text: string, indent: number): unknown {
    let joined = text
    for (let lines = 0; ; lines++) {
      const flow = new Flow(joined)
      const value = flow.attempt()
      if (value !== UNFINISHED) {
        if (!/^\s*$|^\s+#/.test(flow.rest)) bail()
        this.#next()
        if (this.#indent > indent) bail()
        return value
      }
      const from = this.#line + 1
      if (lines > 100 || joined.endsWith('\\') || /\s#/.test(this.#text)) bail()
      this.#next()
      if (this.#line !== from || this.#indent <= indent || /\s#/.test(this.#text)) bail()
      joined = `${joined.trimEnd()} ${this.#text.trimEnd()}`
    }
  }

  #blockScalar(header: string, indent: number): string {
    const match = /^([|>])([1-9]?)([+-]?)\s*$/.exec(header) ?? bail()
    const from = this.#line + 1
    let to = from
    let inner = match[2] ? indent + Number(match[2]) : -1
    for (; to < this.#lines.length; to++) {
      const line = this.#lines[to]!
      const depth = line.search(/[^ ]/)
      if (depth < 0) {
        // before the first line with text the indentation is not known
        if (inner < 0 && line !== '') bail()
        continue
      }
      if (inner < 0) inner = depth
      if (depth < inner) break
      if (inner <= indent) break
    }
    if (inner <= indent) bail()
    let last = to
    while (last > from && isSpaces(this.#lines[last - 1]!)) last--
    for (let at = last; at < to; at++) if (this.#lines[at]!.length > inner) bail()
    if (last === from) bail()
    const lines = this.#lines.slice(from, last).map((line) => line.slice(inner))
    const trailing = to - last
    this.#line = to
    this.#settle()
    if (this.#indent > indent) bail()
    const body = match[1] === '|' ? lines.join('\n') : fold(lines)
    if (match[3] === '-') return body
    if (match[3] === '+') return to === this.#lines.length ? bail() : body + '\n'.repeat(trailing + 1)
    return `${body}\n`
  }
}

/** A line break between two lines is a space, unless one of them is further in; empty lines between are line breaks. */
function fold(lines: string[]): string {
  let out = ''
  let blanks = 0
  let before: boolean | undefined
  for (const line of lines) {
    if (line === '') {
      blanks++
      continue
    }
    const further = /^\s/.test(line)
    if (before === undefined) out = '\n'.repeat(blanks)
    else if (before || further) out += '\n'.repeat(blanks + 1)
    else out += blanks ? '\n'.repeat(blanks) : ' '
    out += line
    before = further
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
    if (!(first === '"' ? /^"(?:[^"\\]|\\.)*"/ : /^'(?:[^']|'')*'/).test(text)) return -1
    const flow = new Flow(text)
    flow.value(false)
    const colon = text.length - flow.rest.trimStart().length
    return text[colon] === ':' && /^\s|^$/.test(text.slice(colon + 1)) ? colon : -1
  }
  if (first === '[' || first === '{' || first === '|' || first === '>') return -1
  if (first === '?' && /^\?(\s|$)/.test(text)) return text.startsWith('? ') ? 0 : bail()
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
