/** A listening control service over a database file of its own, and Amazon's client pointed at it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { APIGatewayClient } from '@aws-sdk/client-api-gateway'
import { type Client, createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { memoryMeter } from '../../src/adapters/meter-memory.ts'
import type { TestInvoker } from '../../src/core/test-invoker.ts'
import { createManagement } from '../../src/management.ts'
import type { Database, Peer, Platform, Settings } from '../../src/platform.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { serve } from '../support/serve.ts'

export interface ControlServer {
  endpoint: string
  client: APIGatewayClient
  database: Client
  store: Store
  platform: Platform
  /** what the service logged as errors: empty when all went well */
  errors: string[]
  clientFor(region: string): APIGatewayClient
  close(): Promise<void>
}

export async function startControl(
  options: { settings?: Partial<Settings>; execute?: TestInvoker; port?: number } = {},
): Promise<ControlServer> {
  const folder = await mkdtemp(join(tmpdir(), 'edgeway-control-'))
  const database = createClient({ url: `file:${join(folder, 'test.db')}`, intMode: 'number' })
  await database.execute('PRAGMA journal_mode = WAL')
  const db = drizzle(database)
  await migrate(db, { migrationsFolder: 'migrations' })
  const errors: string[] = []
  const settings = {
    region: 'us-east-1',
    accountId: '000000000000',
    domain: 'localhost',
    endpoints: {},
    vpcLinks: {},
    trustedProxies: [],
    maxTimeoutMs: 29_000,
    maxPayloadBytes: 10 * 1024 * 1024,
    onStoreFailure: 'open',
    accountThrottle: { rateLimit: 10_000, burstLimit: 5000 },
    rateLimitHeaders: false,
    oidcAuthorizers: false,
    control: 'open',
    limits: {},
    ...options.settings,
  } as Settings
  const platform = {
    database: db as unknown as Database,
    cache: { changeableSeconds: 0, get: async () => null, put: async () => {}, delete: async () => {} },
    meter: memoryMeter(),
    clock: { now: () => Date.now() },
    random: { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) },
    defer: (work: Promise<unknown>) => void work,
    join: <T>(work: Promise<T>) => work,
    log: (level: string, message: string, fields?: object) => {
      if (level === 'error') errors.push(`${message} ${JSON.stringify(fields)}`)
    },
    tracer: { begin: () => null },
    settings,
    env: {},
  } as unknown as Platform
  const store = openStore(platform)
  const manage = createManagement({ platform, store })
  const peer: Peer = { address: '127.0.0.1', tls: false }
  const server = await serve(async (arrival) => manage(arrival.request(), peer, options.execute), {
    port: options.port ?? 0,
  })
  const endpoint = `http://127.0.0.1:${server.port}`
  const clients: APIGatewayClient[] = []
  const clientFor = (region: string) => {
    const client = new APIGatewayClient({
      region,
      endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    })
    clients.push(client)
    return client
  }
  return {
    endpoint,
    client: clientFor('us-east-1'),
    database,
    store,
    platform,
    errors,
    clientFor,
    async close() {
      for (const client of clients) client.destroy()
      server.stop()
      database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
