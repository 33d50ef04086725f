/**
 * Amazon's limits on what may be made, by name, as the guide has them (limits.md, "API Gateway resources"). Each can be
 * overridden in the settings; `Infinity` means that nothing is counted.
 */
const LIMITS = {
  /** Amazon: 600 regional and private, 120 edge-optimized APIs a region */
  restApis: Number.POSITIVE_INFINITY,
  resources: 300,
  stages: 10,
  /** of one stage */
  stageVariables: 100,
  authorizers: 10,
  models: 300,
  requestValidators: 300,
  documentationParts: 2000,
  documentationVersions: 2000,
  apiKeys: 10_000,
  usagePlans: 300,
  clientCertificates: 60,
  domainNames: 120,
  basePathMappings: 300,
  /** of one domain name */
  routingRules: 50,
  vpcLinks: 20,
  /** characters of a resource policy */
  policyLength: 8192,
} as const

export type LimitName = keyof typeof LIMITS

/**
 * Limits of calls, each with its default where it holds: execute/locate.ts, execute/authorizers/lambda.ts, core/vtl/template.ts,
 * core/json-schema/budget.ts.
 */
const CALL_LIMITS = ['urlLength', 'headerBytes', 'authorizerTimeoutMs', 'templateSteps', 'validationSteps']

/** Everything that may be overridden. */
export const LIMIT_NAMES: readonly string[] = [...Object.keys(LIMITS), ...CALL_LIMITS]

export const limitOf = (name: LimitName, overrides: Readonly<Record<string, number>>): number =>
  overrides[name] ?? LIMITS[name]
