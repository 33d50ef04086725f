import { TemplateSyntaxError } from './errors.ts'
import { Lexer } from './lexer.ts'
import { AHEAD, Lookahead } from './lookahead.ts'
import type { Node, NodeType } from './nodes.ts'
import { K, type Token } from './tokens.ts'

/** Where a source text stands in the template it came from: a string literal is a template of its own. */
export interface Origin {
  line: number
  column: number
}

/** Nesting of blocks and expressions past which a template is refused. */
const MAX_NESTING = 250

export function locate(src: string, at: number, origin: Origin): Origin {
  let line = 0
  let start = 0
  for (let i = src.indexOf('\n'); i >= 0 && i < at; i = src.indexOf('\n', i + 1)) {
    line++
    start = i + 1
  }
  return line === 0
    ? { line: origin.line, column: origin.column + at }
    : { line: origin.line + line, column: at - start + 1 }
}

/** Takes tokens from the lexer as JavaCC's parsers do, and opens and closes the nodes they make up. */
export class TokenReader {
  protected readonly lexer: Lexer
  private readonly src: string
  private readonly origin: Origin
  private depth = 0
  /** The token last consumed. */
  protected tok: Token = { kind: -1, image: '', at: 0, next: null, special: null }

  constructor(src: string, origin: Origin) {
    this.src = src
    this.origin = origin
    this.lexer = new Lexer(src, (at, m) => this.error(at, m))
  }

  protected error(at: number, message: string): TemplateSyntaxError {
    const { line, column } = locate(this.src, at, this.origin)
    return new TemplateSyntaxError(message, line, column)
  }

  protected unexpected(t: Token): TemplateSyntaxError {
    if (t.kind === K.EOF) return this.error(t.at, 'Unexpected end of the template')
    return this.error(t.at, `Unexpected ${JSON.stringify(t.image)}`)
  }

  protected peek(): Token {
    this.tok.next ??= this.lexer.next()
    return this.tok.next
  }

  protected is(kind: number): boolean {
    return this.peek().kind === kind
  }

  protected eat(kind: number): Token {
    const t = this.peek()
    if (t.kind !== kind) throw this.unexpected(t)
    this.tok = t
    return t
  }

  protected eatIf(kind: number): boolean {
    if (!this.is(kind)) return false
    this.eat(kind)
    return true
  }

  protected ahead(what: keyof typeof AHEAD): boolean {
    const [scan, limit] = AHEAD[what]
    return new Lookahead(this.lexer, this.tok, limit).test(scan)
  }

  protected open(type: NodeType, kids: Node[] = []): Node {
    const first = this.peek()
    return { type, first, last: first, kids, name: '' }
  }

  protected close(n: Node): Node {
    n.last = this.tok
    return n
  }

  protected leaf(type: NodeType, kind: number): Node {
    const n = this.open(type)
    this.eat(kind)
    return this.close(n)
  }

  protected nest<T>(f: () => T): T {
    if (++this.depth > MAX_NESTING) throw this.error(this.peek().at, 'Nested too deeply')
    const r = f()
    this.depth--
    return r
  }
}
