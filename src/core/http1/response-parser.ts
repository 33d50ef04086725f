/**
 * The head of an HTTP/1.1 response, read as strictly as RFC 9112 allows: what two readers could understand in two ways
 * (lengths that contradict, folded lines, white space before a colon) is refused.
 */
import { memo } from '../memo.ts'
import { OutboundFailure } from '../outbound-failure.ts'
import { TOKEN, valueIn } from './fields.ts'

export interface ResponseHead {
  status: number
  /** in order, names in lower case */
  headers: [string, string][]
  /** bytes of the body; `chunked`; `close`: all until the connection ends */
  framing: number | 'chunked' | 'close'
  /** whether the connection may be used again, and for how many milliseconds it is said to stay open */
  keepAlive: boolean
  keepAliveMs: number | undefined
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const KEEP_ALIVE = /(?:^|,)[\t ]*keep-alive[\t ]*(?:,|$)/i

/** Names recur: each is looked at once. */
const MAX_NAMES = 1000

const lowerName = memo(MAX_NAMES, (name) => {
  if (!TOKEN.test(name)) throw malformed(`a header is called ${JSON.stringify(name)}`)
  return name.toLowerCase()
})

export const malformed = (what: string): OutboundFailure =>
  new OutboundFailure('protocol', `the response breaks the rules of HTTP: ${what}`)

/** `text` is the head in Latin-1 as `endOfHead` found it, without the empty line at its end; `method` is the request's. */
export function parseResponseHead(text: string, method: string): ResponseHead {
  let end = text.indexOf('\r\n')
  if (end < 0) end = text.length
  const { status, minor } = statusIn(text.slice(0, end))
  const headers: [string, string][] = []
  let length: number | undefined
  let chunked = false
  let keepAlive = minor === 1
  let closes = false
  let keepAliveMs: number | undefined
  for (let at = end + 2; at < text.length; at = end + 2) {
    end = text.indexOf('\r\n', at)
    if (end < 0) end = text.length
    const colon = text.indexOf(':', at)
    if (colon < 0 || colon >= end) throw malformed('a line has no colon')
    const name = lowerName(text.slice(at, colon))
    const value = valueIn(text, colon + 1, end)
    switch (name) {
      case 'content-length':
        if (length !== undefined || !/^\d{1,15}$/.test(value)) throw malformed('Content-Length')
        length = Number(value)
        break
      case 'transfer-encoding':
        // with a tab behind it, llhttp takes it for another coding
        if (chunked || value.toLowerCase() !== 'chunked' || minor === 0 || text.charCodeAt(end - 1) === 9)
          throw malformed(`Transfer-Encoding ${value}`)
        chunked = true
        break
      case 'connection':
        if (value === 'keep-alive') keepAlive = true
        else if (/\bclose\b/i.test(value)) closes = true
        else if (KEEP_ALIVE.test(value)) keepAlive = true
        break
      case 'keep-alive': {
        const seconds = /\btimeout=(\d{1,6})\b/i.exec(value)?.[1]
        if (seconds) keepAliveMs = Number(seconds) * 1000
        break
      }
    }
    headers.push([name, value])
  }
  if (chunked && length !== undefined) throw malformed('Content-Length and Transfer-Encoding')
  const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304
  const framing = bodiless ? 0 : chunked ? 'chunked' : (length ?? 'close')
  return { status, headers, framing, keepAlive: keepAlive && !closes && framing !== 'close', keepAliveMs }
}

/** Servers answer with few different status lines. */
const MAX_LINES = 1000

const statusIn = memo(MAX_LINES, (line) => {
  const [, minor, status] = STATUS_LINE.exec(line) ?? []
  if (!status) throw malformed('its first line is no status line')
  return { status: Number(status), minor: Number(minor) }
})
