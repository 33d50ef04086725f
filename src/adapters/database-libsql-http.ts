import { createClient } from '@libsql/client/http'
import { drizzle } from 'drizzle-orm/libsql/http'
import type { Database } from '../platform.ts'

/** libSQL over HTTP, for runtimes without files. Migrations are applied by `edgeway migrate --database URL`. */
export const libsqlHttpDatabase = (url: string, authToken: string | undefined): Database =>
  drizzle(createClient({ url, authToken, intMode: 'number' })) as unknown as Database
