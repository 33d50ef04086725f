/** RESP2, the protocol of Redis: commands out, replies in. */

export type Argument = string | Uint8Array
export type Reply = null | number | Uint8Array | string | Reply[]

/** What Redis answered instead of a reply, e.g. `NOSCRIPT …`. */
export class RedisError extends Error {}

/** A text as an argument goes out. Whoever sends it again and again keeps it. */
export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`

/** A command in pieces; of it `ready` are arguments that `bulk` has made, which come between `first` and `last`. */
export function command(
  first: readonly string[],
  ready: readonly string[] = [],
  last: readonly Argument[] = [],
): Argument[] {
  let text = `*${first.length + ready.length + last.length}\r\n`
  for (const argument of first) text += bulk(argument)
  for (const argument of ready) text += argument
  const pieces: Argument[] = []
  for (const argument of last) {
    if (typeof argument === 'string') text += bulk(argument)
    else {
      pieces.push(`${text}$${argument.length}\r\n`, argument)
      text = '\r\n'
    }
  }
  pieces.push(text)
  return pieces
}

/** A reply that goes on in bytes which have not come yet. */
const UNFINISHED = Symbol('unfinished')
type Parsed = Reply | RedisError | typeof UNFINISHED

const [LF, MINUS, COLON, DOLLAR, STAR, PLUS] = [10, 45, 58, 36, 42, 43]

/** Cuts what a connection receives into replies. */
export class ReplyReader {
  #chunks: Buffer[] = []
  #length = 0
  /** so many bytes there must be before another look makes sense */
  #needed = 0
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #binary = false

  /** Calls `take` for each reply that is complete; `binary` tells whether the one that comes next wants its strings as bytes. */
  read(chunk: Buffer, binary: () => boolean, take: (reply: Reply | RedisError) => void): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#needed) return
    this.#bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    this.#at = 0
    let done = 0
    this.#needed = 0
    while (done < this.#length) {
      this.#binary = binary()
      const reply = this.#next()
      if (reply === UNFINISHED) break
      done = this.#at
      take(reply)
    }
    const rest = this.#length - done
    this.#chunks = rest === 0 ? [] : [this.#bytes.subarray(done)]
    this.#length = rest
    this.#needed = Math.max(0, this.#needed - done)
  }

  #next(): Parsed {
    const bytes = this.#bytes
    const end = bytes.indexOf(LF, this.#at)
    if (end < 0) return UNFINISHED
    const kind = bytes[this.#at]
    const from = this.#at + 1
    this.#at = end + 1
    if (kind === COLON) return this.#number(from, end - 1)
    if (kind === DOLLAR) return this.#string(this.#number(from, end - 1))
    if (kind === STAR) return this.#array(this.#number(from, end - 1))
    const line = bytes.toString('utf8', from, end - 1)
    if (kind === PLUS) return line
    if (kind === MINUS) return new RedisError(line)
    throw new Error('this is not a Redis server')
  }

  #number(from: number, to: number): number {
    const bytes = this.#bytes
    const negative = bytes[from] === MINUS
    let value = 0
    for (let i = negative ? from + 1 : from; i < to; i++) value = value * 10 + (bytes[i]! - 48)
    return negative ? -value : value
  }

  #string(length: number): Parsed {
    if (length < 0) return null
    const from = this.#at
    this.#at += length + 2
    if (this.#at > this.#bytes.length) {
      this.#needed = this.#at
      return UNFINISHED
    }
    return this.#binary
      ? this.#bytes.subarray(from, from + length)
      : this.#bytes.toString('utf8', from, from + length)
  }

  #array(length: number): Parsed {
    if (length < 0) return null
    const items: Reply[] = []
    for (let i = 0; i < length; i++) {
      const item = this.#next()
      if (item === UNFINISHED) return item
      items.push(item instanceof RedisError ? item.message : item)
    }
    return items
  }
}
