import { JavaError } from '../values.ts'
import { charRange, type Flags, not, type Pred, property, shorthand, single } from './charset.ts'

/** Nesting of groups and classes past which a pattern is refused; it may be built from a request. */
export const MAX_NESTING = 200

const either = (a: Pred | null, b: Pred): Pred => (a ? (x) => a(x) || b(x) : b)
const both = (a: Pred | null, b: Pred | null): Pred | null => (a && b ? (x) => a(x) && b(x) : (a ?? b))

/** The characters of a pattern one by one, its escapes, and its character classes. */
export class ClassParser {
  protected readonly src: string
  protected i = 0
  protected depth = 0
  protected f: Flags = { i: false, m: false, s: false, d: false, u: false, x: false, U: false }

  constructor(src: string) {
    this.src = src
  }

  protected error(m: string): JavaError {
    return new JavaError('PatternSyntaxException', `${m} near index ${this.i}: ${this.src.slice(0, 200)}`)
  }

  protected peek(): string | undefined {
    if (this.f.x) this.skipComments()
    return this.src[this.i]
  }

  protected skipComments(): void {
    for (;;) {
      const c = this.src[this.i]
      if (c === '#')
        while (this.i < this.src.length && !/[\n\r\u0085\u2028\u2029]/.test(this.src[this.i] as string))
          this.i++
      else if (c !== undefined && /[ \t\n\v\f\r]/.test(c)) this.i++
      else return
    }
  }

  protected code(): number {
    const c = this.src.codePointAt(this.i) as number
    this.i += c > 0xffff ? 2 : 1
    return c
  }

  protected propertyClass(): Pred {
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
  protected escapedChar(): number {
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

  protected digits(re: RegExp, radix: number): number {
    const m = re.exec(this.src.slice(this.i, this.i + 12))
    const v = m ? Number.parseInt(m[1] as string, radix) : Number.NaN
    if (!m || !(v <= 0x10ffff)) throw this.error('Illegal escape sequence')
    this.i += m[0].length
    return v
  }

  /** After "[" ("consume") or after the && of an intersection, up to the closing bracket. */
  protected clazz(consume: boolean): Pred {
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

  protected intersection(left: Pred | null): Pred {
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

  protected badClass(): never {
    throw this.error('Bad class syntax')
  }

  protected range(): Pred {
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

  protected quotedInClass(): Pred {
    const end = this.src.indexOf('\\E', this.i)
    const text = this.src.slice(this.i + 1, end < 0 ? undefined : end)
    this.i = end < 0 ? this.src.length : end + 2
    const ps = [...text].map((x) => single(x.codePointAt(0) as number, this.f))
    return (x) => ps.some((p) => p(x))
  }
}
