/**
 * Lambda's InvokeWithResponseStream for `responseTransferMode: STREAM`: an event stream (length-prefixed binary messages) whose
 * PayloadChunk events make up a JSON head, eight NUL bytes and the body; InvokeComplete may tell of an error.
 */
import type { Pair, Reply } from '../../core/call.ts'
import { textOf } from '../../core/content.ts'
import { EventStreamReader } from '../../core/event-stream.ts'
import { Fault } from '../../core/fault.ts'
import { lambdaResult, Malformed } from '../../core/lambda-result.ts'
import type { InvokeResponse } from './invoke-lambda.ts'

const NULS = 8
/** Amazon's, with the NUL bytes (guide: response-transfer-mode-lambda). */
const MAX_HEAD = 16 * 1024
const MEMBERS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'cookies'])

/** A 500, while a result that is not streamed is a 502 (the same page). */
const malformed = (why: string): Fault => new Malformed(why, 500)

export async function streamedReply(response: InvokeResponse): Promise<Reply> {
  const source = response.body
  const stream =
    source instanceof ReadableStream ? source : new Blob(source ? [source as BlobPart] : []).stream()
  const chunks = payloadOf(stream, response.requestId)
  let held = new Uint8Array(0)
  let end = -1
  while (end < 0) {
    const { done, value } = await chunks.next()
    if (done) throw malformed('the stream ended before the eight NUL bytes that end its head')
    held = joined(held, value)
    end = delimiter(held)
    if ((end < 0 ? held.length : end + NULS) > MAX_HEAD) throw malformed('no head within 16 KB')
  }
  const { status, headers } = headOf(textOf({ bytes: held.subarray(0, end) }), response.requestId)
  const rest = held.subarray(end + NULS)
  return { status, headers, body: bodyOf(rest, chunks) }
}

function headOf(text: string, requestId: string): { status: number; headers: Pair[] } {
  const { cookies, ...head } = parse(text)
  for (const name of Object.keys(head)) if (!MEMBERS.has(name)) throw malformed(`unknown member ${name}`)
  const { status, headers } = resultOf(head, requestId)
  if (Array.isArray(cookies)) for (const cookie of cookies) headers.push(['Set-Cookie', String(cookie)])
  return { status, headers }
}

function resultOf(head: object, requestId: string): { status: number; headers: Pair[] } {
  try {
    return lambdaResult(JSON.stringify(head), undefined, requestId)
  } catch (error) {
    throw error instanceof Malformed ? malformed(error.why) : error
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {}
  throw malformed('the head of the stream is no JSON object')
}

/** The payload bytes of the event stream, in order. Throws where the function failed. */
async function* payloadOf(
  stream: ReadableStream<Uint8Array>,
  requestId: string,
): AsyncGenerator<Uint8Array<ArrayBufferLike>, void, void> {
  const reader = new EventStreamReader()
  const source = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await source.read()
      if (done) return
      for (const { headers, payload } of reader.push(value)) {
        if (headers[':event-type'] === 'PayloadChunk') yield payload
        else if (headers[':message-type'] === 'exception' || headers[':event-type'] === 'InvokeComplete') {
          const failure = textOf({ bytes: payload })
          if (headers[':message-type'] === 'exception' || failure.includes('"ErrorCode"'))
            throw new Fault('DEFAULT_5XX', {
              status: 502,
              reason: `Lambda execution failed while streaming: ${failure}. Lambda request id: ${requestId}`,
            })
        }
      }
    }
  } finally {
    source.cancel().catch(() => {})
  }
}

function delimiter(bytes: Uint8Array): number {
  let run = 0
  for (let at = 0; at < bytes.length; at++) {
    run = bytes[at] === 0 ? run + 1 : 0
    if (run === NULS) return at - NULS + 1
  }
  return -1
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(a.length + b.length)
  bytes.set(a)
  bytes.set(b, a.length)
  return bytes
}

function bodyOf(
  first: Uint8Array,
  chunks: AsyncGenerator<Uint8Array, void, void>,
): ReadableStream<Uint8Array> {
  let head: Uint8Array | null = first.length > 0 ? first : null
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (head) {
          controller.enqueue(head)
          head = null
          return
        }
        const { done, value } = await chunks.next()
        done ? controller.close() : controller.enqueue(value)
      },
      async cancel() {
        await chunks.return()
      },
    },
    { highWaterMark: 0 },
  )
}
