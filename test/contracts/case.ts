/** Contract suites that run in any runtime: named cases, plain functions, results that travel as JSON. */

export type Cases<Subject> = Record<string, (subject: Subject, unique: string) => Promise<void>>

/** Name of each case -> null, or why it failed. `unique` keeps the cases' keys apart, also from earlier runs on one store. */
export async function runCases<Subject>(
  cases: Cases<Subject>,
  subject: Subject,
): Promise<Record<string, string | null>> {
  const results: Record<string, string | null> = {}
  let count = 0
  for (const [name, run] of Object.entries(cases)) {
    const unique = `${crypto.randomUUID()}-${count++}`
    results[name] = await run(subject, unique).then(
      () => null,
      (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    )
  }
  return results
}

export function equal(actual: unknown, expected: unknown, what = ''): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what} expected ${b}, got ${a}`)
}

export function within(actual: number, least: number, most: number, what = ''): void {
  if (!(actual >= least && actual <= most))
    throw new Error(`${what} expected ${least} to ${most}, got ${actual}`)
}
