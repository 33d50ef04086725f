/** The last touch: ids, compression, access log; then the response is the runtime's. */
import type { Answer, Body, Call, Pair } from '../core/call.ts'
import { headerName, headerOf } from '../core/headers.ts'
import { utf8InLatin1 } from '../core/latin1.ts'
import { accessLog } from './access-log.ts'
import { compressionFor } from './compress.ts'
import type { Gateway } from './gateway.ts'
import { endTrace } from './trace.ts'

export function finish(answer: Answer, call: Call, on: Gateway): Response {
  const { status, headers } = answer
  headers.push(['x-amzn-RequestId', call.requestId], ['x-amz-apigw-id', call.extendedRequestId])
  const { located, trace } = call.reached
  let { body } = answer
  if (body && (call.method === 'HEAD' || status === 204 || status === 304 || status === 205)) {
    if (body instanceof ReadableStream) on.platform.defer(body.cancel())
    body = null
  }
  const minimum = located?.program.minimumCompressionSize
  if (minimum !== undefined && minimum !== null && body) body = compressionFor(answer, body, call, minimum)
  if (located?.stage.accessLogSettings?.format) body = accessLog(status, body, call, located.stage, on)
  if (trace) body = endTrace(trace, status, body)
  return respond(status, headers, body, on)
}

function respond(status: number, headers: readonly Pair[], body: Body, on: Gateway): Response {
  const valid = status >= 200 && status <= 599
  if (!valid) on.platform.log('warn', 'a response status cannot be sent', { status })
  const init: ResponseInit = { status: valid ? status : 500, headers: wireHeaders(headers) }
  // Workers would pack the body once more; other runtimes do not know the word, and take longer to pass over it
  if (headerOf(headers, 'content-encoding') !== undefined) Object.assign(init, { encodeBody: 'manual' })
  return new Response(body as BodyInit | null, init)
}

/**
 * Headers as they may be written: what would break a line is left out, text beyond Latin-1 goes as its UTF-8. A record where no
 * name comes twice: cheaper for every runtime than a list.
 */
function wireHeaders(headers: readonly Pair[]): Record<string, string> | Pair[] {
  const record: Record<string, string> = Object.create(null)
  let repeated = false
  for (const [name, value] of headers) {
    const key = headerName(name).wire
    const wire = wireValue(value)
    if (key === '' || wire === null) continue
    if (record[key] === undefined) record[key] = wire
    else repeated = true
  }
  if (!repeated) return record
  return headers.flatMap(([name, value]): Pair[] => {
    const key = headerName(name).wire
    const wire = wireValue(value)
    return key === '' || wire === null ? [] : [[key, wire]]
  })
}

/** Anything but tabs and printable ASCII: one look at most values says that there is nothing to do. */
const ODD = /[^\t\x20-\x7e]/
const UNSAFE = /[\0-\x08\x0a-\x1f\x7f]/
const WIDE = /[^\0-\xff]/

/** Null for a value that cannot be sent. */
function wireValue(value: string): string | null {
  if (!ODD.test(value)) return value
  if (UNSAFE.test(value)) return null
  return WIDE.test(value) ? utf8InLatin1(value) : value
}
