import type { Compiler } from './compiler.ts'
import { directive } from './directives.ts'
import type { Context, Out, Render, Test } from './env.ts'
import { test, value } from './expressions.ts'
import { type Node, tokenLiteral } from './nodes.ts'
import { reference } from './references.ts'

/** A statement: fixed text, or something that renders. */
type Part = string | Render

/** The statements of a block (or of the whole template), neighbouring texts joined. */
export function statements(k: Compiler, n: Node): Render {
  const parts: Part[] = []
  for (const kid of n.kids) {
    const p = statement(k, kid)
    const last = parts.length - 1
    if (typeof p === 'string' && typeof parts[last] === 'string') parts[last] += p
    else if (p !== '') parts.push(p)
  }
  const [a, b] = parts
  if (a === undefined) return () => {}
  if (b === undefined) return renderOf(a)
  const renders = parts.map(renderOf)
  const count = renders.length
  return (c, w) => {
    for (let i = 0; i < count; i++) (renders[i] as Render)(c, w)
  }
}

const renderOf = (p: Part): Render =>
  typeof p === 'string'
    ? (_, w) => {
        w.s += p
      }
    : p

function statement(k: Compiler, n: Node): Part {
  switch (n.type) {
    case 'text':
      return tokenLiteral(n.first)
    case 'comment': {
      // a "$" or "\" that turned out to stand before a comment is printed
      const at = n.first.image.search(/##|#\*/)
      return at < 0
        ? ''
        : n.first.image.slice(0, n.first.image.includes('##') ? n.first.image.indexOf('##') : at)
    }
    case 'textblock':
      return n.first.image.slice(3, -3)
    case 'escape':
      return n.name
    case 'escapedDirective':
      return n.first.image
    case 'reference':
      return reference(k, n).render
    case 'set':
      return set(k, n)
    case 'if':
      return ifStatement(k, n)
    default:
      return directive(k, n)
  }
}

function set(k: Compiler, n: Node): Render {
  const left = reference(k, n.kids[0] as Node)
  const right = value(k, n.kids[1] as Node)
  if (left.steps > 0) {
    return (c) => {
      const v = right(c)
      if (v !== null) left.assign(c, v)
    }
  }
  // Velocity takes what follows the first character: #set($!x = 1) sets a variable called "!x"
  const slot = k.unit.names.slot(left.node.first.image.slice(1))
  return (c) => {
    const v = right(c)
    if (v !== null) c.put(slot, v)
  }
}

function ifStatement(k: Compiler, n: Node): Render {
  const [condition, then, ...rest] = n.kids as [Node, Node, ...Node[]]
  const tests: Test[] = [test(k, condition)]
  const bodies: Render[] = [statements(k, then)]
  let otherwise: Render | undefined
  for (const r of rest) {
    if (r.type === 'else') otherwise = statements(k, r.kids[0] as Node)
    else {
      tests.push(test(k, r.kids[0] as Node))
      bodies.push(statements(k, r.kids[1] as Node))
    }
  }
  return (c: Context, w: Out) => {
    for (let i = 0; i < tests.length; i++) {
      if ((tests[i] as Test)(c)) {
        ;(bodies[i] as Render)(c, w)
        return
      }
    }
    otherwise?.(c, w)
  }
}
