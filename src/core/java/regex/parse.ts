import { type Flags, type Pred, property, shorthand, single, tabled } from './charset.ts'
import { ClassParser, MAX_NESTING } from './classes.ts'

/** The tree of a java.util.regex pattern. */
export type Node =
  | { t: 'set'; p: Pred; lit?: number }
  | { t: 'seq'; kids: Node[] }
  | { t: 'alt'; kids: Node[] }
  | { t: 'rep'; kid: Node; min: number; max: number; mode: 'greedy' | 'lazy' | 'possessive' }
  | { t: 'group'; kid: Node; n: number }
  | { t: 'atomic'; kid: Node }
  | { t: 'look'; kid: Node; ahead: boolean; neg: boolean }
  | { t: 'back'; n: number; f: Flags }
  | { t: 'at'; what: string; f: Flags }

export interface Parsed {
  root: Node
  groups: number
  names: Map<string, number>
}

/** Longest pattern text accepted; a pattern may be built from a request. */
const MAX_LENGTH = 20_000

/** java.util.regex syntax of Java 17. Errors: JavaError "PatternSyntaxException". */
export function parsePattern(src: string): Parsed {
  return new PatternParser(src).parse()
}

const EMPTY: Node = { t: 'seq', kids: [] }
const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9'

class PatternParser extends ClassParser {
  private groups = 0
  private readonly names = new Map<string, number>()

  parse(): Parsed {
    if (this.src.length > MAX_LENGTH) throw this.error('Pattern too long')
    const root = this.alternatives()
    if (this.i < this.src.length) throw this.error("Unmatched closing ')'")
    return { root, groups: this.groups, names: this.names }
  }

  private alternatives(): Node {
    if (++this.depth > MAX_NESTING) throw this.error('Pattern nested too deeply')
    const kids = [this.sequence()]
    while (this.peek() === '|') {
      this.i++
      kids.push(this.sequence())
    }
    this.depth--
    return kids.length === 1 ? (kids[0] as Node) : { t: 'alt', kids }
  }

  private sequence(): Node {
    const kids: Node[] = []
    for (;;) {
      const c = this.peek()
      if (c === undefined || c === '|' || c === ')')
        return kids.length === 1 ? (kids[0] as Node) : { t: 'seq', kids }
      if (c === '*' || c === '+' || c === '?') throw this.error(`Dangling meta character '${c}'`)
      const atom = this.atom(c)
      if (Array.isArray(atom)) kids.push(...atom.map((n) => n))
      else kids.push(this.quantified(atom))
    }
  }

  /** An array is text that takes no quantifier (\Q…\E keeps its last character for one). */
  private atom(c: string): Node | Node[] {
    switch (c) {
      case '(':
        return this.group()
      case '[':
        this.i++
        return { t: 'set', p: tabled(this.clazz(true)) }
      case '\\':
        return this.escape()
      case '^':
        this.i++
        return { t: 'at', what: '^', f: { ...this.f } }
      case '$':
        this.i++
        return { t: 'at', what: '$', f: { ...this.f } }
      case '.': {
        this.i++
        const { s, d } = this.f
        const p: Pred = s
          ? () => true
          : d
            ? (x) => x !== 10
            : (x) => x !== 10 && x !== 13 && x !== 0x85 && x !== 0x2028 && x !== 0x2029
        return { t: 'set', p }
      }
      case '{':
        return EMPTY
      default:
        return this.literal(this.code())
    }
  }

  private literal(c: number): Node {
    return this.f.i ? { t: 'set', p: single(c, this.f) } : { t: 'set', p: (x) => x === c, lit: c }
  }

  private quantified(kid: Node): Node {
    const c = this.peek()
    let min: number
    let max = Number.POSITIVE_INFINITY
    if (c === '*' || c === '+' || c === '?') {
      this.i++
      min = c === '+' ? 1 : 0
      if (c === '?') max = 1
    } else if (c === '{') {
      const m = /^\{(\d+)(,(\d*))?\}/.exec(this.src.slice(this.i, this.i + 30))
      if (!m)
        throw this.error(isDigit(this.src[this.i + 1]) ? 'Unclosed counted closure' : 'Illegal repetition')
      min = Number(m[1])
      if (m[2] === undefined) max = min
      else if (m[3]) max = Number(m[3])
      if (min > 2147483647 || max < min || (max > 2147483647 && max !== Number.POSITIVE_INFINITY)) {
        throw this.error('Illegal repetition range')
      }
      this.i += m[0].length
    } else return kid
    const q = this.peek()
    const mode = q === '?' ? 'lazy' : q === '+' ? 'possessive' : 'greedy'
    if (mode !== 'greedy') this.i++
    return { t: 'rep', kid, min, max, mode }
  }

  private group(): Node | Node[] {
    this.i++
    const saved = { ...this.f }
    let node: Node
    if (this.src[this.i] !== '?') {
      const n = ++this.groups
      node = { t: 'group', kid: this.alternatives(), n }
    } else {
      this.i++
      const c = this.src[this.i++]
      const d = this.src[this.i]
      if (c === ':') node = this.alternatives()
      else if (c === '=' || c === '!')
        node = { t: 'look', kid: this.alternatives(), ahead: true, neg: c === '!' }
      else if (c === '>') node = { t: 'atomic', kid: this.alternatives() }
      else if (c === '<' && (d === '=' || d === '!')) {
        this.i++
        node = { t: 'look', kid: this.alternatives(), ahead: false, neg: d === '!' }
      } else if (c === '<') {
        const name = this.groupName('>')
        if (this.names.has(name)) throw this.error(`Named capturing group <${name}> is already defined`)
        const n = ++this.groups
        this.names.set(name, n)
        node = { t: 'group', kid: this.alternatives(), n }
      } else {
        this.i--
        this.flags()
        const e = this.src[this.i++]
        // flags without a body hold until the end of the enclosing group
        if (e === ')') return []
        if (e !== ':') throw this.error('Unknown inline modifier')
        node = this.alternatives()
      }
    }
    if (this.peek() !== ')') throw this.error('Unclosed group')
    this.i++
    this.f = saved
    return node
  }

  private groupName(end: string): string {
    const m = /^[A-Za-z][A-Za-z0-9]*/.exec(this.src.slice(this.i, this.i + 200))
    if (!m || this.src[this.i + m[0].length] !== end)
      throw this.error("named capturing group is missing trailing '>'")
    this.i += m[0].length + 1
    return m[0]
  }

  private flags(): void {
    let on = true
    const f = { ...this.f }
    for (;;) {
      const c = this.src[this.i]
      if (c === '-' && on) on = false
      else if (c !== undefined && 'imsduxU'.includes(c)) {
        f[c as keyof Flags] = on
        if (c === 'U') f.u = on
      } else break
      this.i++
    }
    this.f = f
  }

  private escape(): Node | Node[] {
    this.i++
    const c = this.src[this.i]
    if (c === undefined) throw this.error('Unexpected internal error')
    if (c === 'Q') {
      this.i++
      const end = this.src.indexOf('\\E', this.i)
      const text = this.src.slice(this.i, end < 0 ? undefined : end)
      this.i = end < 0 ? this.src.length : end + 2
      const nodes = [...text].map((x) => this.literal(x.codePointAt(0) as number))
      const last = nodes.pop()
      return last ? [...nodes, this.quantified(last)] : []
    }
    const set = shorthand(c, this.f)
    if (set) {
      this.i++
      return { t: 'set', p: tabled(set) }
    }
    if (c === 'p' || c === 'P') return { t: 'set', p: tabled(this.propertyClass()) }
    if ('bBAGzZ'.includes(c)) {
      this.i++
      return { t: 'at', what: `\\${c}`, f: { ...this.f } }
    }
    if (c === 'R') {
      this.i++
      const nl: Pred = (x) => (x >= 10 && x <= 13) || x === 0x85 || x === 0x2028 || x === 0x2029
      const crlf: Node = { t: 'seq', kids: [13, 10].map((x): Node => ({ t: 'set', p: (y) => y === x })) }
      return { t: 'alt', kids: [crlf, { t: 'set', p: nl }] }
    }
    if (c === 'X') {
      this.i++
      const mark = property('M')
      const marks: Node = {
        t: 'rep',
        kid: { t: 'set', p: mark },
        min: 0,
        max: Number.POSITIVE_INFINITY,
        mode: 'possessive',
      }
      return { t: 'atomic', kid: { t: 'seq', kids: [{ t: 'set', p: () => true }, marks] } }
    }
    if (c === 'k') {
      this.i++
      if (this.src[this.i++] !== '<') throw this.error("\\k is not followed by '<' for named capturing group")
      const name = this.groupName('>')
      const n = this.names.get(name)
      if (n === undefined) throw this.error(`named capturing group <${name}> does not exist`)
      return { t: 'back', n, f: { ...this.f } }
    }
    if (c >= '1' && c <= '9') {
      let n = Number(c)
      this.i++
      while (isDigit(this.src[this.i]) && n * 10 + Number(this.src[this.i]) <= this.groups)
        n = n * 10 + Number(this.src[this.i++])
      return { t: 'back', n, f: { ...this.f } }
    }
    return this.literal(this.escapedChar())
  }
}
