/**
 * An API's models as schemas that may refer to each other: `#/definitions/…` within one,
 * `https://apigateway.amazonaws.com/restapis/{id}/models/{name}` from one to another (guide: models-mappings-models).
 */
import type { Model } from '../documents.ts'
import { renewBudget } from './budget.ts'
import { parseInstance } from './instance.ts'
import { modelNamed, pointed } from './reference.ts'
import { Report } from './report.ts'
import { Compiler, type Located } from './schema.ts'
import { type Check, SchemaError } from './terms.ts'

/** What Amazon says of a body that is no JSON (seen in its execution log). */
const NOT_JSON = 'Unknown error parsing request body'

export class Models {
  readonly #models: ReadonlyMap<string, Model>
  readonly #schemas = new Map<string, unknown>()
  readonly #steps: number | undefined
  readonly #compiler = new Compiler((reference, root) => this.#resolve(reference, root))

  /** `steps` bounds what one body may cost (see budget.ts). */
  constructor(models: readonly Model[], steps?: number) {
    this.#steps = steps
    this.#models = new Map(models.map((model) => [model.name, model]))
  }

  /** Throws SchemaError for a model that does not exist or is no schema. */
  check(name: string): Check {
    const schema = this.#schemaOf(name)
    return this.#compiler.compile({ schema, root: schema })
  }

  /** The violations of a body, in Amazon's words; an empty list for a valid one. */
  violations(name: string, body: string): string[] {
    const check = this.check(name)
    let value: unknown
    const empty = body.trim() === ''
    try {
      value = empty ? {} : parseInstance(body)
    } catch {
      return [NOT_JSON]
    }
    const report = new Report()
    renewBudget(body.length, this.#steps)
    check(value, report)
    // No body satisfies a model that asks for nothing, and is no JSON to any other (recorded).
    return empty && report.failed ? [NOT_JSON] : report.messages
  }

  #schemaOf(name: string): unknown {
    if (this.#schemas.has(name)) return this.#schemas.get(name)
    const model = this.#models.get(name)
    if (!model) throw new SchemaError(`no model named ${name}`)
    let schema: unknown
    try {
      schema = JSON.parse(model.schema || '{}')
    } catch (cause) {
      throw new SchemaError(`the schema of model ${name} is not JSON`, { cause })
    }
    this.#schemas.set(name, schema)
    return schema
  }

  #resolve(reference: string, from: unknown): Located {
    const hash = reference.indexOf('#')
    const url = hash < 0 ? reference : reference.slice(0, hash)
    const pointer = hash < 0 ? '' : reference.slice(hash + 1)
    if (pointer && !pointer.startsWith('/'))
      throw new SchemaError(`$ref "${reference}" is not a JSON pointer`)
    const name = url && modelNamed(url)
    if (url && !name) throw new SchemaError(`$ref "${reference}" is not a model's URL`)
    const root = name ? this.#schemaOf(name) : from
    const schema = pointed(root, pointer)
    if (schema === undefined) throw new SchemaError(`$ref "${reference}" leads nowhere`)
    return { schema, root }
  }
}
