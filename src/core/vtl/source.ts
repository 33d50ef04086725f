import { TemplateSyntaxError } from './errors.ts'
import type { Node } from './nodes.ts'
import { type MacroNames, Parser } from './parser.ts'
import { locate, type Origin } from './token-reader.ts'

/** One text that is parsed: a template, or a string literal in one that is a template of its own. */
export class Source {
  readonly src: string
  readonly origin: Origin
  readonly depth: number

  constructor(src: string, origin: Origin, depth: number) {
    if (depth > MAX_TEXTS)
      throw new TemplateSyntaxError('String literals nest too deeply', origin.line, origin.column)
    this.src = src
    this.origin = origin
    this.depth = depth
  }

  tree(names: MacroNames): Node {
    return new Parser(this.src, this.origin, names).parse()
  }

  place(n: Node): Origin {
    return locate(this.src, n.first.at, this.origin)
  }

  syntaxError(n: Node, message: string): TemplateSyntaxError {
    const { line, column } = this.place(n)
    return new TemplateSyntaxError(message, line, column)
  }
}

export interface StringLiteral {
  /** without its quotes and escapes */
  text: string
  /** where it is a template of its own */
  template: {
    source: string
    origin: Origin /** of what it prints a last space is Velocity's, not the author's */
    padded: boolean
  } | null
}

export function stringLiteral(s: Source, n: Node): StringLiteral {
  const { image } = n.first
  const double = image.startsWith('"')
  let text = image.slice(1, -1)
  if (double) text = unescapeUnicode(s, n, text)
  const quote = double ? '"' : "'"
  text = text.replaceAll(quote + quote, quote)
  if (!double || !/[$#]/.test(image)) return { text, template: null }
  const { line, column } = s.place(n)
  // Velocity adds a space so that the text cannot end inside a token, and takes it off the result
  const padded = !text.includes('##')
  return {
    text,
    template: { source: padded ? `${text} ` : text, origin: { line, column: column + 1 }, padded },
  }
}

/** \uXXXX in double quotes; anything else after a backslash stays as it is. */
function unescapeUnicode(s: Source, n: Node, text: string): string {
  if (!text.includes('\\u')) return text
  return text.replace(/\\u([\s\S]{0,4})/g, (_, hex: string) => {
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw s.syntaxError(n, 'Bad \\u escape in a string literal')
    return String.fromCharCode(Number.parseInt(hex, 16))
  })
}

const MAX_TEXTS = 30
