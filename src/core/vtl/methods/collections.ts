import { printJsonJava } from '../../java/json-print.ts'
import { hashCode, javaEquals, toJavaString } from '../../java/text.ts'
import {
  iteratorOf,
  JArray,
  JavaError,
  type JEntry,
  type JIterator,
  JList,
  JMap,
  JView,
  type Value,
} from '../../java/values.ts'
import { work } from '../../java/work.ts'
import type { Env } from '../env.ts'
import type { Body } from './dispatch.ts'
import { stream } from './streams.ts'

const fail = (kind: string, m = 'null'): never => {
  throw new JavaError(kind, m)
}

/** The elements of any collection argument; null is Java's NullPointerException. */
function items(v: Value): Value[] {
  if (v instanceof JList) return v.a
  return v instanceof JView ? viewed(v) : fail('NullPointerException')
}

/** Counts the work of looking for some values in a list. */
function searched(a: Value[], times: number, env: Env): Value[] {
  env.spend((a.length * times) >> 1)
  return a
}

const has = (a: Value[], v: Value): boolean => a.some((x) => javaEquals(x, v))
const indexOf = (a: Value[], v: Value): number => a.findIndex((x) => javaEquals(x, v))

/** What an element that a collection takes costs: it stays in memory. */
const ELEMENT = 10

/** And an entry of a map. */
const ENTRY_COST = 50

const OBJECTS = 'Ljava.lang.Object;'

/** Elements that the runtime itself moves or copies, in one go. */
const moved = (count: number, env: Env): void => env.spend(count >> 3)

/** Reading methods every Collection has, over its elements. */
function reading(of: (c: never) => Value[]): Record<string, Body> {
  return {
    'size:': (c) => of(c as never).length,
    'isEmpty:': (c) => of(c as never).length === 0,
    'contains:O': (c, [x], env) => has(searched(of(c as never), 1, env), x),
    'containsAll:K': (c, [o], env) => {
      const a = searched(of(c as never), items(o).length, env)
      return items(o).every((x) => has(a, x))
    },
    'iterator:': (c) => iteratorOf(c),
    'toArray:o': (c, _, env) => new JArray(copy(of(c as never), env), OBJECTS),
    'toArray:': (c, _, env) => new JArray(copy(of(c as never), env), OBJECTS),
    'stream:': (c, _, env) => stream(copy(of(c as never), env)),
  }
}

/** A copy of a list keeps its elements in memory. */
function copy(a: Value[], env: Env): Value[] {
  env.spend(a.length)
  return [...a]
}

/** Counts the work of going through a collection. */
function counted(o: Value, env: Env): Value {
  env.spend(o instanceof JList ? o.a.length : o instanceof JMap ? o.size : 1)
  return o
}

export const OBJECT: Record<string, Body> = {
  'toString:': (o, _, env) => env.built(toJavaString(o)),
  'equals:O': (o, [x], env) => javaEquals(counted(o, env), x),
  'hashCode:': (o, _, env) => hashCode(counted(o, env)),
}

function at(l: JList, i: number, n = l.a.length): number {
  if (i < 0 || i >= n) fail('IndexOutOfBoundsException', `Index ${i} out of bounds for length ${l.a.length}`)
  return i
}

/** Keeps (or drops) what a predicate says, as one structural change. */
function keep(l: JList, p: (v: Value) => boolean): boolean {
  const a = l.a.filter(p)
  if (a.length === l.a.length) return false
  l.a.splice(0, l.a.length, ...a)
  l.mod++
  return true
}

function compareNatural(x: Value, y: Value): number {
  if (typeof x === 'string' && typeof y === 'string') return x < y ? -1 : x > y ? 1 : 0
  if (typeof x === 'number' && typeof y === 'number') return x - y
  return fail(x === null || y === null ? 'NullPointerException' : 'ClassCastException')
}

/** What sorting costs an element: some twenty comparisons. */
const SORT = 40

export const LIST: Record<string, Body> = {
  ...reading((l: JList) => l.a),
  'get:i': (l: JList, [i]) => l.a[at(l, i)] as Value,
  'set:iO': (l: JList, [i, v]) => {
    const old = l.a[at(l, i)] as Value
    l.a[i] = v
    return old
  },
  'add:O': (l: JList, [v], env) => {
    env.spend(ELEMENT)
    l.a.push(v)
    l.mod++
    return true
  },
  'add:iO': (l: JList, [i, v], env) => {
    env.spend(ELEMENT)
    moved(l.a.length, env)
    l.a.splice(at(l, i, l.a.length + 1), 0, v)
    l.mod++
    return undefined
  },
  'addAll:K': (l: JList, [o], env) => {
    const more = [...items(o)]
    env.spend(ELEMENT * more.length)
    for (const v of more) l.a.push(v)
    l.mod++
    return more.length > 0
  },
  'addAll:iK': (l: JList, [i, o], env) => {
    const more = [...items(o)]
    env.spend(ELEMENT * more.length)
    moved(l.a.length, env)
    l.a.splice(at(l, i, l.a.length + 1), 0, ...more)
    l.mod++
    return more.length > 0
  },
  'remove:i': (l: JList, [i], env) => {
    moved(l.a.length, env)
    const [old] = l.a.splice(at(l, i), 1)
    l.mod++
    return old as Value
  },
  'remove:O': (l: JList, [v], env) => {
    const i = indexOf(searched(l.a, 1, env), v)
    if (i < 0) return false
    l.a.splice(i, 1)
    l.mod++
    return true
  },
  'removeAll:K': (l: JList, [o], env) => {
    const a = searched(items(o), l.a.length, env)
    return keep(l, (x) => !has(a, x))
  },
  'retainAll:K': (l: JList, [o], env) => {
    const a = searched(items(o), l.a.length, env)
    return keep(l, (x) => has(a, x))
  },
  'clear:': (l: JList) => {
    l.a.length = 0
    l.mod++
    return undefined
  },
  'indexOf:O': (l: JList, [v], env) => indexOf(searched(l.a, 1, env), v),
  'lastIndexOf:O': (l: JList, [v], env) => searched(l.a, 1, env).findLastIndex((x) => javaEquals(x, v)),
  'subList:ii': (l: JList, [a, b], env) => {
    if (a < 0) fail('IndexOutOfBoundsException', `fromIndex = ${a}`)
    if (b > l.a.length) fail('IndexOutOfBoundsException', `toIndex = ${b}`)
    if (a > b) fail('IllegalArgumentException', `fromIndex(${a}) > toIndex(${b})`)
    return new JList(copy(l.a.slice(a, b), env), false, 'java.util.ArrayList$SubList')
  },
  'clone:': (l: JList, _, env) => new JList(copy(l.a, env), l.json),
  'listIterator:': (l: JList) => iteratorOf(l),
  'ensureCapacity:i': () => undefined,
  'trimToSize:': () => undefined,
  'of:': () => new JList([], false, 'java.util.ImmutableCollections$ListN'),
  'of:o': (_, [a], env) => new JList(copy(a.a, env), false, 'java.util.ImmutableCollections$ListN'),
  'copyOf:K': (_, [o], env) => new JList(copy(items(o), env), false, 'java.util.ImmutableCollections$ListN'),
  // a Comparator can only be null here: natural order
  'sort:O': (l: JList, [c], env) => {
    env.spend(SORT * l.a.length)
    if (c !== null) fail('IllegalArgumentException', 'argument type mismatch')
    l.a.sort(compareNatural)
    l.mod++
    return undefined
  },
  'toJSONString:': (l: JList) => printJsonJava(l),
}
/** Velocity's wrapper around arrays: a list whose size does not change. */
export const ARRAY: Record<string, Body> = {
  ...reading((l: JArray) => l.a),
  'get:i': (l: JArray, [i]) =>
    i < 0 || i >= l.a.length ? fail('ArrayIndexOutOfBoundsException', `${i}`) : (l.a[i] as Value),
  'set:iO': (l: JArray, [i, v]) => {
    if (i < 0 || i >= l.a.length) fail('ArrayIndexOutOfBoundsException', `${i}`)
    if (l.of === 'Ljava.lang.String;' && v !== null && typeof v !== 'string')
      fail('IllegalArgumentException', 'array element type mismatch')
    const old = l.a[i] as Value
    l.a[i] = v
    return old
  },
  'indexOf:O': (l: JArray, [v], env) => indexOf(searched(l.a, 1, env), v),
  'lastIndexOf:O': (l: JArray, [v], env) => searched(l.a, 1, env).findLastIndex((x) => javaEquals(x, v)),
  'subList:ii': (l: JArray, [a, b], env) => {
    if (a < 0 || b > l.a.length || a > b) fail('IndexOutOfBoundsException')
    return new JList(copy(l.a.slice(a, b), env), false, 'java.util.AbstractList$RandomAccessSubList')
  },
  'add:O': () => fail('UnsupportedOperationException'),
  'add:iO': () => fail('UnsupportedOperationException'),
  'remove:i': () => fail('UnsupportedOperationException'),
  'addAll:K': (_: JArray, [o]) => (items(o).length > 0 ? fail('UnsupportedOperationException') : false),
  'removeAll:K': (l: JArray, [o], env) =>
    searched(l.a, items(o).length, env).some((x) => has(items(o), x))
      ? fail('UnsupportedOperationException')
      : false,
  'retainAll:K': (l: JArray, [o], env) =>
    searched(l.a, items(o).length, env).every((x) => has(items(o), x))
      ? false
      : fail('UnsupportedOperationException'),
  'remove:O': (l: JArray, [v], env) =>
    has(searched(l.a, 1, env), v) ? fail('UnsupportedOperationException') : false,
  'clear:': (l: JArray) => (l.a.length > 0 ? fail('UnsupportedOperationException') : undefined),
}

export const MAP: Record<string, Body> = {
  'get:O': (m: JMap, [k]) => m.getKey(k) ?? null,
  'put:OO': (m: JMap, [k, v], env) => {
    env.spend(ENTRY_COST)
    return m.put(k, v)
  },
  'putAll:M': (m: JMap, [o], env) => {
    if (!(o instanceof JMap)) return fail('NullPointerException')
    env.spend(ENTRY_COST * o.size)
    for (const k of o.keys()) m.put(k, o.getKey(k) ?? null)
    return undefined
  },
  'putIfAbsent:OO': (m: JMap, [k, v], env) => {
    env.spend(ENTRY_COST)
    const old = m.getKey(k) ?? null
    if (old === null) m.put(k, v)
    return old
  },
  'getOrDefault:OO': (m: JMap, [k, d]) => {
    const v = m.getKey(k)
    return v === undefined ? d : v
  },
  'containsKey:O': (m: JMap, [k]) => m.has(k),
  'containsValue:O': (m: JMap, [v], env) => has(searched(m.values(), 1, env), v),
  'remove:O': (m: JMap, [k]) => m.remove(k),
  'remove:OO': (m: JMap, [k, v]) => {
    if (!m.has(k) || !javaEquals(m.getKey(k) ?? null, v)) return false
    m.remove(k)
    return true
  },
  'replace:OO': (m: JMap, [k, v]) => (m.has(k) ? m.put(k, v) : null),
  'replace:OOO': (m: JMap, [k, o, v]) => {
    if (!m.has(k) || !javaEquals(m.getKey(k) ?? null, o)) return false
    m.put(k, v)
    return true
  },
  'clear:': (m: JMap) => {
    m.clear()
    return undefined
  },
  'size:': (m: JMap) => m.size,
  'isEmpty:': (m: JMap) => m.size === 0,
  'keySet:': (m: JMap) => new JView(m, 'Keys'),
  'values:': (m: JMap) => new JView(m, 'Values'),
  'entrySet:': (m: JMap) => new JView(m, 'Entries'),
  'clone:': (m: JMap, _, env) => {
    env.spend(ENTRY_COST * m.size)
    const c = new JMap()
    for (const k of m.keys()) c.put(k, m.getKey(k) ?? null)
    return c
  },
}

/** The key in a view that stands for a value: entries and values are looked up through the map. */
function removeFromView(v: JView, x: Value): boolean {
  const i = indexOf(v.items(), x)
  if (i < 0) return false
  v.map.remove(v.map.keys()[i] as Value)
  return true
}

function keepInView(v: JView, p: (x: Value) => boolean): boolean {
  const ks = v.map.keys()
  const all = v.items()
  const drop = ks.filter((_, i) => !p(all[i] as Value))
  for (const k of drop) v.map.remove(k)
  return drop.length > 0
}

/** A view is made anew each time it is gone through. */
function viewed(v: JView): Value[] {
  work(2 * v.map.size)
  return v.items()
}

export const VIEW: Record<string, Body> = {
  ...reading(viewed),
  'size:': (v: JView) => v.map.size,
  'isEmpty:': (v: JView) => v.map.size === 0,
  'contains:O': (v: JView, [x], env) =>
    v.kind === 'Keys' ? v.map.has(x) : has(searched(viewed(v), 1, env), x),
  'remove:O': (v: JView, [x], env) => {
    searched(viewed(v), 1, env)
    return removeFromView(v, x)
  },
  'removeAll:K': (v: JView, [o], env) => {
    const a = searched(items(o), v.map.size, env)
    return keepInView(v, (x) => !has(a, x))
  },
  'retainAll:K': (v: JView, [o], env) => {
    const a = searched(items(o), v.map.size, env)
    return keepInView(v, (x) => has(a, x))
  },
  'clear:': (v: JView) => {
    v.map.clear()
    return undefined
  },
  'add:O': () => fail('UnsupportedOperationException'),
  'addAll:K': (_, [o]) => (items(o).length > 0 ? fail('UnsupportedOperationException') : false),
}

export const ENTRY: Record<string, Body> = {
  'getKey:': (e: JEntry) => e.key,
  'getValue:': (e: JEntry) => e.value,
  'setValue:O': (e: JEntry, [v]) => e.set(v),
}

export const ITERATOR: Record<string, Body> = {
  'hasNext:': (i: JIterator) => i.hasNext(),
  'next:': (i: JIterator) => i.next(),
  'remove:': (i: JIterator) => {
    i.drop()
    return undefined
  },
}
