/**
 * The head of an HTTP/1.1 request (RFC 9112) as it goes to a back end: path, header names and their order byte for byte as they
 * were given. What would break the head is refused, never sent.
 */
import { sendable } from '../header-value.ts'
import { memo } from '../memo.ts'
import { OutboundFailure } from '../outbound-failure.ts'
import { TOKEN } from './fields.ts'

/** Headers of the connection, not of the message: the client of the connection frames the message itself. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

const PATH = /^[\x21-\x7e]+$/

/** What a header name means here; names recur, so each is looked at once. */
type Meaning = 'plain' | 'host' | 'length' | 'connection' | 'invalid'
const MAX_NAMES = 1000

const meaningOf = memo(MAX_NAMES, (name): Meaning => {
  const lower = name.toLowerCase()
  if (!TOKEN.test(name)) return 'invalid'
  if (lower === 'host') return 'host'
  if (lower === 'content-length') return 'length'
  return CONNECTION_HEADERS.has(lower) ? 'connection' : 'plain'
})

/** Whether a header is the connection's matter, not the message's. */
export const isConnectionHeader = (name: string): boolean => meaningOf(name) === 'connection'

export interface SentHead {
  /** Latin-1, with the empty line at its end */
  text: string
  /** the length that a streamed body must have; null: it is sent in chunks */
  declared: number | null
}

/** Verbs that a server expects a body with: without one they say so. */
const bodied = (method: string): boolean => method === 'POST' || method === 'PUT' || method === 'PATCH'

/**
 * `length` is that of the body: a number of bytes, null for none, undefined for a stream (then `content-length` among the
 * headers declares it, if it is there).
 */
export function requestHead(
  method: string,
  path: string,
  authority: string,
  headers: readonly (readonly [string, string])[],
  length: number | null | undefined,
): SentHead {
  if (!TOKEN.test(method) || !PATH.test(path))
    throw new OutboundFailure('request', 'the request line cannot be sent')
  let host = authority
  let lines = ''
  let declared: number | null = null
  for (const [name, value] of headers) {
    const meaning = meaningOf(name)
    if (meaning === 'connection') continue
    if (meaning === 'invalid') throw new OutboundFailure('request', `invalid header name ${name}`)
    if (meaning === 'length') {
      if (length === undefined && /^\d{1,15}$/.test(value)) declared = Number(value)
      continue
    }
    const wire = sendable(value)
    if (wire === null) throw new OutboundFailure('request', `invalid value of the header ${name}`)
    if (meaning === 'host') host = wire
    else lines += `${name}: ${wire}\r\n`
  }
  if (length === undefined)
    lines += declared === null ? 'transfer-encoding: chunked\r\n' : `content-length: ${declared}\r\n`
  else if (length !== null) lines += `content-length: ${length}\r\n`
  else if (bodied(method)) lines += 'content-length: 0\r\n'
  return {
    text: `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n${lines}\r\n`,
    declared,
  }
}
