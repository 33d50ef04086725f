import { toJavaString } from './text.ts'
import {
  JavaError,
  JavaObject,
  JBigInteger,
  JDouble,
  JList,
  JLong,
  JMap,
  JView,
  type Value,
} from './values.ts'

/** A plain JavaScript value (as JSON.parse makes them) as a Java value. Objects are wrapped, not copied. */
function wrap(v: unknown): Value {
  switch (typeof v) {
    case 'string':
    case 'boolean':
      return v
    case 'number':
      return wrapNumber(v)
    case 'bigint':
      return v >= -(1n << 63n) && v < 1n << 63n ? new JLong(v) : new JBigInteger(v)
    case 'object':
      if (v === null) return null
      if (v instanceof JavaObject) return v
      if (Array.isArray(v)) return new JList(v.map(wrap))
      return new PlainMap(v as Record<string, unknown>)
    default:
      return null
  }
}

function wrapNumber(v: number): Value {
  if (Number.isInteger(v)) {
    if (v >= -2147483648 && v <= 2147483647) return v
    if (Number.isSafeInteger(v)) return new JLong(BigInt(v))
  }
  return new JDouble(v)
}

/** A map over a plain object: one level is copied only when something iterates or changes it. */
export class PlainMap extends JMap {
  declare protected src: Record<string, unknown>
  /** Wrapped objects that were asked for before that: they must stay the same, or a #set on them would be lost. */
  declare private kids: Map<string, Value> | undefined
  constructor(src: Record<string, unknown>) {
    super()
    this.src = src
    this.kids = undefined
  }
  override map(): Map<string | number | boolean | null, Value> {
    if (this.m === undefined) {
      const m = new Map<string | number | boolean | null, Value>()
      for (const k of Object.keys(this.src)) {
        const v = this.src[k]
        if (v !== undefined) m.set(k, this.kids?.get(k) ?? this.child(v))
      }
      this.m = m
    }
    return this.m
  }
  override get(k: string): Value | undefined {
    if (this.m !== undefined) return this.m.get(k)
    if (!Object.hasOwn(this.src, k)) return undefined
    const v = this.src[k]
    if (typeof v === 'string') return v
    if (v === undefined) return undefined
    if (typeof v !== 'object' || v === null) return wrap(v)
    this.kids ??= new Map()
    let kid = this.kids.get(k)
    if (kid === undefined) {
      kid = this.child(v)
      this.kids.set(k, kid)
    }
    return kid
  }
  protected child(v: unknown): Value {
    return wrap(v)
  }
}

/** Nesting past which a value is not taken apart: a template can put a map into itself. */
const MAX_DEPTH = 100

/** A Java value as plain JavaScript; `print` gives what lists, maps, Integers, booleans and strings are not. */
export function unwrap(v: Value, print: (v: Value) => unknown, depth = 0): unknown {
  if (v === null || typeof v !== 'object') return v
  if (depth > MAX_DEPTH) throw new JavaError('StackOverflowError', 'Nested too deeply')
  const items = v instanceof JList ? v.a : v instanceof JView ? v.items() : null
  if (items) return items.map((x) => unwrap(x, print, depth + 1))
  if (v instanceof JMap) {
    const o: Record<string, unknown> = {}
    v.each((k, x) => {
      const value = unwrap(x, print, depth + 1)
      // a key may be "__proto__"
      Object.defineProperty(o, toJavaString(k), {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      })
    })
    return o
  }
  return print(v)
}
