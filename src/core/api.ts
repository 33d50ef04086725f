/**
 * The compiled deployment: what the two planes meet in. Immutable, versioned, JSON-safe; stored under its deployment id.
 * Closures (trie, parsed templates, schemas) are made from it once per process and are not part of it.
 */
import type { ApiDefinition, Stage } from './documents.ts'
import type { RoutingRule } from './routing-rule.ts'

/** Raised when a reader must not read what an older or newer writer stored. */
export const API_FORMAT = 1

export interface CompiledApi {
  format: typeof API_FORMAT
  deploymentId: string
  apiId: string
  region: string
  /** the API as it was when it was deployed: later edits are not in it */
  definition: ApiDefinition
  /** what a caller should know, e.g. settings that this gateway refuses to serve */
  warnings: string[]
}

/** Where a call's stage points: small, mutable, cached for a short time. */
export interface StagePointer {
  apiId: string
  region: string
  stage: Stage
}

/** A custom domain name with its routing rules and base path mappings. */
export interface DomainPointer {
  domainName: string
  region: string
  /** the DomainName document */
  domain: {
    mutualTlsAuthentication?: { truststoreUri?: string; truststoreVersion?: string }
    securityPolicy?: string
    endpointAccessMode?: string
    routingMode?: string
  } & Record<string, unknown>
  /** lowest priority first; missing where a version without rules has put the pointer into a cache */
  rules?: RoutingRule[]
  /** longest base path first; `(none)` is the empty base path */
  mappings: { basePath: string; restApiId: string; stage?: string }[]
}
