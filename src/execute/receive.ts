/** A request becomes a Call: headers as Amazon hands them on, ids, the client's address, the body still unread. */
import { type Authority, authorityOf } from '../core/authority.ts'
import type { Call, Journal, Pair, Payload, Reached, Wire } from '../core/call.ts'
import { addressIn, clientAddress, plainAddress } from '../core/client-address.ts'
import { type HeaderName, headerName, headerOf } from '../core/headers.ts'
import type { Target } from '../core/target.ts'
import type { Peer } from '../platform.ts'
import type { Gateway } from './gateway.ts'
import type { CallIds } from './identifiers.ts'
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
  return new Received(request, target, peer, on)
}

/** What only some calls need (the address behind the connection, the headers that are added) is worked out when it is asked for. */
class Received implements Call {
  readonly requestId: string
  readonly extendedRequestId: string
  readonly receivedAt: number
  readonly method: string
  readonly protocol = 'HTTP/1.1'
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: string
  readonly headerBytes: number
  readonly rawQuery: string
  readonly payload: Payload
  readonly clientCertificate: Peer['clientCertificate']
  readonly handshake: Peer['handshake']
  readonly reached: Reached = { measured: {} }
  journal: Journal | null = null
  private readonly request: Request
  private readonly peer: Peer
  private readonly on: Gateway
  private readonly read: Read
  private readonly ids: CallIds
  private added: readonly Pair[] | null = null
  private client: string | null = null

  constructor(request: Request, target: Target, peer: Peer, on: Gateway) {
    const { clock, settings } = on.platform
    const read = readHeaders(request, peer)
    const { trustedProxies, maxPayloadBytes } = settings
    const trusted = trustedProxies.length > 0 && addressIn(plainAddress(peer.address), trustedProxies)
    const secure = trusted && read.forwardedProto ? read.forwardedProto.trim() === 'https' : peer.tls
    const { host, port } = authorityIn(request.url, read.host)
    const declared = read.chunked ? null : read.length
    const bodied = read.chunked || (read.length ?? 0) > 0 || (read.length === null && hasBody(request, peer))
    const ids = on.identifiers.ofCall()
    this.requestId = ids.requestId
    this.extendedRequestId = ids.extendedRequestId
    this.receivedAt = clock.now()
    this.method = request.method
    this.scheme = secure ? 'https' : 'http'
    this.host = host
    this.port = port ?? (secure ? '443' : '80')
    this.headerBytes = read.size
    this.rawQuery = target.rawQuery
    this.payload = bodied
      ? requestPayload(request, declared, maxPayloadBytes, codingOf(read.encoding))
      : NO_PAYLOAD
    this.clientCertificate = peer.clientCertificate
    this.handshake = peer.handshake
    this.request = request
    this.peer = peer
    this.on = on
    this.read = read
    this.ids = ids
  }

  get traceId(): string {
    return this.ids.trace(this.receivedAt, this.read.trace)
  }

  get headers(): readonly Pair[] {
    if (this.added) return this.added
    const { forwardedFor, kept } = this.read
    const address = plainAddress(this.peer.address)
    this.added = kept
    kept.push(
      ['X-Amzn-Trace-Id', this.traceId],
      ['X-Forwarded-For', forwardedFor ? `${forwardedFor}, ${address}` : address],
      ['X-Forwarded-Port', this.port],
      ['X-Forwarded-Proto', this.scheme],
    )
    return kept
  }

  header(lowerName: string): string | undefined {
    // all that are added begin with an x
    return headerOf(lowerName.startsWith('x') ? this.headers : this.read.kept, lowerName)
  }

  get sourceIp(): string {
    const { trustedProxies } = this.on.platform.settings
    this.client ??= clientAddress(this.peer.address, this.read.forwardedFor, trustedProxies)
    return this.client
  }

  wire(): Wire {
    return wireOf(this.request, this.peer.rawHeaders)
  }
}

function readHeaders(request: Request, { rawHeaders: raw }: Peer): Read {
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
  if (raw) for (let at = 0; at + 1 < raw.length; at += 2) take(read, headerName(raw[at]!), true, raw[at + 1]!)
  else
    request.headers.forEach((value, name) => {
      take(read, headerName(name), false, value)
    })
  return read
}

/** What a call is for: the Host header says it, unless the request target is a URL (RFC 9112, 3.2.2), which then is the request's. */
function authorityIn(url: string, header: string): Authority {
  const named = authorityOf(header)
  const start = url.indexOf('//') + 2
  const next = url[start + named.host.length]
  if (named.host === '' || (url.startsWith(named.host, start) && (next === '/' || next === ':'))) return named
  return authorityOf(url.slice(start, url.indexOf('/', start)))
}

/** Asked for by signatures only, so put together only then. */
function wireOf(request: Request, raw: readonly string[] | undefined): Wire {
  const { url } = request
  const start = url.indexOf('/', url.indexOf('//') + 2)
  const mark = url.indexOf('?', start)
  const headers: [string, string][] = []
  if (raw) for (let at = 0; at + 1 < raw.length; at += 2) headers.push([raw[at]!, raw[at + 1]!])
  else
    request.headers.forEach((value, name) => {
      headers.push([name, value])
    })
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

/** Where the headers do not say; raw ones do. */
const hasBody = (request: Request, { rawHeaders }: Peer): boolean =>
  !rawHeaders && request.method !== 'GET' && request.method !== 'HEAD' && request.body !== null

/** Content codings that Amazon undoes on arrival; others are refused (guide: api-gateway-make-request-with-compressed-payload). */
function codingOf(encoding: string | undefined): Coding | null {
  const coding = encoding?.trim().toLowerCase()
  if (!coding || coding === 'identity') return null
  return coding === 'gzip' || coding === 'deflate' ? coding : 'unsupported'
}
