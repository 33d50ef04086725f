import { drizzle } from 'drizzle-orm/d1'
import type { Database } from '../platform.ts'

/** Cloudflare D1. Migrations are applied by `wrangler d1 migrations apply`. */
export const d1Database = (binding: Parameters<typeof drizzle>[0]): Database =>
  drizzle(binding) as unknown as Database
