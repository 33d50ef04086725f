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
  /** its root alone, `Root=1-…`, of a call whose caller gave no header */
  root(now: number): string
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
const HEX = '0123456789abcdef'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const decoder = new TextDecoder()

/**
 * Gives random texts of one form, each once. In `form` an `x` stands for a hexadecimal digit, `y` for one of 89ab, `l` for a
 * letter of 64, anything else for itself.
 */
function supply(random: Random, form: string): () => string {
  const width = form.length
  // for each place of the form, where its letters begin and which bits of a random byte choose among them
  const letters = codes(HEX + LETTERS + form)
  const own = HEX.length + LETTERS.length
  const begins = Uint8Array.from(form, (letter, at) =>
    letter === 'x' ? 0 : letter === 'y' ? 8 : letter === 'l' ? HEX.length : own + at,
  )
  const bits = Uint8Array.from(form, (letter) =>
    letter === 'x' ? 15 : letter === 'y' ? 3 : letter === 'l' ? 63 : 0,
  )
  let text = ''
  let at = 0
  return () => {
    if (at === text.length) {
      const bytes = random.bytes(width * BATCH)
      for (let index = 0; index < bytes.length; )
        for (let place = 0; place < width; place++, index++)
          bytes[index] = letters[begins[place]! + (bytes[index]! & bits[place]!)]!
      text = decoder.decode(bytes)
      at = 0
    }
    at += width
    return text.slice(at - width, at)
  }
}

/** Request id and extended request id, one behind the other. */
const CALL = `xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx${'l'.repeat(15)}=`
/** The random parts of a trace. */
interface Traces {
  root: () => string
  parent: () => string
}

class Ids implements CallIds {
  readonly requestId: string
  readonly extendedRequestId: string
  private readonly traces: Traces
  private rootOnly: string | null = null
  private traceId: string | null = null

  constructor(text: string, traces: Traces) {
    this.requestId = text.slice(0, 36)
    this.extendedRequestId = text.slice(36)
    this.traces = traces
  }

  trace(now: number, given?: string): string {
    if (this.traceId !== null) return this.traceId
    const known = given === undefined ? UNKNOWN : parseTrace(given)
    const root = known.root === undefined ? this.root(now) : `Root=${known.root}`
    const parent = known.parent ?? this.traces.parent()
    const sampled = known.sampled ?? (known.parent ? '1' : '0')
    this.traceId = `${root};Parent=${parent};Sampled=${sampled}`
    return this.traceId
  }

  root(now: number): string {
    this.rootOnly ??= `Root=1-${hexSecond(now)}-${this.traces.root()}`
    return this.rootOnly
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
  const traces = { root: supply(random, 'x'.repeat(24)), parent: supply(random, 'x'.repeat(16)) }
  const digits = supply(random, 'x'.repeat(12))
  return {
    ofCall: () => new Ids(next(), traces),
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
