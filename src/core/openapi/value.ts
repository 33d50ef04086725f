/** What a parsed definition is made of, and how its parts are looked at without trusting them. */
export type Doc = Record<string, unknown>

export const isDoc = (value: unknown): value is Doc =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object at `value`, or an empty one: an absent part and a part of the wrong shape read alike. */
export const docOf = (value: unknown): Doc => (isDoc(value) ? value : {})

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** Own members, without `__proto__`: assigning that name to a plain object would change its prototype. */
export const entriesOf = (value: unknown): [string, unknown][] =>
  isDoc(value) ? Object.entries(value).filter(([key]) => key !== '__proto__') : []

/** An own member only: `constructor` in a definition must not find Object's. */
export const member = (value: unknown, key: string): unknown =>
  isDoc(value) && Object.hasOwn(value, key) ? value[key] : undefined

/** Strings, and the numbers and booleans that YAML makes of unquoted ones (status codes, versions). */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined

export const upper = (value: unknown): string | undefined => textOf(value)?.toUpperCase()

/** `value` without its undefined members: the documents leave out what was not set. */
export function defined<T extends object>(value: T): T {
  for (const key of Object.keys(value) as (keyof T)[]) if (value[key] === undefined) delete value[key]
  return value
}

/** One more step of a JSON pointer (RFC 6901). */
export const at = (pointer: string, ...keys: (string | number)[]): string =>
  keys.reduce<string>((p, key) => `${p}/${String(key).replace(/~/g, '~0').replace(/\//g, '~1')}`, pointer)
