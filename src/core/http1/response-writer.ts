/** The head of an HTTP/1.1 response as it goes to a client. */
import { sendable } from '../header-value.ts'
import { headerName } from '../headers.ts'
import { memo } from '../memo.ts'

const PHRASES: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  203: 'Non-Authoritative Information',
  204: 'No Content',
  205: 'Reset Content',
  206: 'Partial Content',
  207: 'Multi-Status',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Payload Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  418: "I'm a teapot",
  422: 'Unprocessable Entity',
  423: 'Locked',
  424: 'Failed Dependency',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
  507: 'Insufficient Storage',
  508: 'Loop Detected',
  511: 'Network Authentication Required',
}

/** Responses to HEAD and with these statuses end with their head (RFC 9112, 6.3). */
export const isBodiless = (status: number, method: string): boolean =>
  status === 204 || status === 304 || method === 'HEAD'

/** What is said of the length of an answer's body, which an answer to HEAD may know without having it (RFC 9110, 8.6). */
export function lengthSaid(status: number, method: string, body: Uint8Array | null): number | null {
  if (status === 204 || status === 304) return null
  return body ? body.length : method === 'HEAD' ? null : 0
}

/**
 * In Latin-1, with the empty line at its end. `length` is that of the body in bytes; `chunked`: it is sent in chunks; null: the
 * head says nothing of it. `now` in epoch milliseconds. Headers that may not be written are left out.
 */
export function responseHead(
  status: number,
  headers: readonly (readonly [string, string])[],
  length: number | 'chunked' | null,
  keepAlive: boolean,
  now: number,
): string {
  let lines = ''
  let dated = false
  for (const [name, value] of headers) {
    const last = lastLine(name)
    const line = value === last.value ? last.line : lineOf(last, value)
    if (line === '') continue
    if (last.wire === 'date') dated = true
    lines += line
  }
  if (!dated) lines += `Date: ${dateOf(now)}\r\n`
  if (length === 'chunked') lines += 'Transfer-Encoding: chunked\r\n'
  else if (length !== null) lines += `Content-Length: ${length}\r\n`
  return `HTTP/1.1 ${status} ${PHRASES[status] ?? ''}\r\n${lines}Connection: ${keepAlive ? 'keep-alive' : 'close'}\r\n\r\n`
}

/** The line that a header of a name had last: most values (content types, servers) are those of the answer before. */
interface LastLine {
  readonly name: string
  readonly wire: string
  value: string | null
  /** '' where it may not be written */
  line: string
}

const MAX_NAMES = 2000
/** A longer value is not kept. */
const MAX_VALUE = 128

const lastLine = memo(
  MAX_NAMES,
  (name): LastLine => ({ name, wire: headerName(name).wire, value: null, line: '' }),
)

function lineOf(last: LastLine, value: string): string {
  const text = last.wire === '' ? null : sendable(value)
  const line = text === null ? '' : `${last.name}: ${text}\r\n`
  if (value.length <= MAX_VALUE) {
    last.value = value
    last.line = line
  }
  return line
}

let second = 0
let date = ''

/** Written once a second. */
function dateOf(now: number): string {
  const at = Math.floor(now / 1000)
  if (at !== second) {
    second = at
    date = new Date(at * 1000).toUTCString()
  }
  return date
}
