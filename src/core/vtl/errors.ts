/** A template that does not parse. `line` and `column` count from 1. */
export class TemplateSyntaxError extends Error {
  readonly line: number
  readonly column: number
  constructor(message: string, line: number, column: number) {
    super(message)
    this.name = 'TemplateSyntaxError'
    this.line = line
    this.column = column
  }
}

/** A template that failed while rendering, with the place and text of the expression that failed. */
export class TemplateRuntimeError extends Error {
  readonly line: number
  readonly column: number
  readonly expression: string
  /** The Java exception's short name ("IndexOutOfBoundsException") or "LimitExceeded" for a bound of this engine. */
  readonly kind: string
  constructor(kind: string, message: string, line: number, column: number, expression: string) {
    super(message)
    this.name = 'TemplateRuntimeError'
    this.kind = kind
    this.line = line
    this.column = column
    this.expression = expression
  }
}

/** The line of the template with a caret under the column, for messages on a terminal. */
export function caret(source: string, line: number, column: number): string {
  const text = source.split(/\r\n|\n|\r/)[line - 1] ?? ''
  const from = Math.max(0, column - 60)
  const shown = text.slice(from, from + 100)
  return `${shown}\n${shown.slice(0, column - 1 - from).replace(/[^\t]/g, ' ')}^`
}
