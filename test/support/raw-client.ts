/** A client that says what it is told to, byte for byte, and keeps what it hears. */
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Message, type NodeReader, nodeReader } from './llhttp.ts'

export class RawClient {
  readonly socket: Socket
  #pieces: Buffer[] = []
  #waiting: (() => void)[] = []
  /** bytes that came, also of those that are not kept */
  length = 0
  /** how the server ended the connection */
  ended: 'in order' | 'broken' | null = null
  keeps = true
  readonly #below: Socket
  #reader: NodeReader = nodeReader('response')
  #error: Error | null = null

  private constructor(socket: Socket, below: Socket) {
    this.socket = socket
    this.#below = below
    socket.on('data', (bytes) => {
      this.length += bytes.length
      if (this.keeps) {
        this.#pieces.push(bytes)
        this.#error ??= this.#reader.read(bytes)
      }
      this.#wake()
    })
    socket.on('end', () => this.#over('in order'))
    socket.on('error', () => this.#over('broken'))
    socket.on('close', () => this.#over('broken'))
  }

  static async connect(port: number, tls = false): Promise<RawClient> {
    const below = connectPlain({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    const socket = tls ? connectTls({ socket: below, rejectUnauthorized: false }) : below
    const client = new RawClient(socket, below)
    await new Promise<void>((resolve, reject) => {
      socket.once(tls ? 'secureConnect' : 'connect', resolve)
      socket.once('error', reject)
    })
    return client
  }

  send(data: string | Uint8Array): this {
    if (typeof data === 'string') this.socket.write(data, 'latin1')
    else this.socket.write(data)
    return this
  }

  /** Each byte by itself, `every` so many in one piece. */
  async drip(data: string, every = 1): Promise<this> {
    const bytes = Buffer.from(data, 'latin1')
    for (let at = 0; at < bytes.length && !this.socket.destroyed; at += every) {
      this.socket.write(bytes.subarray(at, at + every))
      await new Promise((resolve) => setImmediate(resolve))
    }
    return this
  }

  /** Says that no more comes. */
  end(): this {
    this.socket.end()
    return this
  }

  /** Breaks the connection off; through TLS it is the connection below. */
  reset(): void {
    this.#below.resetAndDestroy()
  }

  get bytes(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)]
    return this.#pieces[0] ?? Buffer.alloc(0)
  }

  get text(): string {
    return this.bytes.toString('latin1')
  }

  /** Waits for it, or until the connection has ended. */
  async until(met: () => boolean): Promise<this> {
    while (!met() && !this.ended) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this
  }

  /** Waits for the server's end of the connection. */
  over(): Promise<this> {
    return this.until(() => false)
  }

  /** So many answers, as Node's parser reads them; throws at what is none. */
  async answers(count: number): Promise<Message[]> {
    const { messages } = this.#reader
    await this.until(
      () => this.#error !== null || (messages.length >= count && messages[count - 1]!.complete),
    )
    if (this.ended === 'in order') this.#error ??= this.#reader.finish()
    if (this.#error)
      throw new Error(`no answer: ${this.#error.message} in ${JSON.stringify(this.text.slice(0, 500))}`)
    if (messages.length !== count || !messages.every(({ complete }) => complete))
      throw new Error(
        `expected ${count} answers, got ${JSON.stringify(this.text.slice(0, 2000))} ${this.ended}`,
      )
    return messages
  }

  async answer(): Promise<Message> {
    return (await this.answers(1))[0]!
  }

  /** Forgets what came. */
  clear(): this {
    this.#pieces = []
    this.#reader = nodeReader('response')
    return this
  }

  #over(how: 'in order' | 'broken'): void {
    this.ended ??= how
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}
