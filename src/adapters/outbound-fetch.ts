/**
 * Outbound calls through the `fetch` of Bun and Workers. (Node and Deno use outbound-node.ts: Deno runs undici as it is,
 * half as fast again as its own fetch and byte for byte the same as Node.) What was seen of each, 2026-11:
 *
 * Bun 1.4: `decompress: false` leaves bodies and headers as they came; `tls` takes certificate, key and
 *   `rejectUnauthorized`, which, when false, checks neither expiry nor host name. Adds `User-Agent` and `Accept` if absent.
 * workerd: decodes gzip and br when the body is read and keeps the headers of the encoded form, so those go; ignores `Host`;
 *   knows neither `rejectUnauthorized` nor certificates but those bound at deployment.
 * Both: resolve dot segments in the path, fold repeated response headers except Set-Cookie, send no body with GET or HEAD.
 */
import type { CancelSignal } from '../core/cancellation.ts'
import { OutboundFailure } from '../core/outbound-failure.ts'
import type { Outbound, OutboundRequest, OutboundResponse } from '../platform.ts'
import { reasonOf } from './outbound-reasons.ts'

/** A body whose declared length is at most this is read whole before the answer is given. */
const WHOLE_BODY_BYTES = 64 * 1024

const CONNECTION_HEADERS = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

interface Dialect {
  can: Outbound['can']
  /** content codings that the runtime undoes without a way to say no */
  decodes: RegExp | null
  init(request: OutboundRequest): Record<string, unknown>
}

/** Workers' way of sending a stream with a Content-Length. */
declare const FixedLengthStream: new (length: number) => TransformStream<Uint8Array, Uint8Array>

const DIALECTS = {
  bun: {
    can: { insecureSkipVerification: true, clientCertificate: true },
    decodes: null,
    init: ({ tls, body }) => ({
      body,
      decompress: false,
      ...(tls && { tls: { rejectUnauthorized: !tls.insecureSkipVerification, ...tls.clientCertificate } }),
    }),
  },
  workers: {
    can: { insecureSkipVerification: false, clientCertificate: false },
    decodes: /^\s*(?:gzip|br)\s*$/i,
    init: ({ body, headers }) => ({ body: withLength(body, headers) }),
  },
} satisfies Record<string, Dialect>

export function fetchOutbound(runtime: keyof typeof DIALECTS): Outbound {
  const dialect: Dialect = DIALECTS[runtime]
  return {
    can: dialect.can,
    async send(request) {
      const { method, body, signal, url } = request
      if (body && (method === 'GET' || method === 'HEAD'))
        throw new OutboundFailure('request', `${method} with a body cannot be sent on this runtime`)
      try {
        const init = {
          method,
          headers: headersOf(request),
          redirect: 'manual',
          signal: signal && abortSignal(signal),
          ...dialect.init(request),
        }
        return await answer(await fetch(url, init as RequestInit), dialect)
      } catch (error) {
        throw explain(error, signal)
      }
    },
  }
}

/** fetch takes nothing but its own kind. */
function abortSignal(signal: CancelSignal): AbortSignal {
  if (signal instanceof AbortSignal) return signal
  const controller = new AbortController()
  if (signal.aborted) controller.abort(signal.reason)
  else signal.addEventListener('abort', { handleEvent: () => controller.abort(signal.reason) })
  return controller.signal
}

/** Most calls have nothing to leave out. A header that is none is fetch's to refuse. */
function headersOf({ headers }: OutboundRequest): [string, string][] {
  const connections = ([name]: [string, string]) => CONNECTION_HEADERS.has(name.toLowerCase())
  return headers.some(connections) ? headers.filter((pair) => !connections(pair)) : headers
}

async function answer(response: Response, { decodes }: Dialect): Promise<OutboundResponse> {
  const { status } = response
  const coding = decodes && response.headers.get('content-encoding')
  const decoded = coding ? response.body !== null && decodes.test(coding) : false
  const headers: [string, string][] = []
  response.headers.forEach((value, name) => {
    if (!(decoded && (name === 'content-encoding' || name === 'content-length'))) headers.push([name, value])
  })
  const length = decoded ? null : response.headers.get('content-length')
  // `body` is not looked at before `bytes`: on Bun the mere look makes a stream of it, and the stream is the slow way
  if (length === null || !(Number(length) <= WHOLE_BODY_BYTES))
    return { status, headers, body: response.body }
  const bytes = await response.bytes()
  return { status, headers, body: bytes.length > 0 ? bytes : null }
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
