/** Access log lines: the stage's format with `$context` variables put in, `-` for what is not known. */
import { type Context, lookup, scalar } from './variables.ts'

const VARIABLE = /\$context\.([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)/g

/** Line breaks in values are escaped, so that a caller cannot forge a line; so are quotes, since formats are often JSON. */
const escaped = (value: string): string =>
  value
    .replace(/["\\]/g, '\\$&')
    .replace(/[\0-\x1f\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** `context` is made by `logContextOf`. */
export const formatAccessLog = (format: string, context: Context): string =>
  format.replace(VARIABLE, (_, path: string) => {
    const value = scalar(lookup(context, path))
    // messageString is a JSON string already
    return value === undefined ? '-' : path === 'error.messageString' ? value : escaped(value)
  })
