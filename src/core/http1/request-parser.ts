/**
 * The head of an HTTP/1.1 request, read as strictly as RFC 9112 allows: what two readers could understand in two ways
 * (lengths that contradict, folded lines, white space before a colon, two hosts) is refused.
 */
import { memo } from '../memo.ts'
import { namesOption, TOKEN, valueIn } from './fields.ts'
import { type RequestTarget, requestTarget } from './request-target.ts'

export interface RequestHead extends RequestTarget {
  method: string
  /** names and values in turn, as they came */
  headers: string[]
  /** bytes of the body, or `chunked` */
  framing: number | 'chunked'
  /** whether the client wants the connection kept */
  keepAlive: boolean
  /** of HTTP/1.1; else the client knows no chunks */
  isCurrent: boolean
  /** whether the client waits to be told to send its body */
  expectsContinue: boolean
}

/** What is no request that can be answered: the status says why, the message is for the log. */
export class BadRequest extends Error {
  readonly status: 400 | 408 | 417 | 431 | 501 | 505

  constructor(status: BadRequest['status'], message: string) {
    super(message)
    this.status = status
  }
}

export const malformed = (what: string): BadRequest =>
  new BadRequest(400, `the request breaks the rules of HTTP: ${what}`)

/** A name or an address, and a port (RFC 3986, 3.2.2). */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\w.:]*\])(?::\d*)?$/

let lastHost = ''

/** The next call is often for the same one. */
function isHost(text: string): boolean {
  if (text === lastHost) return true
  if (!HOST.test(text)) return false
  lastHost = text
  return true
}

/** Names recur: each is looked at once. */
type Meaning = 'plain' | 'invalid' | 'host' | 'content-length' | 'transfer-encoding' | 'connection' | 'expect'
const MEANT = new Set<string>(['host', 'content-length', 'transfer-encoding', 'connection', 'expect'])
const MAX_NAMES = 1000

const meaningOf = memo(MAX_NAMES, (name): Meaning => {
  if (!TOKEN.test(name)) return 'invalid'
  const lower = name.toLowerCase()
  return MEANT.has(lower) ? (lower as Meaning) : 'plain'
})

/** `text` is the head in Latin-1 as `endOfHead` found it, without the empty line at its end. Throws a BadRequest. */
export function parseRequestHead(text: string): RequestHead {
  let end = text.indexOf('\r\n')
  if (end < 0) end = text.length
  const space = text.indexOf(' ')
  const last = text.indexOf(' ', space + 1)
  if (space < 0 || last < 0 || last > end) throw malformed('its first line is no request line')
  const isCurrent = isVersion11(text.slice(last + 1, end))
  const method = text.slice(0, space)
  if (method !== 'GET' && meaningOf(method) === 'invalid') throw malformed('its method is no name')
  const headers: string[] = []
  let host: string | undefined
  let length: number | undefined
  let chunked = false
  let closes = false
  let stays = isCurrent
  let expectsContinue = false
  for (let at = end + 2; at < text.length; at = end + 2) {
    end = text.indexOf('\r\n', at)
    if (end < 0) end = text.length
    const colon = text.indexOf(':', at)
    if (colon < 0 || colon >= end) throw malformed('a line has no colon')
    const name = text.slice(at, colon)
    const value = valueIn(text, colon + 1, end)
    headers.push(name, value)
    const meaning = meaningOf(name)
    if (meaning === 'plain') continue
    switch (meaning) {
      case 'host':
        if (host !== undefined || !isHost(value)) throw malformed('Host')
        host = value
        break
      case 'content-length':
        if (length !== undefined || !/^\d{1,15}$/.test(value)) throw malformed('Content-Length')
        length = Number(value)
        break
      case 'transfer-encoding':
        if (!isCurrent || chunked || text.charCodeAt(end - 1) === 9) throw malformed('Transfer-Encoding')
        if (value.toLowerCase() !== 'chunked') throw new BadRequest(501, `Transfer-Encoding ${value}`)
        chunked = true
        break
      case 'connection':
        closes ||= namesOption(value, 'close')
        stays ||= namesOption(value, 'keep-alive')
        break
      case 'expect':
        if (value.toLowerCase() !== '100-continue') throw new BadRequest(417, `Expect ${value}`)
        expectsContinue = isCurrent
        break
      default:
        throw malformed(`a header is called ${JSON.stringify(name)}`)
    }
  }
  if (chunked && length !== undefined) throw malformed('Content-Length and Transfer-Encoding')
  if (host === undefined && isCurrent) throw malformed('it has no Host')
  const target = requestTarget(text.slice(space + 1, last), host ?? '')
  if (!target || !isHost(target.authority)) throw malformed('its target')
  const framing = chunked ? 'chunked' : (length ?? 0)
  const { authority, rawPath, rawQuery } = target
  return {
    method,
    authority,
    rawPath,
    rawQuery,
    headers,
    framing,
    keepAlive: stays && !closes,
    isCurrent,
    expectsContinue,
  }
}

function isVersion11(version: string): boolean {
  if (version === 'HTTP/1.1') return true
  if (version === 'HTTP/1.0') return false
  if (/^HTTP\/\d(?:\.\d)?$/.test(version)) throw new BadRequest(505, version)
  throw malformed('its first line is no request line')
}
