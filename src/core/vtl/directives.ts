import { toJavaString } from '../java/text.ts'
import { iteratorOf, JavaError, type Value } from '../java/values.ts'
import { Block } from './block.ts'
import { obey } from './check.ts'
import { Compiler, type Unit } from './compiler.ts'
import { type Context, type Env, type Eval, NullContext, type Out, type Render, StopSignal } from './env.ts'
import { TemplateSyntaxError } from './errors.ts'
import { value } from './expressions.ts'
import { block as blockMacro, call, define as defineMacro } from './macros.ts'
import { Names } from './names.ts'
import { literal, type Node, weight } from './nodes.ts'
import { reference } from './references.ts'
import { LoopScope } from './scope.ts'
import { statements } from './statements.ts'

const BREAK = new StopSignal(true)
const STOP = new StopSignal(false)

/** What a character of a text costs that #evaluate compiles. */
const COMPILE = 16

/** How often a #define block may be rendered inside itself. */
const DEFINE_DEPTH = 2

export function directive(k: Compiler, n: Node): Render | string {
  const { name } = n
  obey(k, n)
  switch (name) {
    case 'foreach':
      return foreach(k, n)
    case 'define':
      return define(k, n)
    case 'macro':
      defineMacro(k, n)
      return ''
    case 'literal':
      return literalText(k, n)
    case 'evaluate':
      return evaluate(k, n)
    case 'break':
      return stopLoop(k, n)
    case 'stop':
      return stop(k, n)
    case 'include':
    case 'parse':
      return load(k, n)
  }
  if (!name.startsWith('@')) return call(k, n)
  return n.kids.length > 0 ? blockMacro(k, n) : `#${name}`
}

/** Is the argument node a reference? Then it is also compiled as one. */
const rootName = (k: Compiler, n: Node): number =>
  n.type === 'reference' ? reference(k, n).slot : k.unit.names.slot(n.first.image.slice(1))

function foreach(k: Compiler, n: Node): Render {
  const [item, , list, body] = n.kids as [Node, ...(Node | undefined)[]]
  const slot = rootName(k, item)
  for (const kid of n.kids.slice(1)) if (kid !== list && kid !== body && kid.type !== 'block') value(k, kid)
  const { names } = k.unit
  const slots = {
    item: slot,
    count: names.slot('velocityCount'),
    next: names.slot('velocityHasNext'),
    scope: names.slot('foreach'),
  }
  if (!list) {
    const render = n.kids[1]?.type === 'block' ? statements(k, n.kids[1]) : null
    void render
    return () => {
      throw k.runtimeError(n, 'ArrayIndexOutOfBoundsException', '#foreach needs a list')
    }
  }
  const listOf: Eval = list.type === 'block' ? compileOnly(k, list) : value(k, list)
  if (!body) return (c) => void listOf(c)
  const turn = body.type === 'block' ? statements(k, body) : printer(k, body)
  for (const kid of n.kids.slice(4)) kid.type === 'block' ? statements(k, kid) : value(k, kid)
  return loop(k, n, slots, listOf, turn, weight(body))
}

/** A block where Velocity looks for a value: compiled for its macros, worth null. */
function compileOnly(k: Compiler, n: Node): Eval {
  statements(k, n)
  return () => null
}

/** An argument in the place of a body renders as what it is: only references print. */
function printer(k: Compiler, n: Node): Render {
  if (n.type === 'reference') return reference(k, n).render
  value(k, n)
  return () => {}
}

interface LoopSlots {
  item: number
  count: number
  next: number
  scope: number
}

function loop(k: Compiler, n: Node, s: LoopSlots, listOf: Eval, turn: Render, weight: number): Render {
  const owner = {}
  return (c, w) => {
    const it = iteratorOf(listOf(c))
    if (it === null) return
    const saved = c.get(s.item)
    const savedCount = c.get(s.count)
    const savedNext = c.get(s.next)
    const scope = new LoopScope(c.get(s.scope), owner)
    c.put(s.scope, scope)
    let nulls: Context | undefined
    let left = c.env.limits.loopTurns
    try {
      for (let count = 1; left-- > 0 && it.hasNext(); count++) {
        c.env.turn(w, weight)
        c.put(s.count, count)
        const v = it.next()
        const more = it.hasNext()
        c.put(s.next, more)
        c.put(s.item, v)
        scope.index++
        scope.more = more
        if (v === null) {
          nulls ??= new NullContext(c, s.item)
          turn(nulls, w)
        } else turn(c, w)
      }
    } catch (e) {
      if (!(e instanceof StopSignal)) throw k.located(n, e)
      if (!e.isFor(owner)) {
        restore(c, s, saved, savedCount, savedNext)
        throw e
      }
    }
    if (!restore(c, s, saved, savedCount, savedNext)) {
      throw k.runtimeError(n, 'NullPointerException', '$foreach is null')
    }
  }
}

/** Puts the variables back; false when $foreach is gone, because the loop variable has that very name. */
function restore(c: Context, s: LoopSlots, item: Value, count: Value, next: Value): boolean {
  const back = (slot: number, v: Value): void => (v !== null ? c.put(slot, v) : c.remove(slot))
  back(s.item, item)
  back(s.count, count)
  back(s.next, next)
  const scope = c.get(s.scope)
  if (scope instanceof LoopScope) back(s.scope, scope.parent ?? scope.replaced)
  return scope !== null
}

function define(k: Compiler, n: Node): Render {
  const [name, body] = n.kids as [Node, Node]
  if (name.type === 'reference') reference(k, name)
  const slot = k.unit.names.slot(name.first.image.slice(1))
  const render = statements(k, body)
  const owner = {}
  const cost = weight(body)
  return (c) => c.put(slot, new Block(render, cost, c, DEFINE_DEPTH, owner))
}

function literalText(k: Compiler, n: Node): string {
  for (const kid of n.kids) kid.type === 'block' ? statements(k, kid) : value(k, kid)
  return literal(n.kids[0] as Node)
}

function stopLoop(k: Compiler, n: Node): Render {
  const [arg] = n.kids
  if (!arg) {
    return () => {
      throw BREAK
    }
  }
  const scope = value(k, arg)
  return (c) => {
    const v = scope(c)
    if (v instanceof LoopScope) throw new StopSignal(false, v.owner)
    throw k.runtimeError(n, 'VelocityException', `${literal(arg)} is not a scope that #break can leave`)
  }
}

function stop(k: Compiler, n: Node): Render {
  const message = n.kids[0] ? value(k, n.kids[0]) : null
  return (c) => {
    message?.(c)
    throw STOP
  }
}

/** #include and #parse: there is nothing to load in a gateway, so every name is unknown. */
function load(k: Compiler, n: Node): Render {
  const args = n.kids.map((a) => value(k, a))
  return (c) => {
    const [first] = args
    if (!first) {
      if (n.name === 'include') return
      throw k.runtimeError(n, 'VelocityException', '#parse(): argument missing')
    }
    const v = first(c)
    if (v === null && n.name === 'parse') return
    throw k.runtimeError(
      n,
      'ResourceNotFoundException',
      `Unable to find resource '${v === null ? '' : toJavaString(v)}'`,
    )
  }
}

function evaluate(k: Compiler, n: Node): Render {
  const source = value(k, n.kids[0] as Node)
  return (c, w) => {
    const v = source(c)
    const { env } = c
    try {
      if (++env.evaluateDepth > env.limits.depth)
        throw new JavaError('LimitExceeded', '#evaluate nests too deeply')
      run(k, n, c, w, v === null ? '' : toJavaString(v))
    } catch (e) {
      throw k.located(n, e)
    }
    env.evaluateDepth--
  }
}

function run(k: Compiler, n: Node, c: Context, w: Out, text: string): void {
  const { env } = c
  env.turn(w, text.length >> 2)
  env.evaluated ??= new Map()
  let render = env.evaluated.get(text)
  if (!render) {
    env.spend(COMPILE * (1 + text.length))
    render = compileText(k, n, env, text)
    env.evaluated.set(text, render)
  }
  try {
    render(c, w)
  } catch (e) {
    // both #break and #stop end here
    if (!(e instanceof StopSignal) || e.owner !== undefined) throw e
  }
}

function compileText(k: Compiler, n: Node, env: Env, text: string): Render {
  env.dynamicNames ??= new Names(env.names)
  const { unit } = k
  const dynamic: Unit = {
    aws: unit.aws,
    names: env.dynamicNames,
    declared: new Set(unit.declared),
    addMacro: (m) => env.addMacro(m),
    hasMacro: (name) => env.macro(name) !== undefined,
  }
  try {
    const inner = new Compiler(dynamic, text, k.place(n), k.depth + 1)
    return statements(inner, inner.parse())
  } catch (e) {
    if (e instanceof TemplateSyntaxError) throw k.runtimeError(n, 'ParseErrorException', e.message)
    throw e
  }
}
