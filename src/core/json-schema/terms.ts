/** What the files of this folder share: the words for schemas and their checks. */

/** Adds one message for each violation. */
export type Check = (value: unknown, errors: string[]) => void

export type Json = Record<string, unknown>

/** A schema that is none: a wrong keyword value, a reference that leads nowhere. */
export class SchemaError extends Error {}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
