/**
 * Outbound calls through the `fetch` of Workers. (Node, Deno and Bun use outbound-sockets.ts.) What was seen of workerd, 2026-11:
 * it decodes gzip and br when the body is read and keeps the headers of the encoded form, so those go; ignores `Host`; knows
 * neither `rejectUnauthorized` nor certificates but those bound at deployment; resolves dot segments in the path, folds repeated
 * response headers except Set-Cookie, sends no body with GET or HEAD.
 */
import type { CancelSignal } from '../core/cancellation.ts'
import { headerName } from '../core/headers.ts'
import { isConnectionHeader } from '../core/http1/request-writer.ts'
import { OutboundFailure } from '../core/outbound-failure.ts'
import type { Outbound, OutboundRequest, OutboundResponse } from '../platform.ts'
import { reasonOf } from './outbound-reasons.ts'

/** A body whose declared length is at most this is read whole before the answer is given. */
const WHOLE_BODY_BYTES = 64 * 1024

/** Content codings that the runtime undoes without a way to say no. */
const DECODED = /^\s*(?:gzip|br)\s*$/i

/** Workers' way of sending a stream with a Content-Length. */
declare const FixedLengthStream: new (length: number) => TransformStream<Uint8Array, Uint8Array>

export const workersOutbound: Outbound = {
  can: { insecureSkipVerification: false, clientCertificate: false },
  async send({ method, body, signal, url, headers }) {
    if (body && (method === 'GET' || method === 'HEAD'))
      throw new OutboundFailure('request', `${method} with a body cannot be sent on this runtime`)
    try {
      const init = {
        method,
        headers: sentHeaders(headers),
        redirect: 'manual',
        signal: signal && abortSignal(signal),
        body: withLength(body, headers),
      }
      return await answer(await fetch(url, init as RequestInit))
    } catch (error) {
      throw explain(error, signal)
    }
  },
}

/** fetch takes nothing but its own kind. */
function abortSignal(signal: CancelSignal): AbortSignal {
  if (signal instanceof AbortSignal) return signal
  const controller = new AbortController()
  if (signal.aborted) controller.abort(signal.reason)
  else signal.addEventListener('abort', { handleEvent: () => controller.abort(signal.reason) })
  return controller.signal
}

/** A record where no name comes twice: a list costs workerd three times as much. */
function sentHeaders(headers: [string, string][]): Record<string, string> | [string, string][] {
  const record: Record<string, string> = Object.create(null)
  for (const [name, value] of headers) {
    if (isConnectionHeader(name)) continue
    const { lower } = headerName(name)
    if (record[lower] !== undefined) return headers.filter(([name]) => !isConnectionHeader(name))
    record[lower] = value
  }
  return record
}

/** Every look at a Response is a call out of JavaScript: its headers are walked through once. */
async function answer(response: Response): Promise<OutboundResponse> {
  const { status } = response
  let headers: [string, string][] = []
  let coding = ''
  let length: number | null = null
  response.headers.forEach((value, name) => {
    headers.push([name, value])
    if (name === 'content-length') length = Number(value)
    else if (name === 'content-encoding') coding = value
  })
  if (coding !== '' && DECODED.test(coding) && response.body !== null) {
    headers = headers.filter(([name]) => name !== 'content-encoding' && name !== 'content-length')
    length = null
  }
  if (length === null || !(length <= WHOLE_BODY_BYTES)) return { status, headers, body: response.body }
  const buffer = await response.arrayBuffer()
  return { status, headers, body: buffer.byteLength > 0 ? new Uint8Array(buffer) : null }
}

function withLength(body: OutboundRequest['body'], headers: [string, string][]): OutboundRequest['body'] {
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  return body instanceof ReadableStream && length !== undefined
    ? body.pipeThrough(new FixedLengthStream(Number(length)))
    : body
}

function explain(error: unknown, signal: CancelSignal | undefined): OutboundFailure {
  if (error instanceof OutboundFailure) return error
  if (signal?.aborted) return new OutboundFailure('aborted', 'The call was given up', signal.reason)
  const { code, message } = error as { code?: string; message?: string }
  return new OutboundFailure(reasonOf(code, message), message ?? String(error), error)
}
