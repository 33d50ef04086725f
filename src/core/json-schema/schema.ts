/**
 * JSON Schema draft 4, as Amazon API Gateway applies it to request bodies: compiled once to closures, no generated code.
 *
 * What Amazon answers in `validationErrorString` are the messages of java-json-tools/json-schema-validator, and its order and
 * thrift are kept with them: the keywords of a value in alphabetical order, the members of objects in alphabetical order, and
 * nothing inside a value once any error is known.
 */
import { namesOf, spend } from './budget.ts'
import { KEYWORDS, type Keyword } from './keywords.ts'
import { regex } from './regex.ts'
import type { Report } from './report.ts'
import { type Check, isObject, type Json, SchemaError } from './terms.ts'
import { Verdicts } from './verdicts.ts'

/** A schema as it stands in a document; `root` is what `#/…` refers to. */
export interface Located {
  schema: unknown
  root: unknown
}

/** Finds what a reference points to. Throws SchemaError where there is nothing. */
export type Resolve = (reference: string, root: unknown) => Located

/** Compiles schemas on first use; recursive ones find themselves. One compiler serves all models of a deployment. */
export class Compiler {
  readonly #resolve: Resolve
  /**
   * By schema and by root: a part of one document may be reached from one document alone. A schema that several ways lead to
   * remembers its verdicts.
   */
  readonly #known = new Map<unknown, { check: Check; verdicts?: Verdicts }>()

  constructor(resolve: Resolve) {
    this.#resolve = resolve
  }

  compile(at: Located): Check {
    const { schema, root } = this.#follow(at)
    const known = this.#known.get(schema)
    if (known) {
      known.verdicts ??= new Verdicts()
      return known.check
    }
    let built: Check | undefined
    const entry: { check: Check; verdicts?: Verdicts } = {
      check: (value, report) => {
        built ??= this.#build(schema, root)
        if (entry.verdicts && report.trial) entry.verdicts.check(built, value, report)
        else built(value, report)
      },
    }
    this.#known.set(schema, entry)
    return entry.check
  }

  /** Beside `$ref` nothing else counts. */
  #follow(at: Located): Located {
    const seen = new Set<unknown>()
    while (isObject(at.schema) && typeof at.schema.$ref === 'string') {
      if (seen.has(at.schema)) throw new SchemaError(`$ref "${at.schema.$ref}" refers to itself`)
      seen.add(at.schema)
      at = this.#resolve(at.schema.$ref, at.root)
    }
    return at
  }

  #build(schema: unknown, root: unknown): Check {
    if (!isObject(schema)) throw new SchemaError('a schema must be an object')
    const sub = (part: unknown) => this.compile({ schema: part, root })
    const keywords: Keyword[] = []
    for (const name of Object.keys(schema).sort()) {
      const keyword = Object.hasOwn(KEYWORDS, name) && KEYWORDS[name]!(schema[name], schema, sub)
      if (keyword) keywords.push(keyword)
    }
    const members = membersOf(schema, sub)
    const items = itemsOf(schema, sub)
    const looks = A_CHECK + keywords.length
    return (value, report) => {
      spend(looks)
      for (const keyword of keywords) {
        keyword(value, report)
        if (report.full) return
      }
      if (report.failed) return
      if (Array.isArray(value)) items?.(value, report)
      else if (isObject(value)) members?.(value, report)
    }
  }
}

type Sub = (part: unknown) => Check

/** Steps to apply a schema, besides one for each of its keywords. */
const A_CHECK = 3
/** Steps to put a name in order. */
const TO_SORT = 6

/** Which schemas apply to a member: its own and every pattern that it matches, else additionalProperties. */
function membersOf(schema: Json, sub: Sub): ((object: Json, report: Report) => void) | undefined {
  const own = isObject(schema.properties) ? schema.properties : {}
  const patterns = Object.entries(isObject(schema.patternProperties) ? schema.patternProperties : {}).map(
    ([source, part]) => ({ pattern: regex(source), check: sub(part) }),
  )
  const rest = isObject(schema.additionalProperties) ? sub(schema.additionalProperties) : undefined
  const named = new Map(Object.entries(own).map(([name, part]) => [name, sub(part)]))
  if (named.size === 0 && patterns.length === 0 && !rest) return undefined
  return (object, report) => {
    const names = namesOf(object)
    // the order is that of the messages
    if (!report.trial) {
      spend(TO_SORT * names.length)
      names.sort()
    }
    for (const name of names) {
      const mine = named.get(name)
      let known = mine !== undefined
      mine?.(object[name], report)
      for (const { pattern, check } of patterns) {
        if (report.full) return
        if (!pattern.test(name)) continue
        known = true
        check(object[name], report)
      }
      if (!known) rest?.(object[name], report)
      if (report.full) return
    }
  }
}

function itemsOf(schema: Json, sub: Sub): ((array: unknown[], report: Report) => void) | undefined {
  const { items, additionalItems } = schema
  const each = isObject(items) ? sub(items) : undefined
  const first = Array.isArray(items) ? items.map(sub) : []
  const rest = isObject(additionalItems) && Array.isArray(items) ? sub(additionalItems) : each
  if (first.length === 0 && !rest) return undefined
  return (array, report) => {
    for (let index = 0; index < array.length && !report.full; index++) {
      const check = first[index] ?? rest
      if (!check) return
      check(array[index], report)
    }
  }
}
