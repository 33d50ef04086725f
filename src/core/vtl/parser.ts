import { ExpressionParser } from './expression-parser.ts'
import type { Node } from './nodes.ts'
import type { Origin } from './token-reader.ts'
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

/** The grammar of Velocity 1.7's statements, production for production, so that tokens are asked for in the same order. */
export class Parser extends ExpressionParser {
  private readonly macros: MacroNames

  constructor(src: string, origin: Origin, macros: MacroNames) {
    super(src, origin)
    this.macros = macros
  }

  parse(): Node {
    const n = this.open('process')
    this.statements(n)
    this.eat(K.EOF)
    return this.close(n)
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
}
