/** Request ids, extended request ids and trace ids. Random bytes are fetched and written out for many calls at a time. */
import type { Random } from '../platform.ts'

export interface Identifiers {
  /** a version 4 UUID */
  request(): string
  /** 15 characters and `=`, as x-amz-apigw-id has them */
  extended(): string
  /** an X-Ray trace id, `Root=1-…;Parent=…;Sampled=…`; root, parent and decision of the caller's header are kept */
  trace(now: number, given?: string): string
  /** a number in [0, 1) */
  draw(): number
}

/** How many pieces are written at once: one decoding of bytes to text serves as many calls. */
const BATCH = 128

const codes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const HEX = codes('0123456789abcdef')
const LETTERS = codes('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const decoder = new TextDecoder()

/**
 * Gives random texts of one form, each once. In `form` an `x` stands for a hexadecimal digit, `y` for one of 89ab, `l` for a
 * letter of 64, anything else for itself.
 */
function supply(random: Random, form: string): () => string {
  const width = form.length
  let text = ''
  let at = 0
  return () => {
    if (at === text.length) {
      const bytes = random.bytes(width * BATCH)
      for (let index = 0; index < bytes.length; index++) {
        const letter = form.charCodeAt(index % width)
        const byte = bytes[index]!
        if (letter === 120) bytes[index] = HEX[byte & 15]!
        else if (letter === 121) bytes[index] = HEX[8 | (byte & 3)]!
        else bytes[index] = letter === 108 ? LETTERS[byte & 63]! : letter
      }
      text = decoder.decode(bytes)
      at = 0
    }
    at += width
    return text.slice(at - width, at)
  }
}

export function identifiers(random: Random): Identifiers {
  const root = supply(random, 'xxxxxxxxxxxxxxxxxxxxxxxx')
  const parent = supply(random, 'xxxxxxxxxxxxxxxx')
  const digits = supply(random, 'xxxxxxxxxxxx')
  let second = -1
  let hexSecond = ''
  const rootAt = (now: number): string => {
    const seconds = Math.floor(now / 1000)
    if (seconds !== second) {
      second = seconds
      hexSecond = seconds.toString(16).padStart(8, '0')
    }
    return `1-${hexSecond}-${root()}`
  }
  return {
    request: supply(random, 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'),
    extended: supply(random, 'lllllllllllllll='),
    trace(now, given) {
      if (given === undefined) return `Root=${rootAt(now)};Parent=${parent()};Sampled=0`
      const known = parseTrace(given)
      const sampled = known.sampled ?? (known.parent ? '1' : '0')
      return `Root=${known.root ?? rootAt(now)};Parent=${known.parent ?? parent()};Sampled=${sampled}`
    },
    draw: () => Number.parseInt(digits(), 16) / 2 ** 48,
  }
}

function parseTrace(header: string): { root?: string; parent?: string; sampled?: string } {
  const fields: Record<string, string> = {}
  for (const part of header.split(';')) {
    const found = /^\s*(root|parent|sampled)=([\w-]+)\s*$/i.exec(part)
    if (found) fields[found[1]!.toLowerCase()] = found[2]!
  }
  return fields
}
