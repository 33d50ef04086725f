/**
 * A stage's settings for one method. Keys of `methodSettings` are `{resource path with ~1 for /}/{METHOD}`; the path, the
 * method or both may be `*`. The most specific key that sets a field wins (guide: "Override API Gateway stage-level caching
 * for method caching", "Configure method-level throttling").
 */
import type { MethodSetting, Stage } from './documents.ts'
import type { BucketSpec } from './throttle.ts'

/** What holds for a method that no setting names. */
export const DEFAULT_SETTING = {
  metricsEnabled: false,
  loggingLevel: 'OFF',
  dataTraceEnabled: false,
  cacheTtlInSeconds: 300,
  cacheDataEncrypted: false,
  requireAuthorizationForCacheControl: true,
  unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
} as const satisfies MethodSetting

export type MethodRules = MethodSetting &
  Required<Pick<MethodSetting, keyof typeof DEFAULT_SETTING>> & {
    /** only where the stage has a cache cluster, the method is GET or was named, and the TTL is not 0 */
    cachingEnabled: boolean
    /** what the stage and the account allow: made when the method is first called */
    stageBuckets?: readonly BucketSpec[]
  }

/** A settings key as it is compared: `/pets/{id}` + ` GET`. A leading slash may be missing or be written `~1` or `/`. */
function normalise(key: string): string {
  const cut = key.lastIndexOf('/')
  const path = key.slice(0, cut).replaceAll('~1', '/').replaceAll('~0', '~')
  const verb = key.slice(cut + 1).toUpperCase()
  return `${path === '*' || path === '/*' ? '*' : path.startsWith('/') ? path : `/${path}`} ${verb}`
}

/**
 * The rules of one method. `path` is the resource's path, `verb` the method's own name (`ANY` too), `called` the verb of the
 * call, which differs from it only under ANY.
 */
export function methodRules(
  stage: Pick<Stage, 'methodSettings' | 'cacheClusterEnabled'>,
  path: string,
  verb: string,
  called = verb,
): MethodRules {
  const byKey = new Map(
    Object.entries(stage.methodSettings ?? {}).map(([key, setting]) => [normalise(key), setting]),
  )
  const general = ['* *', `* ${verb}`, `* ${called}`]
  const specific = [`${path} *`, `${path} ${verb}`, `${path} ${called}`]
  const merge = (keys: string[]): MethodSetting =>
    Object.assign({}, ...keys.map((key) => defined(byKey.get(key))))
  const named = merge(specific)
  const merged = { ...DEFAULT_SETTING, ...merge(general), ...named }
  const wanted = named.cachingEnabled ?? (called === 'GET' && (merged.cachingEnabled ?? true))
  return {
    ...merged,
    cachingEnabled: stage.cacheClusterEnabled === true && wanted && merged.cacheTtlInSeconds > 0,
    stageBuckets: undefined,
  }
}

const defined = (setting: MethodSetting | undefined): MethodSetting =>
  Object.fromEntries(
    Object.entries(setting ?? {}).filter(([, value]) => value !== undefined && value !== null),
  )
