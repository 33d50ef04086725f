/** The last touch: ids, compression, access log. */
import type { Answer, Body, Call } from '../core/call.ts'
import { accessLog } from './access-log.ts'
import { compressionFor } from './compress.ts'
import type { Gateway } from './gateway.ts'
import { endTrace } from './trace.ts'

export function finish(answer: Answer, call: Call, on: Gateway): Answer {
  const { status, headers } = answer
  headers.push(['x-amzn-RequestId', call.requestId], ['x-amz-apigw-id', call.extendedRequestId])
  const { located, trace } = call.reached
  let { body } = answer
  if (body && (call.method === 'HEAD' || status === 204 || status === 304 || status === 205)) {
    if (body instanceof ReadableStream) on.platform.defer(body.cancel())
    body = null
  }
  const minimum = located?.program.minimumCompressionSize
  if (minimum !== undefined && minimum !== null && body && !isStreamed(call, body))
    body = compressionFor(answer, body, call, minimum)
  if (located?.stage.accessLogSettings?.format) body = accessLog(status, body, call, located.stage, on)
  if (trace) body = endTrace(trace, status, body)
  if (status >= 200 && status <= 599) return { status, headers, body }
  on.platform.log('warn', 'a response status cannot be sent', { status })
  return { status: 500, headers, body }
}

/** Amazon encodes no answer that it streams: it would hold back what is to be seen at once. */
const isStreamed = ({ reached }: Call, body: Body): boolean =>
  body instanceof ReadableStream &&
  reached.matched?.method.methodIntegration?.responseTransferMode === 'STREAM'
