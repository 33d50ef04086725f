/**
 * Schemas to models. Each declared schema becomes a model of its name; a body's inline schema becomes `ArrayOfPet` or
 * `MODEL` and six hex digits, as Amazon names them. References between models are URLs of the control service
 * (recorded); members stand in the order that Amazon's serializer gives them.
 */
import type { Model } from '../documents.ts'
import { checkImportedSchema } from '../rules/model.ts'
import type { Findings } from './findings.ts'
import { jacksonJson } from './jackson.ts'
import { modelsUrl, type ReadOptions } from './options.ts'
import { type Refs, stepsOf } from './refs.ts'
import { rewriteSchema, type SchemaDialect } from './schema.ts'
import { at, type Doc, defined, docOf, entriesOf, isDoc, member, textOf } from './value.ts'

const MODEL_URL = /\/restapis\/[^/]+\/models\/([A-Za-z0-9]+)$/

export class Models {
  readonly list: Model[] = []
  readonly #names = new Map<string, string>()
  readonly #taken = new Map<string, string>()
  /** inline schemas that have their model: one may be referred to by every operation */
  readonly #known = new Map<object, string>()
  readonly #root: string
  readonly #dialect: SchemaDialect
  readonly #refs: Refs
  readonly #findings: Findings
  readonly #options: ReadOptions

  constructor(
    schemas: unknown,
    root: string,
    dialect: SchemaDialect,
    refs: Refs,
    findings: Findings,
    options: ReadOptions,
  ) {
    this.#root = root
    this.#dialect = dialect
    this.#refs = refs
    this.#findings = findings
    this.#options = options
    const declared = entriesOf(schemas).filter(([key, schema]) => isDoc(schema) && !key.startsWith('x-'))
    // names first: schemas refer to those behind them
    for (const [key] of declared) this.#names.set(at(root, key), this.#free(key, at(root, key)))
    for (const [key, schema] of declared) this.#add(this.#names.get(at(root, key))!, schema, at(root, key))
  }

  /** The name of the model for a body's schema; undefined where there is none to be had. */
  nameFor(schema: unknown, pointer: string): string | undefined {
    if (!isDoc(schema)) return undefined
    const ref = member(schema, '$ref')
    if (typeof ref === 'string') return this.#referred(ref, pointer)
    if (schema.type === 'file') {
      this.#findings.note("A body of type 'file' has no model", pointer)
      return undefined
    }
    const known = this.#known.get(schema) ?? this.#inline(schema, pointer)
    this.#known.set(schema, known)
    return known
  }

  #inline(schema: Doc, pointer: string): string {
    const items = schema.type === 'array' ? member(schema.items, '$ref') : undefined
    const item = typeof items === 'string' ? this.#referred(items, at(pointer, 'items')) : undefined
    const text = this.#text(schema, pointer)
    for (let salt = 0; ; salt++) {
      const name = item && salt === 0 ? `ArrayOf${item}` : `MODEL${digest(text, salt)}`
      const taken = this.#taken.get(name)
      if (taken === text) return name
      if (taken !== undefined) continue
      this.#push(name, text, schema, pointer)
      return name
    }
  }

  #referred(ref: string, pointer: string): string | undefined {
    const elsewhere = MODEL_URL.exec(ref)
    if (elsewhere) return elsewhere[1]
    const key = ref.startsWith('#') ? at('#', ...stepsOf(ref)) : at(this.#root, ref)
    const known = this.#names.get(key)
    if (known) return known
    if (!ref.startsWith('#')) {
      this.#refs.external(ref, pointer)
      return undefined
    }
    const target = this.#refs.target(ref)
    if (!isDoc(target)) {
      this.#findings.warn(`Reference to model '${stepsOf(ref).at(-1) ?? ref}' not found. Ignoring.`)
      return undefined
    }
    // into a schema, or a schema kept elsewhere: a model of its own, so that the reference holds
    const name = this.#free(
      stepsOf(ref)
        .slice(this.#root.split('/').length - 1)
        .map(capital)
        .join(''),
      undefined,
    )
    this.#names.set(key, name)
    this.#add(name, target, key)
    return name
  }

  #add(name: string, schema: unknown, pointer: string): void {
    const text = this.#text(schema, pointer)
    this.#push(name, text, schema, pointer)
  }

  #push(name: string, text: string, schema: unknown, pointer: string): void {
    const rule = () => checkImportedSchema(text)
    this.#findings.hold(rule, `Unable to create model for '${name}'`, pointer)
    this.#taken.set(name, text)
    this.list.push(
      defined({
        id: this.#options.newId(6),
        name,
        description: textOf(docOf(schema).description),
        schema: text,
        contentType: 'application/json',
      }),
    )
  }

  #text(schema: unknown, pointer: string): string {
    const url = modelsUrl(this.#options.restApiId)
    const reference = (ref: string, where: string): string => {
      const name = this.#referred(ref, where)
      return name === undefined ? ref : url + name
    }
    return jacksonJson(rewriteSchema(schema, this.#dialect, reference, pointer))
  }

  /** Amazon's names are alphanumeric; others lose what is not, rather than the model. */
  #free(key: string, pointer: string | undefined): string {
    const plain = key.replace(/[^A-Za-z0-9]/g, '') || 'Model'
    if (plain !== key && pointer)
      this.#findings.note('Model name must be alphanumeric: other characters are left out', pointer)
    let name = plain
    for (let count = 2; this.#taken.has(name); count++) name = plain + count
    this.#taken.set(name, '')
    return name
  }
}

const capital = (step: string): string => step.charAt(0).toUpperCase() + step.slice(1)

/** Six hex digits of FNV-1a: the same schema has the same name, so that importing twice adds nothing. */
function digest(text: string, salt: number): string {
  let hash = 0x811c9dc5 ^ salt
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return ((hash ^ (hash >>> 24)) & 0xffffff).toString(16).padStart(6, '0')
}
