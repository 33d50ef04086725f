/**
 * JSON and YAML in the layout of Jackson, the serializer that Amazon's exports and the schemas of imported models are
 * written with: `"key" : value`, lists opened on the line of their key, `{ }` and `[ ]` for empty ones; in YAML every string
 * that is a value in double quotes.
 */
import { entriesOf } from './value.ts'

export function jacksonJson(value: unknown, indent = ''): string {
  if (Array.isArray(value)) {
    if (!value.length) return '[ ]'
    return `[ ${value.map((item) => jacksonJson(item, indent)).join(', ')} ]`
  }
  if (typeof value === 'object' && value !== null) {
    const inner = `${indent}  `
    const members = entriesOf(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => `${inner}${JSON.stringify(key)} : ${jacksonJson(part, inner)}`)
    return members.length ? `{\n${members.join(',\n')}\n${indent}}` : '{ }'
  }
  return JSON.stringify(value) ?? 'null'
}

/** A whole document, with its `---`. */
export function jacksonYaml(value: unknown): string {
  return `---\n${yamlBlock(value, '')}\n`
}

const PLAIN_KEY = /^[A-Za-z_/$][A-Za-z0-9_/{}.+$-]*$/
/** YAML 1.1 readers, of which there are many, take these for something else than a string. */
const NOT_A_STRING = /^(?:y|yes|n|no|true|false|on|off|null|~)$/i

function yamlBlock(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.length)
    return value
      .map((item) => {
        const block = isBlock(item) ? yamlBlock(item, `${indent}  `).trimStart() : yamlScalar(item)
        return `${indent}- ${block}`
      })
      .join('\n')
  return entriesOf(value)
    .filter(([, part]) => part !== undefined)
    .map(([key, part]) => {
      const name = PLAIN_KEY.test(key) && !NOT_A_STRING.test(key) ? key : yamlString(key)
      if (!isBlock(part)) return `${indent}${name}: ${yamlScalar(part)}`
      return `${indent}${name}:\n${yamlBlock(part, Array.isArray(part) ? indent : `${indent}  `)}`
    })
    .join('\n')
}

const isBlock = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0)

function yamlScalar(value: unknown): string {
  if (typeof value === 'string') return yamlString(value)
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}'
  return JSON.stringify(value) ?? 'null'
}

/** JSON's strings are YAML's double-quoted ones, but for the line separators that YAML 1.1 breaks lines at. */
const yamlString = (value: string): string =>
  JSON.stringify(value).replace(
    /[\u0085\u2028\u2029\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
