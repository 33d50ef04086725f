/**
 * JSON Schema draft 4, as Amazon API Gateway applies it to request bodies: compiled once to closures, no generated code.
 *
 * What Amazon answers in `validationErrorString` are the messages of java-json-tools/json-schema-validator, and its order and
 * thrift are kept with them: the keywords of a value in alphabetical order, the members of objects in alphabetical order, and
 * nothing inside a value once any error is known.
 */
import { KEYWORDS, type Keyword } from './keywords.ts'
import { regex } from './regex.ts'
import { type Check, isObject, type Json, SchemaError } from './terms.ts'

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
  /** by schema and by root: a part of one document may be reached from one document alone */
  readonly #known = new Map<unknown, Check>()

  constructor(resolve: Resolve) {
    this.#resolve = resolve
  }

  compile(at: Located): Check {
    const { schema, root } = this.#follow(at)
    const known = this.#known.get(schema)
    if (known) return known
    let built: Check | undefined
    const check: Check = (value, errors) => {
      built ??= this.#build(schema, root)
      built(value, errors)
    }
    this.#known.set(schema, check)
    return check
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
    return (value, errors) => {
      for (const keyword of keywords) keyword(value, errors)
      if (errors.length > 0) return
      if (Array.isArray(value)) items?.(value, errors)
      else if (isObject(value)) members?.(value, errors)
    }
  }
}

type Sub = (part: unknown) => Check

/** Which schemas apply to a member: its own and every pattern that it matches, else additionalProperties. */
function membersOf(schema: Json, sub: Sub): ((object: Json, errors: string[]) => void) | undefined {
  const own = isObject(schema.properties) ? schema.properties : {}
  const patterns = Object.entries(isObject(schema.patternProperties) ? schema.patternProperties : {}).map(
    ([source, part]) => ({ pattern: regex(source), check: sub(part) }),
  )
  const rest = isObject(schema.additionalProperties) ? sub(schema.additionalProperties) : undefined
  const named = new Map(Object.entries(own).map(([name, part]) => [name, sub(part)]))
  if (named.size === 0 && patterns.length === 0 && !rest) return undefined
  return (object, errors) => {
    for (const name of Object.keys(object).sort()) {
      const checks = patterns.filter(({ pattern }) => pattern.test(name)).map(({ check }) => check)
      const mine = named.get(name)
      if (mine) checks.unshift(mine)
      if (checks.length === 0 && rest) checks.push(rest)
      for (const check of checks) check(object[name], errors)
    }
  }
}

function itemsOf(schema: Json, sub: Sub): ((array: unknown[], errors: string[]) => void) | undefined {
  const { items, additionalItems } = schema
  if (isObject(items)) {
    const check = sub(items)
    return (array, errors) => {
      for (const item of array) check(item, errors)
    }
  }
  const first = Array.isArray(items) ? items.map(sub) : []
  const rest = isObject(additionalItems) && Array.isArray(items) ? sub(additionalItems) : undefined
  if (first.length === 0 && !rest) return undefined
  return (array, errors) => {
    array.forEach((item, index) => {
      ;(first[index] ?? rest)?.(item, errors)
    })
  }
}
