/**
 * Why a call to a back end brought no answer. Amazon tells some of these apart in its execution log and gateway response
 * (a name that does not resolve is a configuration error, a connection that breaks is an INTEGRATION_FAILURE), so adapters
 * translate their runtime's errors into these.
 *
 *  - `name`: the host name does not resolve, or the URL is not one that can be called
 *  - `connect`: nobody accepts the connection
 *  - `tls`: the handshake failed: a certificate that is not trusted, or none that the back end accepts
 *  - `protocol`: what came back is not HTTP, or breaks its rules (wrong length, oversized headers)
 *  - `request`: what was to be sent is not HTTP (a header value with a line break)
 *  - `reset`: the connection broke before the response was whole
 *  - `aborted`: the caller's signal fired
 */
export type OutboundReason = 'name' | 'connect' | 'tls' | 'protocol' | 'request' | 'reset' | 'aborted'

export class OutboundFailure extends Error {
  readonly reason: OutboundReason

  constructor(reason: OutboundReason, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'OutboundFailure'
    this.reason = reason
  }
}
