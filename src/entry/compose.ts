/** What Bun, Deno and Node share: from argv and environment to a listening gateway. Each entry brings its own way to listen and to call out. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { systemClock } from '../adapters/clock-system.ts'
import { envCredentials } from '../adapters/credentials-env.ts'
import { DatabaseError } from '../adapters/database-libsql.ts'
import { trackDeferred } from '../adapters/defer-track.ts'
import { nativeHashing } from '../adapters/hashing-native.ts'
import { socketInbound } from '../adapters/inbound-sockets.ts'
import type { Accept, Listen, Listener } from '../adapters/listen.ts'
import { listenWithTls } from '../adapters/listen-tls.ts'
import { consoleLog } from '../adapters/log-console.ts'
import { webcryptoRandom } from '../adapters/random-webcrypto.ts'
import { xrayTracer } from '../adapters/tracer-xray.ts'
import { trustStores } from '../adapters/trust-store.ts'
import { createApp } from '../app.ts'
import { ConfigError, number, option, portOf, settingsOf } from '../config.ts'
import { createExecute } from '../execute/execute.ts'
import { createManagement } from '../management.ts'
import { asGiven, helpText, mergeFlags } from '../options.ts'
import type { Outbound, Platform } from '../platform.ts'
import { mustOpen, principalsOf } from '../store/principals.ts'
import { certificatesOf } from './certificates.ts'
import { openDatabase } from './database.ts'
import { greeting } from './greeting.ts'
import { mustGoTogether } from './settings-together.ts'
import { openStores } from './stores.ts'
import { VERSION } from './version.ts'

export interface Runtime {
  /** e.g. `Node 22.1.0` */
  name: string
  argv: string[]
  env: Record<string, string | undefined>
  outbound: Outbound
  listen: Listen
  exit(code: number): never
  onSignal(stop: () => void): void
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

export async function start(runtime: Runtime): Promise<void> {
  try {
    await run(runtime)
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof DatabaseError)) throw error
    console.error(`edgeway: ${asGiven(error.message, runtime.argv)}`)
    runtime.exit(1)
  }
}

async function run(runtime: Runtime): Promise<void> {
  const { env, help } = mergeFlags(runtime.argv, runtime.env)
  if (help) {
    console.log(helpText())
    return
  }
  const host = option(env, 'EDGEWAY_HOST')
  const loopback = LOOPBACK.test(host)
  const settings = settingsOf(env, loopback ? 'open' : 'signed')
  mustGoTogether(env)
  const log = consoleLog(option(env, 'EDGEWAY_LOG'))
  const port = portOf(env)
  const tlsPort = portOf(env, 'EDGEWAY_TLS_PORT')
  number(env, 'EDGEWAY_CACHE_MAX_BYTES', 0)
  const certificates = certificatesOf(env)
  await mustResolve(host)
  const { database, close, url } = await openDatabase(env)
  const deferred = trackDeferred()
  const stores = openStores(env, log)
  const platform: Platform = {
    database,
    ...stores,
    outbound: runtime.outbound,
    credentials: envCredentials(env),
    clock: systemClock,
    random: webcryptoRandom,
    hashing: nativeHashing,
    defer: deferred.defer,
    join: (work) => work,
    log,
    settings,
    env,
  }
  const tracer = xrayTracer(platform)
  platform.tracer = tracer
  const known = await anyPrincipal(platform)
  if (!known && !loopback)
    throw new ConfigError(
      `${host} is not loopback and nobody is known who may manage: run \`npm start -- principal create NAME --manage\` first`,
    )
  const planes = { control: createManagement, execute: createExecute }
  const app = createApp(platform, { runtime: runtime.name, version: VERSION }, planes)
  const inbound = socketInbound(app.answer, log)
  const listener = await listening(runtime.listen, host, port, '--port', inbound.accept)
  let secure: Listener | undefined
  if (Object.keys(certificates).length > 0) {
    const trusted = trustStores(platform)
    const listen = listenWithTls({
      certificates,
      log,
      trustStore: async (name) => {
        const mutual = (await app.store.deployments.domain(name))?.domain.mutualTlsAuthentication
        return mutual?.truststoreUri ? trusted(mutual.truststoreUri, mutual.truststoreVersion) : null
      },
    })
    secure = await listening(listen, host, tlsPort, '--tls-port', inbound.accept)
  }
  let stopping = false
  runtime.onSignal(() => {
    if (stopping) runtime.exit(130)
    stopping = true
    console.log('finishing the calls in flight; Ctrl-C again ends at once')
    listener.close()
    secure?.close()
    void inbound
      .stop()
      .then(() => tracer.close())
      .then(() => app.store.usage.close())
      .then(deferred.settled)
      .then(stores.close)
      .then(() => {
        close()
        runtime.exit(0)
      })
  })

  const readable = settings.encryptionKey || env.EDGEWAY_PRINCIPALS
  const managers = !known ? 'anybody' : readable ? 'principals' : 'sealed'
  const facts = {
    host,
    port: listener.port,
    tlsPort: secure?.port,
    database: url,
    managers,
    settings,
  } as const
  for (const line of greeting({ runtime: runtime.name, version: VERSION, ...facts })) console.log(line)
}

/** Whether anybody is known who may manage; a configuration that cannot be read is the user's to mend. */
async function anyPrincipal(platform: Platform): Promise<boolean> {
  try {
    await mustOpen(platform)
    return await principalsOf(platform).any()
  } catch (error) {
    throw new ConfigError((error as Error).message)
  }
}

const noAddress = (host: string) =>
  new ConfigError(`${host} is no address of this machine: choose another with --host`)

/** Before anything else is said of a host: a name that stands for no address is a slip of the pen. */
async function mustResolve(host: string): Promise<void> {
  if (isIP(host) || host === 'localhost') return
  try {
    await lookup(host)
  } catch {
    throw noAddress(host)
  }
}

async function listening(
  listen: Listen,
  host: string,
  port: number,
  flag: string,
  accept: Accept,
): Promise<Listener> {
  try {
    return await listen({ host, port }, accept)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === 'EADDRINUSE' || /in use/i.test(message))
      throw new ConfigError(`port ${port} is taken on ${host}: choose another with ${flag}`)
    if (code === 'EACCES' || /permission/i.test(message))
      throw new ConfigError(`no right to listen on ${host}:${port}: choose a port above 1023 with ${flag}`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw noAddress(host)
    throw error
  }
}
