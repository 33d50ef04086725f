import { work } from './work.ts'

/**
 * The Java values a mapping template can meet, as plain JavaScript where that loses nothing:
 * `null`, strings and booleans are themselves and a JavaScript number is always a java.lang.Integer.
 * Every other Java type has a small class here, because `1.0` and `1` print differently in a template.
 */
export type Value = null | string | boolean | number | JavaObject

/**
 * Fields are declared, not defined: a field of its own makes every new object an order of magnitude slower, and a render
 * makes many.
 */

/** Any value that is not a JavaScript primitive. `type` is the Java class name that `.class.name` prints. */
export abstract class JavaObject {
  abstract get type(): string
  /** Its methods; the template engine puts them on the prototype of each class. */
  declare readonly methods: unknown
}

/** An exception a Java method would have thrown; the template engine adds the place it happened. */
export class JavaError extends Error {
  readonly kind: string
  constructor(kind: string, message: string) {
    super(message)
    this.kind = kind
  }
}

/** A bound of the engine (steps, depth, output) was reached. */
export class LimitError extends JavaError {
  constructor(message: string) {
    super('LimitExceeded', message)
  }
}

export class JLong extends JavaObject {
  declare readonly v: bigint
  constructor(v: bigint) {
    super()
    this.v = v
  }
  get type(): string {
    return 'java.lang.Long'
  }
}

/** The largest unscaled value, a hundred thousand digits: beyond it arithmetic takes seconds, and a template can square. */
const MAX_UNSCALED = 1n << 332_193n

function bounded(v: bigint): bigint {
  if (v > MAX_UNSCALED || v < -MAX_UNSCALED) {
    throw new JavaError('ArithmeticException', 'BigInteger would overflow supported range')
  }
  return v
}

export class JBigInteger extends JavaObject {
  declare readonly v: bigint
  constructor(v: bigint) {
    super()
    this.v = bounded(v)
  }
  get type(): string {
    return 'java.math.BigInteger'
  }
}

export class JDouble extends JavaObject {
  declare readonly v: number
  constructor(v: number) {
    super()
    this.v = v
  }
  get type(): string {
    return 'java.lang.Double'
  }
}

/** `u` times ten to the power of minus `s`. */
export class JBigDecimal extends JavaObject {
  declare readonly u: bigint
  declare readonly s: number
  constructor(u: bigint, s: number) {
    super()
    this.u = bounded(u)
    this.s = s
  }
  get type(): string {
    return 'java.math.BigDecimal'
  }
}

/** Float, Short and Byte: only ever the result of floatValue(), shortValue(), byteValue() and getBytes(). */
export class JSmall extends JavaObject {
  declare readonly v: number
  declare readonly kind: 'Float' | 'Short' | 'Byte'
  constructor(v: number, kind: 'Float' | 'Short' | 'Byte') {
    super()
    this.v = v
    this.kind = kind
  }
  get type(): string {
    return `java.lang.${this.kind}`
  }
}

export class JChar extends JavaObject {
  declare readonly c: number
  constructor(c: number) {
    super()
    this.c = c
  }
  get type(): string {
    return 'java.lang.Character'
  }
}

export class JClass extends JavaObject {
  declare readonly name: string
  constructor(name: string) {
    super()
    this.name = name
  }
  get type(): string {
    return 'java.lang.Class'
  }
}

/** ArrayList, JSONArray (prints as JSON) and the lists that Java's views and copies make. */
export class JList extends JavaObject {
  declare a: Value[]
  /** Structural changes so far; an iterator that finds another count fails as Java's do. */
  declare mod: number
  declare readonly json: boolean
  declare readonly name: string
  constructor(a: Value[], json = false, name = 'java.util.ArrayList') {
    super()
    this.a = a
    this.mod = 0
    this.json = json
    this.name = name
  }
  get type(): string {
    return this.json ? 'net.minidev.json.JSONArray' : this.name
  }
}

/** A Java array; `of` is the component type as the JVM writes it ("Ljava.lang.String;", "C", "B"). */
export class JArray extends JavaObject {
  declare readonly a: Value[]
  declare readonly of: string
  constructor(a: Value[], of: string) {
    super()
    this.a = a
    this.of = of
  }
  get type(): string {
    return `[${this.of}`
  }
}

type Key = string | number | boolean | null

/** A key a JavaScript Map tells apart exactly as Java's equals() does. */
export function keyOf(v: Value): Key {
  if (typeof v !== 'object' || v === null) return v
  return `\u0000${hashKey(v)}`
}

let hashKey: (v: JavaObject) => string = (v) => v.type
/** text.ts registers how an object is spelled as a key; values.ts cannot import it without a cycle. */
export function registerHashKey(f: (v: JavaObject) => string): void {
  hashKey = f
}

/** LinkedHashMap. */
export class JMap extends JavaObject {
  declare protected m: Map<Key, Value> | undefined
  /** Keys that are not JavaScript primitives, by their spelling in `m`. */
  declare private objects: Map<Key, Value> | undefined
  declare mod: number
  constructor(m?: Map<Key, Value>) {
    super()
    this.m = m
    this.objects = undefined
    this.mod = 0
  }
  get type(): string {
    return 'java.util.LinkedHashMap'
  }
  /** Set on maps that also have getters of their own (#foreach's scope). */
  get scope(): true | undefined {
    return undefined
  }
  /** The entries; subclasses that wrap a plain object fill them on first use. */
  map(): Map<Key, Value> {
    this.m ??= new Map()
    return this.m
  }
  /** undefined when absent (Java's null values are `null`). */
  get(k: string): Value | undefined {
    return this.map().get(k)
  }
  getKey(k: Value): Value | undefined {
    return typeof k === 'string' ? this.get(k) : this.map().get(keyOf(k))
  }
  has(k: Value): boolean {
    return this.map().has(keyOf(k))
  }
  /** Stores and returns what was there before (null when nothing was). */
  put(k: Value, v: Value): Value {
    const m = this.map()
    const key = keyOf(k)
    const old = m.get(key)
    if (old === undefined) {
      this.mod++
      if (typeof k === 'object' && k !== null) {
        this.objects ??= new Map()
        this.objects.set(key, k)
      }
    }
    m.set(key, v)
    return old ?? null
  }
  remove(k: Value): Value {
    const m = this.map()
    const key = keyOf(k)
    const old = m.get(key)
    if (m.delete(key)) this.mod++
    return old ?? null
  }
  clear(): void {
    this.map().clear()
    this.mod++
  }
  get size(): number {
    return this.map().size
  }
  keys(): Value[] {
    const ks = [...this.map().keys()]
    const o = this.objects
    return o ? ks.map((k) => o.get(k) ?? k) : ks
  }
  values(): Value[] {
    return [...this.map().values()]
  }
  /** Every entry in order; f must not change the map. */
  each(f: (k: Value, v: Value) => void): void {
    const o = this.objects
    for (const [k, v] of this.map()) f(o?.get(k) ?? k, v)
  }
}

export class JEntry extends JavaObject {
  declare readonly key: Value
  declare private readonly map: JMap | undefined
  declare private held: Value
  constructor(key: Value, value: Value, map?: JMap) {
    super()
    this.key = key
    this.map = map
    this.held = value
  }
  get value(): Value {
    return this.map ? (this.map.getKey(this.key) ?? null) : this.held
  }
  set(v: Value): Value {
    const old = this.value
    if (this.map) this.map.put(this.key, v)
    this.held = v
    return old
  }
  get type(): string {
    return 'java.util.LinkedHashMap$Entry'
  }
}

/** keySet(), values() and entrySet(): live views of a map. */
export class JView extends JavaObject {
  declare readonly map: JMap
  declare readonly kind: 'Keys' | 'Values' | 'Entries'
  constructor(map: JMap, kind: 'Keys' | 'Values' | 'Entries') {
    super()
    this.map = map
    this.kind = kind
  }
  items(): Value[] {
    if (this.kind === 'Values') return this.map.values()
    const ks = this.map.keys()
    return this.kind === 'Keys' ? ks : ks.map((k) => new JEntry(k, null, this.map))
  }
  get type(): string {
    return `java.util.LinkedHashMap$Linked${this.kind === 'Keys' ? 'KeySet' : this.kind === 'Values' ? 'Values' : 'EntrySet'}`
  }
}

/** A java.util.Iterator, failing fast on structural changes as ArrayList's and LinkedHashMap's do. */
export class JIterator extends JavaObject {
  declare private readonly a: Value[]
  declare private readonly owner: JList | JMap | undefined
  /** The map's keys as they were when remove() was first called: those before stay gone. */
  declare private keys: Value[] | undefined
  declare private seen: number
  declare private last: number
  declare private i: number
  constructor(a: Value[], owner?: JList | JMap) {
    super()
    this.a = a
    this.owner = owner
    this.keys = undefined
    this.seen = owner ? owner.mod : 0
    this.last = -1
    this.i = 0
  }
  get type(): string {
    return 'java.util.Iterator'
  }
  hasNext(): boolean {
    // ArrayList compares with its size: an iterator past a shrunken list still says it has a next element
    return this.i !== this.a.length
  }
  next(): Value {
    if (this.owner && this.owner.mod !== this.seen)
      throw new JavaError('ConcurrentModificationException', 'null')
    if (this.i >= this.a.length) throw new JavaError('NoSuchElementException', 'null')
    this.last = this.i
    return this.a[this.i++] as Value
  }
  /** Iterator.remove(): drops the element last returned from the collection behind this iterator. */
  drop(): void {
    const { owner } = this
    if (this.last < 0) throw new JavaError('IllegalStateException', 'null')
    if (owner instanceof JList) {
      work(owner.a.length >> 3)
      owner.a.splice(this.last, 1)
      owner.mod++
      this.i--
    } else if (owner instanceof JMap) {
      this.keys ??= owner.keys()
      owner.remove(this.keys[this.last] as Value)
    } else throw new JavaError('UnsupportedOperationException', 'remove')
    this.seen = owner.mod
    this.last = -1
  }
}

export function iteratorOf(v: Value): JIterator | null {
  if (v instanceof JList) return new JIterator(v.a, v)
  if (v instanceof JArray) return new JIterator(v.a)
  if (v instanceof JMap || v instanceof JView) {
    work(v instanceof JMap ? v.size : 2 * v.map.size)
    return v instanceof JMap ? new JIterator(v.values(), v) : new JIterator(v.items(), v.map)
  }
  return v instanceof JIterator ? v : null
}
