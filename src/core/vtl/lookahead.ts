import type { Lexer } from './lexer.ts'
import { K, type Token } from './tokens.ts'

type Scan = (a: Lookahead) => boolean

const tok =
  (kind: number): Scan =>
  (a) =>
    a.token(kind)
const seq =
  (...scans: Scan[]): Scan =>
  (a) =>
    scans.every((s) => s(a))
const alt =
  (...scans: Scan[]): Scan =>
  (a) => {
    const p = a.at
    return scans.some((s) => {
      a.at = p
      return s(a)
    })
  }
const opt = (scan: Scan): Scan => alt(scan, () => true)
const star =
  (scan: Scan): Scan =>
  (a) => {
    for (;;) {
      const p = a.at
      if (!scan(a)) {
        a.at = p
        return true
      }
    }
  }
const later =
  (f: () => Scan): Scan =>
  (a) =>
    f()(a)

const WS = opt(tok(K.WHITESPACE))
const index: Scan = later(() =>
  seq(
    tok(K.INDEX_LBRACKET),
    WS,
    alt(tok(K.STRING), tok(K.INTEGER), tok(K.TRUE), tok(K.FALSE), reference),
    WS,
    tok(K.INDEX_RBRACKET),
  ),
)
const parameters: Scan = later(() => seq(parameter, star(seq(tok(K.COMMA), parameter))))
const method: Scan = seq(tok(K.IDENTIFIER), tok(K.LPAREN), opt(parameters), tok(K.METHOD_RPAREN))
const part: Scan = seq(tok(K.DOT), alt(method, tok(K.IDENTIFIER)), star(index))
const reference: Scan = alt(
  seq(tok(K.IDENTIFIER), star(index), star(part)),
  seq(tok(K.LCURLY), tok(K.IDENTIFIER), star(index), star(part), tok(K.RCURLY)),
)
const bound = alt(reference, tok(K.INTEGER))
const rangeStart: Scan = seq(tok(K.LBRACKET), WS, bound, WS, tok(K.DOUBLEDOT))
const range: Scan = seq(rangeStart, WS, bound, WS, tok(K.RBRACKET))
const entries: Scan = later(() =>
  seq(parameter, tok(K.COLON), parameter, star(seq(tok(K.COMMA), parameter, tok(K.COLON), parameter))),
)
const map: Scan = seq(tok(K.LEFT_CURLEY), alt(entries, WS), alt(tok(K.RIGHT_CURLEY), tok(K.RCURLY)))
const list: Scan = seq(tok(K.LBRACKET), opt(parameters), tok(K.RBRACKET))
const parameter: Scan = seq(
  WS,
  alt(tok(K.STRING), tok(K.INTEGER), range, map, list, tok(K.TRUE), tok(K.FALSE), reference, tok(K.FLOAT)),
  WS,
)
const argument: Scan = alt(
  reference,
  tok(K.WORD),
  tok(K.STRING),
  tok(K.INTEGER),
  range,
  tok(K.FLOAT),
  map,
  list,
  tok(K.TRUE),
  tok(K.FALSE),
)
const primary: Scan = seq(
  WS,
  alt(
    tok(K.STRING),
    reference,
    tok(K.INTEGER),
    range,
    tok(K.FLOAT),
    map,
    list,
    tok(K.TRUE),
    tok(K.FALSE),
    tok(K.LPAREN),
  ),
)
const not: Scan = later(() => seq(WS, tok(K.NOT), alt(not, primary)))

/** The places where the grammar looks further ahead than one token, and how many tokens it looks at. */
export const AHEAD = {
  reference: [reference, 2],
  doubleEscape: [tok(K.DOUBLE_ESCAPE), 2],
  range: [rangeStart, Number.POSITIVE_INFINITY],
  argument: [seq(WS, opt(seq(tok(K.COMMA), WS)), argument), 2],
  entries: [entries, 2],
  part: [part, 2],
  method: [method, 3],
  not: [not, 2],
} as const satisfies Record<string, readonly [Scan, number]>

class Enough extends Error {}
const ENOUGH = new Enough()

/** JavaCC's syntactic lookahead: scanning makes tokens (in the lexer's present state) but consumes none. */
export class Lookahead {
  at: Token
  private last: Token
  private left: number
  private readonly lexer: Lexer

  constructor(lexer: Lexer, from: Token, limit: number) {
    this.lexer = lexer
    this.at = from
    this.last = from
    this.left = limit
  }

  test(scan: Scan): boolean {
    try {
      return scan(this)
    } catch (e) {
      if (e === ENOUGH) return true
      throw e
    }
  }

  token(kind: number): boolean {
    if (this.at === this.last) {
      this.left--
      this.at.next ??= this.lexer.next()
      this.at = this.at.next
      this.last = this.at
    } else this.at = this.at.next as Token
    if (this.at.kind !== kind) return false
    if (this.left === 0 && this.at === this.last) throw ENOUGH
    return true
  }
}
