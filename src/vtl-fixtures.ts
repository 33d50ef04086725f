/** `edgeway vtl test`: fixtures say what a template makes of a request. */
import type { TemplateScope } from './core/vtl/template.ts'
import { attempt, objectOf, parseData, textOf, type VtlIo, VtlProblem } from './vtl-attempt.ts'

/**
 * One fixture. `template` is the text itself, `file` a path beside the fixtures. A body that is not a string is printed as
 * JSON. What is not said in a fixture comes from the file's `defaults`.
 */
interface Fixture {
  name?: string
  template?: string
  file?: string
  body?: unknown
  path?: Record<string, string>
  query?: Record<string, string>
  header?: Record<string, string>
  context?: Record<string, unknown>
  stageVariables?: Record<string, string>
  profile?: 'aws' | 'plain'
  /** the output, to the character */
  output?: string
  /** the output as JSON */
  json?: unknown
  /** a part of the message the template fails with */
  error?: string
  /** the overrides the template makes */
  overrides?: unknown
}

const KEYS =
  'name template file body path query header context stageVariables profile output json error overrides'
const KNOWN = new Set(KEYS.split(' '))

/** Runs the fixtures of every file: {defaults?, tests: [...]} or a bare list. Gives 0, or 1 when one fails. */
export async function runFixtures(files: readonly string[], io: VtlIo): Promise<number> {
  let passed = 0
  let failed = 0
  for (const file of files) {
    for (const [i, f] of fixturesOf(parseData(await textOf(file, io), file), file).entries()) {
      const name = `${file}: ${f.name ?? `test ${i + 1}`}`
      const problem = await run(f, name, file, io)
      if (problem === null) passed++
      else {
        failed++
        io.complain(`not ok  ${name}\n${problem.replace(/^/gm, '        ')}`)
      }
    }
  }
  io.say(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function fixturesOf(data: unknown, file: string): Fixture[] {
  const list = Array.isArray(data) ? { tests: data } : objectOf(data, file)
  const { tests, defaults = {} } = list as { tests?: unknown; defaults?: unknown }
  if (!Array.isArray(tests) || tests.length === 0) throw new VtlProblem(`${file} has no tests`)
  return tests.map((t, i) => {
    const f = { ...objectOf(defaults, `${file}: defaults`), ...objectOf(t, `${file}: test ${i + 1}`) }
    const odd = Object.keys(f).find((k) => !KNOWN.has(k))
    if (odd)
      throw new VtlProblem(
        `${file}: test ${i + 1}: there is no "${odd}"; known are ${KEYS.replaceAll(' ', ', ')}`,
      )
    return f
  })
}

async function run(f: Fixture, name: string, file: string, io: VtlIo): Promise<string | null> {
  if ((f.template === undefined) === (f.file === undefined))
    throw new VtlProblem(`${name}: give template or file`)
  if (f.output === undefined && f.json === undefined && f.error === undefined && f.overrides === undefined) {
    throw new VtlProblem(`${name}: give output, json, error or overrides`)
  }
  const from = f.file === undefined ? name : file.replace(/[^/\\]*$/, '') + f.file
  const source = f.template ?? (await textOf(from, io))
  const scope: TemplateScope = {
    body: f.body === undefined || typeof f.body === 'string' ? (f.body ?? null) : JSON.stringify(f.body),
    params: { path: f.path ?? {}, querystring: f.query ?? {}, header: f.header ?? {} },
    context: f.context ?? {},
    stageVariables: f.stageVariables ?? {},
  }
  const result = attempt(source, from, scope, f.profile === 'plain')
  if (typeof result === 'string') return f.error !== undefined && result.includes(f.error) ? null : result
  if (f.error !== undefined) return `expected to fail with ${f.error}, printed:\n${result.output}`
  if (f.output !== undefined && f.output !== result.output) return difference(f.output, result.output)
  if (f.overrides !== undefined && canonical(f.overrides) !== canonical(result.overrides)) {
    return difference(canonical(f.overrides), canonical(result.overrides))
  }
  return f.json === undefined ? null : sameJson(f.json, result.output)
}

function sameJson(wanted: unknown, output: string): string | null {
  let got: unknown
  try {
    got = JSON.parse(output)
  } catch (error) {
    return `not JSON (${(error as Error).message}):\n${output}`
  }
  return canonical(wanted) === canonical(got) ? null : difference(canonical(wanted), canonical(got))
}

/** JSON with sorted keys. */
function canonical(v: unknown): string {
  const sorted = (_: string, x: unknown): unknown =>
    typeof x === 'object' && x !== null && !Array.isArray(x)
      ? Object.fromEntries(Object.entries(x).sort(([a], [b]) => (a < b ? -1 : 1)))
      : x
  return JSON.stringify(v, sorted, 2)
}

const difference = (wanted: string, got: string): string => `expected:\n${wanted}\ngot:\n${got}`
