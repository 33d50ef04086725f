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
import { BIG_DECIMAL, BIG_INTEGER } from './big-numbers.ts'
import { BOOLEAN, CHARACTER } from './characters.ts'
import { ARRAY, ENTRY, ITERATOR, LIST, MAP, OBJECT, VIEW } from './collections.ts'
import { type Body, byCount, call, type Method, type Methods, methods, pick } from './dispatch.ts'
import { DOUBLE, INTEGER, LONG, SMALL } from './numbers.ts'
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
  string: methods(STRING, OBJECT, GET_CLASS),
  integer: methods(INTEGER, OBJECT, GET_CLASS),
  boolean: methods(BOOLEAN, OBJECT, GET_CLASS),
  object: methods(OBJECT, GET_CLASS),
  array: methods(ARRAY, OBJECT, GET_CLASS),
}

// biome-ignore lint/suspicious/noExplicitAny: constructors of different shapes
type Constructor = new (...args: any[]) => JavaObject

/** Gives a class its methods; `inherit` adds those of its superclass. */
export function register(
  c: Constructor,
  def: Record<string, Body>,
  inherit: Record<string, Body> = {},
): void {
  Object.defineProperty(c.prototype, 'methods', { value: methods(def, inherit, OBJECT, GET_CLASS) })
}

const CLASSES: [Constructor, Record<string, Body>][] = [
  [JList, LIST],
  [JMap, MAP],
  [JView, VIEW],
  [JEntry, ENTRY],
  [JIterator, ITERATOR],
  [JLong, LONG],
  [JDouble, DOUBLE],
  [JBigInteger, BIG_INTEGER],
  [JBigDecimal, BIG_DECIMAL],
  [JSmall, SMALL],
  [JChar, CHARACTER],
  [JStream, STREAM],
  [JClass, CLASS],
]
for (const [c, def] of CLASSES) register(c, def)

function tableOf(v: Value): Methods {
  switch (typeof v) {
    case 'string':
      return T.string
    case 'number':
      return T.integer
    case 'boolean':
      return T.boolean
  }
  return v === null ? T.object : ((v.methods as Methods | undefined) ?? T.object)
}

/** A method call as a template writes it; undefined when the object has none that takes these arguments. */
export type Call = (o: Value, args: Value[], env: Env) => Value | undefined

/** Prepares a call of `name` with `count` arguments; remembers the overload for the class it met last. */
export function caller(name: string, count: number): Call {
  let table: Methods | undefined
  let list: Method[] | undefined
  let only: Method | undefined
  return (o, args, env) => {
    const t = tableOf(o)
    if (t !== table) {
      table = t
      list = t.get(name)
      only = byCount(list, count)
    }
    if (only !== undefined) {
      let fits = true
      for (let i = 0; i < count; i++) fits &&= (only.fits[i] as (v: Value) => boolean)(args[i] as Value)
      if (fits) {
        const r = only.body(o, args, env)
        return r === undefined ? '' : r
      }
    }
    const m = list && pick(list, args)
    if (m) return call(m, o, args, env)
    if (o instanceof JArray) {
      const wrapped = T.array.get(name)
      const w = wrapped && pick(wrapped, args)
      if (w) return call(w, o, args, env)
    }
    return undefined
  }
}

const CALLS = {
  size: caller('size', 0),
  get: caller('get', 1),
  set: caller('set', 2),
  put: caller('put', 2),
}

/** The calls an index makes: size(), get(i), set(i, v), put(i, v). */
export const invoke = (o: Value, name: keyof typeof CALLS, args: Value[], env: Env): Value | undefined =>
  CALLS[name](o, args, env)

const toggled = (name: string): string => {
  const c = name[0] as string
  const up = c.toUpperCase()
  return (c === up ? c.toLowerCase() : up) + name.slice(1)
}

/** The method without parameters that is called prefixName or prefixname. */
function getter(t: Methods, prefix: string, name: string): Method | undefined {
  for (const n of [prefix + name, prefix + toggled(name)]) {
    const m = t.get(n)?.find((x) => x.params === '')
    if (m) return m
  }
  return undefined
}

/** Prepares `.name`: getName(), a map's entry, isName(). The result is undefined when there is no such property. */
export function property(name: string): (o: Value, env: Env) => Value | undefined {
  let table: Methods | undefined
  let get: Method | undefined
  let is: Method | undefined
  return (o, env) => {
    const t = tableOf(o)
    if (t !== table) {
      table = t
      get = getter(t, 'get', name)
      is = getter(t, 'is', name)
    }
    if (get) return call(get, o, [], env)
    if (o instanceof JMap) return o.get(name) ?? null
    return is && call(is, o, [], env)
  }
}

/** It stays in memory. */
const NEW_ENTRY = 50

/** `#set($o.name = v)`: setName(v) or a map's put. False when the object takes neither. */
export function setProperty(o: Value, name: string, v: Value, env: Env): boolean {
  const t = tableOf(o)
  for (const n of [`set${name}`, `set${toggled(name)}`]) {
    const list = t.get(n)
    const m = list && pick(list, [v])
    if (m) {
      call(m, o, [v], env)
      return true
    }
  }
  if (!(o instanceof JMap)) return false
  env.spend(NEW_ENTRY)
  o.put(name, v)
  return true
}
