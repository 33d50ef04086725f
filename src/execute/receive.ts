/** A request becomes a Call: headers as Amazon hands them on, ids, the client's address, the body still unread. */
import type { Call, Pair, Wire } from '../core/call.ts'
import { addressIn } from '../core/client-address.ts'
import { type HeaderName, headerName } from '../core/headers.ts'
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
  if (raw) for (let at = 0; at + 1 < raw.length; at += 2) take(read, headerName(raw[at]!), true, raw[at + 1]!)
  else
    request.headers.forEach((value, name) => {
      take(read, headerName(name), false, value)
    })

  const now = clock.now()
  const address = peer.address.startsWith('::ffff:') ? peer.address.slice(7) : peer.address
  const trusted = settings.trustedProxies.length > 0 && addressIn(address, settings.trustedProxies)
  const secure = trusted && read.forwardedProto ? read.forwardedProto.trim() === 'https' : peer.tls
  const scheme = secure ? 'https' : 'http'
  const { host, port } = authorityOf(read.host)
  const forwardedFor = read.forwardedFor ? `${read.forwardedFor}, ${address}` : address
  const { requestId, extendedRequestId, traceId } = on.identifiers.ofCall(now, read.trace)
  const { kept } = read
  kept.push(
    ['X-Amzn-Trace-Id', traceId],
    ['X-Forwarded-For', forwardedFor],
    ['X-Forwarded-Port', port ?? (secure ? '443' : '80')],
    ['X-Forwarded-Proto', scheme],
  )
  const bodied = read.chunked || (read.length ?? 0) > 0 || (!raw && read.length === null && hasBody(request))
  return {
    requestId,
    extendedRequestId,
    traceId,
    receivedAt: now,
    method: request.method,
    protocol: 'HTTP/1.1',
    scheme,
    host,
    port: port ?? (secure ? '443' : '80'),
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

interface Authority {
  /** in lower case */
  host: string
  port: string | undefined
}

/** Host headers recur. */
const MAX_AUTHORITIES = 10_000
const authorities = new Map<string, Authority>()

function authorityOf(header: string): Authority {
  let known = authorities.get(header)
  if (!known) {
    const [, host, port] = /^(.*?)(?::(\d*))?$/s.exec(header)!
    known = { host: host!.toLowerCase(), port }
    if (authorities.size >= MAX_AUTHORITIES) authorities.clear()
    authorities.set(header, known)
  }
  return known
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

/** Notes a header, and keeps it unless Amazon drops it or sets it itself. */
function take(read: Read, facts: HeaderName, asWritten: boolean, value: string): void {
  read.size += value.length
  switch (facts.lower) {
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
      if (facts.droppedOnArrival) return
  }
  read.kept.push([asWritten ? facts.name : facts.spelt, value])
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
