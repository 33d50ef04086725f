import type { TemplateSyntaxError } from './errors.ts'
import { K, S, TABLE, type Token } from './tokens.ts'

/**
 * Velocity 1.7's token manager, state for state: what a character means depends on the state the parser and the tokens
 * before it left the lexer in, and tokens are only made when the parser asks (looking ahead counts). Text that looks
 * like VTL but is not comes out as Velocity leaves it only if this is followed exactly.
 */
export class Lexer {
  readonly src: string
  pos = 0
  state: number = S.DEFAULT
  inSet = false
  private inComment = false
  private lparen = 0
  private rparen = 0
  private readonly stack: { lparen: number; rparen: number; state: number }[] = []
  private readonly fail: (at: number, message: string) => TemplateSyntaxError

  constructor(src: string, fail: (at: number, message: string) => TemplateSyntaxError) {
    this.src = src
    this.fail = fail
  }

  next(): Token {
    const { src } = this
    let special: string[] | null = null
    scan: for (;;) {
      const begin = this.pos
      if (begin >= src.length) return { kind: K.EOF, image: '', at: begin, next: null, special }
      for (;;) {
        const kind = this.longest()
        switch (kind) {
          case -1:
            throw this.fail(this.pos, `Unexpected ${JSON.stringify(src[this.pos])}`)
          case K.SKIPPED:
            continue scan
          case K.REFERENCE_END:
          case K.DIRECTIVE_END:
            special ??= []
            special.push(src.slice(begin, this.pos))
            this.pos--
            this.pop()
            continue scan
          case K.DOLLAR:
          case K.DOLLARBANG:
          case K.TEXTBLOCK_START:
          case K.FORMAL_START:
          case K.MULTI_START:
          case K.HASH:
          case K.MORE_TEXT:
            this.more(kind)
            if (this.pos >= src.length) throw this.fail(begin, 'The template ends in the middle of a token')
            continue
          default:
            return this.token(kind, begin, special)
        }
      }
    }
  }

  /** Moves past the longest token that starts here in the current state. */
  private longest(): number {
    const { src, pos } = this
    const c = src.charCodeAt(pos)
    const rules = TABLE[this.state]?.[Math.min(c, 128)] ?? []
    let best = -1
    let end = pos
    for (const r of rules) {
      r.re.lastIndex = pos
      if (r.re.test(src) && r.re.lastIndex > end) {
        best = r.kind
        end = r.re.lastIndex
      }
    }
    this.pos = end
    return best
  }

  /** A prefix that becomes part of the next token ("$", "#"), and the state it leads to. */
  private more(kind: number): void {
    if (this.inComment || kind === K.MORE_TEXT) return
    switch (kind) {
      case K.DOLLAR:
      case K.DOLLARBANG:
        if (this.state === S.REFERENCE) this.pop()
        this.push(S.REFERENCE)
        return
      case K.HASH:
        if (this.state === S.REFERENCE || this.state === S.REFMODIFIER) this.pop()
        this.push(S.PRE_DIRECTIVE)
        return
      case K.FORMAL_START:
        this.pos--
    }
    this.inComment = true
    this.push(
      kind === K.TEXTBLOCK_START ? S.TEXTBLOCK : kind === K.FORMAL_START ? S.FORMAL_COMMENT : S.MULTI_COMMENT,
    )
  }

  private token(kind: number, begin: number, special: string[] | null): Token {
    let image = this.src.slice(begin, this.pos)
    switch (kind) {
      case K.INDEX_LBRACKET:
        this.push(S.REFINDEX)
        break
      case K.INDEX_RBRACKET:
        this.pop()
        break
      case K.LPAREN:
        if (!this.inComment) this.lparen++
        if (this.state === S.REFMODIFIER) this.state = S.METHOD
        break
      case K.RPAREN:
        this.closeParen()
        break
      case K.METHOD_RPAREN:
        this.state = S.REFERENCE
        break
      case K.SET:
        if (!this.inComment) {
          this.push(S.DIRECTIVE)
          this.inSet = true
          this.lparen++
        }
        break
      case K.LINE_COMMENT_START:
        if (!this.inComment) {
          if (this.state === S.REFERENCE) this.pop()
          this.inComment = true
          this.push(S.LINE_COMMENT)
        }
        break
      case K.LINE_COMMENT:
      case K.FORMAL_COMMENT:
      case K.MULTI_COMMENT:
      case K.TEXTBLOCK:
        this.inComment = false
        this.pop()
        break
      case K.STRING:
        if (this.state === S.DIRECTIVE && !this.inSet && this.lparen === 0) this.pop()
        break
      case K.END:
      case K.ELSE:
        this.pop()
        break
      case K.IF:
      case K.ELSEIF:
        this.state = S.DIRECTIVE
        break
      case K.INTEGER:
        if (image.endsWith('..')) {
          this.pos -= 2
          image = image.slice(0, -2)
        }
        if (this.lparen === 0 && !this.inSet && this.state !== S.METHOD && this.state !== S.REFINDEX)
          this.pop()
        break
      case K.FLOAT:
        if (this.lparen === 0 && !this.inSet && this.state !== S.METHOD) this.pop()
        break
      case K.DOT:
        this.pos--
        image = '.'
        this.state = S.REFMODIFIER
        break
      case K.RCURLY:
        this.pop()
    }
    return { kind, image, at: begin, next: null, special }
  }

  private push(state: number): void {
    this.stack.push({ lparen: this.lparen, rparen: this.rparen, state: this.state })
    this.lparen = 0
    this.state = state
  }

  pop(): boolean {
    const s = this.stack.pop()
    if (!s) {
      this.lparen = 0
      this.state = S.DEFAULT
      return false
    }
    this.lparen = s.lparen
    this.rparen = s.rparen
    this.state = s.state
    return true
  }

  private closeParen(): void {
    if (this.inComment) return
    for (;;) {
      if (this.lparen > 0) {
        if (this.lparen === this.rparen + 1) this.pop()
        else this.rparen++
        return
      }
      if (!this.pop()) return
    }
  }

  /** Is the next character that is not white space a parenthesis? (Reads characters, makes no token.) */
  parenAhead(): boolean {
    let i = this.pos
    while (i < this.src.length && ' \n\r\t'.includes(this.src[i] as string)) i++
    return this.src[i] === '('
  }
}
