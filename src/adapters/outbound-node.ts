/**
 * Outbound calls on Node: undici's connection pools, driven through `dispatch`, the layer under its `fetch` and `request`.
 * Bodies stay as they came (no decompression), redirects are answers like any other, the path goes out byte for byte, and
 * undici adds `host` and `connection` alone. A response that is small or already there becomes bytes without a stream.
 * With `insecureSkipVerification` any issuer is accepted, expiry and host name are still checked, as Amazon does.
 */
import { createHash } from 'node:crypto'
import { checkServerIdentity, TLSSocket } from 'node:tls'
import { Agent, buildConnector, type Dispatcher } from 'undici'
import { OutboundFailure } from '../core/outbound-failure.ts'
import type { Outbound, OutboundRequest, OutboundResponse } from '../platform.ts'
import { reasonOf } from './outbound-reasons.ts'

/** A body whose declared length is at most this is read whole before the answer is given. */
const WHOLE_BODY_BYTES = 64 * 1024
/** How much of a streamed body waits in memory for its reader before the socket is paused. */
const STREAM_BUFFER_BYTES = 256 * 1024
/** Amazon allows 10,240 bytes of headers towards a client; a back end may exceed Node's own default of 16 KB. */
const MAX_HEADER_BYTES = 64 * 1024
/** Agents for TLS settings other than the default; each client certificate needs its own pool. */
const MAX_AGENTS = 32

/** Headers of the connection, not of the message: undici frames the message and refuses to be told how. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

const AGENT_OPTIONS: Agent.Options = {
  // The caller's signal is the deadline; undici's own would cut off an integration that may take longer.
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: MAX_HEADER_BYTES,
  strictContentLength: true,
}

type Tls = NonNullable<OutboundRequest['tls']>

/** Nothing here outlives its sockets: `close` ends the pools. */
export function nodeOutbound(): Outbound & { close(): Promise<void> } {
  const plain = new Agent(AGENT_OPTIONS)
  const agents = new Map<string, Agent>()

  function agentFor(tls: Tls | undefined): Agent {
    if (!tls || (!tls.insecureSkipVerification && !tls.clientCertificate)) return plain
    const key = agentKey(tls)
    let agent = agents.get(key)
    if (agent) agents.delete(key)
    else {
      if (agents.size >= MAX_AGENTS) {
        const [oldest, idle] = agents.entries().next().value!
        agents.delete(oldest)
        void idle.close()
      }
      agent = new Agent({
        ...AGENT_OPTIONS,
        connect: tls.insecureSkipVerification
          ? anyIssuer(tls.clientCertificate)
          : { ...tls.clientCertificate },
      })
    }
    agents.set(key, agent)
    return agent
  }

  return {
    can: { insecureSkipVerification: true, clientCertificate: true },
    send(request) {
      const agent = agentFor(request.tls)
      return exchange(agent, request).catch((failure: OutboundFailure) => {
        if (failure instanceof StaleConnection && !request.signal?.aborted) return exchange(agent, request)
        throw failure
      })
    },
    async close() {
      await Promise.all([plain, ...agents.values()].map((agent) => agent.destroy()))
    },
  }
}

function agentKey(tls: Tls): string {
  const { cert = '', key = '' } = tls.clientCertificate ?? {}
  const certificate = cert ? createHash('sha256').update(cert).update(key).digest('base64') : ''
  return `${tls.insecureSkipVerification ? 'insecure' : 'verified'} ${certificate}`
}

/**
 * Amazon's `insecureSkipVerification` lets any issuer pass, a self-signed one too, and still checks expiry and host name
 * (developer guide, x-amazon-apigateway-integration.tlsConfig).
 */
function anyIssuer(certificate: Tls['clientCertificate']): buildConnector.connector {
  const connect = buildConnector({ ...certificate, rejectUnauthorized: false })
  return (options, done) =>
    connect(options, (error, socket) => {
      if (error) return done(error, null)
      const fault = socket instanceof TLSSocket ? certificateFault(socket, options) : undefined
      if (!fault) return done(null, socket)
      socket.destroy()
      done(fault, null)
    })
}

function certificateFault(socket: TLSSocket, options: buildConnector.Options): Error | undefined {
  const certificate = socket.getPeerCertificate()
  const now = Date.now()
  if (!(Date.parse(certificate.valid_from) <= now && now <= Date.parse(certificate.valid_to)))
    return Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' })
  return checkServerIdentity(options.servername || options.hostname, certificate)
}

/**
 * A pooled connection that the back end closed while it idled, noticed only on use. A safe request without a body is sent
 * once more on another connection (RFC 9110, 9.2.2), any other is a failure: it may have been acted upon.
 */
class StaleConnection extends OutboundFailure {}

const PLAIN_URL = /^(https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?)(\/[\x21-\x22\x24-\x7e]*)?$/i

/** Origin and path as written: no dot segments resolved, no double slash folded. Odd URLs take the parser's view. */
function split(url: string): [origin: string, path: string] {
  const simple = PLAIN_URL.exec(url)
  if (simple) return [simple[1]!, simple[2] ?? '/']
  try {
    const { origin, pathname, search } = new URL(url)
    if (origin !== 'null') return [origin, pathname + search]
  } catch {}
  throw new OutboundFailure('name', 'Invalid endpoint address')
}

function wireHeaders(pairs: [string, string][]): string[] {
  const flat: string[] = []
  for (const [name, value] of pairs) {
    if (!CONNECTION_HEADERS.has(name) && !CONNECTION_HEADERS.has(name.toLowerCase())) flat.push(name, value)
  }
  return flat
}

function exchange(agent: Agent, request: OutboundRequest): Promise<OutboundResponse> {
  return new Promise((resolve, reject) => {
    if (request.signal?.aborted) return reject(aborted(request.signal))
    const [origin, path] = split(request.url)
    agent.dispatch(
      {
        origin,
        path,
        method: request.method as Dispatcher.HttpMethod,
        headers: wireHeaders(request.headers),
        body: request.body as Dispatcher.DispatchOptions['body'],
      },
      new Exchange(request, resolve, reject) as unknown as Dispatcher.DispatchHandler,
    )
  })
}

function aborted(signal: AbortSignal): OutboundFailure {
  return new OutboundFailure('aborted', 'The call was given up', signal.reason)
}

/** One request and its response, as undici's parser reports it. Its method names are undici's. */
class Exchange {
  readonly #request: OutboundRequest
  readonly #resolve: (response: OutboundResponse) => void
  readonly #reject: (failure: OutboundFailure) => void
  #abort: ((error?: Error) => void) | undefined
  #onSignal: (() => void) | undefined
  #status = 0
  #headers: [string, string][] = []
  /** chunks that came before anyone wanted a stream */
  #chunks: Uint8Array[] | null = []
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined
  #resume: (() => void) | undefined
  #done = false

  constructor(
    request: OutboundRequest,
    resolve: (response: OutboundResponse) => void,
    reject: (failure: OutboundFailure) => void,
  ) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
    const { signal } = request
    if (signal) {
      this.#onSignal = () => {
        const failure = aborted(signal)
        this.#abort?.(failure)
        this.#fail(failure)
      }
      signal.addEventListener('abort', this.#onSignal)
    }
  }

  onConnect(abort: (error?: Error) => void) {
    if (this.#done) abort()
    else this.#abort = abort
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    if (status < 200) return true
    this.#status = status
    this.#resume = resume
    let declared: number | undefined
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i]!.toString('latin1').toLowerCase()
      const value = raw[i + 1]!.toString('latin1')
      if (name === 'content-length') declared = Number(value)
      this.#headers.push([name, value])
    }
    // Whatever arrived in one piece with the headers is parsed before the microtask runs: it needs no stream either.
    if (declared === undefined || !(declared <= WHOLE_BODY_BYTES)) queueMicrotask(() => this.#startStream())
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.#chunks) {
      this.#chunks.push(chunk)
      return true
    }
    this.#stream!.enqueue(chunk)
    return this.#stream!.desiredSize! > 0
  }

  onComplete() {
    if (this.#done) return
    this.#finish()
    if (this.#stream) this.#stream.close()
    else this.#answer(this.#chunks!.length === 0 ? null : join(this.#chunks!))
  }

  onError(error: Error) {
    this.#fail(error instanceof OutboundFailure ? error : this.#explain(error))
  }

  #startStream() {
    if (this.#done) return
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          for (const chunk of this.#chunks!) controller.enqueue(chunk)
          this.#chunks = null
          this.#stream = controller
        },
        pull: () => this.#resume!(),
        cancel: () => {
          this.#finish()
          this.#abort!()
        },
      },
      { highWaterMark: STREAM_BUFFER_BYTES, size: (chunk) => chunk.byteLength },
    )
    this.#answer(body)
  }

  #answer(body: OutboundResponse['body']) {
    this.#resolve({ status: this.#status, headers: this.#headers, body })
  }

  #finish() {
    this.#done = true
    if (this.#onSignal) this.#request.signal!.removeEventListener('abort', this.#onSignal)
  }

  #fail(failure: OutboundFailure) {
    if (this.#done) return
    this.#finish()
    if (this.#stream) this.#stream.error(failure)
    else this.#reject(failure)
  }

  #explain(error: Error & { code?: string; socket?: { bytesRead?: number } }): OutboundFailure {
    const reason = reasonOf(error.code ?? '')
    const { method, body } = this.#request
    const reused = error.code !== 'UND_ERR_SOCKET' || (error.socket?.bytesRead ?? 0) > 0
    if (
      reason === 'reset' &&
      this.#status === 0 &&
      reused &&
      !body &&
      (method === 'GET' || method === 'HEAD')
    )
      return new StaleConnection('reset', error.message, error)
    return new OutboundFailure(reason, error.message, error)
  }
}

function join(chunks: Uint8Array[]): Uint8Array {
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
