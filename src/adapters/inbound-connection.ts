/** A client's connection: its requests one after the other, and their answers in the same order. */
import type { Arrival, ArrivingBody, Peer } from '../core/arrival.ts'
import type { Answer } from '../core/call.ts'
import { endOfHead, UNSAFE } from '../core/http1/fields.ts'
import { BadRequest, malformed, parseRequestHead, type RequestHead } from '../core/http1/request-parser.ts'
import { responseHead } from '../core/http1/response-writer.ts'
import type { Later } from '../core/later.ts'
import { type BodyWire, InboundBody } from './inbound-body.ts'
import type { Patience } from './inbound-patience.ts'
import { Pile } from './inbound-pile.ts'
import { SocketArrival } from './inbound-request.ts'
import { AnswerWriter } from './inbound-writer.ts'
import type { ByteSocket } from './socket.ts'

/** Amazon's limits (10,240 bytes of URL, of header values) are the pipeline's; beyond this nobody reads on. */
const MAX_HEAD_BYTES = 64 * 1024
/** How much of the next requests waits while one is answered. */
const MAX_HELD_BYTES = 64 * 1024
/** What is left of a body that nobody wants is read up to this, for the connection's sake; behind more of it the connection ends. */
const MAX_PASSED_OVER_BYTES = 1024 * 1024
/** After so many requests that came in one piece the other connections have their turn. */
const MAX_AT_ONCE = 32

/** What a connection asks of the listener. */
export interface Keeper {
  answer(arrival: Arrival): Later<Answer | Response>
  readonly patience: Patience
  /** the time, in the ticks of its own count */
  readonly tick: number
  /** no connection is kept any more */
  readonly stopping: boolean
  /** a request that nobody can answer came */
  refused(reason: string, peer: Peer): void
  /** a fault of the gateway's own, which ends a connection */
  failed(error: unknown): void
  gone(connection: InboundConnection): void
}

export class InboundConnection implements BodyWire {
  readonly #socket: ByteSocket
  readonly #peer: Peer
  readonly #keeper: Keeper
  readonly #writer: AnswerWriter
  /** a head that is not whole yet, or what came behind the request that is being answered */
  #held: Buffer | null = null
  /** holds `#held` while it grows */
  #pile: Pile | null = null
  /** how many bytes of `#held` have no end of a head in them */
  #searched = 0
  /** how many requests were answered since the event loop last had its turn */
  #atOnce = 0
  /** what is held waits for the other connections' turn */
  #resting = false
  /** requests are being read; an answer that is there at once need not see to the next one */
  #reading = false
  /** the request that is being answered */
  #head: RequestHead | null = null
  /** the body that is not whole yet, of that request or, to be passed over, of the last one */
  #body: InboundBody | null = null
  /** the client was told to send its body, or may not be told any more */
  #told = false
  #paused = false
  /** the client sends no more */
  #clientEnded = false
  /** where the next request begins is not known any more */
  #lost = false
  #ending = false
  #gone = false
  /** when it last got on, in the listener's ticks */
  #since: number
  /** when the last of what was written had left, of a connection that ends */
  #parted = -1

  constructor(socket: ByteSocket, peer: Peer, keeper: Keeper) {
    this.#socket = socket
    this.#peer = peer
    this.#keeper = keeper
    this.#since = keeper.tick
    this.#writer = new AnswerWriter(socket, () => {
      this.#since = keeper.tick
    })
    socket.listen({
      data: (bytes) => this.#received(bytes),
      end: () => this.#ended(),
      error: () => this.destroy(),
      close: () => this.#closed(),
      drain: () => {
        this.#since = this.#keeper.tick
        this.#writer.drained()
      },
    })
  }

  /** Looks at the time. */
  sweep(): void {
    const { tick, patience } = this.#keeper
    const silent = tick - this.#since
    if (this.#socket.unsent()) {
      if (silent > patience.unread) this.destroy()
    } else if (this.#ending) {
      if (this.#parted < 0) this.#parted = this.#since = tick
      else if (silent > patience.linger || tick - this.#parted > patience.parting) this.destroy()
    } else if (this.#body && !this.#paused && (!this.#head || this.#body.awaited)) {
      if (silent > patience.silence) this.#breakOff(new BadRequest(408, 'the body does not come'))
    } else if (!this.#head) {
      if (silent > (this.#held ? patience.head : patience.rest))
        this.#held ? this.#refuse(new BadRequest(408, 'the head does not come')) : this.#end()
    }
  }

  /** Lets the answer that is under way finish. */
  stop(): void {
    if (!this.#head) this.#end()
  }

  destroy(): void {
    if (this.#gone) return
    this.#socket.destroy()
    this.#closed()
  }

  pause(): void {
    if (this.#paused || this.#ending) return
    this.#paused = true
    this.#socket.pause()
  }

  resume(): void {
    // whoever waits begins to wait now
    this.#since = this.#keeper.tick
    if (!this.#paused || this.#gone) return
    this.#paused = false
    this.#socket.resume()
  }

  wanted(): void {
    if (!this.#head?.expectsContinue || this.#told || this.#gone) return
    this.#told = true
    this.#since = this.#keeper.tick
    this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n')
  }

  #received(bytes: Buffer): void {
    this.#atOnce = 0
    // what comes behind the last request is read, so that the client gets its answer and no reset, and dropped
    if (this.#ending || this.#lost) {
      this.#since = this.#keeper.tick
      return
    }
    if (this.#body) this.#bodyCame(this.#body, bytes)
    else if (this.#held) {
      this.#hold(bytes)
      if (!this.#head) this.#read()
    } else {
      this.#held = bytes
      if (this.#head) return
      // a client that says nothing but empty lines is at rest
      if (bytes[0] !== 13) this.#since = this.#keeper.tick
      this.#read()
    }
  }

  #bodyCame(body: InboundBody, bytes: Buffer): void {
    this.#since = this.#keeper.tick
    let at: number
    try {
      at = body.receive(bytes)
    } catch (error) {
      this.#breakOff(error as BadRequest)
      return
    }
    if (!body.complete) {
      if (body.passedOver > MAX_PASSED_OVER_BYTES)
        this.#breakOff(new Error('the body is too long to be passed over'))
      return
    }
    this.#body = null
    if (at < bytes.length) this.#held = bytes.subarray(at)
    if (!this.#head) this.#read()
  }

  /** The body will never be whole. Whoever reads it learns so; the answer, and then the end, are what is left. */
  #breakOff(error: Error): void {
    this.#lost = true
    this.#held = null
    this.#pile = null
    this.#body?.fail(error)
    this.#body = null
    this.resume()
    if (!this.#head) this.#end()
  }

  /** Waits for the rest of the head, or for its turn. */
  #hold(bytes: Buffer): void {
    this.#pile ??= new Pile(this.#held!)
    this.#held = this.#pile.add(bytes)
    if (this.#head && this.#held.length > MAX_HELD_BYTES) this.pause()
  }

  /** Answers what is whole, for as long as answers are there at once. */
  #read(): void {
    // an answer that is there at once comes back here: thousands of requests in one piece would lie on the stack
    if (this.#reading) return
    this.#reading = true
    this.#resting = false
    try {
      while (this.#held && !this.#head && !this.#body && !this.#ending && !this.#gone) {
        if (this.#atOnce === MAX_AT_ONCE) {
          this.#rest()
          break
        }
        if (!this.#next(this.#held)) break
        this.#atOnce++
      }
    } catch (error) {
      this.#failed(error)
    }
    this.#reading = false
    if (this.#resting) return
    if (this.#head) {
      if (this.#held && this.#held.length > MAX_HELD_BYTES) this.pause()
    } else if (this.#clientEnded || (this.#keeper.stopping && !this.#body)) this.#end()
  }

  /** Lets the other connections have their turn, and reads nothing more until then. */
  #rest(): void {
    this.#resting = true
    this.pause()
    // no setImmediate: Deno runs those before it looks at its sockets
    setTimeout(() => {
      if (!this.#resting) return
      this.#atOnce = 0
      this.resume()
      this.#read()
    }, 0)
  }

  /** Takes one request, if it is whole up to its body, and holds what lies behind it. */
  #next(bytes: Buffer): boolean {
    let at = 0
    // empty lines before a request are passed over (RFC 9112, 2.2)
    while (bytes[at] === 13 && bytes[at + 1] === 10) at += 2
    const end = endOfHead(bytes, Math.max(at, this.#searched - 3))
    let head: RequestHead
    try {
      if (end === UNSAFE) throw malformed('it has control characters')
      if ((end < 0 ? bytes.length : end) - at > MAX_HEAD_BYTES)
        throw new BadRequest(431, `the request has more than ${MAX_HEAD_BYTES} bytes of headers`)
      if (end < 0) {
        if (at > 0) this.#holdOn(bytes, at)
        this.#searched = bytes.length - at
        return false
      }
      head = parseRequestHead(bytes.toString('latin1', at, end))
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error
      this.#refuse(error)
      return false
    }
    at = end + 4
    let body: ArrivingBody | null = null
    if (head.framing !== 0) {
      const arriving = new InboundBody(head.framing, this)
      try {
        at += arriving.receive(bytes.subarray(at))
      } catch (error) {
        this.#refuse(error as BadRequest)
        return false
      }
      if (arriving.complete) body = wholeBody(arriving.gathered())
      else {
        body = arriving
        this.#body = arriving
      }
    }
    this.#holdOn(bytes, at)
    this.#ask(head, body)
    return true
  }

  /** Holds what lies behind that. */
  #holdOn(bytes: Buffer, at: number): void {
    this.#held = at < bytes.length ? bytes.subarray(at) : null
    this.#pile = null
    this.#searched = 0
  }

  #ask(head: RequestHead, body: ArrivingBody | null): void {
    this.#head = head
    this.#told = false
    const answer = this.#keeper.answer(new SocketArrival(head, body, this.#peer))
    if (answer instanceof Promise)
      answer.then(
        (answer) => this.#answered(head, answer),
        (error) => this.#failed(error),
      )
    else this.#answered(head, answer)
  }

  #answered(head: RequestHead, answer: Answer | Response): void {
    if (answer instanceof Response) {
      answerIn(answer).then(
        (answer) => this.#answered(head, answer),
        (error) => this.#failed(error),
      )
      return
    }
    const streamed = answer.body instanceof ReadableStream
    const keep = (head.isCurrent || !streamed) && this.#keeps(head)
    this.#told = true
    try {
      const sent = this.#writer.send(head, answer, keep)
      if (sent instanceof Promise)
        sent.then(
          () => this.#done(keep),
          () => this.#broken(head),
        )
      else this.#done(keep)
    } catch (error) {
      this.#failed(error)
    }
  }

  /** The answer's stream broke: a client must not take the part for the whole. */
  #broken({ isCurrent }: RequestHead): void {
    if (!isCurrent && !this.#gone) this.#socket.reset()
    this.destroy()
  }

  /** Nobody knows how to go on: the client must not take what it has for an answer. */
  #failed(error: unknown): void {
    this.#keeper.failed(error)
    this.destroy()
  }

  /** Whether the connection may go on behind this answer. */
  #keeps(head: RequestHead): boolean {
    if (!head.keepAlive || this.#lost || this.#ending || this.#keeper.stopping) return false
    if (this.#clientEnded && !this.#held) return false
    const body = this.#body
    if (!body) return true
    // nobody knows whether a client that was not told to send its body will
    if (head.expectsContinue && !this.#told) return false
    return body.length === null || body.length <= MAX_PASSED_OVER_BYTES
  }

  #done(keep: boolean): void {
    this.#head = null
    if (this.#gone) return
    this.#since = this.#keeper.tick
    if (!keep || this.#lost) {
      this.#end()
      return
    }
    this.#body?.discard()
    this.resume()
    if (!this.#body) this.#read()
  }

  /** Says why there is no answer, and ends the connection: what comes behind may be anything. */
  #refuse({ status, message }: BadRequest): void {
    this.#keeper.refused(message, this.#peer)
    const headers = [
      ['Content-Type', 'application/json'],
      ['x-amzn-ErrorType', 'BadRequestException'],
    ] as const
    const body = Buffer.from('{"message":"Bad Request"}')
    this.#socket.write(responseHead(status, headers, body.length, false, Date.now()), body)
    this.#end()
  }

  /** Nothing more is read; what was written still goes out. */
  #end(): void {
    if (this.#ending || this.#gone) return
    this.#ending = true
    this.#held = null
    this.#pile = null
    this.#since = this.#keeper.tick
    this.#body?.fail(new Error('the call was answered'))
    this.#body = null
    this.resume()
    this.#socket.end()
  }

  /** The client sends no more; a request that is whole gets its answer. */
  #ended(): void {
    this.#clientEnded = true
    if (this.#body) this.#breakOff(new Error('the client ended the connection'))
    else if (!this.#head && !this.#resting) this.#end()
  }

  #closed(): void {
    if (this.#gone) return
    this.#gone = true
    this.#held = null
    this.#pile = null
    this.#body?.fail(new Error('the client closed the connection'))
    this.#body = null
    this.#writer.close()
    this.#keeper.gone(this)
  }
}

const wholeBody = (whole: Uint8Array): ArrivingBody => ({
  length: whole.length,
  whole,
  bytes: async () => whole,
  stream: () => new Blob([whole as BlobPart]).stream(),
})

/** The control service's answers, which are Responses and short. */
async function answerIn(response: Response): Promise<Answer> {
  const headers: [string, string][] = []
  response.headers.forEach((value, name) => {
    headers.push([name, value])
  })
  const body = response.body && new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers, body }
}
