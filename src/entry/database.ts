/** The database that flags and environment name, opened and migrated. */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLibsql } from '../adapters/database-libsql.ts'
import { ConfigError, option } from '../config.ts'

type Env = Record<string, string | undefined>

export async function openDatabase(env: Env) {
  const url = databaseUrl(env)
  const token = option(env, 'EDGEWAY_DATABASE_TOKEN') || undefined
  return { url, ...(await openLibsql({ url, token, migrations: migrationsFolder() })) }
}

/** The database's URL; makes the data folder and says so plainly when that cannot be done. */
function databaseUrl(env: Env): string {
  const data = resolve(option(env, 'EDGEWAY_DATA'))
  const url = option(env, 'EDGEWAY_DATABASE_URL').replace('{data}', data)
  if (url !== `file:${data}/edgeway.db`) return url
  try {
    makeFolder(data)
    accessSync(`${data}/`, constants.W_OK)
  } catch (error) {
    throw new ConfigError(
      `cannot write to the data folder ${data} (${(error as { code?: string }).code}): choose another with --data`,
    )
  }
  return url
}

/** Step by step, because Node's own way never ends where the file system takes no folders (/proc). */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    // another process may have made it just now
    if ((error as { code?: string }).code !== 'EEXIST') throw error
  }
}

/** `migrations` beside the package's own package.json, from the source as from a bundle. */
function migrationsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'migrations')) && folder !== dirname(folder)) folder = dirname(folder)
  return join(folder, 'migrations')
}
