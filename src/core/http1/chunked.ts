/** The chunked coding (RFC 9112, 7.1): a reader that takes bytes as they come, and the frame around a chunk to be sent. */
/** What the lines between the data may take: extensions of a chunk, and trailers, which are read and dropped. */
const MAX_LINE = 4096
const MAX_TRAILERS = 64 * 1024

/** Extensions say nothing that anybody knows; they must be well formed, for there are readers who make something else of others. */
const SIZE =
  /^([0-9a-f]{1,12})(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e])*"))?)*$/i
/** Nothing in a trailer says where the message ends: it has ended. */
const TRAILER = /^(?!content-length:|transfer-encoding:)[!#$%&'*+.^_`|~\w-]+:[\t\x20-\x7e\x80-\xff]*$/i

export interface PieceTaker {
  take(piece: Uint8Array): void
}

export class ChunkedReader {
  #state: 'size' | 'data' | 'data-end' | 'trailers' = 'size'
  #left = 0
  #line = ''
  #trailers = 0
  readonly #malformed: () => Error
  done = false

  /** `malformed` is thrown at what is no chunk. */
  constructor(malformed: () => Error) {
    this.#malformed = malformed
  }

  /** Reads from `from` on, hands each piece of data over, and returns where it stopped: behind the last byte of the body, or the end. */
  read(bytes: Uint8Array, from: number, to: PieceTaker): number {
    let at = from
    while (at < bytes.length && !this.done) {
      if (this.#state === 'data') {
        const end = Math.min(bytes.length, at + this.#left)
        to.take(bytes.subarray(at, end))
        this.#left -= end - at
        at = end
        if (this.#left === 0) this.#state = 'data-end'
        continue
      }
      const feed = bytes.indexOf(10, at)
      const end = feed < 0 ? bytes.length : feed + 1
      if (this.#line.length + end - at > MAX_LINE) throw this.#malformed()
      for (; at < end; at++) this.#line += String.fromCharCode(bytes[at]!)
      if (feed < 0) break
      if (!this.#line.endsWith('\r\n')) throw this.#malformed()
      const line = this.#line.slice(0, -2)
      this.#line = ''
      this.#lineRead(line)
    }
    return at
  }

  #lineRead(line: string): void {
    if (this.#state === 'data-end') {
      if (line !== '') throw this.#malformed()
      this.#state = 'size'
    } else if (this.#state === 'size') {
      const size = SIZE.exec(line)?.[1]
      if (size === undefined) throw this.#malformed()
      this.#left = Number.parseInt(size, 16)
      this.#state = this.#left === 0 ? 'trailers' : 'data'
    } else if (line === '') this.done = true
    else {
      this.#trailers += line.length
      if (this.#trailers > MAX_TRAILERS || !TRAILER.test(line)) throw this.#malformed()
    }
  }
}

/** What stands before a chunk of that many bytes; behind it stands an empty line. */
export const chunkStart = (length: number): string => `${length.toString(16)}\r\n`
export const CHUNK_END = '\r\n'
export const LAST_CHUNK = '0\r\n\r\n'
