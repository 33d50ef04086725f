import {
  JArray,
  JavaError,
  JBigDecimal,
  JBigInteger,
  JChar,
  JDouble,
  JList,
  JLong,
  JMap,
  JSmall,
  JView,
  type Value,
} from '../../java/values.ts'
import type { Env } from '../env.ts'

/** What a Java method does; undefined stands for void, which prints as the empty string. */
// biome-ignore lint/suspicious/noExplicitAny: dispatch has checked the receiver and the arguments against the signature
export type Body = (self: any, args: any[], env: Env) => Value | undefined

export interface Method {
  /** One letter per parameter, see FITS. */
  params: string
  /** Says of each argument whether the parameter takes it. */
  fits: ((v: Value) => boolean)[]
  /** The last parameter's element type if it is an array, which makes it varargs. */
  element: string | undefined
  body: Body
}

export type Methods = Map<string, Method[]>

/**
 * Methods by signature: "indexOf:Si" takes a String and an int. The letters: O Object, S String, Q CharSequence, T
 * Iterable, K Collection, M Map; i l f d z c primitives; I L D Z C N(BigInteger) X(BigDecimal) their classes; A char[],
 * o Object[] and q CharSequence[] (both also as varargs).
 */
export function methods(...defs: Record<string, Body>[]): Methods {
  const m: Methods = new Map()
  for (const def of defs) {
    for (const [signature, body] of Object.entries(def)) {
      const [name = '', params = ''] = signature.split(':')
      const known = m.get(name) ?? []
      // the first definition of a signature is the class's own, later ones are inherited
      if (!known.some((k) => k.params === params)) {
        known.push({ params, fits: [...params].map(fitter), element: ELEMENT[params.at(-1) ?? ''], body })
      }
      m.set(name, known)
    }
  }
  return m
}

const PRIMITIVES = 'ilfdzc'
const ELEMENT: Record<string, string> = { o: 'O', q: 'Q', A: 'c' }

const isInt = (v: Value): boolean => typeof v === 'number' || (v instanceof JSmall && v.kind !== 'Float')
const isLong = (v: Value): boolean => isInt(v) || v instanceof JLong
const isFloat = (v: Value): boolean => isLong(v) || v instanceof JSmall

const FITS: Record<string, (v: Value) => boolean> = {
  O: () => true,
  S: (v) => typeof v === 'string',
  Q: (v) => typeof v === 'string',
  T: (v) => v instanceof JList || v instanceof JView,
  K: (v) => v instanceof JList || v instanceof JView,
  M: (v) => v instanceof JMap,
  i: isInt,
  l: isLong,
  f: isFloat,
  d: (v) => isFloat(v) || v instanceof JDouble,
  z: (v) => typeof v === 'boolean',
  c: (v) => v instanceof JChar,
  I: (v) => typeof v === 'number',
  L: (v) => v instanceof JLong,
  D: (v) => v instanceof JDouble,
  Z: (v) => typeof v === 'boolean',
  C: (v) => v instanceof JChar,
  N: (v) => v instanceof JBigInteger,
  X: (v) => v instanceof JBigDecimal,
  A: (v) => v instanceof JArray && v.of === 'C',
  o: (v) => v instanceof JArray && v.of.startsWith('L'),
  q: (v) => v instanceof JArray && v.of === 'Ljava.lang.String;',
}

const FITTERS = new Map<string, (v: Value) => boolean>()

/** The test for one letter; null fits everything but a primitive. */
function fitter(code: string): (v: Value) => boolean {
  let f = FITTERS.get(code)
  if (!f) {
    const test = FITS[code] as (v: Value) => boolean
    const nulls = !PRIMITIVES.includes(code)
    f = (v) => (v === null ? nulls : test(v))
    FITTERS.set(code, f)
  }
  return f
}

const fits = (code: string, v: Value): boolean => fitter(code)(v)

/** Is the parameter's class the argument's very class (after boxing)? Velocity tries that before anything else. */
function exact(code: string, v: Value): boolean {
  if (v === null) return code === 'O'
  switch (code) {
    case 'i':
    case 'I':
      return typeof v === 'number'
    case 'l':
      return v instanceof JLong
    case 'f':
      return v instanceof JSmall && v.kind === 'Float'
    case 'd':
      return v instanceof JDouble
    case 'O':
    case 'Q':
    case 'T':
    case 'K':
    case 'M':
    case 'o':
    case 'q':
      return false
    default:
      return fits(code, v)
  }
}

/** Velocity 1.7's MethodMap.isApplicable, including that a method without parameters applies to any arguments. */
function applicable(m: Method, args: Value[]): boolean {
  const n = m.params.length
  const { element, fits: tests } = m
  const test = (a: Value, i: number): boolean => (tests[i] as (v: Value) => boolean)(a)
  if (n > args.length) return n === args.length + 1 && element !== undefined && args.every(test)
  if (n === args.length) {
    return args.every(
      (a, i) => test(a, i) || (i === n - 1 && element !== undefined && a !== null && fits(element, a)),
    )
  }
  if (n === 0) return true
  return element !== undefined && args.every((a, i) => (i < n - 1 ? test(a, i) : fits(element, a)))
}

const WIDER: Record<string, string> = { i: 'lfd', l: 'fd', f: 'd', S: 'Q', K: 'T', q: 'o' }

/** May a `b` stand where an `a` is asked for, by types alone? */
const wider = (a: string, b: string, last: boolean): boolean =>
  (WIDER[b]?.includes(a) ?? false) ||
  (last &&
    ELEMENT[a] !== undefined &&
    (ELEMENT[a] === b || (WIDER[b]?.includes(ELEMENT[a] as string) ?? false)))

/** 1: x is more specific, -1: y is, 0: neither. */
function specific(x: string, y: string): number {
  if (x.length !== y.length) return x.length > y.length ? 1 : -1
  let xs = false
  let ys = false
  for (let i = 0; i < x.length; i++) {
    const a = x[i] as string
    const b = y[i] as string
    if (a === b) continue
    const last = i === x.length - 1
    xs ||= b === 'O' || wider(b, a, last)
    ys ||= a === 'O' || wider(a, b, last)
  }
  if (xs && ys) {
    const xa = ELEMENT[x[x.length - 1] ?? ''] !== undefined
    const ya = ELEMENT[y[y.length - 1] ?? ''] !== undefined
    return xa === ya ? 0 : xa ? -1 : 1
  }
  return xs ? 1 : ys ? -1 : 0
}

/** The overload Velocity picks; undefined when there is none or the choice is ambiguous. */
export function pick(list: Method[], args: Value[]): Method | undefined {
  const only = list[0] as Method
  if (list.length === 1) return applicable(only, args) ? only : undefined
  let best: Method | undefined
  let ambiguous = false
  for (const m of list) {
    const p = m.params
    if (p.length === args.length && args.every((a, i) => exact(p[i] as string, a))) return m
  }
  for (const m of list) {
    if (!applicable(m, args)) continue
    const s = best ? specific(m.params, best.params) : 1
    if (s > 0) {
      best = m
      ambiguous = false
    } else if (s === 0) ambiguous = true
  }
  return ambiguous ? undefined : best
}

/** Calls a picked overload: gathers varargs, turns void into "". */
export function call(m: Method, self: Value, args: Value[], env: Env): Value {
  const n = m.params.length
  const { element } = m
  if (n === 0 && args.length > 0) throw new JavaError('IllegalArgumentException', 'wrong number of arguments')
  if (
    element !== undefined &&
    !(args.length === n && (args[n - 1] === null || args[n - 1] instanceof JArray))
  ) {
    const of = element === 'c' ? 'C' : element === 'Q' ? 'Ljava.lang.CharSequence;' : 'Ljava.lang.Object;'
    args = [...args.slice(0, n - 1), new JArray(args.slice(n - 1), of)]
  }
  const r = m.body(self, args, env)
  return r === undefined ? '' : r
}

/** The only overload that can take this many arguments, when no overload has varargs. */
export function byCount(list: Method[] | undefined, count: number): Method | undefined {
  if (!list || list.some((m) => m.element !== undefined)) return undefined
  const same = list.filter((m) => m.params.length === count)
  return same.length === 1 ? same[0] : undefined
}
