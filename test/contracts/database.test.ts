import { mkdtempSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe } from 'vitest'
import { d1Database } from '../../src/adapters/database-d1.ts'
import { openLibsql } from '../../src/adapters/database-libsql.ts'
import { libsqlHttpDatabase } from '../../src/adapters/database-libsql-http.ts'
import type { Database } from '../../src/platform.ts'
import { startHrana } from '../support/hrana.ts'
import { databaseContract } from './database.ts'

const temp = () => mkdtempSync(join(tmpdir(), 'edgeway-db-'))

describe('libSQL, embedded file', () => {
  let open: Awaited<ReturnType<typeof openLibsql>>
  beforeAll(async () => {
    open = await openLibsql({ url: `file:${temp()}/edgeway.db`, migrations: 'migrations' })
  })
  afterAll(() => open.close())
  databaseContract(() => open.database)
})

describe('libSQL over HTTP', () => {
  let server: Awaited<ReturnType<typeof startHrana>>
  let database: Database
  beforeAll(async () => {
    server = await startHrana(join(temp(), 'remote.db'))
    const migrated = await openLibsql({ url: server.url, migrations: 'migrations' })
    migrated.close()
    database = libsqlHttpDatabase(server.url, undefined)
  })
  afterAll(() => server.stop())
  databaseContract(() => database)
})

describe('D1 in workerd', () => {
  let miniflare: Miniflare
  let database: Database
  beforeAll(async () => {
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: 'export default { fetch: () => new Response() }',
        d1Databases: ['DB'],
        compatibilityDate: '2026-10-01',
      }),
    )
    const binding = await miniflare.getD1Database('DB')
    for (const file of (await readdir('migrations')).filter((name) => name.endsWith('.sql')).sort()) {
      const text = await readFile(join('migrations', file), 'utf8')
      for (const statement of text.split('--> statement-breakpoint')) await binding.prepare(statement).run()
    }
    database = d1Database(binding as never)
  })
  afterAll(() => miniflare.dispose())
  databaseContract(() => database)
})
