/** A request that came on a socket, as the planes see it. */
import type { Arrival, ArrivingBody, Peer } from '../core/arrival.ts'
import type { RequestHead } from '../core/http1/request-parser.ts'

export class SocketArrival implements Arrival {
  readonly method: string
  readonly authority: string
  readonly rawPath: string
  readonly rawQuery: string
  readonly headers: readonly string[]
  readonly asWritten = true
  readonly body: ArrivingBody | null
  readonly peer: Peer

  constructor(head: RequestHead, body: ArrivingBody | null, peer: Peer) {
    this.method = head.method
    this.authority = head.authority
    this.rawPath = head.rawPath
    this.rawQuery = head.rawQuery
    this.headers = head.headers
    this.body = body
    this.peer = peer
  }

  request(): Request {
    const { method, authority, rawPath, rawQuery, body, peer } = this
    const headers = new Headers()
    for (let at = 0; at < this.headers.length; at += 2)
      headers.append(this.headers[at]!, this.headers[at + 1]!)
    const init: RequestInit & { duplex?: 'half' } = { method, headers }
    // the Fetch API has no body with these, and those who read Requests here ask for none
    if (body && method !== 'GET' && method !== 'HEAD') {
      init.body = (body.whole ?? body.stream()) as BodyInit
      init.duplex = 'half'
    }
    const query = rawQuery === '' ? '' : `?${rawQuery}`
    return new Request(`${peer.tls ? 'https' : 'http'}://${authority || 'localhost'}${rawPath}${query}`, init)
  }
}
