/**
 * Which API a call to a custom domain name reaches (guide: rest-api-routing-mode): the routing rules by priority, then the
 * mappings from the longest base path to the empty one, as far as the domain name's routing mode asks for them.
 */
import type { DomainPointer } from './api.ts'
import { pathBelow } from './base-path.ts'
import { pathByRule } from './routing-rule.ts'

export interface DomainRoute {
  apiId: string
  /** without it the path's first segment names the stage */
  stageName?: string
  /** what the API sees */
  path: string
  /** of the mapping that matched; `(none)` is the empty one */
  basePath?: string
  /** of the rule that matched */
  routingRuleId?: string
}

const MAPPINGS_ONLY = 'BASE_PATH_MAPPING_ONLY'
const RULES_ONLY = 'ROUTING_RULE_ONLY'

/** undefined where nothing matches; for `valuesOf` see pathByRule. */
export function routeOf(
  { domain: { routingMode = MAPPINGS_ONLY }, rules = [], mappings }: DomainPointer,
  rawPath: string,
  valuesOf: (lowerName: string) => readonly string[],
): DomainRoute | undefined {
  for (const rule of routingMode === MAPPINGS_ONLY ? [] : rules) {
    const path = pathByRule(rule, rawPath, valuesOf)
    if (path === undefined) continue
    const { apiId, stage } = rule.actions[0]!.invokeApi
    return { apiId, stageName: stage, path, routingRuleId: rule.routingRuleId }
  }
  for (const { basePath, restApiId, stage } of routingMode === RULES_ONLY ? [] : mappings) {
    const path = pathBelow(rawPath, basePath === '(none)' ? '' : basePath)
    if (path !== undefined) return { apiId: restApiId, stageName: stage || undefined, path, basePath }
  }
  return undefined
}
