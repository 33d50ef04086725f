/** What the gateway's and the control service's Workers share: from their bindings to an app, made by the first request. */
import type { D1Database, DurableObjectNamespace, KVNamespace } from '@cloudflare/workers-types'
import { kvCache } from '../adapters/cache-kv.ts'
import { memoryCache } from '../adapters/cache-memory.ts'
import { systemClock } from '../adapters/clock-system.ts'
import { envCredentials } from '../adapters/credentials-env.ts'
import { d1Database } from '../adapters/database-d1.ts'
import { libsqlHttpDatabase } from '../adapters/database-libsql-http.ts'
import { workersDefer } from '../adapters/defer-workers.ts'
import { fetchOver } from '../adapters/inbound-fetch.ts'
import { workersJoin } from '../adapters/join-workers.ts'
import { consoleLog } from '../adapters/log-console.ts'
import { durableObjectMeter } from '../adapters/meter-durable-object.ts'
import { workersOutbound } from '../adapters/outbound-workers.ts'
import { webcryptoRandom } from '../adapters/random-webcrypto.ts'
import { cacheApiResponses } from '../adapters/responses-cache-api.ts'
import { createApp, type Planes } from '../app.ts'
import { ConfigError, choice, option, settingsOf } from '../config.ts'
import type { Platform } from '../platform.ts'
import { VERSION } from './version.ts'

export interface Bindings {
  /** D1, the database unless EDGEWAY_DATABASE_URL names a libSQL one */
  DB?: D1Database
  CONFIG?: KVNamespace
  METER: DurableObjectNamespace
  [variable: string]: unknown
}

/** One app for all requests. What its configuration forbids is told in the log; callers get a 500. */
export function workerApp<B extends Bindings>(
  planes: (bindings: B) => Planes,
): (bindings: B) => ReturnType<typeof fetchOver> {
  let fetch: ReturnType<typeof fetchOver> | undefined
  return (bindings) => {
    try {
      fetch ??= fetchOver(
        createApp(platformOf(bindings), { runtime: 'Workers', version: VERSION }, planes(bindings)),
      )
      return fetch
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      console.error(`edgeway: ${error.message}`)
      return () => Response.json({ message: 'Internal server error' }, { status: 500 })
    }
  }
}

/** A Worker has no port, folder, certificates, sockets to Redis or memory of its own to size. */
const ELSEWHERE = /^EDGEWAY_(?:PORT|HOST|DATA|TLS|TLS_PORT|REDIS_URL|CACHE_MAX_BYTES)$/

function platformOf(bindings: Bindings): Platform {
  const env = Object.fromEntries(
    Object.entries(bindings).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
  const elsewhere = Object.keys(env).find((name) => env[name] && ELSEWHERE.test(name))
  if (elsewhere) throw new ConfigError(`${elsewhere} means nothing on Workers`)
  if (env.EDGEWAY_DATABASE_URL?.startsWith('file:'))
    throw new ConfigError('EDGEWAY_DATABASE_URL must be a libSQL URL: a Worker has no files')
  const remote = env.EDGEWAY_DATABASE_URL || undefined
  if (!remote && !bindings.DB)
    throw new ConfigError('bind a D1 database as DB, or set EDGEWAY_DATABASE_URL to a libSQL URL')
  return {
    database: remote
      ? libsqlHttpDatabase(remote, option(env, 'EDGEWAY_DATABASE_TOKEN') || undefined)
      : d1Database(bindings.DB!),
    cache: bindings.CONFIG ? kvCache(bindings.CONFIG) : memoryCache(),
    meter: durableObjectMeter(bindings.METER, {
      mode: choice(env, 'EDGEWAY_METER_MODE', 'exact', 'leased'),
    }),
    responses: cacheApiResponses(),
    outbound: workersOutbound,
    credentials: envCredentials(env),
    clock: systemClock,
    random: webcryptoRandom,
    defer: workersDefer,
    join: workersJoin,
    // Workers have no standard error: whatever console.error writes is shown as an error
    log: consoleLog(option(env, 'EDGEWAY_LOG'), (line, level) =>
      console[level === 'warn' || level === 'error' ? level : 'log'](line),
    ),
    // a Worker is on a public address: nobody manages it until a principal is configured
    settings: settingsOf(env, env.EDGEWAY_PRINCIPALS ? 'signed' : 'closed'),
    env,
  }
}
