/** Settings of a process that do nothing, or nothing beside another: said before it starts. */
import { ConfigError, type Env, option } from '../config.ts'

/** Throws ConfigError. */
export function mustGoTogether(env: Env): void {
  const redis = option(env, 'EDGEWAY_REDIS_URL') !== ''
  if (option(env, 'EDGEWAY_METER_MODE') === 'leased' && !redis)
    throw new ConfigError('EDGEWAY_METER_MODE=leased needs EDGEWAY_REDIS_URL: one process counts exactly')
  if (env.EDGEWAY_CACHE_MAX_BYTES && redis)
    throw new ConfigError(
      'EDGEWAY_CACHE_MAX_BYTES means nothing beside EDGEWAY_REDIS_URL: Redis holds the response caches',
    )
  if (env.EDGEWAY_TLS_PORT && !env.EDGEWAY_TLS)
    throw new ConfigError('EDGEWAY_TLS_PORT needs EDGEWAY_TLS, which names the certificates')
}
