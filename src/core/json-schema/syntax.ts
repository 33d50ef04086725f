/**
 * What draft 4 lets each keyword say. Amazon asks java-json-tools/json-schema-validator, whose syntax checkers these rules follow;
 * a keyword that they do not know it takes for a mistake.
 */
import { DEEPEST, isObject } from './terms.ts'

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']

/** `sub` looks into a schema within the value. */
type Rule = (value: unknown, sub: (part: unknown) => boolean) => boolean

const isText: Rule = (value) => typeof value === 'string'
const isFlag: Rule = (value) => typeof value === 'boolean'
const isNumber: Rule = (value) => typeof value === 'number'
const isCount: Rule = (value) => Number.isInteger(value) && (value as number) >= 0
const isSchema: Rule = (value, sub) => sub(value)
const isSchemaOrFlag: Rule = (value, sub) => isFlag(value, sub) || sub(value)
const hasSchemas: Rule = (value, sub) => isObject(value) && every(Object.values(value), sub)
const listsSchemas: Rule = (value, sub) => Array.isArray(value) && value.length > 0 && every(value, sub)

/** No end at the first: what is not known in the others is told, too. */
const every = (parts: readonly unknown[], is: (part: unknown) => boolean): boolean =>
  parts.map(is).every(Boolean)

const isSet = (value: unknown): value is unknown[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  new Set(value.map((item) => JSON.stringify(item))).size === value.length

const isNames = (value: unknown): value is string[] =>
  isSet(value) && value.every((item) => typeof item === 'string')

const isType = (value: unknown): boolean => TYPES.includes(value as string)

function isRegex(source: unknown): boolean {
  try {
    return typeof source === 'string' && !!new RegExp(source)
  } catch {
    return false
  }
}

const RULES: Readonly<Record<string, Rule>> = {
  $ref: isText,
  $schema: isText,
  additionalItems: isSchemaOrFlag,
  additionalProperties: isSchemaOrFlag,
  allOf: listsSchemas,
  anyOf: listsSchemas,
  default: () => true,
  definitions: hasSchemas,
  dependencies: (value, sub) =>
    isObject(value) && every(Object.values(value), (part) => isNames(part) || sub(part)),
  description: isText,
  enum: isSet,
  exclusiveMaximum: isFlag,
  exclusiveMinimum: isFlag,
  format: isText,
  id: isText,
  items: (value, sub) => (Array.isArray(value) ? every(value, sub) : sub(value)),
  maxItems: isCount,
  maxLength: isCount,
  maxProperties: isCount,
  maximum: isNumber,
  minItems: isCount,
  minLength: isCount,
  minProperties: isCount,
  minimum: isNumber,
  multipleOf: (value) => typeof value === 'number' && value > 0,
  not: isSchema,
  oneOf: listsSchemas,
  pattern: isRegex,
  patternProperties: (value, sub) => hasSchemas(value, sub) && Object.keys(value as object).every(isRegex),
  properties: hasSchemas,
  required: isNames,
  title: isText,
  type: (value) => isType(value) || (isSet(value) && value.every(isType)),
  uniqueItems: isFlag,
}

export interface Findings {
  /** whether it is a schema, as far as its keywords are known */
  valid: boolean
  unknown: string[]
  references: string[]
}

export function syntaxOf(schema: unknown): Findings {
  const unknown = new Set<string>()
  const references = new Set<string>()
  let depth = 0
  const check = (part: unknown): boolean => {
    if (!isObject(part) || depth === DEEPEST) return false
    depth++
    const valid = every(Object.entries(part), (entry) => {
      const [name, value] = entry as [string, unknown]
      if (!Object.hasOwn(RULES, name)) return !!unknown.add(name)
      if (name === '$ref') references.add(String(value))
      return RULES[name]!(value, check)
    })
    depth--
    return valid
  }
  return { valid: check(schema), unknown: [...unknown].sort(), references: [...references] }
}
