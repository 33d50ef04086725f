/**
 * A gateway on loopback that knows no principal is open to whoever sits at the machine, as a developer's tool is. Not to web
 * pages: a page elsewhere can make a browser send requests here, and a name that it controls can be made to resolve here
 * (DNS rebinding). So the Host must be a name of this machine, and no request that a browser sends for a page is let in: the
 * gateway has no pages of its own, and those of a deployed API under the path forms are of the same origin as this service.
 */
import { isLoopback, plainAddress } from '../core/client-address.ts'
import type { Peer } from '../platform.ts'

/** Why a request is not let in, or null. */
export function refusedAtOpenDoor(request: Request, peer: Peer, domain: string): string | null {
  if (!isLoopback(plainAddress(peer.address)))
    return 'Without a principal this gateway is managed from the machine it runs on only'
  const host = request.headers.get('host') ?? new URL(request.url).host
  if (!isOwnName(host, domain)) return `Without a principal this gateway is not managed by the name ${host}`
  const site = request.headers.get('sec-fetch-site')
  if ((site !== null && site !== 'none') || request.headers.has('origin'))
    return 'Without a principal this gateway is not managed by web pages'
  return null
}

/** `localhost`, names below it, loopback addresses, and the configured domain. */
function isOwnName(host: string, domain: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  return [domain, 'localhost'].some((own) => name === own || name.endsWith(`.${own}`)) || isLoopback(name)
}
