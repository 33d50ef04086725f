/** Bytes that come in small pieces, kept in one buffer that doubles: a head that comes a byte at a time is not copied with each. */
export class Pile {
  #room: Buffer
  #length: number

  /** `first` is not written to. */
  constructor(first: Buffer) {
    this.#room = first
    this.#length = first.length
  }

  /** All there is, in one piece. */
  add(bytes: Uint8Array): Buffer {
    const length = this.#length + bytes.length
    if (length > this.#room.length) {
      const room = Buffer.allocUnsafeSlow(Math.max(512, 2 * length))
      this.#room.copy(room, 0, 0, this.#length)
      this.#room = room
    }
    this.#room.set(bytes, this.#length)
    this.#length = length
    return this.#room.subarray(0, length)
  }
}
