/**
 * What an import has to say. Errors refuse it, all together, in the words that Amazon uses; warnings are Amazon's own and
 * refuse it under `failonwarnings`; notes tell what Amazon would drop in silence, one line for each kind however often it
 * occurs, and never refuse it.
 */
import { badRequest, Problem } from '../problem.ts'

/** Enough for a person to read; the rest is counted. Bounds the answer for a definition of 10,000 broken paths. */
const MOST = 100

const INTRO = 'Errors found during import:'

export class Findings {
  readonly #errors: string[] = []
  readonly #warnings: string[] = []
  readonly #notes = new Map<string, { first: string; count: number }>()
  #lostErrors = 0
  #lostWarnings = 0
  #lostNotes = 0

  /** `pointer` says where in the document, as Amazon's own words often do not. */
  error(message: string, pointer: string): void {
    if (this.#errors.length < MOST) this.#errors.push(`${message} (${pointer})`)
    else this.#lostErrors++
  }

  /** Holds a rule of an operation; what it refuses is an error, after the words that say of what. */
  hold(rule: () => void, what: string, pointer: string): void {
    try {
      rule()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.error(`${what}: ${error.message}`, pointer)
    }
  }

  warn(message: string): void {
    if (this.#warnings.length < MOST) this.#warnings.push(message)
    else this.#lostWarnings++
  }

  note(what: string, pointer: string): void {
    const seen = this.#notes.get(what)
    if (seen) seen.count++
    else if (this.#notes.size < MOST) this.#notes.set(what, { first: pointer, count: 1 })
    else this.#lostNotes++
  }

  get warnings(): string[] {
    const notes = [...this.#notes].map(([what, { first, count }]) =>
      count === 1 ? `${what} (${first})` : `${what} (${first} and ${count - 1} more)`,
    )
    return [...this.#warnings, ...more(this.#lostWarnings), ...notes, ...more(this.#lostNotes)]
  }

  /** The answer to an import that must not happen, or nothing. */
  refusal(failOnWarnings: boolean): Problem | undefined {
    const warnings = [...this.#warnings, ...more(this.#lostWarnings)].map((line) => `\n\t${line}`)
    if (this.#errors.length) {
      const lines = [...this.#errors, ...more(this.#lostErrors)].map((line) => `\n\t${line}`)
      const also = warnings.length ? ['\nAdditionally, these warnings were found:', ...warnings] : []
      return badRequest([INTRO, ...lines, ...also].join(''))
    }
    if (failOnWarnings && warnings.length)
      return badRequest(['Warnings found during import:', ...warnings].join(''))
    return undefined
  }
}

const more = (lost: number): string[] => (lost ? [`${lost} more`] : [])
