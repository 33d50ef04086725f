/** Request ids, extended request ids and trace ids. Random bytes are fetched and written out for many calls at a time. */
import type { Random } from '../platform.ts'

/** What a call is known by. */
export interface CallIds {
  /** a version 4 UUID */
  readonly requestId: string
  /** 15 characters and `=`, as x-amz-apigw-id has them */
  readonly extendedRequestId: string
  /**
   * An X-Ray trace id, `Root=1-…;Parent=…;Sampled=…`, always the same one: root, parent and decision of the caller's header,
   * if there is one, are kept.
   */
  trace(now: number, given?: string): string
}

export interface Identifiers {
  ofCall(): CallIds
  /** a request id alone */
  request(): string
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

/** Request id, extended request id, the random parts of a trace's root and of its parent, one behind the other. */
const CALL = `xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx${'l'.repeat(15)}=${'x'.repeat(24)}${'x'.repeat(16)}`

class Ids implements CallIds {
  readonly requestId: string
  readonly extendedRequestId: string
  private readonly text: string
  private traceId: string | null = null

  constructor(text: string) {
    this.requestId = text.slice(0, 36)
    this.extendedRequestId = text.slice(36, 52)
    this.text = text
  }

  trace(now: number, given?: string): string {
    if (this.traceId !== null) return this.traceId
    const known = given === undefined ? UNKNOWN : parseTrace(given)
    const root = known.root ?? `1-${hexSecond(now)}-${this.text.slice(52, 76)}`
    const parent = known.parent ?? this.text.slice(76)
    const sampled = known.sampled ?? (known.parent ? '1' : '0')
    this.traceId = `Root=${root};Parent=${parent};Sampled=${sampled}`
    return this.traceId
  }
}

let second = -1
let hexOfSecond = ''
function hexSecond(now: number): string {
  const seconds = Math.floor(now / 1000)
  if (seconds !== second) {
    second = seconds
    hexOfSecond = seconds.toString(16).padStart(8, '0')
  }
  return hexOfSecond
}

export function identifiers(random: Random): Identifiers {
  const next = supply(random, CALL)
  const digits = supply(random, 'x'.repeat(12))
  return {
    ofCall: () => new Ids(next()),
    request: () => next().slice(0, 36),
    draw: () => Number.parseInt(digits(), 16) / 2 ** 48,
  }
}

interface Trace {
  root?: string
  parent?: string
  sampled?: string
}

const UNKNOWN: Trace = {}

function parseTrace(header: string): Trace {
  const fields: Record<string, string> = {}
  for (const part of header.split(';')) {
    const found = /^\s*(root|parent|sampled)=([\w-]+)\s*$/i.exec(part)
    if (found) fields[found[1]!.toLowerCase()] = found[2]!
  }
  return fields
}
