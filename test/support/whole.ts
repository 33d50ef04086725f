/** The whole gateway in this process over a database file of its own: control service, deployed APIs, Amazon's client. */
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { APIGatewayClient } from '@aws-sdk/client-api-gateway'
import { memoryCache } from '../../src/adapters/cache-memory.ts'
import { openLibsql } from '../../src/adapters/database-libsql.ts'
import { memoryMeter } from '../../src/adapters/meter-memory.ts'
import { socketOutbound } from '../../src/adapters/outbound-sockets.ts'
import { memoryResponses } from '../../src/adapters/responses-memory.ts'
import { type App, createApp } from '../../src/app.ts'
import { settingsOf } from '../../src/config.ts'
import { createExecute } from '../../src/execute/execute.ts'
import { createManagement } from '../../src/management.ts'
import type { Peer, Platform, Settings } from '../../src/platform.ts'
import { serve } from './serve.ts'

export interface Whole {
  app: App
  platform: Platform
  port: number
  endpoint: string
  client: APIGatewayClient
  log: { level: string; message: string; fields: Record<string, unknown> }[]
  call(
    path: string,
    options?: { method?: string; host?: string; headers?: Record<string, string | string[]>; body?: string },
  ): Promise<{ status: number; text: string; headers: IncomingMessage['headers'] }>
  stop(): Promise<void>
}

export async function startWhole(
  options: {
    settings?: Partial<Settings>
    platform?: Partial<Platform>
    env?: Record<string, string>
    peer?: () => Partial<Peer>
  } = {},
): Promise<Whole> {
  const folder = await mkdtemp(join(tmpdir(), 'edgeway-whole-'))
  const url = `file:${folder}/edgeway.db`
  const { database, close } = await openLibsql({ url, migrations: 'migrations' })
  const log: Whole['log'] = []
  const outbound = socketOutbound()
  const platform: Platform = {
    database,
    cache: memoryCache(),
    meter: memoryMeter(),
    responses: memoryResponses(),
    outbound,
    credentials: async () => null,
    clock: { now: () => Date.now() },
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    defer: (work) => void work.catch(() => {}),
    join: (work) => work,
    log: (level, message, fields = {}) => void log.push({ level, message, fields }),
    settings: { ...settingsOf({}, 'open'), ...options.settings },
    env: options.env ?? {},
    ...options.platform,
  }
  const app = createApp(
    platform,
    { runtime: 'test', version: '0' },
    { control: createManagement, execute: createExecute },
  )
  const { peer } = options
  const server = await serve((arrival) =>
    app.answer(peer ? Object.create(arrival, { peer: { value: { ...arrival.peer, ...peer() } } }) : arrival),
  )
  const { port } = server
  const endpoint = `http://127.0.0.1:${port}`
  const client = new APIGatewayClient({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  return {
    app,
    platform,
    port,
    endpoint,
    client,
    log,
    call: (path, { method = 'GET', host, headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(
          {
            host: '127.0.0.1',
            port,
            method,
            path,
            headers: { ...(host !== undefined && { Host: host }), ...headers },
            agent: false,
          },
          (response) => {
            let text = ''
            response.setEncoding('utf8').on('data', (chunk) => {
              text += chunk
            })
            response.on('error', reject)
            response.on('end', () =>
              resolve({ status: response.statusCode!, text, headers: response.headers }),
            )
          },
        )
        sent.on('error', reject)
        sent.end(body)
      }),
    async stop() {
      client.destroy()
      server.stop()
      await outbound.close()
      close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
