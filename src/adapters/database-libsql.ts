/** libSQL for Bun, Deno and Node: an embedded file, or a remote database over HTTP. Applies the migrations when it opens. */
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Client, createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
import { migrate } from 'drizzle-orm/libsql/migrator'
import type { Database } from '../platform.ts'

/** One line for the user about why the database cannot be used. */
export class DatabaseError extends Error {}

export async function openLibsql(options: {
  url: string
  token?: string
  migrations: string
}): Promise<{ database: Database; close(): void }> {
  const { url, token, migrations } = options
  const client = connect(url, token)
  try {
    const database = drizzle(client)
    await unlessAnother(async () => {
      if (url.startsWith('file:')) await client.execute('PRAGMA journal_mode = WAL')
      await refuseNewer(client, url, migrations)
      await migrate(database, { migrationsFolder: migrations })
    })
    return { database: database as unknown as Database, close: () => client.close() }
  } catch (error) {
    client.close()
    if (error instanceof DatabaseError) throw error
    throw new DatabaseError(`cannot use the database ${url}: ${reason(error)}`)
  }
}

/** Processes that start together over a new file migrate it together: who comes second finds it locked, or half made. */
const ANOTHER = /locked|SQLITE_BUSY|already exists|UNIQUE constraint/i
const ATTEMPTS = 50
const PAUSE_MS = 100

async function unlessAnother(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === ATTEMPTS || !ANOTHER.test(reason(error))) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

function connect(url: string, token: string | undefined): Client {
  try {
    if (url.startsWith('file:')) mkdirSync(dirname(url.slice('file:'.length)), { recursive: true })
    return createClient({ url, authToken: token, intMode: 'number' })
  } catch (error) {
    throw new DatabaseError(`cannot open the database ${url}: ${reason(error)}`)
  }
}

const reason = (error: unknown): string => {
  let at = error
  while (at instanceof Error && at.cause instanceof Error) at = at.cause
  return at instanceof Error ? at.message : String(at)
}

/** A database that a newer version migrated may hold what this one would misread. */
async function refuseNewer(client: Client, url: string, migrations: string): Promise<void> {
  const known = JSON.parse(await readFile(join(migrations, 'meta/_journal.json'), 'utf8')) as {
    entries: { when: number }[]
  }
  const table = await client.execute("select 1 from sqlite_master where name = '__drizzle_migrations'")
  if (table.rows.length === 0) return
  const newest = await client.execute('select max(created_at) as at from __drizzle_migrations')
  if (Number(newest.rows[0]?.at ?? 0) > Math.max(...known.entries.map((entry) => entry.when)))
    throw new DatabaseError(
      `the database ${url} was made by a newer version of Edgeway: start that version, or choose another folder with --data`,
    )
}
