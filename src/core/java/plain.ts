import { JavaObject, JBigInteger, JDouble, JList, JLong, JMap, type Value } from './values.ts'

/** A plain JavaScript value (as JSON.parse makes them) as a Java value. Objects are wrapped, not copied. */
export function wrap(v: unknown): Value {
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
  private readonly src: Record<string, unknown>
  constructor(src: Record<string, unknown>) {
    super()
    this.src = src
  }
  override map(): Map<string | number | boolean | null, Value> {
    if (this.m === undefined) {
      const m = new Map<string | number | boolean | null, Value>()
      for (const k of Object.keys(this.src)) {
        const v = this.src[k]
        if (v !== undefined) m.set(k, this.child(v))
      }
      this.m = m
    }
    return this.m
  }
  override get(k: string): Value | undefined {
    if (this.m !== undefined) return this.m.get(k)
    if (!Object.hasOwn(this.src, k)) return undefined
    const v = this.src[k]
    if (v === undefined) return undefined
    // a nested object must stay one object, or a #set on it would be lost
    return typeof v === 'object' && v !== null ? this.map().get(k) : wrap(v)
  }
  protected child(v: unknown): Value {
    return wrap(v)
  }
}

/** A Java value as plain JavaScript, as the gateway takes overrides from a template. */
export function unwrap(v: Value, print: (v: Value) => string): unknown {
  if (v === null || typeof v !== 'object') return v
  if (v instanceof JLong) return Number(v.v)
  if (v instanceof JDouble) return v.v
  if (v instanceof JList) return v.a.map((x) => unwrap(x, print))
  if (v instanceof JMap) {
    const o: Record<string, unknown> = {}
    for (const k of v.keys()) {
      Object.defineProperty(o, print(k), {
        value: unwrap(v.getKey(k) ?? null, print),
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
    return o
  }
  return print(v)
}
