import { toJavaString } from '../java/text.ts'
import { JArray, JavaError, JClass, JList, JMap, type Value } from '../java/values.ts'
import { Block } from './block.ts'
import type { Compiler } from './compiler.ts'
import type { Context, Eval, Render, Test } from './env.ts'
import { value } from './expressions.ts'
import { caller, className, invoke, property, setProperty } from './methods/tables.ts'
import { literal, type Node } from './nodes.ts'

/** One step after the root of a reference: .name, .method(), [index]. null: nothing there. */
type Step = (o: Value, c: Context) => Value | null

/** `$root.step.step` with everything Velocity's ASTReference knows about it. */
export interface Reference {
  node: Node
  slot: number
  steps: number
  /** The value; in the aws profile "" instead of null. */
  eval: Eval
  render: Render
  test: Test
  /** Assigns to the last step (or the variable). False when there was nothing to assign to. */
  assign: (c: Context, v: Value) => boolean
}

interface Root {
  name: string
  /** What is printed when there is no value. */
  nullText: string
  escaped: boolean
  /** Half of the backslashes before the dollar. */
  escPrefix: string
  /** Dollars before the last one. */
  morePrefix: string
  computable: boolean
  runt: boolean
}

/** Takes the escapes off the first token (it stays so for whoever prints the node later) and names the variable. */
function rootOf(n: Node): Root {
  const t = n.first
  const r: Root = {
    name: '',
    nullText: '',
    escaped: false,
    escPrefix: '',
    morePrefix: '',
    computable: true,
    runt: false,
  }
  if (t.image.includes('\\!')) {
    // "$\!x": the escape is in the middle, nothing is looked up
    const at = t.image.indexOf('\\', Math.max(0, t.image.indexOf('$')))
    r.nullText = t.image.slice(0, at) + t.image.slice(at + 1)
    r.name = r.nullText
    r.computable = false
    return r
  }
  const slashes = /^\\*/.exec(t.image)?.[0].length ?? 0
  if (slashes > 0) {
    r.escaped = slashes % 2 !== 0
    r.escPrefix = t.image.slice(0, slashes >> 1)
    t.image = t.image.slice(slashes)
  }
  const dollar = t.image.lastIndexOf('$')
  if (dollar > 0) {
    r.morePrefix = t.image.slice(0, dollar)
    t.image = t.image.slice(dollar)
  }
  r.nullText = literal(n)
  const { image } = t
  if (image.startsWith('$!')) {
    if (!r.escaped) r.nullText = ''
    r.name = image.startsWith('$!{') ? (t.next?.image ?? '') : image.slice(2)
  } else if (image === '${') r.name = t.next?.image ?? ''
  else if (image.startsWith('$')) r.name = image.slice(1)
  else {
    r.name = image
    r.runt = true
  }
  return r
}

export function reference(k: Compiler, n: Node): Reference {
  // an error in a step is told with the reference up to it
  const steps = n.kids.map((kid) => step(k, kid, { ...kid, first: n.first }))
  const r = rootOf(n)
  const slot = k.unit.names.slot(r.name)
  const evaluate = r.runt ? () => null : evaluator(slot, steps, k.unit.aws ? '' : null)
  return {
    node: n,
    slot,
    steps: steps.length,
    eval: r.computable ? evaluate : () => null,
    render: r.runt ? fixed(r.name) : renderer(r, evaluate),
    test: (c) => {
      const v = evaluate(c)
      if (typeof v === 'boolean') return v
      if (v === null) return false
      return v instanceof Block ? v.text() !== null : true
    },
    assign: assigner(k, n, slot, steps),
  }
}

const fixed =
  (text: string): Render =>
  (_, w) => {
    w.s += text
  }

function evaluator(slot: number, steps: Step[], nothing: Value): Eval {
  const [a, b] = steps
  if (!a) return (c) => c.get(slot) ?? nothing
  if (!b) {
    return (c) => {
      const o = c.get(slot)
      return o === null ? nothing : (a(o, c) ?? nothing)
    }
  }
  return (c) => {
    let o: Value = c.get(slot)
    for (let i = 0; o !== null && i < steps.length; i++) o = (steps[i] as Step)(o, c)
    return o ?? nothing
  }
}

/** In a macro a parameter without a value prints as the argument it stands for was written. */
function nullTextIn(c: Context, text: string): string {
  const arg = c.argument(text)
  return arg ? literal(arg) : text
}

function renderer(r: Root, evaluate: Eval): Render {
  if (r.escaped) {
    return (c, w) => {
      w.s += (evaluate(c) === null ? `${r.escPrefix}\\` : r.escPrefix) + nullTextIn(c, r.nullText)
    }
  }
  const prefix = r.escPrefix + r.morePrefix
  return (c, w) => {
    const v = evaluate(c)
    if (typeof v === 'string') {
      w.s += prefix + v
      return
    }
    if (v !== null && !(v instanceof Block)) {
      w.s += prefix + c.env.built(toJavaString(v))
      return
    }
    if (v?.render(c, w)) return
    w.s += r.escPrefix + prefix + nullTextIn(c, r.nullText)
  }
}

function step(k: Compiler, n: Node, upTo: Node): Step {
  switch (n.type) {
    case 'identifier':
      return identifier(k, n, upTo)
    case 'index': {
      const arg = value(k, n.kids[0] as Node)
      return (o, c) => {
        try {
          return index(o, arg(c), c)
        } catch (e) {
          throw k.located(upTo, e)
        }
      }
    }
    default:
      return method(k, n, upTo)
  }
}

function identifier(k: Compiler, n: Node, upTo: Node): Step {
  const name = n.first.image
  const isClass = name === 'class' || name === 'Class'
  const read = property(name)
  return (o, c) => {
    if (o instanceof JMap && o.scope === undefined)
      return isClass ? new JClass(className(o)) : (o.get(name) ?? null)
    try {
      return read(o, c.env) ?? null
    } catch (e) {
      throw k.located(upTo, e)
    }
  }
}

function method(k: Compiler, n: Node, upTo: Node): Step {
  const { name } = n
  const args = n.kids.map((a) => value(k, a))
  const [first, second] = args
  const invokeIt = caller(name, args.length)
  return (o, c) => {
    const a = first === undefined ? [] : second === undefined ? [first(c)] : args.map((f) => f(c))
    try {
      return invokeIt(o, a, c.env) ?? null
    } catch (e) {
      throw k.located(upTo, e)
    }
  }
}

/** A negative index counts from the end, for whatever has a size(). */
function adjust(o: Value, i: Value, c: Context): Value {
  if (typeof i !== 'number' || i >= 0) return i
  const size = invoke(o, 'size', [], c.env)
  if (typeof size !== 'number')
    throw new JavaError('VelocityException', `A 'size()' method required for negative value ${i}`)
  return size + i
}

function index(o: Value, arg: Value, c: Context): Value | null {
  if (typeof arg === 'number' && arg >= 0 && (o instanceof JList || o instanceof JArray)) {
    const v = o.a[arg]
    if (v !== undefined) return v
  }
  return invoke(o, 'get', [adjust(o, arg, c)], c.env) ?? null
}

function assigner(k: Compiler, n: Node, slot: number, steps: Step[]): Reference['assign'] {
  const last = n.kids[n.kids.length - 1]
  if (!last) {
    return (c, v) => {
      c.put(slot, v)
      return true
    }
  }
  const before = steps.slice(0, -1)
  const arg = last.type === 'index' ? value(k, last.kids[0] as Node) : null
  const name = last.first.image
  return (c, v) => {
    let o: Value = c.get(slot)
    for (let i = 0; o !== null && i < before.length; i++) o = (before[i] as Step)(o, c)
    if (o === null) return false
    try {
      if (!arg) return setProperty(o, name, v, c.env)
      const i = adjust(o, arg(c), c)
      return (invoke(o, 'set', [i, v], c.env) ?? invoke(o, 'put', [i, v], c.env)) !== undefined
    } catch (e) {
      throw k.located(n, e)
    }
  }
}
