/**
 * A request of a client as it arrived, whichever way: at the gateway's own server (adapters/inbound-sockets.ts), or as the
 * `Request` that a platform hands over (adapters/inbound-fetch.ts).
 */
import type { ClientCertificate } from './call.ts'

/** Facts about a caller's connection that only the edge knows. */
export interface Peer {
  /** asked for before the request is answered */
  readonly address: string
  readonly tls: boolean
  /** the client's certificate, when TLS was terminated here or the platform vouches for it */
  clientCertificate?: ClientCertificate
  /** what is known of the TLS handshake: its version (`TLSv1.3`), and the name asked for, in lower case, `''` for none */
  handshake?: { version?: string; serverName?: string }
}

export interface Arrival {
  readonly method: string
  /** Host and port that it is for: those of a request target that is a URL, else the Host header's (RFC 9112, 3.2.2); '' where neither says. */
  readonly authority: string
  /** percent-encoded, without dot segments; starts with `/` */
  readonly rawPath: string
  /** without the `?` */
  readonly rawQuery: string
  /** names and values in turn, in order */
  readonly headers: readonly string[]
  /** whether the names are spelt as the client spelt them: the Fetch API shows them in lower case */
  readonly asWritten: boolean
  readonly body: ArrivingBody | null
  readonly peer: Peer
  /** the same for whom wants a Request; throws a TypeError at what cannot be one (TRACE) */
  request(): Request
}

/** Read once: by `bytes` or by `stream`. Both fail if the client breaks the body off. */
export interface ArrivingBody {
  /** in bytes; null where it is not declared */
  readonly length: number | null
  /** all of it, where it is here already */
  readonly whole: Uint8Array | null
  bytes(): Promise<Uint8Array>
  stream(): ReadableStream<Uint8Array>
}
