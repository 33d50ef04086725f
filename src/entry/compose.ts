/** What Bun, Deno and Node share: from argv and environment to a listening gateway. Each entry brings its own server. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { systemClock } from '../adapters/clock-system.ts'
import { envCredentials } from '../adapters/credentials-env.ts'
import { DatabaseError } from '../adapters/database-libsql.ts'
import { trackDeferred } from '../adapters/defer-track.ts'
import { nativeHashing } from '../adapters/hashing-native.ts'
import { consoleLog } from '../adapters/log-console.ts'
import { webcryptoRandom } from '../adapters/random-webcrypto.ts'
import { startTlsFront, type TlsFront } from '../adapters/tls-front.ts'
import { xrayTracer } from '../adapters/tracer-xray.ts'
import { trustStores } from '../adapters/trust-store.ts'
import { type App, createApp } from '../app.ts'
import { ConfigError, number, option, portOf, settingsOf } from '../config.ts'
import { createControl } from '../control/control.ts'
import { createExecute } from '../execute/execute.ts'
import { asGiven, helpText, mergeFlags } from '../options.ts'
import type { Outbound, Peer, Platform } from '../platform.ts'
import { mustOpen, principalsOf } from '../store/principals.ts'
import { certificatesOf } from './certificates.ts'
import { openDatabase } from './database.ts'
import { greeting } from './greeting.ts'
import { openStores } from './stores.ts'
import { VERSION } from './version.ts'

export interface Listener {
  port: number
  /** stops accepting, lets calls in flight finish */
  stop(): Promise<void>
}

/** The other end of a connection. Runtimes look it up when they are asked, so they are asked only where somebody wants to know. */
export interface Remote {
  readonly address: string
  readonly port: number
  readonly rawHeaders?: Peer['rawHeaders']
}

/** Who is behind a connection. */
export type PeerOf = (remote: Remote) => Peer

export interface Runtime {
  /** e.g. `Node 22.1.0` */
  name: string
  argv: string[]
  env: Record<string, string | undefined>
  outbound(settings: Platform['settings']): Outbound
  /** rejects with a `code` of EADDRINUSE, EACCES … when it cannot listen */
  listen(app: App, where: { host: string; port: number }, peerOf: PeerOf): Promise<Listener>
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
    outbound: runtime.outbound(settings),
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
  const planes = { control: createControl, execute: createExecute }
  const app = createApp(platform, { runtime: runtime.name, version: VERSION }, planes)
  let front: TlsFront | undefined
  const peerOf: PeerOf = (remote) => {
    const known = front?.peerOf(remote.address, remote.port)
    return known ? { ...known, rawHeaders: remote.rawHeaders } : new PlainPeer(remote)
  }
  const listener = await listening(host, port, '--port', (where) => runtime.listen(app, where, peerOf))
  if (Object.keys(certificates).length > 0) {
    const trusted = trustStores(platform)
    front = await listening(host, tlsPort, '--tls-port', (where) =>
      startTlsFront({
        ...where,
        inner: { host: /^(?:0\.0\.0\.0|::)$/.test(host) ? '127.0.0.1' : host, port: listener.port },
        certificates,
        log,
        trustStore: async (name) => {
          const mutual = (await app.store.deployments.domain(name))?.domain.mutualTlsAuthentication
          return mutual?.truststoreUri ? trusted(mutual.truststoreUri, mutual.truststoreVersion) : null
        },
      }),
    )
  }
  let stopping = false
  runtime.onSignal(() => {
    if (stopping) runtime.exit(130)
    stopping = true
    console.log('finishing the calls in flight; Ctrl-C again ends at once')
    void Promise.all([front?.stop(), listener.stop()])
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
    tlsPort: front?.port,
    database: url,
    managers,
    settings,
  } as const
  for (const line of greeting({ runtime: runtime.name, version: VERSION, ...facts })) console.log(line)
}

/** A client that came without TLS, or through a proxy. */
class PlainPeer implements Peer {
  readonly tls = false
  readonly rawHeaders: Peer['rawHeaders']
  private readonly remote: Remote

  constructor(remote: Remote) {
    this.remote = remote
    this.rawHeaders = remote.rawHeaders
  }

  get address(): string {
    return this.remote.address
  }
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

async function listening<T>(
  host: string,
  port: number,
  flag: string,
  listen: (where: { host: string; port: number }) => Promise<T>,
): Promise<T> {
  try {
    return await listen({ host, port })
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
