/**
 * Back ends, well and badly behaved, on free ports of 127.0.0.1. The first path segment chooses the behaviour; the query
 * gives its numbers. `calls` holds what arrived, so that a test can also say that nothing did.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { type Certificate, elsewhere, expired, good } from '../support/certificates.ts'

export interface Arrived {
  method: string
  /** the request target, byte for byte */
  target: string
  /** in order, as spelt on the wire */
  headers: [string, string][]
  body: string
  bytes: number
  sha256: string
  /** common name of the client's certificate */
  client?: string
}

export interface Backends {
  http: string
  https: string
  httpsExpired: string
  httpsElsewhere: string
  /** a port where nobody listens */
  refused: string
  calls: Arrived[]
  /** connections that have been accepted so far */
  connections(): number
  /** responses whose client went away before their end */
  abandoned(): number
  stop(): Promise<void>
}

type Behaviour = (response: ServerResponse, query: URLSearchParams, arrived: Arrived, socket: Socket) => void

/** Past Node's own server: such a connection is never used again. */
const raw = (socket: Socket, text: string) => socket.write(text, 'latin1')
const number = (query: URLSearchParams, name: string, otherwise: number) =>
  Number(query.get(name) ?? otherwise)

const BOMB = gzipSync(Buffer.alloc(10 * 1024 * 1024))

const BEHAVIOURS: Record<string, Behaviour> = {
  echo: (response, query, arrived) => {
    const body = JSON.stringify(arrived)
    response.writeHead(number(query, 'status', 200), {
      'Content-Type': 'application/json',
      'X-Back-End': 'echo',
    })
    response.end(body)
  },
  /** answers the query's `body`, with its `status` and `type` */
  say: (response, query) => {
    const body = query.get('body') ?? ''
    response.writeHead(number(query, 'status', 200), {
      'Content-Type': query.get('type') ?? 'application/json',
      'Content-Length': Buffer.byteLength(body),
    })
    response.end(body)
  },
  empty: (response, query) => response.writeHead(number(query, 'status', 204)).end(),
  duplicates: (response) => {
    response.writeHead(200, [
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'X-Twice',
      '1',
      'X-Twice',
      '2',
      'X-Amzn-RequestId',
      'mine',
    ])
    response.end('two')
  },
  redirect: (response) => response.writeHead(302, { Location: '/echo' }).end('moved'),
  gzip: (response) => {
    const body = gzipSync('packed '.repeat(200))
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': body.length }).end(body)
  },
  /** 10 KB that unpack to 10 MB */
  bomb: (response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': BOMB.length }).end(BOMB)
  },
  /** `bytes` of zeros, at the pace at which they are taken; `chunked` hides the length */
  big: (response, query) => {
    let left = number(query, 'bytes', 1024 * 1024)
    const piece = Buffer.alloc(64 * 1024)
    if (!query.has('chunked')) response.setHeader('Content-Length', left)
    const more = () => {
      while (left > 0) {
        const size = Math.min(left, piece.length)
        left -= size
        if (!response.write(piece.subarray(0, size))) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  },
  /** one byte every `every` ms, `count` times */
  drip: (response, query) => {
    let left = number(query, 'count', 5)
    response.writeHead(200, { 'Content-Type': 'text/plain' })
    const timer = setInterval(
      () => {
        response.write('.')
        left -= 1
        if (left <= 0) {
          clearInterval(timer)
          response.end()
        }
      },
      number(query, 'every', 20),
    )
    response.on('close', () => clearInterval(timer))
  },
  /** server-sent events that never end by themselves */
  events: (response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    let n = 0
    const timer = setInterval(() => response.write(`data: ${n++}\n\n`), 20)
    response.on('close', () => clearInterval(timer))
  },
  hang: () => {},
  'hang-in-body': (response) => {
    response.writeHead(200, { 'Content-Length': 1000 }).write('some')
  },
  reset: (_response, _query, _arrived, socket) => void socket.resetAndDestroy(),
  'reset-in-body': (_response, _query, _arrived, socket) => {
    raw(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome')
    setTimeout(() => socket.resetAndDestroy(), 20)
  },
  'reset-in-chunks': (_response, _query, _arrived, socket) => {
    raw(socket, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n')
    // long enough for a busy machine to have passed the first chunk on
    setTimeout(() => socket.resetAndDestroy(), 300)
  },
  /** declares more than it sends, and closes cleanly */
  short: (_response, _query, _arrived, socket) => {
    raw(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nfour')
    socket.end()
  },
  /** declares less than it sends */
  long: (_response, _query, _arrived, socket) => {
    raw(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfour and more')
    socket.end()
  },
  garbage: (_response, _query, _arrived, socket) => {
    raw(socket, 'NOT HTTP AT ALL\r\n\r\n')
    socket.end()
  },
  'two-lengths': (_response, _query, _arrived, socket) => {
    raw(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\nConnection: close\r\n\r\nfour!')
    socket.end()
  },
  /** `count` headers of 20 bytes */
  headers: (_response, query, _arrived, socket) => {
    const lines = Array.from(
      { length: number(query, 'count', 1000) },
      (_, i) => `X-H${i}: ${'v'.repeat(10)}\r\n`,
    )
    raw(socket, `HTTP/1.1 200 OK\r\n${lines.join('')}Content-Length: 2\r\nConnection: close\r\n\r\nok`)
    socket.end()
  },
  early: (response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.end('after the hints')
  },
}

export async function startBackends(): Promise<Backends> {
  const calls: Arrived[] = []
  let connections = 0
  let abandoned = 0

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    const hash = createHash('sha256')
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      hash.update(chunk)
      // a large body is counted and hashed, not kept
      if (bytes <= 64 * 1024) chunks.push(chunk)
    })
    request.on('error', () => {})
    response.on('error', () => {})
    response.on('close', () => {
      if (!response.writableFinished) abandoned += 1
    })
    request.on('end', () => {
      const headers: [string, string][] = []
      for (let i = 0; i < request.rawHeaders.length; i += 2)
        headers.push([request.rawHeaders[i]!, request.rawHeaders[i + 1]!])
      const peer = request.socket as { getPeerCertificate?: () => { subject?: { CN?: string } } }
      const arrived: Arrived = {
        method: request.method!,
        target: request.url!,
        headers,
        body: Buffer.concat(chunks).toString('utf8'),
        bytes,
        sha256: hash.digest('hex'),
        client: peer.getPeerCertificate?.().subject?.CN,
      }
      calls.push(arrived)
      const mark = request.url!.indexOf('?')
      const path = mark < 0 ? request.url! : request.url!.slice(0, mark)
      const name = path.split('/').find((segment) => segment in BEHAVIOURS) ?? 'echo'
      BEHAVIOURS[name]!(
        response,
        new URLSearchParams(mark < 0 ? '' : request.url!.slice(mark)),
        arrived,
        request.socket,
      )
    })
  }

  const tls = ({ cert, key }: Certificate) =>
    createTlsServer({ cert, key, requestCert: true, rejectUnauthorized: false }, serve)
  const servers = [createServer(serve), tls(good), tls(expired), tls(elsewhere), createServer()] as Server[]
  const ports = await Promise.all(servers.map(listen))
  for (const server of servers) server.on('connection', () => (connections += 1))
  await close(servers.pop()!)

  return {
    http: `http://127.0.0.1:${ports[0]}`,
    https: `https://127.0.0.1:${ports[1]}`,
    httpsExpired: `https://127.0.0.1:${ports[2]}`,
    httpsElsewhere: `https://127.0.0.1:${ports[3]}`,
    refused: `http://127.0.0.1:${ports[4]}`,
    calls,
    connections: () => connections,
    abandoned: () => abandoned,
    async stop() {
      await Promise.all(servers.map(close))
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
