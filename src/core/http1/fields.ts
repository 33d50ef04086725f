/** What the lines of a head have in common, in requests and responses (RFC 9112, 5). */

export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Control characters, and line breaks that are not whole. */
export const UNSAFE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/
const EDGES = /^[\t ]+|[\t ]+$/g

/** The value between a colon and the end of its line. The usual one follows one blank and has none at its end. */
export function valueIn(text: string, from: number, to: number): string {
  const start = text.charCodeAt(from) === 32 ? from + 1 : from
  const [first, last] = [text.charCodeAt(start), text.charCodeAt(to - 1)]
  const value = text.slice(start, to)
  return first === 32 || first === 9 || last === 32 || last === 9 ? value.replace(EDGES, '') : value
}

/** Whether a Connection header names an option, in lower case. */
export const namesOption = (value: string, option: string): boolean =>
  value.split(',').some((one) => one.trim().toLowerCase() === option)
