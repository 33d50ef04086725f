import {
  calculate,
  compareNumbers,
  intValue,
  isNumber,
  isZero,
  type JNumber,
  type MathOp,
} from '../java/number.ts'
import { javaEquals, toJavaString } from '../java/text.ts'
import { JBigInteger, JDouble, JList, JLong, JMap, type Value } from '../java/values.ts'
import { work } from '../java/work.ts'
import { Compiler } from './compiler.ts'
import type { Eval, Out, Test } from './env.ts'
import { className } from './methods/tables.ts'
import { literal, type Node } from './nodes.ts'
import { reference } from './references.ts'
import { stringLiteral } from './source.ts'
import { statements } from './statements.ts'

/** The value of an expression, argument or literal. */
export function value(k: Compiler, n: Node): Eval {
  switch (n.type) {
    case 'expression':
      return value(k, n.kids[0] as Node)
    case 'reference':
      return reference(k, n).eval
    case 'string':
      return string(k, n)
    case 'integer': {
      const v = integer(n.first.image)
      return () => v
    }
    case 'float': {
      const v = new JDouble(Number(n.first.image))
      return () => v
    }
    case 'true':
      return () => true
    case 'false':
      return () => false
    case 'list': {
      const items = n.kids.map((x) => value(k, x))
      return (c) => new JList(items.map((f) => f(c)))
    }
    case 'map':
      return map(n.kids.map((x) => value(k, x)))
    case 'range':
      return range(k, n)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return math(k, n, n.type)
    case 'word':
    case 'block':
      return () => null
    default: {
      const t = test(k, n)
      return (c) => t(c)
    }
  }
}

/** Comparing shorter ones costs nothing that would count. */
const LONG_TEXT = 512

/** The truth of a condition. Only references, comparisons and boolean literals can be true. */
export function test(k: Compiler, n: Node): Test {
  const [a, b] = n.kids as [Node, Node]
  switch (n.type) {
    case 'expression':
      return test(k, a)
    case 'reference':
      return reference(k, n).test
    case 'true':
      return () => true
    case 'not': {
      const t = test(k, a)
      return (c) => !t(c)
    }
    case '&&': {
      const [x, y] = [test(k, a), test(k, b)]
      return (c) => x(c) && y(c)
    }
    case '||': {
      const [x, y] = [test(k, a), test(k, b)]
      return (c) => x(c) || y(c)
    }
    case '==':
    case '!=': {
      const [x, y] = [value(k, a), value(k, b)]
      const want = n.type === '=='
      return (c) => {
        try {
          return same(x(c), y(c)) === want
        } catch (e) {
          throw k.located(n, e)
        }
      }
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(k, n, n.type)
    default:
      // compiled for its string templates and macros; its value is never true
      value(k, n)
      return () => false
  }
}

function same(a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length === b.length && a.length > LONG_TEXT) work(a.length >> 6)
    return a === b
  }
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0
  if (a === null || b === null) return a === b
  if (
    className(a) === className(b) ||
    (a instanceof JList && b instanceof JList && a.json !== b.json) ||
    (a instanceof JMap && b instanceof JMap)
  ) {
    return javaEquals(a, b)
  }
  return toJavaString(a) === toJavaString(b)
}

function ordered(k: Compiler, n: Node, op: '<' | '<=' | '>' | '>='): Test {
  const [x, y] = [value(k, n.kids[0] as Node), value(k, n.kids[1] as Node)]
  return (c) => {
    const a = x(c)
    const b = y(c)
    if (!isNumber(a) || !isNumber(b)) return false
    try {
      const r = compareNumbers(a, b)
      return op === '<' ? r < 0 : op === '<=' ? r <= 0 : op === '>' ? r > 0 : r >= 0
    } catch (e) {
      throw k.located(n, e)
    }
  }
}

function math(k: Compiler, n: Node, op: MathOp): Eval {
  const [left, right] = n.kids as [Node, Node]
  const [x, y] = [value(k, left), value(k, right)]
  return (c) => {
    const a = x(c)
    const b = y(c)
    if (op === '+' && (typeof a === 'string' || typeof b === 'string')) {
      const s = a === null ? literal(left) : toJavaString(a)
      return c.env.bound(s + (b === null && a !== null ? literal(right) : toJavaString(b)))
    }
    if (!isNumber(a) || !isNumber(b)) return null
    if ((op === '/' || op === '%') && isZero(b)) return null
    try {
      return calculate(op, a, b)
    } catch (e) {
      throw k.located(n, e)
    }
  }
}

function integer(s: string): JNumber {
  const v = BigInt(s)
  if (v >= -2147483648n && v <= 2147483647n) return Number(v)
  return v >= -(1n << 63n) && v < 1n << 63n ? new JLong(v) : new JBigInteger(v)
}

function map(parts: Eval[]): Eval {
  return (c) => {
    const m = new JMap()
    for (let i = 0; i < parts.length; i += 2) m.put((parts[i] as Eval)(c), (parts[i + 1] as Eval)(c))
    return m
  }
}

function range(k: Compiler, n: Node): Eval {
  const [x, y] = [value(k, n.kids[0] as Node), value(k, n.kids[1] as Node)]
  return (c) => {
    const a = x(c)
    const b = y(c)
    if (!isNumber(a) || !isNumber(b)) return null
    const from = intValue(a)
    const to = intValue(b)
    const size = Math.abs(from - to) + 1
    try {
      c.env.spend(4 * size)
    } catch (e) {
      throw k.located(n, e)
    }
    const d = from >= to ? -1 : 1
    return new JList(Array.from({ length: size }, (_, i) => from + i * d))
  }
}

function string(k: Compiler, n: Node): Eval {
  const { text, template } = stringLiteral(k, n)
  if (!template) return () => text
  const inner = new Compiler(k.unit, template.source, template.origin, k.depth + 1)
  const body = statements(inner, inner.parse())
  return (c) => {
    const w: Out = { s: '' }
    body(c, w)
    try {
      c.env.built(w.s)
    } catch (e) {
      throw k.located(n, e)
    }
    return template.padded ? w.s.slice(0, -1) : w.s
  }
}
