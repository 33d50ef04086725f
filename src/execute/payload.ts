/** The client's body: a stream until a step asks for the bytes, never more than the limit, decompressed if the client says so. */
import type { ArrivingBody } from '../core/arrival.ts'
import type { Body, Payload } from '../core/call.ts'
import { Fault } from '../core/fault.ts'

/** A declared body up to this many bytes is read at once: cheaper than handing on a stream. */
const SMALL = 64 * 1024

export const EMPTY = new Uint8Array(0)
export const tooLarge = (limit: number): Fault =>
  new Fault('REQUEST_TOO_LARGE', { message: `HTTP content length exceeded ${limit} bytes.` })

export const NO_PAYLOAD: Payload = {
  length: 0,
  bytes: () => EMPTY,
  wire: () => EMPTY,
  source: () => null,
}

/** A body that is known already. */
export function payloadOf(bytes: Uint8Array): Payload {
  return bytes.length === 0
    ? NO_PAYLOAD
    : {
        length: bytes.length,
        bytes: () => bytes,
        wire: () => bytes,
        source: () => bytes,
      }
}

export type Coding = 'gzip' | 'deflate' | 'unsupported'

/** `encoding` is the Content-Encoding to undo. */
export function requestPayload(body: ArrivingBody, limit: number, encoding: Coding | null): Payload {
  const { length, whole } = body
  if (whole && !encoding && whole.length <= limit) return payloadOf(whole)
  let known: Promise<Uint8Array> | undefined
  let raw: Promise<Uint8Array> | undefined
  let handed = false
  const arriving = (): ReadableStream<Uint8Array> => (whole ? streamOf(whole) : body.stream())
  const plain = async (): Promise<ReadableStream<Uint8Array>> => {
    if (encoding === 'unsupported')
      throw new Fault('UNSUPPORTED_MEDIA_TYPE', {
        reason: 'the body has another coding than gzip or deflate',
      })
    const stream = raw ? streamOf(await raw) : arriving()
    return encoding ? inflate(stream, encoding) : stream
  }
  const read = async (): Promise<Uint8Array> => {
    if (handed) throw new Error('the body was handed on as a stream already')
    if (length !== null && length > limit) throw tooLarge(limit)
    if (length === null || encoding) return collect(await plain(), limit, () => tooLarge(limit))
    const bytes = await body.bytes()
    if (bytes.length > limit) throw tooLarge(limit)
    return bytes
  }
  const bytes = (): Promise<Uint8Array> => {
    known ??= read().catch((error) => {
      throw broken(error)
    })
    return known
  }
  return {
    length: encoding ? null : length,
    bytes,
    wire() {
      if (!encoding) return bytes()
      raw ??= collect(arriving(), limit, () => tooLarge(limit)).catch((error) => {
        throw broken(error)
      })
      return raw
    },
    async source(): Promise<Body> {
      if (known || (length !== null && length <= SMALL)) {
        const all = await bytes()
        return all.length === 0 ? null : all
      }
      if (length !== null && length > limit) throw tooLarge(limit)
      const stream = await plain()
      handed = true
      return bounded(stream, limit, () => tooLarge(limit))
    },
  }
}

const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> => new Blob([bytes as BlobPart]).stream()

/** The client broke off, or sent what its headers do not announce. */
function broken(error: unknown): Fault {
  if (error instanceof Fault) return error
  return new Fault('DEFAULT_4XX', {
    reason: `the request body broke off: ${(error as Error)?.message}`,
    cause: error,
  })
}

/** What does not decompress is not what its Content-Encoding says (guide: 415). */
function inflate(body: ReadableStream<Uint8Array>, encoding: 'gzip' | 'deflate'): ReadableStream<Uint8Array> {
  const reader = body.pipeThrough(new DecompressionStream(encoding) as never).getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        done ? controller.close() : controller.enqueue(value as Uint8Array)
      } catch (cause) {
        controller.error(
          new Fault('UNSUPPORTED_MEDIA_TYPE', { reason: `the body is not ${encoding}`, cause }),
        )
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** All of a stream; the fault if it is longer than the limit. */
export async function collect(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  fault: () => Fault,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > limit) {
      const error = fault()
      reader.cancel(error).catch(() => {})
      throw error
    }
    chunks.push(value)
  }
  if (chunks.length === 1) return chunks[0]!
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

type Ended = (length: number, error?: unknown) => void
type Chunk = ReadableStreamReadResult<Uint8Array>

/** The same stream, which breaks with the fault beyond the limit; `ended` is called once, with the bytes that passed. */
export const bounded = (
  stream: ReadableStream<Uint8Array>,
  limit: number,
  fault: () => Fault,
  ended?: Ended,
): ReadableStream<Uint8Array> => passing(stream.getReader(), null, limit, fault, ended)

/** The same, once its first bytes are here: a stream that breaks before them rejects. */
export async function opened(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  fault: () => Fault,
  ended?: Ended,
): Promise<ReadableStream<Uint8Array>> {
  const reader = stream.getReader()
  return passing(reader, await reader.read(), limit, fault, ended)
}

function passing(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  first: Chunk | null,
  limit: number,
  fault: () => Fault,
  ended?: Ended,
): ReadableStream<Uint8Array> {
  let held = first
  let length = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = held ?? (await reader.read())
          held = null
          if (done) {
            controller.close()
            ended?.(length)
            return
          }
          length += value.length
          if (length > limit) throw fault()
          controller.enqueue(value)
        } catch (error) {
          ended?.(length, error)
          controller.error(error)
          reader.cancel(error).catch(() => {})
        }
      },
      cancel(reason) {
        ended?.(length, reason)
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
