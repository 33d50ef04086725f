/** Routing rules of custom domain names (guide: rest-api-routing-rules): which requests one matches, and what it strips. */
import { pathBelow } from './base-path.ts'

/** One of the two is set; more than one condition of a rule must all hold. */
export interface RoutingCondition {
  matchHeaders?: { anyOf: { header: string; valueGlob: string }[] }
  matchBasePaths?: { anyOf: string[] }
}

export interface RoutingRule {
  routingRuleId: string
  routingRuleArn: string
  /** the lowest is asked first */
  priority: number
  /** none of them matches everything */
  conditions: RoutingCondition[]
  /** exactly one */
  actions: { invokeApi: { apiId: string; stage: string; stripBasePath: boolean } }[]
}

/**
 * The path that the rule's API sees, or undefined where the rule does not match.
 * `valuesOf` tells all values of a header by its name in lower case: a condition looks at each of them by itself.
 */
export function pathByRule(
  { conditions, actions }: RoutingRule,
  rawPath: string,
  valuesOf: (lowerName: string) => readonly string[],
): string | undefined {
  let stripped = rawPath
  for (const { matchHeaders, matchBasePaths } of conditions) {
    if (
      matchHeaders &&
      !matchHeaders.anyOf.some(({ header, valueGlob }) =>
        valuesOf(header.toLowerCase()).some((value) => matchesGlob(valueGlob, value)),
      )
    )
      return undefined
    if (!matchBasePaths) continue
    // of several that match, the longest is stripped, as of several mappings the longest counts
    const rests = matchBasePaths.anyOf.flatMap((basePath) => pathBelow(rawPath, basePath) ?? [])
    if (rests.length === 0) return undefined
    stripped = rests.reduce((shortest, rest) => (rest.length < shortest.length ? rest : shortest))
  }
  return actions[0]!.invokeApi.stripBasePath ? stripped : rawPath
}

/** Case counts; `*` stands for anything at the beginning and at the end, nowhere else. */
export function matchesGlob(glob: string, value: string): boolean {
  const open = glob.startsWith('*')
  const text = glob.slice(open ? 1 : 0)
  if (!text.endsWith('*')) return open ? value.endsWith(text) : value === text
  return open ? value.includes(text.slice(0, -1)) : value.startsWith(text.slice(0, -1))
}
