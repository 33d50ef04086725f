/**
 * A schema as Amazon stores it: members in the order of Amazon's serializer (recorded for OpenAPI 3; exports show the other),
 * references rewritten, nothing taken away that says anything. Of OpenAPI 3.1, which is JSON Schema 2020-12, what has an equal
 * in draft 4, the draft of Amazon's models, is put in its words.
 */
import { at, type Doc, entriesOf, isDoc, textOf } from './value.ts'

export type SchemaDialect = 'swagger' | 'oas30' | 'oas31'

const ORDER: Record<'swagger' | 'oas', string[]> = {
  swagger: ['type', 'required', 'discriminator', 'properties'],
  oas: (
    'title multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems ' +
    'uniqueItems maxProperties minProperties required type not properties additionalProperties description format'
  ).split(' '),
}

/** keyword -> what its value holds: one schema, a list of them, a map of them, or either of the first two */
const WITHIN: Record<string, 'one' | 'many' | 'map' | 'either'> = {
  items: 'either',
  additionalItems: 'one',
  additionalProperties: 'one',
  contains: 'one',
  propertyNames: 'one',
  not: 'one',
  if: 'one',
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: 'one',
  else: 'one',
  unevaluatedItems: 'one',
  unevaluatedProperties: 'one',
  allOf: 'many',
  anyOf: 'many',
  oneOf: 'many',
  prefixItems: 'many',
  properties: 'map',
  patternProperties: 'map',
  definitions: 'map',
  $defs: 'map',
  dependentSchemas: 'map',
}

/** @param reference what a `$ref` found at a pointer becomes */
export function rewriteSchema(
  schema: unknown,
  dialect: SchemaDialect,
  reference: (ref: string, pointer: string) => string,
  pointer: string,
): unknown {
  if (!isDoc(schema)) return schema
  const source = dialect === 'oas31' ? toDraft4(schema) : schema
  const out: Doc = {}
  const put = (key: string, value: unknown) => {
    if (saysNothing(key, value)) return
    const where = at(pointer, key)
    const one = (part: unknown, place: string) => rewriteSchema(part, dialect, reference, place)
    const kind = Object.hasOwn(WITHIN, key) ? WITHIN[key] : undefined
    if (key === '$ref' && typeof value === 'string') out[key] = reference(value, pointer)
    else if (key === 'required' && Array.isArray(value)) out[key] = [...new Set(value)].sort()
    else if (key === 'title' || key === 'description') out[key] = textOf(value) ?? value
    else if (kind === 'map' && isDoc(value))
      out[key] = Object.fromEntries(
        entriesOf(value)
          .filter(([, part]) => key !== 'properties' || isDoc(part))
          .map(([name, part]) => [name, one(part, at(where, name))]),
      )
    else if ((kind === 'many' || kind === 'either') && Array.isArray(value))
      out[key] = value.map((part, index) => one(part, at(where, index)))
    else if (kind === 'one' || kind === 'either') out[key] = one(value, where)
    else out[key] = value
  }
  for (const key of ORDER[dialect === 'swagger' ? 'swagger' : 'oas'])
    if (Object.hasOwn(source, key)) put(key, source[key])
  for (const [key, value] of entriesOf(source)) if (!Object.hasOwn(out, key)) put(key, value)
  return out
}

/**
 * What Amazon's reader of OpenAPI passes over: a YAML key without a value, a `required` that is no list of names (that of a property
 * is none of a schema's keywords), a type that is an object (a misplaced `$ref`).
 */
function saysNothing(key: string, value: unknown): boolean {
  if (key === 'required') return !Array.isArray(value) || value.length === 0
  if (key === 'type') return value === null || isDoc(value)
  return value === null && key !== 'default' && key !== 'example'
}

function toDraft4(schema: Doc): Doc {
  const { const: constant, ...rest } = schema
  const out: Doc =
    Object.hasOwn(schema, 'const') && !rest.enum ? { ...rest, enum: [constant] } : { ...schema }
  for (const [limit, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const)
    if (typeof out[exclusive] === 'number') {
      out[limit] = out[exclusive]
      out[exclusive] = true
    }
  return out
}
