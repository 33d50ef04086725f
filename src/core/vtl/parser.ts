import { TemplateSyntaxError } from './errors.ts'
import { Lexer } from './lexer.ts'
import { AHEAD, Lookahead } from './lookahead.ts'
import type { Node, NodeType } from './nodes.ts'
import { K, S, type Token } from './tokens.ts'

/** Directives that take a body up to #end, and those that stand alone. */
const BLOCK = new Set(['foreach', 'macro', 'literal', 'define'])
const LINE = new Set(['include', 'parse', 'evaluate', 'break', 'stop'])
const isDirective = (name: string): boolean => BLOCK.has(name) || LINE.has(name)

/** Macro names known so far: `declared` while parsing, `defined` once their #macro was reached. */
export interface MacroNames {
  declared: Set<string>
  defined(name: string): boolean
}

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

/** Statements start with one of these; anything else ends a block. */
const STATEMENT = new Set<number>([
  K.LPAREN,
  K.RPAREN,
  K.ESCAPE_DIRECTIVE,
  K.SET,
  K.LINE_COMMENT_START,
  K.DOUBLE_ESCAPE,
  K.ESCAPE,
  K.TEXT,
  K.FORMAL_COMMENT,
  K.MULTI_COMMENT,
  K.TEXTBLOCK,
  K.STRING,
  K.IF,
  K.INTEGER,
  K.FLOAT,
  K.WORD,
  K.BRACKETED_WORD,
  K.IDENTIFIER,
  K.DOT,
  K.LCURLY,
  K.RCURLY,
  K.EMPTY_INDEX,
])

const BINARY: [NodeType, number][][] = [
  [['||', K.OR]],
  [['&&', K.AND]],
  [
    ['==', K.EQ],
    ['!=', K.NE],
  ],
  [
    ['<', K.LT],
    ['>', K.GT],
    ['<=', K.LE],
    ['>=', K.GE],
  ],
  [
    ['+', K.PLUS],
    ['-', K.MINUS],
  ],
  [
    ['*', K.MULTIPLY],
    ['/', K.DIVIDE],
    ['%', K.MODULUS],
  ],
]

/** The grammar of Velocity 1.7, production for production, so that tokens are asked for in the same order. */
export class Parser {
  private readonly lexer: Lexer
  private readonly macros: MacroNames
  private readonly src: string
  private readonly origin: Origin
  private depth = 0
  /** The token last consumed. */
  private tok: Token = { kind: -1, image: '', at: 0, next: null, special: null }

  constructor(src: string, origin: Origin, macros: MacroNames) {
    this.src = src
    this.origin = origin
    this.macros = macros
    this.lexer = new Lexer(src, (at, m) => this.error(at, m))
  }

  parse(): Node {
    const n = this.open('process')
    this.statements(n)
    this.eat(K.EOF)
    return this.close(n)
  }

  private error(at: number, message: string): TemplateSyntaxError {
    const { line, column } = locate(this.src, at, this.origin)
    return new TemplateSyntaxError(message, line, column)
  }

  private unexpected(t: Token): TemplateSyntaxError {
    if (t.kind === K.EOF) return this.error(t.at, 'Unexpected end of the template')
    return this.error(t.at, `Unexpected ${JSON.stringify(t.image)}`)
  }

  private peek(): Token {
    this.tok.next ??= this.lexer.next()
    return this.tok.next
  }

  private is(kind: number): boolean {
    return this.peek().kind === kind
  }

  private eat(kind: number): Token {
    const t = this.peek()
    if (t.kind !== kind) throw this.unexpected(t)
    this.tok = t
    return t
  }

  private eatIf(kind: number): boolean {
    if (!this.is(kind)) return false
    this.eat(kind)
    return true
  }

  private ahead(what: keyof typeof AHEAD): boolean {
    const [scan, limit] = AHEAD[what]
    return new Lookahead(this.lexer, this.tok, limit).test(scan)
  }

  private open(type: NodeType, kids: Node[] = []): Node {
    const first = this.peek()
    return { type, first, last: first, kids, name: '' }
  }

  private close(n: Node): Node {
    n.last = this.tok
    return n
  }

  private leaf(type: NodeType, kind: number): Node {
    const n = this.open(type)
    this.eat(kind)
    return this.close(n)
  }

  private nest<T>(f: () => T): T {
    if (++this.depth > MAX_NESTING) throw this.error(this.peek().at, 'Nested too deeply')
    const r = f()
    this.depth--
    return r
  }

  private statements(into: Node): void {
    while (STATEMENT.has(this.peek().kind)) into.kids.push(this.statement())
  }

  private block(): Node {
    return this.nest(() => {
      const n = this.open('block')
      this.statements(n)
      return this.close(n)
    })
  }

  private statement(): Node {
    if (this.is(K.IF)) return this.ifStatement()
    if (this.ahead('reference')) return this.reference()
    const kind = this.peek().kind
    switch (kind) {
      case K.LINE_COMMENT_START: {
        const n = this.open('comment')
        this.eat(kind)
        this.eatIf(K.LINE_COMMENT)
        return this.close(n)
      }
      case K.FORMAL_COMMENT:
      case K.MULTI_COMMENT:
        return this.leaf('comment', kind)
      case K.TEXTBLOCK:
        return this.leaf('textblock', kind)
      case K.SET:
        return this.set()
      case K.ESCAPE_DIRECTIVE: {
        const n = this.leaf('escapedDirective', kind)
        this.tok.image = this.escapedDirective(this.tok.image)
        return n
      }
      case K.DOUBLE_ESCAPE:
        return this.escape()
      case K.WORD:
      case K.BRACKETED_WORD:
        return this.directive(kind)
      case K.IDENTIFIER:
        throw this.unexpected(this.peek())
      default:
        return this.leaf('text', kind)
    }
  }

  private known(name: string): boolean {
    return isDirective(name) || this.macros.declared.has(name) || this.macros.defined(name)
  }

  /** `\#if` prints `#if`; before a word that is no directive the backslash stays. */
  private escapedDirective(image: string): string {
    const at = image.lastIndexOf('\\')
    const word = image.slice(at + 1)
    let tag = word.slice(1)
    if (tag.startsWith('{')) tag = tag.slice(1, -1)
    const control = ['if', 'end', 'set', 'else', 'elseif'].includes(tag)
    return control || this.known(tag) ? image.slice(0, at >> 1) + word : image
  }

  private escape(): Node {
    const n = this.open('escape')
    let count = 0
    do {
      this.eat(K.DOUBLE_ESCAPE)
      count++
    } while (this.ahead('doubleEscape'))
    this.close(n)
    const next = this.peek()
    const control =
      next.kind === K.IF ||
      next.kind === K.ELSE ||
      next.kind === K.ELSEIF ||
      next.kind === K.END ||
      this.known(next.image.slice(1))
    n.name = (control ? '\\' : '\\\\').repeat(count)
    return n
  }

  private ifStatement(): Node {
    const n = this.open('if')
    this.eat(K.IF)
    this.condition(n)
    while (this.is(K.ELSEIF)) {
      const e = this.open('elseif')
      this.eat(K.ELSEIF)
      this.condition(e)
      n.kids.push(this.close(e))
    }
    if (this.is(K.ELSE)) {
      const e = this.open('else')
      this.eat(K.ELSE)
      e.kids.push(this.block())
      n.kids.push(this.close(e))
    }
    this.eat(K.END)
    return this.close(n)
  }

  private condition(n: Node): void {
    this.eatIf(K.WHITESPACE)
    this.eat(K.LPAREN)
    n.kids.push(this.expression())
    this.eat(K.RPAREN)
    n.kids.push(this.block())
  }

  private set(): Node {
    const n = this.open('set')
    this.eat(K.SET)
    this.eatIf(K.WHITESPACE)
    n.kids.push(this.reference())
    this.eatIf(K.WHITESPACE)
    this.eat(K.EQUALS)
    n.kids.push(this.expression())
    this.eat(K.RPAREN)
    this.lexer.inSet = false
    this.peek()
    return this.close(n)
  }

  private directive(kind: number): Node {
    const n = this.open('directive')
    const word = this.eat(kind)
    const name = kind === K.BRACKETED_WORD ? word.image.slice(2, -1) : word.image.slice(1)
    n.name = name
    const block = BLOCK.has(name) || (name.startsWith('@') && !LINE.has(name))
    this.lexer.state = S.DIRECTIVE
    if (!this.lexer.parenAhead()) {
      if (name === 'macro') throw this.error(word.at, 'A macro declaration requires at least a name argument')
      this.lexer.pop()
      return this.close(n)
    }
    this.eatIf(K.WHITESPACE)
    this.eat(K.LPAREN)
    this.arguments(n, word)
    this.eatIf(K.WHITESPACE)
    this.eat(K.RPAREN)
    if (!block) return this.close(n)
    n.kids.push(this.block())
    this.eat(K.END)
    this.close(n)
    if (name === 'macro') {
      const first = n.kids[0] as Node
      if (n.kids.length < 2 || first.type !== 'word')
        throw this.error(word.at, 'First argument to #macro() must be macro name')
      this.macros.declared.add(first.first.image)
    }
    return n
  }

  private arguments(n: Node, word: Token): void {
    const { name } = n
    while (this.ahead('argument')) {
      this.eatIf(K.WHITESPACE)
      if (this.eatIf(K.COMMA)) this.eatIf(K.WHITESPACE)
      const arg = this.argument()
      const pos = n.kids.length
      const macroName = name === 'macro' && pos === 0
      if (arg.type === 'word') {
        const fits =
          macroName || (isDirective(name) ? name === 'foreach' && pos === 1 : !this.macros.defined(name))
        if (!fits) throw this.error(word.at, `Invalid arg #${pos} in directive ${word.image}`)
      } else if (macroName) {
        throw this.error(word.at, 'Invalid first arg in #macro() directive - must be a word token')
      }
      n.kids.push(arg)
    }
  }

  private argument(): Node {
    switch (this.peek().kind) {
      case K.IDENTIFIER:
      case K.LCURLY:
        return this.reference()
      case K.WORD:
        return this.leaf('word', K.WORD)
      case K.STRING:
        return this.leaf('string', K.STRING)
      case K.INTEGER:
        return this.leaf('integer', K.INTEGER)
    }
    return this.constant()
  }

  /** A range, float, map, list or boolean: what may stand after the cheaper choices were ruled out. */
  private constant(): Node {
    if (this.ahead('range')) return this.range()
    const t = this.peek()
    switch (t.kind) {
      case K.FLOAT:
        return this.leaf('float', K.FLOAT)
      case K.LEFT_CURLEY:
        return this.nest(() => this.map())
      case K.LBRACKET:
        return this.nest(() => this.list())
      case K.TRUE:
        return this.leaf('true', K.TRUE)
      case K.FALSE:
        return this.leaf('false', K.FALSE)
    }
    throw this.unexpected(t)
  }

  private map(): Node {
    const n = this.open('map')
    this.eat(K.LEFT_CURLEY)
    if (this.ahead('entries')) {
      do {
        n.kids.push(this.parameter())
        this.eat(K.COLON)
        n.kids.push(this.parameter())
      } while (this.eatIf(K.COMMA))
    } else this.eatIf(K.WHITESPACE)
    if (!this.eatIf(K.RIGHT_CURLEY)) this.eat(K.RCURLY)
    return this.close(n)
  }

  private list(): Node {
    const n = this.open('list')
    this.eat(K.LBRACKET)
    if (!this.is(K.RBRACKET)) {
      do n.kids.push(this.parameter())
      while (this.eatIf(K.COMMA))
    }
    this.eat(K.RBRACKET)
    return this.close(n)
  }

  private range(): Node {
    const n = this.open('range')
    this.eat(K.LBRACKET)
    n.kids.push(this.bound())
    this.eat(K.DOUBLEDOT)
    n.kids.push(this.bound())
    this.eat(K.RBRACKET)
    return this.close(n)
  }

  private bound(): Node {
    this.eatIf(K.WHITESPACE)
    const n = this.is(K.INTEGER) ? this.leaf('integer', K.INTEGER) : this.reference()
    this.eatIf(K.WHITESPACE)
    return n
  }

  private parameter(): Node {
    this.eatIf(K.WHITESPACE)
    const kind = this.peek().kind
    let n: Node
    if (kind === K.STRING) n = this.leaf('string', kind)
    else if (kind === K.INTEGER) n = this.leaf('integer', kind)
    else if (this.ahead('range')) n = this.range()
    else if (this.is(K.IDENTIFIER) || this.is(K.LCURLY)) n = this.reference()
    else n = this.constant()
    this.eatIf(K.WHITESPACE)
    return n
  }

  private reference(): Node {
    return this.nest(() => {
      const n = this.open('reference')
      const curly = this.eatIf(K.LCURLY)
      this.eat(K.IDENTIFIER)
      this.indexes(n)
      while (this.ahead('part')) {
        this.eat(K.DOT)
        n.kids.push(this.ahead('method') ? this.method() : this.leaf('identifier', K.IDENTIFIER))
        this.indexes(n)
      }
      if (curly) this.eat(K.RCURLY)
      return this.close(n)
    })
  }

  private indexes(into: Node): void {
    while (this.is(K.INDEX_LBRACKET)) {
      const n = this.open('index')
      this.eat(K.INDEX_LBRACKET)
      this.eatIf(K.WHITESPACE)
      const kind = this.peek().kind
      n.kids.push(
        kind === K.STRING
          ? this.leaf('string', kind)
          : kind === K.INTEGER
            ? this.leaf('integer', kind)
            : kind === K.TRUE
              ? this.leaf('true', kind)
              : kind === K.FALSE
                ? this.leaf('false', kind)
                : this.reference(),
      )
      this.eatIf(K.WHITESPACE)
      this.eat(K.INDEX_RBRACKET)
      into.kids.push(this.close(n))
    }
  }

  private method(): Node {
    const n = this.open('method')
    n.name = this.eat(K.IDENTIFIER).image
    this.eat(K.LPAREN)
    if (!this.is(K.METHOD_RPAREN)) {
      do n.kids.push(this.parameter())
      while (this.eatIf(K.COMMA))
    }
    this.eat(K.METHOD_RPAREN)
    return this.close(n)
  }

  private expression(): Node {
    return this.nest(() => {
      const n = this.open('expression')
      n.kids.push(this.binary(0))
      return this.close(n)
    })
  }

  private binary(level: number): Node {
    const ops = BINARY[level]
    if (!ops) return this.unary()
    let left = this.binary(level + 1)
    for (;;) {
      const kind = this.peek().kind
      const op = ops.find((o) => o[1] === kind)
      if (!op) return left
      this.eat(kind)
      const n = this.open(op[0], [left])
      n.kids.push(this.binary(level + 1))
      left = this.close(n)
    }
  }

  private unary(): Node {
    if (!this.ahead('not')) return this.primary()
    return this.nest(() => {
      this.eatIf(K.WHITESPACE)
      this.eat(K.NOT)
      const n = this.open('not')
      n.kids.push(this.unary())
      return this.close(n)
    })
  }

  private primary(): Node {
    this.eatIf(K.WHITESPACE)
    const kind = this.peek().kind
    let n: Node
    if (kind === K.STRING) n = this.leaf('string', kind)
    else if (kind === K.IDENTIFIER || kind === K.LCURLY) n = this.reference()
    else if (kind === K.INTEGER) n = this.leaf('integer', kind)
    else if (kind === K.LPAREN) {
      this.eat(kind)
      n = this.expression()
      this.eat(K.RPAREN)
    } else n = this.constant()
    this.eatIf(K.WHITESPACE)
    return n
  }
}
