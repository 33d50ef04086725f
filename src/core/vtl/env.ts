import { LimitError, type Value } from '../java/values.ts'
import type { Names } from './names.ts'
import type { Node } from './nodes.ts'

/** Where rendered text goes. */
export interface Out {
  s: string
}

export type Render = (c: Context, w: Out) => void
export type Eval = (c: Context) => Value
export type Test = (c: Context) => boolean

export interface Limits {
  /** Turns one #foreach may take; it stops silently there, as Amazon's does. */
  loopTurns: number
  /** Characters a template may print, or build in one string. */
  output: number
  /**
   * Units of work for one render: what it evaluates, turns of loops, values that JSONPath visits, steps of regular expressions,
   * characters that functions go through. A body brings more along, for being read and printed.
   */
  steps: number
  /** Nesting of #evaluate calls. */
  depth: number
}

export interface Macro {
  name: string
  /** Variable slots of the parameters. */
  params: number[]
  /** The parameters as the template writes them ("$a"), for references without a value. */
  literals: string[]
  body: Render
  /** see `weight` */
  weight: number
}

/** Steps that a character of the body adds: what is legal at 10 MB takes long, but no longer than that. */
const PER_BODY = 8

/** What a loop turn, a macro call or a #define costs, against a step of a regular expression. */
const TURN = 10
const VISIT = 4

/** What one render shares. */
export class Env {
  declare readonly limits: Limits
  /** "aws": references without a value are "". "plain": they are null and print as written. */
  declare readonly aws: boolean
  declare readonly names: Names
  /** Names that only texts given to #evaluate use. */
  declare dynamicNames: Names | undefined
  declare private readonly macros: Map<string, Macro>
  declare private own: Map<string, Macro> | undefined
  declare private left: number
  declare macroDepth: number
  declare evaluateDepth: number
  /** Templates that #evaluate compiled in this render, by their text. */
  declare evaluated: Map<string, Render> | undefined
  declare readonly spend: (n: number) => void
  /** A value that JSONPath looks at. */
  declare readonly visit: () => void

  constructor(limits: Limits, aws: boolean, names: Names, macros: Map<string, Macro>, bodyLength: number) {
    this.limits = limits
    this.aws = aws
    this.names = names
    this.macros = macros
    const steps = limits.steps + PER_BODY * bodyLength
    this.left = steps
    this.own = undefined
    this.dynamicNames = undefined
    this.evaluated = undefined
    this.macroDepth = 0
    this.evaluateDepth = 0
    this.spend = (n) => {
      this.left -= n
      if (this.left < 0) throw new LimitError(`Template takes more than ${steps} steps`)
    }
    this.visit = () => this.spend(VISIT)
  }

  macro(name: string): Macro | undefined {
    return this.macros.get(name) ?? this.own?.get(name)
  }

  /** A macro that #evaluate brought; the first definition of a name stays. */
  addMacro(m: Macro): void {
    if (this.macro(m.name)) return
    this.own ??= new Map()
    this.own.set(m.name, m)
  }

  /** Bounds a text and counts the work of making it. */
  built(s: string): string {
    this.spend(s.length >> 4)
    return this.bound(s)
  }

  /** Bounds a text: a template doubles strings faster than it takes steps. */
  bound(s: string): string {
    if (s.length > this.limits.output) this.tooLong()
    return s
  }

  private tooLong(): never {
    throw new LimitError(`Template output exceeds ${this.limits.output} characters`)
  }

  /** Another turn of a loop, or another call, of a body of this weight. */
  turn(w: Out, weight: number): void {
    this.spend(TURN + weight)
    if (w.s.length > this.limits.output) this.tooLong()
  }
}

/** Variables, by slot. null is "not there". */
export interface Context {
  readonly env: Env
  get(slot: number): Value
  put(slot: number, v: Value): void
  remove(slot: number): void
  /** The argument node behind a macro parameter written like this ("$a"), if any. */
  argument(text: string): Node | undefined
}

export class BaseContext implements Context {
  declare readonly env: Env
  declare private readonly vars: (Value | undefined)[]
  constructor(env: Env, vars: (Value | undefined)[]) {
    this.env = env
    this.vars = vars
  }
  get(slot: number): Value {
    return this.vars[slot] ?? null
  }
  put(slot: number, v: Value): void {
    this.vars[slot] = v
  }
  remove(slot: number): void {
    this.vars[slot] = null
  }
  argument(): undefined {
    return undefined
  }
}

/** What a macro argument evaluates to, in the context of the call. */
export interface Argument {
  node: Node
  value: Eval
  weight: number
}

/** Variables inside a macro: its arguments by name (evaluated each time they are read) before those of the caller. */
export class MacroContext implements Context {
  readonly env: Env
  private readonly inner: Context
  private readonly local = new Map<number, Value>()
  private readonly args = new Map<number, Argument>()
  private readonly literals = new Map<string, Node>()

  constructor(inner: Context) {
    this.env = inner.env
    this.inner = inner
  }
  constant(slot: number, v: Value): void {
    this.local.set(slot, v)
  }
  bind(slot: number, text: string, arg: Argument): void {
    this.args.set(slot, arg)
    this.literals.set(text, arg.node)
  }
  get(slot: number): Value {
    const v = this.local.get(slot)
    if (v !== undefined && v !== null) return v
    const arg = this.args.get(slot)
    if (!arg) return this.inner.get(slot)
    this.env.spend(TURN + arg.weight)
    return arg.value(this.inner)
  }
  put(slot: number, v: Value): void {
    this.local.set(slot, v)
    this.inner.put(slot, v)
  }
  remove(slot: number): void {
    this.local.delete(slot)
    this.args.delete(slot)
    this.inner.remove(slot)
  }
  argument(text: string): Node | undefined {
    return this.literals.get(text) ?? this.inner.argument(text)
  }
}

/** Inside a #foreach turn whose element is null: the loop variable hides any outer one. */
export class NullContext implements Context {
  readonly env: Env
  private readonly inner: Context
  private readonly slot: number
  private active = true
  constructor(inner: Context, slot: number) {
    this.env = inner.env
    this.inner = inner
    this.slot = slot
  }
  get(slot: number): Value {
    return this.active && slot === this.slot ? null : this.inner.get(slot)
  }
  put(slot: number, v: Value): void {
    if (slot === this.slot && v === null) this.active = true
    this.inner.put(slot, v)
  }
  remove(slot: number): void {
    if (slot === this.slot) this.active = false
    this.inner.remove(slot)
  }
  argument(text: string): Node | undefined {
    return this.inner.argument(text)
  }
}

/** #break (stops the nearest loop, macro, define or evaluate) and #stop (stops the template or an #evaluate). */
export class StopSignal extends Error {
  readonly nearest: boolean
  /** The loop a `#break($foreach)` names. */
  readonly owner: unknown
  constructor(nearest: boolean, owner?: unknown) {
    super('stop')
    this.nearest = nearest
    this.owner = owner
  }
  isFor(directive: unknown): boolean {
    return this.nearest || (this.owner !== undefined && this.owner === directive)
  }
}
