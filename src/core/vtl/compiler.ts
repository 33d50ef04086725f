import { JavaError } from '../java/values.ts'
import type { Env, Eval, Macro, Render, Test } from './env.ts'
import { TemplateRuntimeError } from './errors.ts'
import type { Names } from './names.ts'
import { literal, type Node } from './nodes.ts'
import type { MacroNames } from './parser.ts'
import { Source } from './source.ts'
import type { Origin } from './token-reader.ts'

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
export class Compiler extends Source {
  readonly unit: Unit

  constructor(unit: Unit, src: string, origin: Origin, depth: number) {
    super(src, origin, depth)
    this.unit = unit
  }

  parse(): Node {
    const { declared } = this.unit
    const names: MacroNames = { declared, defined: (n) => this.unit.hasMacro(n) }
    return this.tree(names)
  }

  /** Puts the place and text of a node on an error that passes through it, if it has none yet. */
  located(n: Node, e: unknown): unknown {
    if (e instanceof JavaError) return this.runtimeError(n, e.kind, e.message)
    // a body that met null where Java would have thrown
    if (e instanceof TypeError) return this.runtimeError(n, 'NullPointerException', 'A value is null')
    if (e instanceof RangeError) return this.runtimeError(n, 'StackOverflowError', 'Too deeply nested')
    return e
  }

  runtimeError(n: Node, kind: string, message: string): TemplateRuntimeError {
    const { line, column } = this.place(n)
    return new TemplateRuntimeError(kind, message, line, column, text(n))
  }
}

const MAX_EXPRESSION = 300

function text(n: Node): string {
  try {
    return literal(n).trim().slice(0, MAX_EXPRESSION)
  } catch {
    return n.first.image
  }
}

export type { Env, Eval, Render, Test }
