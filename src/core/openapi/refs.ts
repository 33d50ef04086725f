/** Local `$ref`s of everything but schemas (models.ts has those): parameters, responses, headers, bodies, path items. */
import type { Findings } from './findings.ts'
import { at, type Doc, isDoc, member } from './value.ts'

export interface Referred {
  value: Doc
  pointer: string
}

/** Far more than a person would chain; a cycle ends here. */
const MOST_HOPS = 50

export class Refs {
  readonly #root: Doc
  readonly #findings: Findings
  readonly #targets = new Map<string, unknown>()

  constructor(root: Doc, findings: Findings) {
    this.#root = root
    this.#findings = findings
  }

  /** `value`, or what its `$ref` leads to. Undefined with a warning or an error for what leads nowhere. */
  follow(value: unknown, pointer: string): Referred | undefined {
    let here: unknown = value
    let where = pointer
    for (let hops = 0; hops < MOST_HOPS; hops++) {
      if (!isDoc(here)) return undefined
      const ref = member(here, '$ref')
      if (typeof ref !== 'string') return { value: here, pointer: where }
      if (!ref.startsWith('#')) {
        this.external(ref, where)
        return undefined
      }
      here = this.target(ref)
      if (here === undefined) {
        this.#findings.warn(`Reference '${ref}' not found. Ignoring.`)
        return undefined
      }
      where = ref
    }
    this.#findings.error(`Reference '${String(member(value, '$ref'))}' leads back to itself`, pointer)
    return undefined
  }

  /** Amazon has no other document than the one that it is given. */
  external(ref: string, pointer: string): void {
    this.#findings.error(
      `External reference '${ref.slice(0, 200)}' is not supported: bundle the definition into one document`,
      at(pointer, '$ref'),
    )
  }

  /** What a local reference (`#/a/b`) points at. */
  target(ref: string): unknown {
    if (this.#targets.has(ref)) return this.#targets.get(ref)
    let value: unknown = this.#root
    for (const step of stepsOf(ref))
      value = Array.isArray(value) ? value[/^\d+$/.test(step) ? Number(step) : -1] : member(value, step)
    this.#targets.set(ref, value)
    return value
  }
}

export function stepsOf(ref: string): string[] {
  let path = ref.slice(1)
  try {
    path = decodeURIComponent(path)
  } catch {
    // a lone percent sign: the pointer is taken as it is written
  }
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'))
}
