/** What arrived becomes a Call: headers as Amazon hands them on, ids, the client's address, the body still unread. */
import type { Arrival } from '../core/arrival.ts'
import { authorityOf } from '../core/authority.ts'
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
  encoding: string | undefined
  trace: string | undefined
  forwardedFor: string | undefined
  forwardedProto: string | undefined
}

export function receive(arrival: Arrival, target: Target, on: Gateway): Call {
  return new Received(arrival, target, on)
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
  readonly reached: Reached = { measured: {} }
  journal: Journal | null = null
  private readonly arrival: Arrival
  private readonly on: Gateway
  private readonly read: Read
  private readonly ids: CallIds
  private added: readonly Pair[] | null = null
  private client: string | null = null

  constructor(arrival: Arrival, target: Target, on: Gateway) {
    const { clock, settings } = on.platform
    const { body, peer } = arrival
    const read = readHeaders(arrival)
    const { trustedProxies, maxPayloadBytes } = settings
    const trusted = trustedProxies.length > 0 && addressIn(plainAddress(peer.address), trustedProxies)
    const secure = trusted && read.forwardedProto ? read.forwardedProto.trim() === 'https' : peer.tls
    const { host, port } = authorityOf(arrival.authority)
    const ids = on.identifiers.ofCall()
    this.requestId = ids.requestId
    this.extendedRequestId = ids.extendedRequestId
    this.receivedAt = clock.now()
    this.method = arrival.method
    this.scheme = secure ? 'https' : 'http'
    this.host = host
    this.port = port ?? (secure ? '443' : '80')
    this.headerBytes = read.size
    this.rawQuery = target.rawQuery
    this.payload = body ? requestPayload(body, maxPayloadBytes, codingOf(read.encoding)) : NO_PAYLOAD
    this.arrival = arrival
    this.on = on
    this.read = read
    this.ids = ids
  }

  get traceId(): string {
    return this.ids.trace(this.receivedAt, this.read.trace)
  }

  get integrationTraceId(): string {
    return this.read.trace === undefined ? this.ids.root(this.receivedAt) : this.traceId
  }

  get headers(): readonly Pair[] {
    if (this.added) return this.added
    const { forwardedFor, kept } = this.read
    const address = plainAddress(this.arrival.peer.address)
    this.added = kept
    kept.push(
      ['X-Amzn-Trace-Id', this.integrationTraceId],
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

  get clientCertificate(): Peer['clientCertificate'] {
    return this.arrival.peer.clientCertificate
  }

  get handshake(): Peer['handshake'] {
    return this.arrival.peer.handshake
  }

  get sourceIp(): string {
    const { trustedProxies } = this.on.platform.settings
    this.client ??= clientAddress(this.arrival.peer.address, this.read.forwardedFor, trustedProxies)
    return this.client
  }

  wire(): Wire {
    return wireOf(this.arrival)
  }
}

function readHeaders({ headers, asWritten }: Arrival): Read {
  const read: Read = {
    kept: [],
    size: 0,
    encoding: undefined,
    trace: undefined,
    forwardedFor: undefined,
    forwardedProto: undefined,
  }
  for (let at = 0; at < headers.length; at += 2)
    take(read, headerName(headers[at]!), asWritten, headers[at + 1]!)
  return read
}

/** Asked for by signatures only, so put together only then. */
function wireOf({ rawPath, rawQuery, headers: all }: Arrival): Wire {
  const headers: [string, string][] = []
  for (let at = 0; at < all.length; at += 2) headers.push([all[at]!, all[at + 1]!])
  return { path: rawPath, query: rawQuery, headers }
}

/** Notes a header, and keeps it unless Amazon drops it or sets it itself. */
function take(read: Read, facts: HeaderName, asWritten: boolean, value: string): void {
  read.size += value.length
  switch (facts.lower) {
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

/** Content codings that Amazon undoes on arrival; others are refused (guide: api-gateway-make-request-with-compressed-payload). */
function codingOf(encoding: string | undefined): Coding | null {
  const coding = encoding?.trim().toLowerCase()
  if (!coding || coding === 'identity') return null
  return coding === 'gzip' || coding === 'deflate' ? coding : 'unsupported'
}
