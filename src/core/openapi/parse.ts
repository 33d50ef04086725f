/**
 * Text to value: JSON by the engine's own parser, everything else as YAML 1.2 (with 1.1's merge keys, which definitions in
 * the wild use). Bounded in what a hostile document can cost: size, number of aliases, what they expand to, depth.
 */
import { badRequest, type Problem } from '../problem.ts'
import { type Doc, isDoc } from './value.ts'
import { fastYaml } from './yaml-block.ts'
import { libraryYaml, YamlError } from './yaml-library.ts'

/** Amazon's limit of a definition. */
const MOST_BYTES = 6 * 1024 * 1024
/** The library takes seconds for megabytes of broken JSON, in which nobody has YAML. */
const MOST_FLOW = 1024 * 1024
/** Values that the document has once its aliases are written out; shared until then. */
const MOST_VALUES = 3_000_000

/** Amazon says no more than this of a text that does not parse; `place` is told apart from it. */
const INVALID = 'Invalid OpenAPI input.'

/** A definition that cannot be read at all. @param place a line and column, or a JSON pointer */
export function unreadable(place: string, detail?: string): Problem {
  const problem = badRequest(detail ? `${INVALID} ${detail} (${place})` : INVALID)
  problem.place = place
  return problem
}

/** @throws Problem (BadRequestException) */
export function parseText(source: string): Doc {
  if (source.length > MOST_BYTES) throw unreadable('#', 'A definition has at most 6 MB')
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source
  const first = /\S/.exec(text)?.[0]
  if (first === undefined || first === '<' || first === '[') throw unreadable('line 1, column 1')
  const value = first === '{' ? parseJson(text) : (fastYaml(text) ?? parseYaml(text))
  if (!isDoc(value)) throw unreadable('line 1, column 1')
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // flow style, trailing commas and comments: YAML though it starts like JSON; and if not, it knows the line
    if (text.length <= MOST_FLOW) return parseYaml(text)
    const offset = /end of/i.test(error.message) ? text.length : /position (\d+)/.exec(error.message)?.[1]
    throw unreadable(offset === undefined ? '#' : placeOf(text, Number(offset)))
  }
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`
}

function parseYaml(text: string): unknown {
  try {
    const value = libraryYaml(text)
    if (text.includes('*')) checkExpansion(value)
    return value
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw unreadable(`line ${error.line}, column ${error.column}`, error.detail)
  }
}

/** Aliases share one value, so a bomb costs nothing until it is walked: count what a walk would see, each value once. */
function checkExpansion(root: unknown): void {
  const sizes = new Map<object, number>()
  const size = (value: unknown): number => {
    if (typeof value === 'string') return 1 + (value.length >> 6)
    if (typeof value !== 'object' || value === null) return 1
    const known = sizes.get(value)
    if (known === -1) throw unreadable('#', 'An alias is within its own anchor')
    if (known !== undefined) return known
    sizes.set(value, -1)
    let sum = 1
    for (const part of Object.values(value)) sum += size(part)
    sizes.set(value, sum)
    if (sum > MOST_VALUES) throw unreadable('#', 'The aliases expand to too much')
    return sum
  }
  size(root)
}
