/**
 * What the clients of usage plans use: the counters that a call must pass, and the daily record that GetUsage tells.
 *
 * The meter counts. What it answers is noted here and written to the database every few seconds and at shutdown, so that a
 * meter in memory, or a Redis that lost its data, is told once what was counted before: at most the last seconds are lost.
 */
import { DAY_MS, dateOf, periodOf, type QuotaSpec, remainingOf, UNLIMITED } from '../core/quota.ts'
import { clientSubject, type PlanLimits } from '../core/traffic.ts'
import type { Platform } from '../platform.ts'
import { type UsageRow, UsageRows } from './usage-rows.ts'

/** How long a count may wait to be written, in milliseconds. */
const FLUSH_MS = 2000
/** How long a call waits for the database to tell what a client used before. */
const DEADLINE_MS = 2000
/** Days that the record goes back. */
const KEPT_DAYS = 400
const MAX_CLIENTS = 200_000

/** One API key within one usage plan, as this process knows it. */
export interface Client {
  readonly region: string
  readonly keyId: string
  plan: PlanLimits
  /** the day's counter, then the quota's if the plan has one; right until `until` */
  quotas: readonly QuotaSpec[]
  until: number
  /** the meter knows what was counted before */
  seeded: boolean
  seeding?: Promise<void>
  /** today's record */
  row: UsageRow
  /** what is derived from the plan, by method: kept by whoever derives it */
  buckets: WeakMap<object, unknown>
}

/** Used and remaining calls of each day, by key id; remaining is -1 where the plan has no quota. */
export type UsageItems = Record<string, [used: number, remaining: number][]>

type Parts = Pick<Platform, 'database' | 'meter' | 'clock' | 'log' | 'defer' | 'join'>

/** The quota's limit, or undefined. */
const limitOf = (plan: PlanLimits): number | undefined => plan.quota?.limit ?? undefined

export class Usage {
  readonly #parts: Parts
  readonly #rows: UsageRows
  readonly #clients = new Map<string, Client>()
  #dirty = new Set<UsageRow>()
  #wake: (() => void) | undefined
  #purgedOn = ''

  constructor(parts: Parts) {
    this.#parts = parts
    this.#rows = new UsageRows(parts.database)
  }

  /** A client with its counters of `now`. */
  client(region: string, plan: PlanLimits, keyId: string, now: number): Client {
    const subject = clientSubject(region, plan.id, keyId)
    let client = this.#clients.get(subject)
    if (!client) {
      const row = blank(region, plan.id, keyId, '')
      const seeded = this.#parts.meter.durable
      client = { region, keyId, plan, quotas: [], until: 0, seeded, row, buckets: new WeakMap() }
      this.#clients.set(subject, client)
      // a client that comes back is seeded again, which raises a count and never lowers it
      if (this.#clients.size > MAX_CLIENTS) this.#clients.delete(this.#clients.keys().next().value!)
    }
    if (client.plan !== plan) {
      client.plan = plan
      client.buckets = new WeakMap()
      client.until = 0
    }
    // a clock that was set back starts anew, too
    if (now >= client.until || client.until - now > DAY_MS) {
      const { endsAt } = periodOf({}, now)
      const limit = limitOf(plan)
      const day = { key: `${subject}|used`, limit: UNLIMITED, endsAt }
      const period = plan.quota?.period ?? 'DAY'
      client.quotas =
        limit === undefined
          ? [day]
          : [day, { key: `${subject}|${period}`, limit, endsAt: periodOf(plan.quota!, now).endsAt }]
      client.until = endsAt
      const date = dateOf(now)
      if (client.row.day !== date) client.row = blank(region, plan.id, keyId, date)
    }
    return client
  }

  /** Tells the meter what the database remembers of a client; undefined where that is done. Rejects while the database is down. */
  ready(client: Client, now: number): Promise<void> | undefined {
    if (client.seeded) return undefined
    if (client.seeding) return this.#parts.join(client.seeding)
    client.seeding = inTime(this.#seed(client, now)).finally(() => {
      client.seeding = undefined
    })
    return client.seeding
  }

  /** Notes what the meter answered for an admitted call. */
  note(client: Client, used: readonly number[]): void {
    const { row } = client
    const today = used[0]!
    // a store that forgot is told what was seen here; answers that overtook each other do no harm
    if (today * 2 < row.used && !client.seeding) {
      client.seeding = this.#restore(client, { ...row }).finally(() => {
        client.seeding = undefined
      })
      this.#parts.defer(client.seeding.catch(() => {}))
    }
    if (today <= row.used) return
    this.#record(client, today, used[1])
  }

  async of(query: {
    region: string
    plan: PlanLimits
    keyIds: readonly string[]
    /** UTC dates, both included */
    startDate: string
    endDate: string
  }): Promise<UsageItems> {
    await this.flush()
    const items: UsageItems = {}
    for (const keyId of query.keyIds) items[keyId] = await this.#days({ ...query, keyId })
    return items
  }

  /**
   * UpdateUsage: sets what the quota leaves a client in its current period; more than the limit is an extension. Gives today's
   * record. Throws if the plan has no quota.
   */
  async grant(query: {
    region: string
    plan: PlanLimits
    keyId: string
    remaining: number
  }): Promise<{ startDate: string; endDate: string; items: UsageItems }> {
    const { region, plan, keyId, remaining } = query
    const limit = limitOf(plan)
    if (limit === undefined) throw new Error(`usage plan ${plan.id} has no quota`)
    const { meter, clock } = this.#parts
    const now = clock.now()
    const client = this.client(region, plan, keyId, now)
    await this.ready(client, now)
    const [day, quota] = client.quotas as [QuotaSpec, QuotaSpec]
    await meter.setUsed(quota, limit - remaining, now)
    const [used = 0] = await meter.used([day], now)
    this.#record(client, Math.max(used, client.row.used), limit - remaining)
    await this.flush()
    const date = client.row.day
    return { startDate: date, endDate: date, items: { [keyId]: [[client.row.used, remaining]] } }
  }

  /** Writes what was noted. What cannot be written is kept and tried again. */
  async flush(): Promise<void> {
    const rows = this.#dirty
    if (rows.size === 0) return
    this.#dirty = new Set()
    try {
      await this.#rows.write([...rows].map((row) => ({ ...row })))
      const today = dateOf(this.#parts.clock.now())
      if (this.#purgedOn !== today) {
        this.#purgedOn = today
        await this.#rows.purge(dateOf(this.#parts.clock.now() - KEPT_DAYS * DAY_MS))
      }
    } catch (error) {
      for (const row of rows) this.#dirty.add(row)
      this.#parts.log('error', 'usage counts cannot be written to the database', { error: String(error) })
    }
  }

  /** The last counts are written before the process ends. */
  async close(): Promise<void> {
    this.#wake?.()
    await this.flush()
  }

  #record(client: Client, used: number, spent: number | undefined): void {
    const { row, plan, quotas } = client
    row.used = used
    if (spent !== undefined) {
      row.spent = spent
      row.endsAt = quotas[1]!.endsAt
      row.remaining = remainingOf(limitOf(plan)!, spent)
    }
    this.#dirty.add(row)
    if (this.#wake) return
    const { defer } = this.#parts
    defer(
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, FLUSH_MS)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      }).then(() => {
        this.#wake = undefined
        return this.flush()
      }),
    )
  }

  async #seed(client: Client, now: number): Promise<void> {
    const { region, plan, keyId } = client
    const from = dateOf(plan.quota ? periodOf(plan.quota, now).startsAt : now)
    const row = await this.#rows.latest({ region, planId: plan.id, keyId }, from)
    if (row) await this.#restore(client, row)
    client.seeded = true
  }

  async #restore(client: Client, row: UsageRow): Promise<void> {
    const { meter, clock } = this.#parts
    const [day, quota] = client.quotas
    const now = clock.now()
    if (row.day === client.row.day) await meter.setUsed(day!, row.used, now, true)
    if (quota && row.spent !== null && row.endsAt === quota.endsAt)
      await meter.setUsed(quota, row.spent, now, true)
  }

  /** A client's record, day by day. Today's is the meter's; a day without calls keeps what the day before it left. */
  async #days(query: {
    region: string
    plan: PlanLimits
    keyId: string
    startDate: string
    endDate: string
  }): Promise<[number, number][]> {
    const { region, plan, keyId, startDate, endDate } = query
    const { meter, clock } = this.#parts
    const now = clock.now()
    const client = this.client(region, plan, keyId, now)
    await this.ready(client, now)
    const [used = 0, spent] = await meter.used(client.quotas, now)
    const today = dateOf(now)
    const limit = limitOf(plan)
    const periodAt = (at: number) => periodOf(plan.quota ?? {}, at)

    const first = Date.parse(startDate)
    const rows = await this.#rows.between(
      { region, planId: plan.id, keyId },
      dateOf(periodAt(first).startsAt),
      endDate,
    )
    const days: [number, number][] = []
    let remaining = limit ?? -1
    let endsAt = 0
    for (let at = periodAt(first).startsAt; at <= Date.parse(endDate); at += DAY_MS) {
      const period = periodAt(at)
      if (period.endsAt !== endsAt) remaining = limit ?? -1
      endsAt = period.endsAt
      const date = dateOf(at)
      const row = rows.get(date)
      if (limit !== undefined) {
        if (date === today) remaining = Math.max(0, limit - spent!)
        else if (row?.remaining != null && row.endsAt === endsAt) remaining = row.remaining
      }
      if (at >= first) days.push([date === today ? used : (row?.used ?? 0), remaining])
    }
    return days
  }
}

const blank = (region: string, planId: string, keyId: string, day: string): UsageRow => ({
  region,
  planId,
  keyId,
  day,
  used: 0,
  spent: null,
  endsAt: null,
  remaining: null,
})

function inTime(work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`the database did not answer within ${DEADLINE_MS} ms`))
    const timer = setTimeout(late, DEADLINE_MS)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
