/**
 * A socket to Redis that is opened again when it is lost. Node, Deno and Bun. What is sent in one turn of the event loop is
 * written in one piece at its end. Nothing waits for a connection: what is sent without one is lost.
 */
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { type Argument, command, RedisError, type Reply, ReplyReader } from './redis-protocol.ts'

const CONNECT_TIMEOUT_MS = 2000
const KEEP_ALIVE_MS = 5000
/** The longest pause between two attempts to connect. */
const MAX_PAUSE_MS = 1000
const PING = ['PING']

/** A command whose reply has not come yet. Replies come in the order of the commands. */
interface Asked {
  /** wants strings as bytes */
  binary: boolean
  resolve(reply: Reply): void
  reject(error: Error): void
}

export interface RedisSocket {
  /** connected, and logged in */
  readonly ready: boolean
  /** `pieces` is a whole command; one of the two is called once, in any case */
  send(pieces: readonly Argument[], asked: Asked): void
  /** runs `work` at the end of this turn of the event loop, before what was sent in it is written */
  atEndOfTurn(work: () => void): void
  close(): void
}

interface Watcher {
  ready(): void
  /** each time that a connection ends or does not come about */
  lost(error: Error): void
}

/** Starts connecting. `url` is `redis://` or `rediss://`, with user, password and number of the database if need be. */
export function redisSocket(url: string, watcher: Watcher): RedisSocket {
  const { greetings, ...endpoint } = endpointOf(url)
  let socket: Socket
  let ready = false
  let closed = false
  let tries = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let asked: Asked[] = []
  let out: Argument[] = []
  let works: (() => void)[] = []
  let scheduled = false

  function open(): void {
    const mine = opened(endpoint)
    socket = mine
    const reader = new ReplyReader()
    let failure: Error | undefined
    const giveUp = setTimeout(() => mine.destroy(new Error('connecting took too long')), CONNECT_TIMEOUT_MS)
    mine.on(endpoint.secure ? 'secureConnect' : 'connect', () => {
      if (endpoint.secure && !(mine as TLSSocket).authorized)
        mine.destroy(new Error(`its certificate is not trusted: ${(mine as TLSSocket).authorizationError}`))
      else greet(mine, () => clearTimeout(giveUp))
    })
    mine.on('data', (bytes) => {
      try {
        reader.read(bytes, () => asked[0]?.binary ?? false, answer)
      } catch (error) {
        mine.destroy(error as Error)
      }
    })
    mine.on('error', (error) => {
      failure ??= error
    })
    mine.on('close', () => {
      clearTimeout(giveUp)
      ended(failure ?? new Error('the connection was closed'))
    })
  }

  /** Logs in and chooses the database; then commands may come. */
  function greet(mine: Socket, done: () => void): void {
    let left = greetings.length
    const welcomed = () => {
      if (--left > 0) return
      done()
      tries = 0
      ready = true
      watcher.ready()
    }
    for (const greeting of greetings) {
      // who may not ask for a sign of life may do other things
      const refused = (error: Error) =>
        greeting === PING && error.message.startsWith('NOPERM') ? welcomed() : mine.destroy(error)
      asked.push({ binary: false, resolve: welcomed, reject: refused })
      for (const piece of command(greeting)) mine.write(piece)
    }
  }

  function answer(reply: Reply | RedisError): void {
    const first = asked.shift()
    if (!first) throw new Error('Redis answered what nobody had asked')
    if (reply instanceof RedisError) first.reject(reply)
    else first.resolve(reply)
  }

  function ended(error: Error): void {
    const lost = asked
    ready = false
    asked = []
    out = []
    for (const { reject } of lost) reject(error)
    if (closed) return
    watcher.lost(error)
    retry = setTimeout(open, Math.min(MAX_PAUSE_MS, 20 * 2 ** tries++))
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(endTurn)
  }

  function endTurn(): void {
    const due = works
    works = []
    for (const work of due) work()
    scheduled = false
    if (out.length === 0) return
    const pieces = out
    out = []
    if (pieces.every((piece) => typeof piece === 'string')) socket.write(pieces.join(''))
    else socket.write(Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))))
  }

  open()
  return {
    get ready() {
      return ready
    },
    send(pieces, one) {
      if (!ready) return one.reject(new Error('not connected'))
      asked.push(one)
      for (const piece of pieces) out.push(piece)
      schedule()
    },
    atEndOfTurn(work) {
      works.push(work)
      schedule()
    },
    close() {
      closed = true
      clearTimeout(retry)
      socket.destroy()
    },
  }
}

interface Endpoint {
  secure: boolean
  host: string
  port: number
}

function opened({ secure, host, port }: Endpoint): Socket {
  const socket = secure
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }) })
    : connectPlain({ host, port })
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  return socket
}

function endpointOf(url: string): Endpoint & { greetings: string[][] } {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  const user = decodeURIComponent(username)
  const database = pathname.slice(1)
  const greetings: string[][] = []
  if (password) greetings.push(['AUTH', ...(user ? [user] : []), decodeURIComponent(password)])
  if (database) greetings.push(['SELECT', database])
  // a Redis that wants a password, or is still loading its data, says so
  greetings.push(PING)
  return {
    secure: protocol === 'rediss:',
    host: hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(port || 6379),
    greetings,
  }
}
