/** Requests as a platform hands them over, and answers as it takes them (Workers). */
import type { Arrival, ArrivingBody, Peer } from '../core/arrival.ts'
import type { Answer, Body, Pair } from '../core/call.ts'
import { sendable } from '../core/header-value.ts'
import { headerName, headerOf } from '../core/headers.ts'
import { after, type Later } from '../core/later.ts'
import type { TestInvoker } from '../core/test-invoker.ts'

/** What answers an arrival: the app. */
interface Answering {
  answer(arrival: Arrival, tests?: TestInvoker): Later<Answer | Response>
}

export const fetchOver =
  ({ answer }: Answering) =>
  (request: Request, peer: Peer, tests?: TestInvoker): Later<Response> =>
    after(answer(arrivalOf(request, peer), tests), (answered) =>
      answered instanceof Response ? answered : responseOf(answered),
    )

/** Workers make a request's URL of its Host header: its parts are cut from its text, without parsing it a second time. */
export function arrivalOf(request: Request, peer: Peer): Arrival {
  const { url, method } = request
  const authority = url.indexOf('//') + 2
  const start = url.indexOf('/', authority)
  const mark = url.indexOf('?', start)
  const headers: string[] = []
  let length: number | null = null
  let chunked = false
  request.headers.forEach((value, name) => {
    headers.push(name, value)
    if (name === 'content-length') length = /^\d+$/.test(value) ? Number(value) : null
    else if (name === 'transfer-encoding') chunked = true
  })
  const declared = chunked ? null : length
  const bodied =
    chunked ||
    (declared !== 0 &&
      (declared !== null || (method !== 'GET' && method !== 'HEAD' && request.body !== null)))
  return {
    method,
    authority: url.slice(authority, start),
    rawPath: mark < 0 ? url.slice(start) : url.slice(start, mark),
    rawQuery: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    asWritten: false,
    body: bodied ? bodyOf(request, declared) : null,
    peer,
    request: () => request,
  }
}

const bodyOf = (request: Request, length: number | null): ArrivingBody => ({
  length,
  whole: null,
  bytes: async () => new Uint8Array(await request.arrayBuffer()),
  stream: () => request.body ?? new Blob([]).stream(),
})

export function responseOf({ status, headers, body }: Answer): Response {
  const init: ResponseInit = { status, headers: wireHeaders(headers) }
  // what is packed already would be packed once more
  if (headerOf(headers, 'content-encoding') !== undefined) Object.assign(init, { encodeBody: 'manual' })
  return new Response(payloadOf(body), init)
}

/** A buffer makes a cheaper Response than a view of the whole of it. */
const payloadOf = (body: Body): BodyInit | null =>
  body instanceof Uint8Array && body.byteLength === body.buffer.byteLength
    ? (body.buffer as ArrayBuffer)
    : (body as BodyInit | null)

/** What may not be written is left out. A record where no name comes twice: cheaper than a list. */
function wireHeaders(headers: readonly Pair[]): Record<string, string> | Pair[] {
  const record: Record<string, string> = Object.create(null)
  let repeated = false
  for (const [name, value] of headers) {
    const key = headerName(name).wire
    const wire = sendable(value)
    if (key === '' || wire === null) continue
    if (record[key] === undefined) record[key] = wire
    else repeated = true
  }
  if (!repeated) return record
  return headers.flatMap(([name, value]): Pair[] => {
    const key = headerName(name).wire
    const wire = sendable(value)
    return key === '' || wire === null ? [] : [[key, wire]]
  })
}
