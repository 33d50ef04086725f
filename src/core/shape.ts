/**
 * The field language: what a member of a request may hold, as data. `read` turns JSON into a value of a shape.
 *
 * A wrong JSON type ends the reading at once with SerializationException; violated constraints are gathered, so that one
 * answer names them all, in Amazon's order and words (recorded).
 */
import { Problem } from './problem.ts'

export type Shape =
  | { is: 'text'; oneOf?: readonly string[]; pattern?: string }
  | { is: 'whole' }
  | { is: 'real' }
  | { is: 'flag' }
  | { is: 'list'; of: Shape }
  | { is: 'map'; of: Shape }
  | { is: 'record'; fields: Fields }

/** Member name -> shape; a name that ends in `!` must be there. */
export type Fields = Readonly<Record<string, Shape>>

export const text: Shape = { is: 'text' }
export const whole: Shape = { is: 'whole' }
export const real: Shape = { is: 'real' }
export const flag: Shape = { is: 'flag' }
export const oneOf = (...values: string[]): Shape => ({ is: 'text', oneOf: values })
export const matching = (pattern: string): Shape => ({ is: 'text', pattern })
export const list = (of: Shape): Shape => ({ is: 'list', of })
export const map = (of: Shape): Shape => ({ is: 'map', of })
export const record = (fields: Fields): Shape => ({ is: 'record', fields })

export const texts = list(text)
export const textMap = map(text)

export type Values = Record<string, unknown>

/** Reads the members of one record. Unknown members are passed over, null is as good as absent. */
export function readFields(fields: Fields, value: unknown, at: string, violations: string[]): Values {
  if (value === null || value === undefined) value = {}
  if (Array.isArray(value)) throw malformed('Start of list found where not expected')
  if (typeof value !== 'object') throw malformed('Unexpected value type in payload')
  const given = value as Values
  const result: Values = {}
  for (const [declared, shape] of Object.entries(fields)) {
    const name = declared.endsWith('!') ? declared.slice(0, -1) : declared
    const member = given[name]
    const path = at === '' ? name : `${at}.${name}`
    if (member !== null && member !== undefined) result[name] = read(shape, member, path, violations)
    else if (name !== declared)
      violations.push(`Value null at '${path}' failed to satisfy constraint: Member must not be null`)
  }
  return result
}

/** Reads one value of a shape. A null inside a map stays: `responseTemplates: {"application/json": null}` is recorded so. */
export function read(shape: Shape, value: unknown, at: string, violations: string[]): unknown {
  switch (shape.is) {
    case 'text': {
      if (typeof value !== 'string') throw mismatch(value, 'String')
      const broken = constraint(shape, value)
      if (broken) violations.push(`Value '${value}' at '${at}' failed to satisfy constraint: ${broken}`)
      return value
    }
    case 'whole':
      if (typeof value !== 'number') throw mismatch(value, 'Integer')
      return Math.trunc(value)
    case 'real':
      if (typeof value !== 'number') throw mismatch(value, 'Double')
      return value
    case 'flag':
      if (typeof value !== 'boolean') throw mismatch(value, 'Boolean')
      return value
    case 'list':
      return readList(shape.of, value, at, violations)
    case 'map':
      return readMap(shape.of, value, at, violations)
    case 'record':
      return readFields(shape.fields, value, at, violations)
  }
}

function readList(of: Shape, value: unknown, at: string, violations: string[]): unknown[] {
  if (!Array.isArray(value)) throw malformed('Expected list or null')
  const items = value.filter((item) => item !== null)
  if (of.is !== 'text') return items.map((item, i) => read(of, item, `${at}.${i + 1}.member`, violations))
  // a constraint on the items is told of the list as a whole (recorded: endpointConfiguration.types)
  const broken = items.map((item) => constraint(of, read({ is: 'text' }, item, at, violations) as string))
  const first = broken.find((words) => words !== undefined)
  if (first)
    violations.push(
      `Value '[${items.join(', ')}]' at '${at}' failed to satisfy constraint: Member must satisfy constraint: [${first}]`,
    )
  return items
}

function readMap(of: Shape, value: unknown, at: string, violations: string[]): Values {
  if (typeof value !== 'object' || Array.isArray(value)) throw malformed('Expected map or null')
  // entries, not assignments: `__proto__` is a key like any other
  return Object.fromEntries(
    Object.entries(value as Values).map(([key, member]) => [
      key,
      member === null ? null : read(of, member, `${at}.${key}.member`, violations),
    ]),
  )
}

function constraint(shape: Shape & { is: 'text' }, value: string): string | undefined {
  if (shape.oneOf && !shape.oneOf.includes(value))
    return `Member must satisfy enum value set: [${shape.oneOf.join(', ')}]`
  if (shape.pattern && !new RegExp(`^(?:${shape.pattern})$`).test(value))
    return `Member must satisfy regular expression pattern: ${shape.pattern}`
  return undefined
}

/** All violations of one request in one problem, or nothing. */
export function refuse(violations: readonly string[]): void {
  const { length } = violations
  if (length > 0)
    throw new Problem(
      'ValidationException',
      `${length} validation error${length > 1 ? 's' : ''} detected: ${violations.join('; ')}`,
    )
}

export const malformed = (message: string) => new Problem('SerializationException', message)

/** The names are those of the service's own parser, as its answers show them. */
function mismatch(value: unknown, wanted: string): Problem {
  if (Array.isArray(value)) return malformed('Start of list found where not expected')
  if (typeof value === 'object') return malformed('Start of structure or map found where not expected.')
  const found = {
    boolean: 'java.lang.Boolean',
    number: 'com.amazon.coral.value.json.numbers.TruncatingBigNumber',
    string: 'java.lang.String',
  }[typeof value as 'boolean' | 'number' | 'string']
  return malformed(`class ${found} can not be converted to an ${wanted}`)
}
