/** The last touch: ids, compression, access log; then the response is the runtime's. */
import type { Answer, Body, Call } from '../core/call.ts'
import { isSafeHeader } from '../core/headers.ts'
import { accessLog } from './access-log.ts'
import { compressionFor } from './compress.ts'
import type { Gateway } from './gateway.ts'

export function finish(answer: Answer, call: Call, on: Gateway): Response {
  const { status, headers } = answer
  headers.push(['x-amzn-RequestId', call.requestId], ['x-amz-apigw-id', call.extendedRequestId])
  const { located } = call.reached
  let body: Body =
    call.method === 'HEAD' || status === 204 || status === 304 || status === 205 ? null : answer.body
  const minimum = located?.program.minimumCompressionSize
  if (minimum !== undefined && minimum !== null && body) body = compressionFor(answer, body, call, minimum)
  if (located?.stage.accessLogSettings?.format) body = accessLog(status, body, call, located.stage, on)
  return respond(status, headers, body, on)
}

function respond(status: number, headers: Answer['headers'], body: Body, on: Gateway): Response {
  try {
    return new Response(body as BodyInit | null, { status, headers })
  } catch (error) {
    // a header that the runtime does not take: without it rather than not at all
    on.platform.log('warn', 'a response header cannot be sent', { error: String(error) })
    const safe = headers
      .filter(([name, value]) => isSafeHeader(name, value))
      .map(([name, value]): [string, string] => [name, latin1(value)])
    return new Response(body as BodyInit | null, {
      status: status >= 200 && status <= 599 ? status : 500,
      headers: safe,
    })
  }
}

/** Header values are bytes: text beyond Latin-1 goes out as its UTF-8. */
const latin1 = (value: string): string =>
  /[^\0-\xff]/.test(value) ? String.fromCharCode(...new TextEncoder().encode(value)) : value
