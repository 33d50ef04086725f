import { JavaError } from '../values.ts'
import { charRange, type Flags, not, type Pred, property, shorthand, single, tabled } from './charset.ts'

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

/** Longest pattern text and deepest nesting accepted; a pattern may be built from a request. */
const MAX_LENGTH = 20_000
const MAX_NESTING = 200

/** java.util.regex syntax of Java 17. Errors: JavaError "PatternSyntaxException". */
export function parsePattern(src: string): Parsed {
  return new PatternParser(src).parse()
}

const EMPTY: Node = { t: 'seq', kids: [] }
const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9'

const either = (a: Pred | null, b: Pred): Pred => (a ? (x) => a(x) || b(x) : b)
const both = (a: Pred | null, b: Pred | null): Pred | null => (a && b ? (x) => a(x) && b(x) : (a ?? b))

class PatternParser {
  private readonly src: string
  private i = 0
  private groups = 0
  private depth = 0
  private readonly names = new Map<string, number>()
  private f: Flags = { i: false, m: false, s: false, d: false, u: false, x: false, U: false }

  constructor(src: string) {
    this.src = src
  }

  parse(): Parsed {
    if (this.src.length > MAX_LENGTH) throw this.error('Pattern too long')
    const root = this.alternatives()
    if (this.i < this.src.length) throw this.error("Unmatched closing ')'")
    return { root, groups: this.groups, names: this.names }
  }

  private error(m: string): JavaError {
    return new JavaError('PatternSyntaxException', `${m} near index ${this.i}: ${this.src.slice(0, 200)}`)
  }

  private peek(): string | undefined {
    if (this.f.x) this.skipComments()
    return this.src[this.i]
  }

  private skipComments(): void {
    for (;;) {
      const c = this.src[this.i]
      if (c === '#')
        while (this.i < this.src.length && !/[\n\r\u0085\u2028\u2029]/.test(this.src[this.i] as string))
          this.i++
      else if (c !== undefined && /[ \t\n\v\f\r]/.test(c)) this.i++
      else return
    }
  }

  private code(): number {
    const c = this.src.codePointAt(this.i) as number
    this.i += c > 0xffff ? 2 : 1
    return c
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

  private propertyClass(): Pred {
    const neg = this.src[this.i] === 'P'
    this.i++
    let name = this.src[this.i]
    if (name === '{') {
      const end = this.src.indexOf('}', this.i)
      if (end < 0) throw this.error('Unclosed character family')
      name = this.src.slice(this.i + 1, end)
      this.i = end + 1
    } else this.i++
    if (!name) throw this.error('Empty character family')
    const p = property(name, this.f.i)
    return neg ? not(p) : p
  }

  /** The character after a backslash (the cursor stands on it). */
  private escapedChar(): number {
    const c = this.src[this.i] as string
    const at = 'tnrfae'.indexOf(c)
    if (at >= 0) {
      this.i++
      return [9, 10, 13, 12, 7, 27][at] as number
    }
    switch (c) {
      case '0':
        return this.digits(/^0([0-3]?[0-7]{1,2})/, 8)
      case 'x':
        return this.src[this.i + 1] === '{'
          ? this.digits(/^x\{([0-9a-fA-F]+)\}/, 16)
          : this.digits(/^x([0-9a-fA-F]{2})/, 16)
      case 'u': {
        const hi = this.digits(/^u([0-9a-fA-F]{4})/, 16)
        const low =
          hi >= 0xd800 && hi <= 0xdbff
            ? /^\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(this.src.slice(this.i, this.i + 6))
            : null
        if (!low) return hi
        this.i += 6
        return 0x10000 + ((hi - 0xd800) << 10) + (Number.parseInt(low[1] as string, 16) - 0xdc00)
      }
      case 'c': {
        const ch = this.src.charCodeAt(this.i + 1)
        if (Number.isNaN(ch)) throw this.error('Illegal control escape sequence')
        this.i += 2
        return ch ^ 64
      }
    }
    if (/[A-Za-z]/.test(c)) throw this.error('Illegal/unsupported escape sequence')
    return this.code()
  }

  private digits(re: RegExp, radix: number): number {
    const m = re.exec(this.src.slice(this.i, this.i + 12))
    const v = m ? Number.parseInt(m[1] as string, radix) : Number.NaN
    if (!m || !(v <= 0x10ffff)) throw this.error('Illegal escape sequence')
    this.i += m[0].length
    return v
  }

  /** After "[" ("consume") or after the && of an intersection, up to the closing bracket. */
  private clazz(consume: boolean): Pred {
    if (++this.depth > MAX_NESTING) throw this.error('Pattern nested too deeply')
    let neg = false
    let acc: Pred | null = null
    if (this.src[this.i] === '^' && this.src[this.i - 1] === '[') {
      this.i++
      neg = true
    }
    for (;;) {
      const c = this.peek()
      if (c === undefined) throw this.error('Unclosed character class')
      if (c === '[') {
        this.i++
        acc = either(acc, this.clazz(true))
      } else if (c === '&' && this.src[this.i + 1] === '&') {
        this.i += 2
        acc = this.intersection(acc)
      } else if (c === ']' && acc) {
        if (consume) this.i++
        this.depth--
        return neg ? not(acc) : acc
      } else acc = either(acc, this.range())
    }
  }

  private intersection(left: Pred | null): Pred {
    let right: Pred | null = null
    for (let c = this.peek(); c !== ']' && c !== '&'; c = this.peek()) {
      if (c === undefined) throw this.error('Unclosed character class')
      if (c === '[') {
        this.i++
        right = either(right, this.clazz(true))
      } else right = this.clazz(false)
    }
    return both(left, right) ?? this.badClass()
  }

  private badClass(): never {
    throw this.error('Bad class syntax')
  }

  private range(): Pred {
    let a: number
    if (this.src[this.i] === '\\') {
      this.i++
      const c = this.src[this.i] ?? ''
      const set = shorthand(c, this.f)
      if (set) {
        this.i++
        return set
      }
      if (c === 'p' || c === 'P') return this.propertyClass()
      if (c === 'Q') return this.quotedInClass()
      if (c === '') throw this.error('Unclosed character class')
      a = this.escapedChar()
    } else a = this.code()
    if (this.peek() === '-') {
      const end = this.src[this.i + 1]
      if (end === undefined) throw this.error('Unclosed character class')
      if (end !== ']' && end !== '[') {
        this.i++
        this.peek()
        let b: number
        if (this.src[this.i] === '\\') {
          this.i++
          b = this.escapedChar()
        } else b = this.code()
        if (b < a) throw this.error('Illegal character range')
        return charRange(a, b, this.f)
      }
    }
    return single(a, this.f)
  }

  private quotedInClass(): Pred {
    const end = this.src.indexOf('\\E', this.i)
    const text = this.src.slice(this.i + 1, end < 0 ? undefined : end)
    this.i = end < 0 ? this.src.length : end + 2
    const ps = [...text].map((x) => single(x.codePointAt(0) as number, this.f))
    return (x) => ps.some((p) => p(x))
  }
}
