/**
 * A body as its validator sees it. Amazon's tells `1.0` and `1e2` from integers by how they are written, which JSON.parse does not: a
 * body that has such numbers is read once more, for them alone.
 */
import { Fraction } from './terms.ts'

/**
 * A number with a fraction of zeros, one that is lost to a double's precision, or an exponent; also inside a text, which costs a second
 * reading and nothing else.
 */
const WRITTEN_AS_FRACTION = /\d(?:\.0+(?!\d)|\.\d{15}|(?:\.\d+)?e)|\d{16}\./i

/** Throws SyntaxError for what is no JSON. */
export function parseInstance(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return WRITTEN_AS_FRACTION.test(text) ? new Reader(text).value() : value
}

/** Reads what JSON.parse has taken already. */
class Reader {
  readonly #text: string
  /** a sign, a text, or a number or word */
  readonly #token = /\s*([{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+)/gy
  #ahead: string

  constructor(text: string) {
    this.#text = text
    this.#ahead = this.#read()
  }

  #read(): string {
    return this.#token.exec(this.#text)?.[1] ?? ''
  }

  #next(): string {
    const token = this.#ahead
    this.#ahead = this.#read()
    return token
  }

  value(): unknown {
    const token = this.#next()
    if (token === '{') return this.#object()
    if (token === '[') return this.#array()
    const value: unknown = JSON.parse(token)
    return typeof value === 'number' && /[.e]/i.test(token) ? new Fraction(value) : value
  }

  #object(): object {
    const object = {}
    while (this.#ahead !== '}') {
      const name = JSON.parse(this.#next()) as string
      this.#next()
      // a member may be called __proto__
      Object.defineProperty(object, name, {
        value: this.value(),
        configurable: true,
        enumerable: true,
        writable: true,
      })
      if (this.#ahead === ',') this.#next()
    }
    this.#next()
    return object
  }

  #array(): unknown[] {
    const array: unknown[] = []
    while (this.#ahead !== ']') {
      array.push(this.value())
      if (this.#ahead === ',') this.#next()
    }
    this.#next()
    return array
  }
}
