/** Edgeway on Cloudflare Workers. Bindings are described in wrangler.toml. */
import type {
  D1Database,
  DurableObjectNamespace,
  IncomingRequestCfProperties,
  KVNamespace,
} from '@cloudflare/workers-types'
import { kvCache } from '../adapters/cache-kv.ts'
import { memoryCache } from '../adapters/cache-memory.ts'
import { systemClock } from '../adapters/clock-system.ts'
import { envCredentials } from '../adapters/credentials-env.ts'
import { d1Database } from '../adapters/database-d1.ts'
import { libsqlHttpDatabase } from '../adapters/database-libsql-http.ts'
import { workersDefer } from '../adapters/defer-workers.ts'
import { consoleLog } from '../adapters/log-console.ts'
import { durableObjectMeter } from '../adapters/meter-durable-object.ts'
import { fetchOutbound } from '../adapters/outbound-fetch.ts'
import { webcryptoRandom } from '../adapters/random-webcrypto.ts'
import { cacheApiResponses } from '../adapters/responses-cache-api.ts'
import { type App, createApp } from '../app.ts'
import { ConfigError, choice, option, settingsOf } from '../config.ts'
import type { Peer } from '../platform.ts'
import { VERSION } from './version.ts'

export { MeterObject } from '../adapters/meter-durable-object.ts'

interface Bindings {
  /** D1, the database unless EDGEWAY_DATABASE_URL names a libSQL one */
  DB?: D1Database
  CONFIG?: KVNamespace
  METER: DurableObjectNamespace
  [variable: string]: unknown
}

let app: App | undefined

function appOf(bindings: Bindings): App {
  const env = Object.fromEntries(
    Object.entries(bindings).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
  // a Worker is on a public address: nobody manages it until a principal is configured
  const settings = settingsOf(env, env.EDGEWAY_PRINCIPALS ? 'signed' : 'closed')
  const url = option(env, 'EDGEWAY_DATABASE_URL')
  const remote = url.startsWith('file:') ? undefined : url
  if (!remote && !bindings.DB)
    throw new ConfigError('bind a D1 database as DB, or set EDGEWAY_DATABASE_URL to a libSQL URL')
  const log = consoleLog(option(env, 'EDGEWAY_LOG'))
  return createApp(
    {
      database: remote
        ? libsqlHttpDatabase(remote, option(env, 'EDGEWAY_DATABASE_TOKEN') || undefined)
        : d1Database(bindings.DB!),
      cache: bindings.CONFIG ? kvCache(bindings.CONFIG) : memoryCache(),
      meter: durableObjectMeter(bindings.METER, {
        mode: choice(env, 'EDGEWAY_METER_MODE', 'exact', 'leased'),
      }),
      responses: cacheApiResponses(),
      outbound: fetchOutbound('workers'),
      credentials: envCredentials(env),
      clock: systemClock,
      random: webcryptoRandom,
      defer: workersDefer,
      log,
      settings,
      env,
    },
    { runtime: 'Workers', version: VERSION },
  )
}

export default {
  async fetch(
    request: Request & { cf?: IncomingRequestCfProperties },
    bindings: Bindings,
  ): Promise<Response> {
    try {
      app ??= appOf(bindings)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      console.error(`edgeway: ${error.message}`)
      return Response.json({ message: 'Internal server error' }, { status: 500 })
    }
    return app.fetch(request, peerOf(request))
  },
}

/** Cloudflare's facts about the connection. */
function peerOf(request: Request & { cf?: IncomingRequestCfProperties }): Peer {
  const peer: Peer = {
    address: request.headers.get('cf-connecting-ip') ?? '',
    tls: request.url.startsWith('https:'),
  }
  const tls = request.cf?.tlsClientAuth
  if (tls && tls.certPresented === '1')
    peer.clientCertificate = {
      pem: '',
      subjectDN: tls.certSubjectDN,
      issuerDN: tls.certIssuerDN,
      serialNumber: tls.certSerial,
      validity: { notBefore: tls.certNotBefore, notAfter: tls.certNotAfter },
      verified: tls.certVerified === 'SUCCESS',
    }
  return peer
}
