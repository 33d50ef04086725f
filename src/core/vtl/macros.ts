import { Block } from './block.ts'
import type { Compiler } from './compiler.ts'
import {
  type Argument,
  type Context,
  type Macro,
  MacroContext,
  type Out,
  type Render,
  StopSignal,
} from './env.ts'
import { value } from './expressions.ts'
import { type Node, weight } from './nodes.ts'
import { reference } from './references.ts'
import { statements } from './statements.ts'

/** Macro calls inside macro calls, as Velocity limits them (velocimacro.max.depth). */
const MAX_DEPTH = 20

export function define(k: Compiler, n: Node): void {
  const [name, ...rest] = n.kids as [Node, ...Node[]]
  const block = rest.pop() as Node
  const body = statements(k, block)
  const params: number[] = []
  const literals: string[] = []
  for (const p of rest) {
    if (p.type === 'reference') reference(k, p)
    else value(k, p)
    const { image } = p.first
    const param = image.startsWith('$') ? image.slice(1) : image
    params.push(k.unit.names.slot(param))
    literals.push(`$${param}`)
  }
  k.unit.addMacro({ name: name.first.image, params, literals, body, weight: weight(block) })
}

/** An argument evaluated once at the call, or each time the macro reads it. */
type Bound = { once: (c: Context) => ReturnType<Argument['value']> } | Argument

function bind(k: Compiler, n: Node): Bound {
  switch (n.type) {
    case 'reference': {
      const r = reference(k, n)
      // a plain variable is read past the rule that makes it "" when it is not there
      return { node: n, value: r.steps > 0 ? r.eval : (c) => c.get(r.slot), weight: weight(n) }
    }
    case 'range':
    case 'list':
    case 'map':
    case 'string':
      return { node: n, value: value(k, n), weight: weight(n) }
    default:
      return { once: value(k, n) }
  }
}

/** `#name(args)`: looked up when it renders, because a macro may be defined after its call. */
export function call(k: Compiler, n: Node): Render {
  return render(
    k,
    n,
    n.name,
    n.kids.map((a) => bind(k, a)),
    null,
  )
}

/** `#@name(args) body #end`: the body is `$bodyContent` inside the macro. */
export function block(k: Compiler, n: Node): Render {
  const kids = n.kids.slice()
  const last = kids.pop() as Node
  const body = { render: statements(k, last), weight: weight(last) }
  const args = kids.map((a) => bind(k, a))
  // Velocity counts the body among the arguments; as one it has no value
  args.push({ once: () => null })
  return render(k, n, n.name.slice(1), args, body)
}

/** The call as it stands in the template, for a name that is no macro: the tokens between its first and last. */
function source(n: Node): string {
  let s = ''
  for (let t: Node['first'] | null = n.first; t; t = t.next) {
    s += t.image
    if (t === n.last) break
  }
  return s
}

function render(
  k: Compiler,
  n: Node,
  name: string,
  args: Bound[],
  body: { render: Render; weight: number } | null,
): Render {
  const word = n.kids.find((a) => a.type === 'word')
  const bodySlot = k.unit.names.slot('bodyContent')
  const owner = {}
  let text: string | undefined
  return (c, w) => {
    const m = c.env.macro(name)
    if (!m) {
      text ??= source(n)
      w.s += text
      return
    }
    if (word)
      throw k.runtimeError(n, 'TemplateInitException', `Invalid arg '${word.first.image}' in macro #${name}`)
    const inner = new MacroContext(c)
    try {
      c.env.turn(w, m.weight)
      for (let i = 0; i < args.length && i < m.params.length; i++) {
        const a = args[i] as Bound
        if ('once' in a) inner.constant(m.params[i] as number, a.once(c))
        else inner.bind(m.params[i] as number, m.literals[i] as string, a)
      }
      if (body) inner.constant(bodySlot, new Block(body.render, body.weight, c, MAX_DEPTH, owner))
      enter(k, n, m, inner, w)
    } catch (e) {
      if (!(e instanceof StopSignal)) throw k.located(n, e)
      if (!e.isFor(owner)) throw e
    }
  }
}

function enter(k: Compiler, n: Node, m: Macro, c: Context, w: Out): void {
  const { env } = c
  if (env.macroDepth === MAX_DEPTH) {
    env.macroDepth = 0
    throw k.runtimeError(
      n,
      'MacroOverflowException',
      `Max calling depth of ${MAX_DEPTH} was exceeded in macro '${m.name}'`,
    )
  }
  // as in Velocity, a macro left by #break stays counted
  env.macroDepth++
  m.body(c, w)
  env.macroDepth--
}
