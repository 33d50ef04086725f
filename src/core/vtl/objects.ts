import { parseJson } from '../java/json.ts'
import { printJson } from '../java/json-print.ts'
import { PlainMap } from '../java/plain.ts'
import { hashCode, toJavaString } from '../java/text.ts'
import { JArray, JavaError, JavaObject, JList, JMap, type Value } from '../java/values.ts'
import { type CompiledPath, type PathDialect, pathOf } from '../jsonpath/path.ts'
import { base64Decode, base64Encode, escapeJavaScript, urlDecode, urlEncode } from './encode.ts'
import type { Env } from './env.ts'
import { register } from './methods/tables.ts'

/** Maps of the request; `header` may be looked up without regard to case (`foldHeaders`). */
export interface Params {
  path?: Record<string, string>
  querystring?: Record<string, string>
  header?: Record<string, string>
}

/** What parsing a character of JSON costs. */
const PARSE = 2

const PARTS = ['path', 'querystring', 'header'] as const

class ParamsMap extends JMap {
  constructor(p: Params) {
    super(new Map(PARTS.map((k): [string, Value] => [k, new PlainMap(p[k] ?? {})])))
  }
}

/** $input. Prints as the empty string (recorded). The body is parsed on first use, once. */
export class Input extends JavaObject {
  declare readonly body: string
  declare private readonly scope: { readonly params: Params }
  declare readonly foldHeaders: boolean
  declare readonly dialect: PathDialect
  declare private doc: Value | undefined
  declare private map: ParamsMap | undefined

  /** The scope's params are asked for when the template wants one. */
  constructor(
    body: string | null,
    scope: { readonly params: Params },
    foldHeaders: boolean,
    dialect: PathDialect,
  ) {
    super()
    this.body = body || '{}'
    this.scope = scope
    this.foldHeaders = foldHeaders
    this.dialect = dialect
    this.doc = undefined
    this.map = undefined
  }
  get type(): string {
    return 'Input'
  }
  print(): string {
    return ''
  }
  document(env: Env): Value {
    if (this.doc === undefined) {
      env.spend(PARSE * this.body.length)
      this.doc = parseJson(this.body)
    }
    return this.doc
  }
  /** undefined: the path finds nothing. */
  read(path: Value, env: Env): Value | undefined {
    const doc = this.document(env)
    if (doc === null) return undefined
    if (typeof path !== 'string')
      throw new JavaError('IllegalArgumentException', 'path can not be null or empty')
    const p: CompiledPath = pathOf(path, this.dialect)
    return p.read(doc, env.visit)
  }
  json(path: Value, env: Env): string {
    if (this.document(env) === null) return path === '$' ? 'null' : '""'
    const v = this.read(path, env)
    if (v === undefined) return '""'
    const s = printJson(v)
    return env.built(s)
  }
  paramsMap(): JMap {
    this.map ??= new ParamsMap(this.scope.params)
    return this.map
  }
  param(name: string): Value {
    if (this.map) {
      for (const k of PARTS) {
        const part = this.map.get(k)
        const v = part instanceof JMap ? part.get(name) : undefined
        if (v !== undefined && v !== null) return v
      }
    } else {
      for (const k of PARTS) {
        const part = this.scope.params[k]
        if (part && Object.hasOwn(part, name)) return part[name] as string
      }
    }
    if (!this.foldHeaders) return ''
    const folded = name.toLowerCase()
    for (const [k, v] of Object.entries(this.scope.params.header ?? {}))
      if (k.toLowerCase() === folded) return v
    return ''
  }
}

register(Input, {
  'getBody:': (i: Input) => i.body,
  'path:S': (i: Input, [p], env) => i.read(p, env) ?? null,
  'json:S': (i: Input, [p], env) => i.json(p, env),
  'params:': (i: Input) => i.paramsMap(),
  'params:S': (i: Input, [n]) => (n === null ? '' : i.param(n)),
})

/** $util: six functions that take any object by its text, and give null for null. */
export class Util extends JavaObject {
  get type(): string {
    return 'Util'
  }
  print(): string {
    return ''
  }
}

const textual =
  (f: (s: string) => string, perCharacter: number) =>
  (_: unknown, [o]: Value[], env: Env): Value => {
    if (o === null || o === undefined) return null
    const s = toJavaString(o)
    env.spend(perCharacter * s.length)
    return env.built(f(s))
  }

const BASE64 = 3
const encoded = textual((s) => base64Encode(s), BASE64)

register(Util, {
  'escapeJavaScript:O': textual(escapeJavaScript, 1),
  'urlEncode:O': textual(urlEncode, 3),
  'urlDecode:O': textual(urlDecode, 4),
  'base64Encode:O': (u, a, env) => {
    if (!(a[0] instanceof JArray && a[0].of === 'B')) return encoded(u, a, env)
    env.spend(BASE64 * a[0].a.length)
    return base64Encode(a[0])
  },
  'base64Decode:O': textual(base64Decode, 4),
  'parseJson:O': (_, [o], env) => {
    if (o === null) return null
    const s = toJavaString(o)
    env.spend(PARSE * s.length)
    return parseJson(s)
  },
})

type Entries = ReturnType<PlainMap['map']>

/** The order of a HashMap that grew to hold these entries: by the low bits of each key's spread hash, then as they were put. */
function hashOrdered(m: Entries): Entries {
  let capacity = 16
  while (m.size > capacity * 0.75) capacity *= 2
  const bucket = (key: unknown): number => {
    const hash = hashCode(String(key))
    return (hash ^ (hash >>> 16)) & (capacity - 1)
  }
  const entries = Array.from(m, (entry) => ({ entry, at: bucket(entry[0]) }))
  return new Map(entries.sort((a, b) => a.at - b.at).map(({ entry }) => entry))
}

/** $context and the maps in it print as the empty string (recorded), though keySet() and get() work. */
class ContextMap extends PlainMap {
  declare protected readonly aws: boolean
  /** whether it goes through its entries as a java.util.HashMap does */
  declare protected readonly hashed: boolean
  constructor(src: Record<string, unknown>, aws: boolean, hashed: boolean) {
    super(src)
    this.aws = aws
    this.hashed = hashed
  }
  override map(): Entries {
    if (this.m !== undefined) return this.m
    const m = super.map()
    if (this.hashed) this.m = hashOrdered(m)
    return this.m ?? m
  }
  /** undefined: print like any map. */
  print(): string | undefined {
    return this.aws ? '' : undefined
  }
  protected override child(v: unknown): Value {
    if (v === null || typeof v !== 'object' || v instanceof JavaObject) return super.child(v)
    if (Array.isArray(v)) return new JList(v.map((x) => this.child(x)))
    return new ContextMap(v as Record<string, unknown>, this.aws, this.hashed)
  }
}

const NOTHING = {}
const REQUEST_PARTS = ['path', 'header', 'querystring']

/** The root of $context: requestOverride and responseOverride are always there and can be written. */
export class RootContext extends ContextMap {
  declare private from: { readonly context: Record<string, unknown> } | null

  /** The scope's context is asked for when the template wants something of it. */
  constructor(scope: { readonly context: Record<string, unknown> }, aws: boolean, hashed: boolean) {
    super(NOTHING, aws, hashed)
    this.from = scope
  }
  private ask(): void {
    if (this.from) this.src = this.from.context
    this.from = null
  }
  override map(): Entries {
    if (this.m === undefined) {
      this.ask()
      const m = super.map()
      const part = (root: string, names: string[]): void => {
        let o = m.get(root)
        if (o === undefined) {
          o = new ContextMap({}, this.aws, this.hashed)
          m.set(root, o)
        }
        if (!(o instanceof JMap)) return
        for (const n of names) if (!o.has(n)) o.put(n, new ContextMap({}, this.aws, this.hashed))
      }
      part('requestOverride', REQUEST_PARTS)
      part('responseOverride', ['header'])
      if (this.hashed) this.m = hashOrdered(m)
    }
    return this.m as Entries
  }
  override get(k: string): Value | undefined {
    if (k === 'requestOverride' || k === 'responseOverride') return this.map().get(k)
    this.ask()
    return super.get(k)
  }
  /** The root if the template could have written to it, or null when nothing asked for more than plain values. */
  touched(): JMap | null {
    return this.m === undefined ? null : this
  }
}
