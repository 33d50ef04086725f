/**
 * Whether anything was committed to the database since it was last asked: one look a second at the journal, which every commit
 * writes to, stands for a look at each document that a process remembers.
 */
import { sql } from 'drizzle-orm'
import type { Platform } from '../platform.ts'
import { journal } from './tables.ts'

/** How long a look is believed, in milliseconds; twice as long while the next one is under way. */
const FRESH_MS = 1000
/** Who knows something does not wait longer than this for a database that does not answer. */
const PATIENCE_MS = 1000

type Parts = Pick<Platform, 'database' | 'clock' | 'defer' | 'join' | 'log'>

export class Changes {
  readonly #parts: Parts
  #mark: number | undefined
  #at = Number.NEGATIVE_INFINITY
  #looking: Promise<number> | undefined
  #since = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Another number after every commit; the last one while the database does not answer. Rejects where there was none. */
  mark(): Promise<number> | number {
    const now = this.#parts.clock.now()
    const known = this.#mark
    const age = now - this.#at
    if (known !== undefined && age >= 0 && age < FRESH_MS) return known
    const looking = this.#looking
    if (known === undefined) return looking ? this.#parts.join(looking) : this.#look(now)
    const under = looking ? this.#parts.join(looking) : this.#look(now)
    if (age >= 0 && age < 2 * FRESH_MS) return known
    if (now - this.#since >= PATIENCE_MS) return known
    return soonOr(under, known)
  }

  #look(now: number): Promise<number> {
    const { database, defer, log } = this.#parts
    const looking = database
      .select({ mark: sql<number>`coalesce(max(rowid), 0)` })
      .from(journal)
      .then(
        ([row]) => {
          this.#mark = row!.mark
          this.#at = now
          return row!.mark
        },
        (error) => {
          if (this.#mark === undefined) throw error
          log('error', 'the database does not answer; serving what was last known', { error: String(error) })
          this.#at = now
          return this.#mark
        },
      )
      .finally(() => {
        this.#looking = undefined
      })
    this.#looking = looking
    this.#since = now
    // others wait for this look, so it must survive the disconnect of the call that began it
    defer(looking.catch(() => {}))
    return looking
  }
}

function soonOr(work: Promise<number>, otherwise: number): Promise<number> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), PATIENCE_MS)
    work.then(resolve, () => resolve(otherwise)).finally(() => clearTimeout(timer))
  })
}
