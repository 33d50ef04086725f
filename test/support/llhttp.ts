/** Node's own HTTP parser (llhttp), without sockets: how somebody else reads the same bytes. Node shows it under `_http_common` only. */
import { createRequire } from 'node:module'

interface Parser {
  [callback: number]: ((...values: never[]) => unknown) | null
  initialize(kind: number, resource: object, maxHeaderSize: number, lenience: number): void
  /** an Error for what is not HTTP */
  execute(bytes: Buffer): number | Error
  finish(): Error | undefined
}
interface Binding {
  new (): Parser
  REQUEST: number
  RESPONSE: number
  kLenientAll: number
  kOnHeaders: number
  kOnHeadersComplete: number
  kOnBody: number
  kOnMessageComplete: number
}
const { HTTPParser } = createRequire(import.meta.url)('_http_common') as { HTTPParser: Binding }

export interface Message {
  method: string | undefined
  target: string
  status: number
  /** names in lower case */
  headers: [string, string][]
  body: string
  keepAlive: boolean
  complete: boolean
}

const METHODS: string[] = createRequire(import.meta.url)('_http_common').methods

export interface NodeReader {
  /** the last one perhaps not complete */
  messages: Message[]
  /** an Error where the bytes stop being HTTP */
  read(bytes: Buffer): Error | null
  /** no more come */
  finish(): Error | null
}

/** The messages in these bytes, the last one perhaps not complete; `error` where they stop being HTTP. `ends`: no more come; `lenient`:
 * it takes whatever it can be made to take. */
export function readByNode(
  kind: 'request' | 'response',
  bytes: Buffer,
  { ends = false, head = false, lenient = false } = {},
): { messages: Message[]; error: Error | null } {
  const reader = nodeReader(kind, { head, lenient })
  const error = reader.read(bytes)
  return { messages: reader.messages, error: error ?? (ends ? reader.finish() : null) }
}

export function nodeReader(kind: 'request' | 'response', { head = false, lenient = false } = {}): NodeReader {
  const messages: Message[] = []
  const parser = new HTTPParser()
  parser.initialize(
    kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE,
    {},
    0,
    lenient ? HTTPParser.kLenientAll : 0,
  )
  let flushed: string[] = []
  const take = (more: string[]) => {
    flushed = [...flushed, ...more]
  }
  const pairs = (): [string, string][] => {
    const all = flushed
    flushed = []
    return all.flatMap((name, at): [string, string][] =>
      at % 2 === 0 ? [[name.toLowerCase(), all[at + 1]!]] : [],
    )
  }
  // it gives the target this way, too, behind a message with trailers
  let url = ''
  parser[HTTPParser.kOnHeaders] = (headers: string[], target: string) => {
    take(headers)
    url += target
  }
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    _minor: number,
    headers: string[] | undefined,
    method: number | undefined,
    target: string | undefined,
    status: number | undefined,
    _reason: string | undefined,
    _upgrade: boolean,
    keepAlive: boolean,
  ) => {
    take(headers ?? [])
    messages.push({
      method: method === undefined ? undefined : METHODS[method],
      target: target ?? url,
      status: status ?? 0,
      headers: pairs(),
      body: '',
      keepAlive,
      complete: false,
    })
    return head && (status ?? 0) >= 200 ? 1 : 0
  }
  parser[HTTPParser.kOnBody] = (piece: Buffer) => {
    messages.at(-1)!.body += piece.toString('latin1')
  }
  parser[HTTPParser.kOnMessageComplete] = () => {
    flushed = []
    url = ''
    messages.at(-1)!.complete = true
  }
  return {
    messages,
    read(bytes) {
      const read = parser.execute(bytes)
      return read instanceof Error ? read : null
    },
    finish: () => parser.finish() ?? null,
  }
}
