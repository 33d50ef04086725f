import { calculate, compareNumbers, doubleValue, isNumber } from '../java/number.ts'
import { toJavaString } from '../java/text.ts'
import { JavaError, JDouble, JList, JMap, type Value } from '../java/values.ts'
import { invalidPath, type PathToken } from './compile.ts'

/** Called with the number of values looked at. */
export type Visit = (n: number) => void

/** Thrown (never seen outside) where Jayway throws PathNotFoundException. */
export const MISSING = new JavaError('PathNotFoundException', 'No results for path')

/** The value of a definite path, or the list an indefinite one collects. Throws MISSING. */
export function evaluate(
  tokens: PathToken[],
  definite: boolean,
  model: Value,
  root: Value,
  visit?: Visit,
): Value {
  const e = new Evaluation(tokens, root, visit)
  e.step(0, model)
  if (!definite) return new JList(e.results, true)
  if (e.results.length === 0) throw MISSING
  return e.results[0] as Value
}

class Evaluation {
  declare readonly results: Value[]
  declare private readonly tokens: PathToken[]
  declare private readonly root: Value
  declare private readonly visit: Visit | undefined

  constructor(tokens: PathToken[], root: Value, visit: Visit | undefined) {
    this.results = []
    this.tokens = tokens
    this.root = root
    this.visit = visit
  }

  /** Continues with token i on a value. */
  step(i: number, model: Value): void {
    this.visit?.(1)
    const t = this.tokens[i]
    if (t === undefined) {
      this.results.push(model)
      return
    }
    switch (t.t) {
      case 'property':
        if (!(model instanceof JMap)) throw MISSING
        if (t.names.length === 1) this.property(i, model, t.names[0] as string)
        else this.merge(i, model, t.names)
        return
      case 'array':
        this.array(i, t, model)
        return
      case 'wildcard':
        this.wildcard(i, model)
        return
      case 'filter':
        this.filter(i, t, model)
        return
      case 'root':
        this.step(i + 1, model)
        return
      case 'scan':
        if (i === this.tokens.length - 1) throw invalidPath('Current path token is a leaf')
        this.walk(i + 1, model)
        return
      case 'function':
        this.step(i + 1, apply(t.name, model))
    }
  }

  private property(i: number, model: JMap, name: string): void {
    const v = model.get(name)
    if (v !== undefined) {
      this.step(i + 1, v)
      return
    }
    // a missing property ends a definite path; on an indefinite one it is passed over unless it is the leaf
    if (i === this.tokens.length - 1 || this.definiteFrom(i - 1)) throw MISSING
  }

  /** Is the path definite from token i (the root when negative) to its end? */
  private definiteFrom(i: number): boolean {
    for (let k = Math.max(0, i); k < this.tokens.length; k++) if (!this.tokens[k]?.definite) return false
    return true
  }

  private merge(i: number, model: JMap, names: string[]): void {
    if (i !== this.tokens.length - 1) throw invalidPath('Multi properties can only be used as path leafs')
    const merged = new JMap()
    for (const n of names) {
      const v = model.get(n)
      if (v !== undefined) merged.put(n, v)
    }
    this.results.push(merged)
  }

  private index(i: number, list: JList, n: number, lenient = false): void {
    if (n < 0 || n >= list.a.length) {
      if (lenient && !this.definiteFrom(0)) return
      throw MISSING
    }
    this.step(i + 1, list.a[n] as Value)
  }

  private array(i: number, t: PathToken & { t: 'array' }, model: Value): void {
    if (model === null) throw MISSING
    if (!(model instanceof JList)) {
      if (t.lenient) throw MISSING
      throw invalidPath(
        `Filter: [${t.n}] can only be applied to arrays. Current context is: ${toJavaString(model)}`,
      )
    }
    const len = model.a.length
    const [a = 0, b = 0] = t.n
    switch (t.op) {
      case 'index':
        this.index(i, model, t.lenient && a < 0 ? len + a : a, t.lenient)
        return
      case 'indexes':
        for (const n of t.n) {
          const k = t.lenient && n < 0 ? len + n : n
          if (!t.lenient || (k >= 0 && k < len)) this.index(i, model, k)
        }
        return
      case 'size':
        this.index(i, model, len + a)
        return
      case 'from':
        this.slice(i, model, Math.max(0, a < 0 ? len + a : a), len)
        return
      case 'to':
        this.slice(i, model, 0, Math.min(len, a < 0 ? len + a : a))
        return
      default:
        this.slice(i, model, a, Math.min(len, b))
    }
  }

  private slice(i: number, model: JList, from: number, to: number): void {
    for (let k = from; k < to; k++) this.index(i, model, k)
  }

  private wildcard(i: number, model: Value): void {
    if (model instanceof JMap) {
      for (const k of model.keys()) this.property(i, model, k as string)
    } else if (model instanceof JList) {
      for (let k = 0; k < model.a.length; k++) {
        try {
          this.index(i, model, k)
        } catch (e) {
          if (e !== MISSING) throw e
        }
      }
    }
  }

  private filter(i: number, t: PathToken & { t: 'filter' }, model: Value): void {
    if (model instanceof JMap) {
      if (t.filter(model, this.root, this.visit)) this.step(i + 1, model)
    } else if (model instanceof JList) {
      for (let k = 0; k < model.a.length; k++) {
        if (t.filter(model.a[k] as Value, this.root, this.visit)) this.index(i, model, k)
      }
    } else
      throw invalidPath(
        `Filter: [?] can not be applied to primitives. Current context is: ${toJavaString(model)}`,
      )
  }

  /** Deep scan: token i is tried on every map and list below (and including) the model. */
  private walk(i: number, model: Value): void {
    this.visit?.(1)
    if (model instanceof JMap) {
      if (this.scanned(i, model)) this.step(i, model)
      for (const v of model.values()) this.walk(i, v)
    } else if (model instanceof JList) {
      if (this.scanned(i, model)) {
        // on lists a token that is not the leaf is skipped and the next one tried on every item, as Jayway 2.0.0 has it
        if (i === this.tokens.length - 1) this.step(i, model)
        else for (const v of model.a) this.step(i + 1, v)
      }
      for (const v of model.a) this.walk(i, v)
    }
  }

  private scanned(i: number, model: JMap | JList): boolean {
    const t = this.tokens[i]
    switch (t?.t) {
      case 'property':
        return model instanceof JMap && t.names.every((n) => model.has(n))
      case 'array':
        return model instanceof JList
      case 'wildcard':
        return true
      case 'filter':
        return t.filter(model, this.root, this.visit)
      case 'function':
        return true
      default:
        return false
    }
  }
}

/** The functions of later JsonPath versions; a value they do not fit gives null. */
function apply(name: string, v: Value): Value {
  if (name === 'keys') return v instanceof JMap ? new JList(v.keys(), true) : null
  if (name === 'length' || name === 'size')
    return v instanceof JList ? v.a.length : v instanceof JMap ? v.size : null
  const ns = v instanceof JList ? v.a.filter(isNumber) : []
  const [first, ...rest] = ns
  if (first === undefined) return null
  switch (name) {
    case 'sum':
      return new JDouble(ns.reduce<number>((a, n) => a + doubleValue(n), 0))
    case 'avg':
      return new JDouble(ns.reduce<number>((a, n) => a + doubleValue(n), 0) / ns.length)
    default: {
      const want = name === 'min' ? -1 : 1
      return calculate(
        '+',
        rest.reduce((a, n) => (compareNumbers(n, a) === want ? n : a), first),
        new JDouble(0),
      )
    }
  }
}
