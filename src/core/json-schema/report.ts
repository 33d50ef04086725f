/**
 * What is found in a body, as far as anybody is told: a hundred messages, 16 KiB of them. Then nothing more is looked for, nor in a
 * trial after its first fault, whose words nobody reads.
 */
import type { Check } from './terms.ts'

const MOST_MESSAGES = 100
const MOST_TEXT = 16 * 1024
const NO_MESSAGES: string[] = []

export class Report {
  readonly messages: string[]
  readonly trial: boolean
  room: number
  failed: boolean
  /** Nobody needs to know more. */
  full: boolean

  constructor(trial = false) {
    this.messages = trial ? NO_MESSAGES : []
    this.trial = trial
    this.room = MOST_TEXT
    this.failed = false
    this.full = false
  }

  /** A violation by `value`; `words` tell it, and may quote all of a large one. */
  fault<T>(value: T, words: (value: T) => string): void {
    this.failed = true
    if (!this.trial && !this.full) {
      const message = words(value)
      this.messages.push(message.length > this.room ? `${message.slice(0, this.room)}…` : message)
      this.room -= message.length
    }
    this.full = this.trial || this.messages.length >= MOST_MESSAGES || this.room <= 0
  }
}

/** Whether a value passes, whatever is wrong with it. */
export function passes(check: Check, value: unknown): boolean {
  const trial = new Report(true)
  check(value, trial)
  return !trial.failed
}
