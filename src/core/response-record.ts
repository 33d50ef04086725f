/** A stored response as bytes: four bytes of length, JSON of what is not the body, the body. */

export interface ResponseRecord {
  status: number
  headers: [string, string][]
  body: Uint8Array
  /** epoch milliseconds */
  expiresAt: number
}

export function packResponse({ status, headers, body, expiresAt }: ResponseRecord): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(JSON.stringify([status, headers, expiresAt]))
  const packed = new Uint8Array(4 + head.byteLength + body.byteLength)
  new DataView(packed.buffer).setUint32(0, head.byteLength)
  packed.set(head, 4)
  packed.set(body, 4 + head.byteLength)
  return packed
}

/** The body is a view into `packed`. Throws a SyntaxError or RangeError for bytes that packResponse did not make. */
export function unpackResponse(packed: Uint8Array): ResponseRecord {
  const length = new DataView(packed.buffer, packed.byteOffset, packed.byteLength).getUint32(0)
  const [status, headers, expiresAt] = JSON.parse(new TextDecoder().decode(packed.subarray(4, 4 + length)))
  return { status, headers, expiresAt, body: packed.subarray(4 + length) }
}
