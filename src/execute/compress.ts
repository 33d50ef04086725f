/** Compression of responses by the API's minimumCompressionSize (guide: api-gateway-receive-response-with-compressed-payload). */
import type { Answer, Body, Call } from '../core/call.ts'
import { headerOf } from '../core/headers.ts'

/** The body, compressed where client and API ask for it; then the answer's headers say so. */
export function compressionFor(answer: Answer, body: NonNullable<Body>, call: Call, minimum: number): Body {
  const coding = acceptedCoding(call.header('accept-encoding'))
  if (!coding || headerOf(answer.headers, 'content-encoding') !== undefined) return body
  const length =
    body instanceof Uint8Array
      ? body.length
      : Number(headerOf(answer.headers, 'content-length') ?? Number.NaN)
  if (length < minimum || length === 0) return body
  answer.headers.push(['Content-Encoding', coding])
  const source = body instanceof Uint8Array ? new Blob([body as BlobPart]).stream() : body
  return source.pipeThrough(new CompressionStream(coding) as never)
}

/**
 * gzip or deflate if it has the highest priority of all that the header names: Amazon does not compress where something else
 * comes first. `*` alone asks for nothing in particular.
 */
function acceptedCoding(header: string | undefined): 'gzip' | 'deflate' | null {
  let best: { name: string; quality: number } | null = null
  for (const part of header?.split(',') ?? []) {
    const [, name, quality = '1'] = /^\s*([^\s;]+)\s*(?:;\s*q=([\d.]+))?\s*$/i.exec(part) ?? []
    if (!name) continue
    const q = Number(quality)
    if (q > 0 && (!best || q > best.quality)) best = { name: name.toLowerCase(), quality: q }
  }
  return best?.name === 'gzip' || best?.name === 'deflate' ? best.name : null
}
