import {
  JArray,
  JavaError,
  type JavaObject,
  JBigDecimal,
  JBigInteger,
  JChar,
  JClass,
  JDouble,
  JEntry,
  JIterator,
  JList,
  JLong,
  JMap,
  JSmall,
  JView,
  type Value,
} from '../../java/values.ts'
import type { Env } from '../env.ts'
import { ARRAY, ENTRY, ITERATOR, LIST, MAP, OBJECT, VIEW } from './collections.ts'
import { type Body, call, type Methods, methods, pick } from './dispatch.ts'
import { BIG_DECIMAL, BIG_INTEGER, BOOLEAN, CHARACTER, DOUBLE, INTEGER, LONG, SMALL } from './numbers.ts'
import { JStream, STREAM } from './streams.ts'
import { STRING } from './strings.ts'

const GET_CLASS: Record<string, Body> = { 'getClass:': (o) => new JClass(className(o)) }

const CLASS: Record<string, Body> = {
  'getName:': (c: JClass) => c.name,
  'getTypeName:': (c: JClass) => c.name,
  'getSimpleName:': (c: JClass) =>
    c.name.slice(Math.max(c.name.lastIndexOf('.'), c.name.lastIndexOf('$')) + 1),
  'getPackageName:': (c: JClass) => c.name.slice(0, Math.max(0, c.name.lastIndexOf('.'))),
  'getCanonicalName:': (c: JClass) => c.name.replaceAll('$', '.'),
  'isArray:': (c: JClass) => c.name.startsWith('['),
  'isInterface:': () => false,
  'isInstance:O': (c: JClass, [o]) => o !== null && className(o) === c.name,
  // classes are names only here: nothing can be loaded or called through them
  'forName:S': (_, [n]) =>
    /^java\.(lang|math|util)\.[A-Z]\w*$/.test(n ?? '')
      ? new JClass(n)
      : notFound('ClassNotFoundException', n),
  'getMethod:So': (_, [n]) => notFound('NoSuchMethodException', n),
}

function notFound(kind: string, what: unknown): never {
  throw new JavaError(kind, `${what}`)
}

export function className(v: Value): string {
  if (typeof v === 'string') return 'java.lang.String'
  if (typeof v === 'number') return 'java.lang.Integer'
  if (typeof v === 'boolean') return 'java.lang.Boolean'
  return v === null ? 'null' : v.type
}

const T = {
  string: methods(STRING, GET_CLASS),
  integer: methods(INTEGER, GET_CLASS),
  boolean: methods(BOOLEAN, GET_CLASS),
  object: methods(OBJECT, GET_CLASS),
  array: methods(ARRAY, GET_CLASS),
}

// biome-ignore lint/suspicious/noExplicitAny: constructors of different shapes
type Constructor = new (...args: any[]) => JavaObject

const BY_CLASS = new Map<Constructor, Methods>([
  [JList, methods(LIST, GET_CLASS)],
  [JMap, methods(MAP, GET_CLASS)],
  [JView, methods(VIEW, GET_CLASS)],
  [JEntry, methods(ENTRY, GET_CLASS)],
  [JIterator, methods(ITERATOR, GET_CLASS)],
  [JLong, methods(LONG, GET_CLASS)],
  [JDouble, methods(DOUBLE, GET_CLASS)],
  [JBigInteger, methods(BIG_INTEGER, GET_CLASS)],
  [JBigDecimal, methods(BIG_DECIMAL, GET_CLASS)],
  [JSmall, methods(SMALL, GET_CLASS)],
  [JChar, methods(CHARACTER, GET_CLASS)],
  [JStream, methods(STREAM, OBJECT, GET_CLASS)],
  [JClass, methods(CLASS, OBJECT, GET_CLASS)],
])

/** Gives a class of its own ($input, #foreach's scope) its methods; `inherit` adds those of its superclass. */
export function register(
  c: Constructor,
  def: Record<string, Body>,
  inherit: Record<string, Body> = OBJECT,
): void {
  BY_CLASS.set(c, methods(def, inherit, GET_CLASS))
}

function tableOf(v: Value): Methods {
  switch (typeof v) {
    case 'string':
      return T.string
    case 'number':
      return T.integer
    case 'boolean':
      return T.boolean
  }
  if (v === null) return T.object
  const own = BY_CLASS.get(v.constructor as never)
  if (own) return own
  return v instanceof JMap ? (BY_CLASS.get(JMap) as Methods) : T.object
}

/** Calls a method by name; undefined when the object has none that takes these arguments. */
export function invoke(o: Value, name: string, args: Value[], env: Env): Value | undefined {
  const list = tableOf(o).get(name)
  const m = list && pick(list, args)
  if (m) return call(m, o, args, env)
  if (o instanceof JArray) {
    const wrapped = T.array.get(name)
    const w = wrapped && pick(wrapped, args)
    if (w) return call(w, o, args, env)
  }
  return undefined
}

const toggled = (name: string): string => {
  const c = name[0] as string
  const up = c.toUpperCase()
  return (c === up ? c.toLowerCase() : up) + name.slice(1)
}

function getter(t: Methods, prefix: string, name: string): string | undefined {
  for (const n of [prefix + name, prefix + toggled(name)])
    if (t.get(n)?.some((m) => m.params === '')) return n
  return undefined
}

/** A property as Velocity finds it: getName(), a map's entry, isName(). undefined when there is none. */
export function property(o: Value, name: string, env: Env): Value | undefined {
  const t = tableOf(o)
  const get = getter(t, 'get', name)
  if (get) return invoke(o, get, [], env)
  if (o instanceof JMap) return o.get(name) ?? null
  if (o instanceof JArray) return undefined
  const is = getter(t, 'is', name)
  return is && invoke(o, is, [], env)
}

/** `#set($o.name = v)`: setName(v) or a map's put. False when the object takes neither. */
export function setProperty(o: Value, name: string, v: Value, env: Env): boolean {
  const t = tableOf(o)
  for (const n of [`set${name}`, `set${toggled(name)}`]) {
    const list = t.get(n)
    if (list && pick(list, [v])) return invoke(o, n, [v], env) !== undefined
  }
  if (!(o instanceof JMap)) return false
  env.spend(1)
  o.put(name, v)
  return true
}
