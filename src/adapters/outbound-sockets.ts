/**
 * Outbound calls on Node, Deno and Bun: HTTP/1.1 over pooled sockets of `node:net` and `node:tls`, which all three have.
 * Bodies stay as they came (no decompression), redirects are answers like any other, path and header names go out byte for
 * byte, and nothing is added but `host`, `connection` and the framing. What it is faster than, and why: docs/decisions.md.
 */
import { OutboundFailure } from '../core/outbound-failure.ts'
import type { Outbound, OutboundRequest, OutboundResponse } from '../platform.ts'
import type { Dial, Endpoint, Tls } from './dial.ts'
import { dialOnNode } from './dial-node.ts'
import { Connection, StaleConnection } from './outbound-connection.ts'
import { aborted } from './outbound-exchange.ts'
import { reasonOf } from './outbound-reasons.ts'

/** How long a connection rests where the back end does not say. */
const REST_MS = 4000
/** Taken off what the back end says, so that a request does not meet a connection that is about to end. */
const REST_MARGIN_MS = 1000
const MAX_REST_MS = 600_000
const SWEEP_MS = 5000

/** Resting connections to one endpoint with one set of TLS settings, the last used at the end. */
interface Pool extends Endpoint {
  authority: string
  /** how many there are, those that are being opened and busy ones, too */
  open: number
  resting: Connection[]
}

type Resolve = (response: OutboundResponse) => void
type Reject = (failure: OutboundFailure) => void

interface Place {
  key: string
  secure: boolean
  authority: string
  path: string
}

/** Nothing here outlives its sockets: `close` ends them. `dial` opens them, where a runtime has something faster. */
export function socketOutbound(dial: Dial = dialOnNode): Outbound & { close(): Promise<void> } {
  const pools = new Map<string, Pool>()
  const open = new Set<Connection>()
  /** what gives up the connections that are being opened */
  const dialling = new Set<() => void>()
  let sweeper: ReturnType<typeof setInterval> | undefined

  function poolOf(place: Place, tls: Tls | undefined): Pool {
    const plain = !tls || (!tls.insecureSkipVerification && !tls.clientCertificate)
    const key = plain ? place.key : `${place.key} ${JSON.stringify(tls)}`
    let pool = pools.get(key)
    if (!pool) {
      pool = {
        ...endpointOf(place),
        tls: plain ? undefined : tls,
        authority: place.authority,
        open: 0,
        resting: [],
      }
      pools.set(key, pool)
      sweeper ??= unreferenced(setInterval(sweep, SWEEP_MS))
    }
    return pool
  }

  const gone = (pool: Pool) => (connection: Connection) => {
    open.delete(connection)
    pool.open--
    const at = pool.resting.indexOf(connection)
    if (at >= 0) pool.resting.splice(at, 1)
  }

  const rest = (pool: Pool) => (connection: Connection, said: number | undefined) => {
    const ms = said === undefined ? REST_MS : Math.min(said - REST_MARGIN_MS, MAX_REST_MS)
    if (ms <= 0) return connection.abandon()
    connection.restsUntil = Date.now() + ms
    pool.resting.push(connection)
  }

  /** Ends what has rested too long, and forgets pools that nobody uses: their number follows what is called. */
  function sweep(): void {
    const now = Date.now()
    for (const [key, pool] of pools) {
      for (const connection of pool.resting.filter(({ restsUntil }) => restsUntil <= now))
        connection.abandon()
      pool.resting = pool.resting.filter(({ restsUntil }) => restsUntil > now)
      if (pool.open === 0) pools.delete(key)
    }
    if (pools.size > 0) return
    clearInterval(sweeper)
    sweeper = undefined
  }

  function rested(pool: Pool): Connection | undefined {
    for (let connection = pool.resting.pop(); connection; connection = pool.resting.pop()) {
      if (connection.restsUntil > Date.now()) return connection
      connection.abandon()
    }
    return undefined
  }

  function onNew(pool: Pool, request: OutboundRequest, path: string, resolve: Resolve, reject: Reject): void {
    const { signal } = request
    const onAbort = {
      handleEvent() {
        reject(aborted(signal!))
        giveUp()
      },
    }
    let giveUp: () => void
    try {
      giveUp = dial(pool, (failed, socket) => {
        dialling.delete(giveUp)
        signal?.removeEventListener('abort', onAbort)
        if (failed) {
          pool.open--
          reject(new OutboundFailure(reasonOf(failed.code, failed.message), failed.message, failed))
          return
        }
        const connection = new Connection(socket, rest(pool), gone(pool))
        open.add(connection)
        connection.send(request, path, pool.authority, resolve, reject)
      })
    } catch (error) {
      reject(new OutboundFailure(pool.secure ? 'tls' : 'name', (error as Error).message, error))
      return
    }
    pool.open++
    dialling.add(giveUp)
    signal?.addEventListener('abort', onAbort)
  }

  return {
    can: { insecureSkipVerification: true, clientCertificate: true },
    send(request) {
      const { url, signal, tls } = request
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(aborted(signal))
        const place = placeOf(url)
        if (!place) return reject(new OutboundFailure('name', 'Invalid endpoint address'))
        const pool = poolOf(place, tls)
        const connection = rested(pool)
        if (!connection) return onNew(pool, request, place.path, resolve, reject)
        connection.send(request, place.path, pool.authority, resolve, (failure) => {
          if (failure instanceof StaleConnection && !signal?.aborted)
            onNew(pool, request, place.path, resolve, reject)
          else reject(failure)
        })
      })
    },
    async close() {
      clearInterval(sweeper)
      sweeper = undefined
      for (const giveUp of dialling) giveUp()
      for (const connection of open) connection.close()
    },
  }
}

function unreferenced<T>(timer: T): T {
  ;(timer as { unref?(): void }).unref?.()
  return timer
}

/** Ports from 60000 on are the parser's to judge. */
const PLAIN_URL =
  /^(https?):\/\/((?:[\w.-]+|\[[\da-f:.]+\])(?::(?:\d{1,4}|[1-5]\d{4}))?)(\/[\x21-\x22\x24-\x7e]*)?$/

/** Origin and path as written: no dot segments resolved, no double slash folded. Odd URLs take the parser's view. */
function placeOf(url: string): Place | null {
  const simple = PLAIN_URL.exec(url)
  if (simple) {
    const [, scheme, authority, path = '/'] = simple
    return { key: `${scheme}://${authority}`, secure: scheme === 'https', authority: authority!, path }
  }
  try {
    const { protocol, host, pathname, search } = new URL(url)
    if (protocol !== 'http:' && protocol !== 'https:') return null
    return {
      key: `${protocol}//${host}`,
      secure: protocol === 'https:',
      authority: host,
      path: pathname + search,
    }
  } catch {
    return null
  }
}

function endpointOf({ secure, authority }: Place): Omit<Endpoint, 'tls'> {
  const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(authority)!
  return { secure, host: host!.replace(/^\[|\]$/g, ''), port: Number(port ?? (secure ? 443 : 80)) }
}
