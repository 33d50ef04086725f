/** Request ids, extended request ids and trace ids, from random bytes that are fetched in bulk. */
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

const POOL = 4096
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export function identifiers(random: Random): Identifiers {
  let pool = new Uint8Array(0)
  let at = 0
  const take = (count: number): number => {
    if (at + count > pool.length) {
      pool = random.bytes(POOL) as Uint8Array<ArrayBuffer>
      at = 0
    }
    at += count
    return at - count
  }
  const hex = (count: number): string => {
    const from = take(count)
    let text = ''
    for (let index = from; index < from + count; index++) text += HEX[pool[index]!]
    return text
  }
  return {
    request() {
      const text = hex(16)
      const variant = '89ab'[Number.parseInt(text[16]!, 16) & 3]
      return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-${variant}${text.slice(17, 20)}-${text.slice(20)}`
    },
    extended() {
      const from = take(15)
      let text = ''
      for (let index = from; index < from + 15; index++) text += LETTERS[pool[index]! & 63]
      return `${text}=`
    },
    trace(now, given) {
      const known = given === undefined ? {} : parseTrace(given)
      const root =
        known.root ??
        `1-${Math.floor(now / 1000)
          .toString(16)
          .padStart(8, '0')}-${hex(12)}`
      const sampled = known.sampled ?? (known.parent ? '1' : '0')
      return `Root=${root};Parent=${known.parent ?? hex(8)};Sampled=${sampled}`
    },
    draw: () => Number.parseInt(hex(6), 16) / 2 ** 48,
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
