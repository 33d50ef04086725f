/** Which integration response fits: the first whose pattern matches, else the one without a pattern. */
import type { IntegrationResponse } from './documents.ts'
import { configurationFault } from './fault.ts'

export interface Selector {
  response: IntegrationResponse
  /** null for the default response */
  pattern: RegExp | null
}

/** Patterns are Java's and must match the whole value. */
export function selectorsOf(responses: Record<string, IntegrationResponse> | undefined): Selector[] {
  return Object.values(responses ?? {}).map((response) => ({
    response,
    pattern: response.selectionPattern ? javaPattern(response.selectionPattern) : null,
  }))
}

/** `value` is the status, or a Lambda function's errorMessage ('' without one). */
export function select(selectors: readonly Selector[], value: string, status: number): IntegrationResponse {
  const chosen =
    selectors.find(({ pattern }) => pattern?.test(value)) ?? selectors.find(({ pattern }) => pattern === null)
  if (chosen) return chosen.response
  throw configurationFault(
    `No match for output mapping and no default output mapping configured. Endpoint Response Status Code: ${status}`,
  )
}

/**
 * A Java regular expression that matches the whole value. Leading inline flags, `\A`, `\z`, `\Z`, `\Q…\E`, possessive quantifiers
 * and POSIX classes are rewritten; what JavaScript cannot read is a configuration error, when it is met.
 */
export function javaPattern(source: string): RegExp {
  let flags = ''
  let text = source.replace(/^\(\?([ismxu]+)\)/, (_, given: string) => {
    for (const flag of given) if ('ism'.includes(flag)) flags += flag
    return ''
  })
  text = text
    .replace(/\\Q([\s\S]*?)(?:\\E|$)/g, (_, quoted: string) => quoted.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .replace(/\\[AzZ]/g, '')
    .replace(/\\p\{(Alpha|Digit|Alnum|Upper|Lower|Punct|Space)\}/g, (_, name: string) => POSIX[name]!)
    .replace(/(?<!\\)([*+?}])\+/g, '$1')
  try {
    return new RegExp(`^(?:${text})$`, flags)
  } catch (error) {
    throw configurationFault(`Invalid selection pattern ${source}`, error)
  }
}

const POSIX: Record<string, string> = {
  Alpha: '[A-Za-z]',
  Digit: '\\d',
  Alnum: '[A-Za-z0-9]',
  Upper: '[A-Z]',
  Lower: '[a-z]',
  Punct: '[!-/:-@\\[-`{-~]',
  Space: '\\s',
}
