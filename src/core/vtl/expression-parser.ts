import type { Node, NodeType } from './nodes.ts'
import { TokenReader } from './token-reader.ts'
import { K } from './tokens.ts'

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

/** The grammar of references, literals and expressions, production for production. */
export class ExpressionParser extends TokenReader {
  /** A range, float, map, list or boolean: what may stand after the cheaper choices were ruled out. */
  protected constant(): Node {
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

  protected reference(): Node {
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

  protected expression(): Node {
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
