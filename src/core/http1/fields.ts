/** What the lines of a head have in common, in requests and responses (RFC 9112, 5). */

export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** The head is not whole yet. */
const INCOMPLETE = -1
/** There are control characters in the head, or line breaks that are not whole. */
export const UNSAFE = -2
const EDGES = /^[\t ]+|[\t ]+$/g

/**
 * Where the empty line that ends a head begins, looked for from `from` on: a place at which an earlier look stopped, or the head's
 * begin. One pass over the bytes, which no runtime's own search and patterns do faster together.
 */
export function endOfHead(bytes: Uint8Array, from: number): number {
  let at = from
  // not between the two bytes of a line break
  if (at > 0 && bytes[at] === 10 && bytes[at - 1] === 13) at--
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte > 31 ? byte !== 127 : byte === 9) continue
    if (byte !== 13) return UNSAFE
    if (at + 1 === bytes.length) return INCOMPLETE
    if (bytes[at + 1] !== 10) return UNSAFE
    if (bytes[at + 2] === 13 && bytes[at + 3] === 10) return at
    at++
  }
  return INCOMPLETE
}

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
