import { JavaError } from '../java/values.ts'
import type { Env, Eval, Macro, Render, Test } from './env.ts'
import { TemplateRuntimeError, TemplateSyntaxError } from './errors.ts'
import type { Names } from './names.ts'
import { literal, type Node } from './nodes.ts'
import { locate, type MacroNames, type Origin, Parser } from './parser.ts'

/** What compiling one template shares, with the texts inside it (string literals, #evaluate) that are templates too. */
export interface Unit {
  readonly aws: boolean
  readonly names: Names
  /** Names that #macro declares anywhere in what was parsed so far. */
  readonly declared: Set<string>
  /** Takes a macro that is not there yet; later definitions of the same name are ignored. */
  addMacro(m: Macro): void
  hasMacro(name: string): boolean
}

/** Compiles one text of a unit. */
export class Compiler {
  readonly unit: Unit
  readonly src: string
  readonly origin: Origin
  readonly depth: number

  constructor(unit: Unit, src: string, origin: Origin, depth: number) {
    if (depth > MAX_TEXTS)
      throw new TemplateSyntaxError('String literals nest too deeply', origin.line, origin.column)
    this.unit = unit
    this.src = src
    this.origin = origin
    this.depth = depth
  }

  parse(): Node {
    const { declared } = this.unit
    const names: MacroNames = { declared, defined: (n) => this.unit.hasMacro(n) }
    return new Parser(this.src, this.origin, names).parse()
  }

  place(n: Node): Origin {
    return locate(this.src, n.first.at, this.origin)
  }

  syntaxError(n: Node, message: string): TemplateSyntaxError {
    const { line, column } = this.place(n)
    return new TemplateSyntaxError(message, line, column)
  }

  /** Puts the place and text of a node on an error that passes through it, if it has none yet. */
  located(n: Node, e: unknown): unknown {
    if (e instanceof JavaError) return this.runtimeError(n, e.kind, e.message)
    if (e instanceof RangeError) return this.runtimeError(n, 'StackOverflowError', 'Too deeply nested')
    return e
  }

  runtimeError(n: Node, kind: string, message: string): TemplateRuntimeError {
    const { line, column } = this.place(n)
    return new TemplateRuntimeError(kind, message, line, column, text(n))
  }
}

const MAX_TEXTS = 30
const MAX_EXPRESSION = 300

function text(n: Node): string {
  try {
    return literal(n).trim().slice(0, MAX_EXPRESSION)
  } catch {
    return n.first.image
  }
}

export type { Env, Eval, Render, Test }
