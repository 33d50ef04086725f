/** Header values as HTTP/1.1 carries them. */
import { utf8InLatin1 } from './latin1.ts'

/** Anything but tabs and printable ASCII: one look at most values says that there is nothing to do. */
const ODD = /[^\t\x20-\x7e]/
const UNSAFE = /[\0-\x08\x0a-\x1f\x7f]/
const WIDE = /[^\0-\xff]/

/** The value as it is written; text beyond Latin-1 as its UTF-8, null for one that would break the line. */
export function sendable(value: string): string | null {
  if (!ODD.test(value)) return value
  if (UNSAFE.test(value)) return null
  return WIDE.test(value) ? utf8InLatin1(value) : value
}
