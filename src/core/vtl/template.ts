import { doubleValue, isNumber } from '../java/number.ts'
import { PlainMap, unwrap } from '../java/plain.ts'
import { toJavaString } from '../java/text.ts'
import { JavaError, JMap, type Value } from '../java/values.ts'
import { paying } from '../java/work.ts'
import type { PathDialect } from '../jsonpath/path.ts'
import { reading } from './check.ts'
import { Compiler, type Unit } from './compiler.ts'
import { BaseContext, Env, type Limits, type Macro, StopSignal } from './env.ts'
import { TemplateRuntimeError } from './errors.ts'
import { Names, PREDEFINED } from './names.ts'
import { Input, type Params, RootContext, Util } from './objects.ts'
import { statements } from './statements.ts'

export type { Limits } from './env.ts'
export { caret, TemplateRuntimeError, TemplateSyntaxError } from './errors.ts'
export type { Params } from './objects.ts'

export interface TemplateOptions {
  /** "aws" (default): what Amazon renders. "plain": Velocity 1.7 as it comes, unresolved references print as written. */
  profile?: 'aws' | 'plain'
  /** See PathDialect; default "classic". */
  jsonPath?: PathDialect
  /**
   * How numbers that are not Integers come out in `overrides`: "text" (default) as Java prints them, which is what a header
   * carries; "number" as JavaScript numbers.
   */
  overrideNumbers?: 'text' | 'number'
  /**
   * Go through $context and the maps in it as Amazon does, whose are each a java.util.HashMap (recorded: the 12 keys of identity, and
   * those of $context itself). Else in the order given.
   */
  hashedContext?: boolean
  /** Bounds of one render; what is left out has its default. */
  limits?: Partial<Limits>
}

/** What a render sees. Plain values; nothing is read or copied until the template asks for it. */
export interface TemplateScope {
  /** null and "" are `{}` for $input (recorded). */
  body: string | null
  params: Params
  context: Record<string, unknown>
  stageVariables: Record<string, string>
  /** Let $input.params('name') find a header in another case. Amazon's does not. */
  foldHeaderCase?: boolean
}

export interface RenderResult {
  output: string
  /**
   * What the template put into $context.requestOverride and responseOverride, as plain values and without empty parts:
   * {requestOverride: {header: {name: value}}, responseOverride: {status: 400}}. A header's value may be a list.
   */
  overrides: { requestOverride?: unknown; responseOverride?: unknown }
}

export interface CompiledTemplate {
  /** Errors: TemplateRuntimeError. */
  render(scope: TemplateScope): RenderResult
}

/**
 * Amazon's is 1,000 turns a loop; the others are ours. A step is some 10 ns on a machine of 2025: 50 million are half a second, what
 * two loops of 1,000 turns inside each other take with some thirty operations in the inner one. The templates of Amazon's guide and of
 * public projects take 4,000 at most, a row of a list with five members 300.
 */
const DEFAULT_LIMITS: Limits = {
  loopTurns: 1000,
  output: 20 * 1024 * 1024,
  steps: 50_000_000,
  depth: 20,
}

/**
 * Compiles a mapping template to closures. Errors: TemplateSyntaxError with line and column.
 * The result keeps no state between renders and may be used for many at once.
 */
export function compileTemplate(source: string, options: TemplateOptions = {}): CompiledTemplate {
  const aws = options.profile !== 'plain'
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const dialect = options.jsonPath ?? 'classic'
  const names = new Names()
  for (const n of PREDEFINED) names.slot(n)
  const macros = new Map<string, Macro>()
  const unit: Unit = {
    aws,
    names,
    declared: new Set(),
    addMacro: (m) => void (macros.has(m.name) || macros.set(m.name, m)),
    hasMacro: (n) => macros.has(n),
  }
  const body = reading(source, () => {
    const k = new Compiler(unit, source, { line: 1, column: 1 }, 0)
    return statements(k, k.parse())
  })
  const print = options.overrideNumbers === 'number' ? numberOf : toJavaString
  const overrides = (c: RootContext): RenderResult['overrides'] => {
    try {
      return overridesOf(c, print)
    } catch (e) {
      throw failure(e)
    }
  }
  return {
    render(scope) {
      const context = new RootContext(scope, aws, options.hashedContext === true)
      const vars: (Value | undefined)[] = new Array(names.size)
      vars[0] = new Input(scope.body, scope, scope.foldHeaderCase === true, dialect)
      vars[1] = UTIL
      vars[2] = context
      vars[3] = new PlainMap(scope.stageVariables)
      const env = new Env(limits, aws, names, macros, scope.body?.length ?? 0)
      const w = { s: '' }
      try {
        paying(env.spend, () => body(new BaseContext(env, vars), w))
        env.bound(w.s)
      } catch (e) {
        if (!(e instanceof StopSignal) || e.owner !== undefined) throw failure(e)
      }
      return { output: w.s, overrides: overrides(context) }
    },
  }
}

const UTIL = new Util()

const numberOf = (v: Value): unknown => (isNumber(v) ? doubleValue(v) : toJavaString(v))

function failure(e: unknown): unknown {
  if (e instanceof JavaError) return new TemplateRuntimeError(e.kind, e.message, 1, 1, '')
  if (e instanceof RangeError)
    return new TemplateRuntimeError('StackOverflowError', 'Too deeply nested', 1, 1, '')
  if (e instanceof StopSignal)
    return new TemplateRuntimeError('StopCommand', '#break names a loop that is over', 1, 1, '')
  if (e instanceof TemplateRuntimeError) return e
  return new TemplateRuntimeError('InternalError', e instanceof Error ? e.message : String(e), 1, 1, '')
}

function overridesOf(context: RootContext, print: (v: Value) => unknown): RenderResult['overrides'] {
  const root = context.touched()
  const out: Record<string, unknown> = {}
  if (!root) return out
  for (const k of ['requestOverride', 'responseOverride']) {
    const v = root.get(k) ?? null
    if (!(v instanceof JMap)) {
      out[k] = unwrap(v, print)
      continue
    }
    const parts = v.keys().filter((p) => {
      const x = v.getKey(p)
      return !(x instanceof JMap && x.size === 0)
    })
    if (parts.length === 0) continue
    out[k] = Object.fromEntries(parts.map((p) => [toJavaString(p), unwrap(v.getKey(p) ?? null, print)]))
  }
  return out
}
