/** The daily records of usage plans in the database. */
import { and, asc, between, desc, eq, lt, sql } from 'drizzle-orm'
import type { Database } from '../platform.ts'
import { usage } from './tables.ts'

/** Characters of one statement's JSON parameter: D1 takes 2 MB a value and 100 parameters a statement. */
const CHUNK = 500_000

export type UsageRow = typeof usage.$inferSelect

export interface ClientKey {
  region: string
  planId: string
  keyId: string
}

export class UsageRows {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** A row that another process has written with more calls stays: a day's count only rises. */
  async write(rows: readonly UsageRow[]): Promise<void> {
    for (const chunk of chunked(rows))
      await this.#db.run(sql`insert into usage (region, plan_id, key_id, day, used, spent, ends_at, remaining)
        select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
        from json_each(${chunk}) where true
        on conflict (plan_id, key_id, day, region) do update set used = excluded.used, spent = excluded.spent,
          ends_at = excluded.ends_at, remaining = excluded.remaining
        where excluded.used >= usage.used`)
  }

  /** The last record of a client not before `day`. */
  async latest(client: ClientKey, day: string): Promise<UsageRow | undefined> {
    const [row] = await this.#db
      .select()
      .from(usage)
      .where(and(this.#of(client), between(usage.day, day, '9999')))
      .orderBy(desc(usage.day))
      .limit(1)
    return row
  }

  /** A client's records by day, both days included. */
  async between(client: ClientKey, from: string, to: string): Promise<Map<string, UsageRow>> {
    const rows = await this.#db
      .select()
      .from(usage)
      .where(and(this.#of(client), between(usage.day, from, to)))
      .orderBy(asc(usage.day))
    return new Map(rows.map((row) => [row.day, row]))
  }

  async purge(before: string): Promise<void> {
    await this.#db.delete(usage).where(lt(usage.day, before))
  }

  #of({ region, planId, keyId }: ClientKey) {
    return and(eq(usage.planId, planId), eq(usage.keyId, keyId), eq(usage.region, region))
  }
}

function* chunked(rows: readonly UsageRow[]): Generator<string> {
  let parts: string[] = []
  let length = 0
  for (const { region, planId, keyId, day, used, spent, endsAt, remaining } of rows) {
    const part = JSON.stringify([region, planId, keyId, day, used, spent, endsAt, remaining])
    if (length + part.length > CHUNK && parts.length > 0) {
      yield `[${parts.join()}]`
      parts = []
      length = 0
    }
    parts.push(part)
    length += part.length
  }
  if (parts.length > 0) yield `[${parts.join()}]`
}
