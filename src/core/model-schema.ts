/** Model schemas and the models that they name. */
import { modelNamed } from './json-schema/reference.ts'
import { DEEPEST } from './json-schema/terms.ts'

type Schema = { [member: string]: unknown }

const parse = (text: string | undefined): Schema => {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}')
    return typeof parsed === 'object' && parsed !== null ? (parsed as Schema) : {}
  } catch {
    return {}
  }
}

/** The schema in one piece: every model that it reaches stands under `definitions`, and references point there. */
export function flattenSchema(schema: string, schemas: ReadonlyMap<string, string>): string {
  const definitions: Record<string, Schema> = {}
  const local = (value: unknown, depth: number): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (depth > DEEPEST) return {}
    if (Array.isArray(value)) return value.map((item) => local(item, depth + 1))
    return Object.fromEntries(
      Object.entries(value).map(([member, inner]) => {
        const name = member === '$ref' && typeof inner === 'string' ? modelNamed(inner) : undefined
        if (!name) return [member, local(inner, depth + 1)]
        if (!Object.hasOwn(definitions, name)) {
          definitions[name] = {}
          definitions[name] = local(parse(schemas.get(name)), depth + 1) as Schema
        }
        return [member, `#/definitions/${name}`]
      }),
    )
  }
  const flat = local(parse(schema), 0) as Schema
  if (Object.keys(definitions).length > 0)
    flat.definitions = { ...(flat.definitions as Schema | undefined), ...definitions }
  return JSON.stringify(flat)
}

/** Levels of references and properties that a template shows, and values in all: models may name each other without end. */
const LEVELS = 8
const MOST = 2000

/** A mapping template that writes the schema's structure with sample values (guide: "Generate a mapping template"). */
export function mappingTemplate(schema: string, schemas: ReadonlyMap<string, string>): string {
  let written = 0
  const sample = (schema: Schema, indent: string, level: number): string => {
    if (level > LEVELS || ++written > MOST) return '{ }'
    const name = typeof schema.$ref === 'string' ? modelNamed(schema.$ref) : undefined
    if (name) return sample(parse(schemas.get(name)), indent, level + 1)
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
    if (type === 'array')
      return [
        '[',
        '##TODO: Update this foreach loop to reference array from input json',
        '#foreach($elem in $inputRoot)',
        `${indent} ${sample(members(schema.items), `${indent} `, level + 1)}`,
        '#if($foreach.hasNext),#end',
        '#end',
        `${indent}]`,
      ].join('\n')
    if (type === 'object' || schema.properties) {
      const inner = `${indent}  `
      const lines = Object.entries(members(schema.properties)).map(
        ([member, value]) =>
          `${inner}${JSON.stringify(member)} : ${sample(members(value), inner, level + 1)}`,
      )
      return lines.length > 0 ? `{\n${lines.join(',\n')}\n${indent}}` : '{ }'
    }
    if (Array.isArray(schema.enum)) return JSON.stringify(schema.enum[0])
    return { string: '"foo"', boolean: 'true', null: 'null' }[String(type)] ?? '42'
  }
  return `#set($inputRoot = $input.path('$'))\n${sample(parse(schema), '', 0)}`
}

const members = (value: unknown): Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {}
