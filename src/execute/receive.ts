/** A request becomes a Call: headers as Amazon hands them on, ids, the client's address, the body still unread. */
import type { Call, Pair, Wire } from '../core/call.ts'
import { addressIn } from '../core/client-address.ts'
import { isDroppedOnArrival } from '../core/headers.ts'
import type { Target } from '../core/target.ts'
import type { Peer } from '../platform.ts'
import type { Gateway } from './gateway.ts'
import { type Coding, NO_PAYLOAD, requestPayload } from './payload.ts'

/** What the headers say that the gateway itself needs. */
interface Read {
  kept: Pair[]
  /** bytes of all header values */
  size: number
  host: string
  length: number | null
  chunked: boolean
  encoding: string | undefined
  trace: string | undefined
  forwardedFor: string | undefined
  forwardedProto: string | undefined
}

export function receive(request: Request, target: Target, peer: Peer, on: Gateway): Call {
  const { clock, settings } = on.platform
  const read: Read = {
    kept: [],
    size: 0,
    host: '',
    length: null,
    chunked: false,
    encoding: undefined,
    trace: undefined,
    forwardedFor: undefined,
    forwardedProto: undefined,
  }
  const raw = peer.rawHeaders
  if (raw) for (let at = 0; at + 1 < raw.length; at += 2) take(read, raw[at]!, raw[at + 1]!)
  else for (const [name, value] of request.headers) take(read, SPELLINGS.get(name) ?? name, value)

  const now = clock.now()
  const address = peer.address.startsWith('::ffff:') ? peer.address.slice(7) : peer.address
  const trusted = settings.trustedProxies.length > 0 && addressIn(address, settings.trustedProxies)
  const secure = trusted && read.forwardedProto ? read.forwardedProto.trim() === 'https' : peer.tls
  const scheme = secure ? 'https' : 'http'
  const [, host, port = secure ? '443' : '80'] = /^(.*?)(?::(\d*))?$/.exec(read.host)!
  const forwardedFor = read.forwardedFor ? `${read.forwardedFor}, ${address}` : address
  const traceId = on.identifiers.trace(now, read.trace)
  const { kept } = read
  kept.push(
    ['X-Amzn-Trace-Id', traceId],
    ['X-Forwarded-For', forwardedFor],
    ['X-Forwarded-Port', port],
    ['X-Forwarded-Proto', scheme],
  )
  const bodied = read.chunked || (read.length ?? 0) > 0 || (!raw && read.length === null && hasBody(request))
  return {
    requestId: on.identifiers.request(),
    extendedRequestId: on.identifiers.extended(),
    traceId,
    receivedAt: now,
    method: request.method,
    protocol: 'HTTP/1.1',
    scheme,
    host: host!.toLowerCase(),
    port,
    headers: kept,
    headerBytes: read.size,
    rawQuery: target.rawQuery,
    payload: bodied
      ? requestPayload(
          request,
          read.chunked ? null : read.length,
          settings.maxPayloadBytes,
          codingOf(read.encoding),
        )
      : NO_PAYLOAD,
    wire: () => wireOf(request, raw),
    sourceIp: trusted && read.forwardedFor ? clientOf(read.forwardedFor, settings.trustedProxies) : address,
    clientCertificate: peer.clientCertificate,
    handshake: peer.handshake,
    reached: { measured: {} },
    journal: null,
  }
}

/** Asked for by signatures only, so put together only then. */
function wireOf(request: Request, raw: readonly string[] | undefined): Wire {
  const { url } = request
  const start = url.indexOf('/', url.indexOf('//') + 2)
  const mark = url.indexOf('?', start)
  const headers: [string, string][] = []
  if (raw) for (let at = 0; at + 1 < raw.length; at += 2) headers.push([raw[at]!, raw[at + 1]!])
  else for (const [name, value] of request.headers) headers.push([name, value])
  return {
    path: mark < 0 ? url.slice(start) : url.slice(start, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers,
  }
}

/** How HTTP/1.1 clients spell what the Fetch API shows in lower case: Lambda functions look for these. */
const SPELLINGS = new Map(
  'Accept Accept-Encoding Accept-Language Authorization Cache-Control Content-Encoding Content-Type Cookie Host Origin Referer User-Agent'
    .split(' ')
    .map((name) => [name.toLowerCase(), name] as const),
)

/** Notes a header, and keeps it unless Amazon drops it or sets it itself. */
function take(read: Read, name: string, value: string): void {
  read.size += value.length
  const lower = name.toLowerCase()
  switch (lower) {
    case 'host':
      read.host = value
      break
    case 'content-length':
      read.length = /^\d+$/.test(value) ? Number(value) : null
      return
    case 'transfer-encoding':
      read.chunked = true
      return
    case 'content-encoding':
      read.encoding = value
      break
    case 'x-amzn-trace-id':
      read.trace = value
      return
    case 'x-forwarded-for':
      read.forwardedFor = read.forwardedFor ? `${read.forwardedFor}, ${value}` : value
      return
    case 'x-forwarded-proto':
      read.forwardedProto = value
      return
    case 'x-forwarded-port':
      return
    default:
      if (isDroppedOnArrival(lower)) return
  }
  read.kept.push([name, value])
}

const hasBody = (request: Request): boolean =>
  request.method !== 'GET' && request.method !== 'HEAD' && request.body !== null

/** Content codings that Amazon undoes on arrival; others are refused (guide: api-gateway-make-request-with-compressed-payload). */
function codingOf(encoding: string | undefined): Coding | null {
  const coding = encoding?.trim().toLowerCase()
  if (!coding || coding === 'identity') return null
  return coding === 'gzip' || coding === 'deflate' ? coding : 'unsupported'
}

/** The last address that no trusted proxy has: those before it are only claimed. */
function clientOf(forwardedFor: string, proxies: readonly string[]): string {
  const addresses = forwardedFor.split(',').map((address) => address.trim())
  return addresses.findLast((address) => !addressIn(address, proxies)) ?? addresses[0]!
}
