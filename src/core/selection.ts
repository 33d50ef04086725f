/**
 * Which integration response fits: one whose pattern matches, else the one without a pattern. Where several patterns match a status,
 * the nearest wins: the status itself, then the response's own status, then the first.
 */
import type { IntegrationResponse } from './documents.ts'
import { configurationFault } from './fault.ts'
import { Pattern } from './java/regex/matcher.ts'

export interface Selector {
  response: IntegrationResponse
  /** null for the default response */
  pattern: Pattern | null
}

/** Patterns are Java's (guide: handle-errors-in-lambda-integration). One that cannot be read is a configuration fault. */
export function selectorsOf(responses: Record<string, IntegrationResponse> | undefined): Selector[] {
  return Object.values(responses ?? {}).map((response) => ({
    response,
    pattern: response.selectionPattern ? patternOf(response.selectionPattern) : null,
  }))
}

function patternOf(source: string): Pattern {
  try {
    return new Pattern(source)
  } catch (cause) {
    throw configurationFault(`Invalid selection pattern ${source}: ${(cause as Error).message}`, cause)
  }
}

/**
 * `message` is a Lambda function's errorMessage ('' without one); undefined where the status is looked at. A pattern matches the
 * whole of it. Matching is counted, so that a pattern and a message made for each other end in a fault.
 */
export function select<T extends Selector>(
  selectors: readonly T[],
  message: string | undefined,
  status: number,
): T {
  const value = message ?? String(status)
  const chosen =
    (message === undefined ? nearest(selectors, value) : undefined) ??
    selectors.find(({ pattern }) => pattern !== null && matches(pattern, value)) ??
    selectors.find(({ pattern }) => pattern === null)
  if (chosen) return chosen
  throw configurationFault(
    `No match for output mapping and no default output mapping configured. Endpoint Response Status Code: ${status}`,
  )
}

function nearest<T extends Selector>(selectors: readonly T[], status: string): T | undefined {
  let own: T | undefined
  for (const selector of selectors) {
    const { response, pattern } = selector
    if (pattern === null) continue
    if (response.selectionPattern === status) return selector
    if (response.statusCode === status) own = selector
  }
  return own && matches(own.pattern!, status) ? own : undefined
}

function matches(pattern: Pattern, value: string): boolean {
  try {
    return pattern.matches(value)
  } catch (cause) {
    throw configurationFault(`selection pattern: ${(cause as Error).message}`, cause)
  }
}
