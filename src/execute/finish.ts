/** The last touch: ids, compression, access log; then the response is the runtime's. */
import type { Answer, Body, Call, Pair } from '../core/call.ts'
import { accessLog } from './access-log.ts'
import { compressionFor } from './compress.ts'
import type { Gateway } from './gateway.ts'

export function finish(answer: Answer, call: Call, on: Gateway): Response {
  const { status, headers } = answer
  headers.push(['x-amzn-RequestId', call.requestId], ['x-amz-apigw-id', call.extendedRequestId])
  const { located } = call.reached
  let { body } = answer
  if (body && (call.method === 'HEAD' || status === 204 || status === 304 || status === 205)) {
    if (body instanceof ReadableStream) on.platform.defer(body.cancel())
    body = null
  }
  const minimum = located?.program.minimumCompressionSize
  if (minimum !== undefined && minimum !== null && body) body = compressionFor(answer, body, call, minimum)
  if (located?.stage.accessLogSettings?.format) body = accessLog(status, body, call, located.stage, on)
  return respond(status, headers, body, on)
}

function respond(status: number, headers: readonly Pair[], body: Body, on: Gateway): Response {
  const valid = status >= 200 && status <= 599
  if (!valid) on.platform.log('warn', 'a response status cannot be sent', { status })
  return new Response(body as BodyInit | null, {
    status: valid ? status : 500,
    headers: wireHeaders(headers),
    ...PACKED,
  })
}

/** Workers would pack the body once more that Content-Encoding says is packed; other runtimes do not know the word. */
const PACKED = { encodeBody: 'manual' } as ResponseInit

/**
 * Headers as they may be written: what would break a line is left out, text beyond Latin-1 goes as its UTF-8. A record where no
 * name comes twice: cheaper for every runtime than a list.
 */
function wireHeaders(headers: readonly Pair[]): Record<string, string> | Pair[] {
  const record: Record<string, string> = Object.create(null)
  let repeated = false
  for (const [name, value] of headers) {
    const key = wireName(name)
    if (key === '' || (ODD.test(value) && UNSAFE.test(value))) continue
    if (record[key] === undefined) record[key] = wireValue(value)
    else repeated = true
  }
  if (!repeated) return record
  return headers
    .filter(([name, value]) => wireName(name) !== '' && !UNSAFE.test(value))
    .map(([name, value]): Pair => [name, wireValue(value)])
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const UNSAFE = /[\0-\x08\x0a-\x1f\x7f]/
/** Anything but tabs and printable ASCII: one look at most values says that there is nothing to do. */
const ODD = /[^\t\x20-\x7e]/
const WIDE = /[^\0-\xff]/
const utf8 = (value: string): string => String.fromCharCode(...new TextEncoder().encode(value))
const wireValue = (value: string): string => (ODD.test(value) && WIDE.test(value) ? utf8(value) : value)

/** Names recur: each is looked at once. In lower case, or '' for one that cannot be sent. */
const MAX_NAMES = 1000
const names = new Map<string, string>()
function wireName(name: string): string {
  let wire = names.get(name)
  if (wire === undefined) {
    wire = TOKEN.test(name) ? name.toLowerCase() : ''
    if (names.size >= MAX_NAMES) names.clear()
    names.set(name, wire)
  }
  return wire
}
