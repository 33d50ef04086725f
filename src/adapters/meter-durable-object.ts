/**
 * Token buckets and quotas on Workers: one Durable Object for each subject of a key (what stands before its `|`: a client of a
 * usage plan, a stage's method, the account), so that a call asks three of them at most, all at once. If one refuses, what the
 * others gave is given back: never more than a limit is admitted, and a call may be refused that would have passed had it come
 * after the giving back.
 */
import { DurableObject, waitUntil } from 'cloudflare:workers'
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { after, type Later } from '../core/later.ts'
import { type LeaseAnswer, LeasedMeter, type LeaseRequest, type MeterStore } from '../core/leases.ts'
import type { QuotaSpec } from '../core/quota.ts'
import {
  type BucketSpec,
  clockOf,
  fullAt,
  levelOf,
  type MeterVerdict,
  UNITS,
  waitFor,
  wasSetBack,
} from '../core/throttle.ts'
import type { Meter } from '../platform.ts'
import { withDeadline } from './deadline.ts'
import { workersJoin } from './join-workers.ts'

const DEADLINE_MS = 1000
/** An idle object is evicted after ten seconds at the earliest: a bucket that is full again by then need not be stored. */
const STORED_FROM_MS = 10_000
/** How long a counter is kept after its period, and how often what is over is deleted, in milliseconds. */
const SLACK_MS = 10_000
const SWEEP_MS = 3_600_000
/** Keys in memory before those that are idle are dropped. */
const MAX_KEYS = 20_000

interface Level {
  units: number
  at: number
  fullAt: number
}

const storedBucket = (key: string) => `b:${key}`
/** the end first, so that what is over can be listed */
const storedQuota = ({ key, endsAt }: QuotaSpec) => `q:${String(endsAt).padStart(16, '0')}:${key}`
const isStored = ({ rate, burst }: BucketSpec) => rate <= 0 || (burst * 1000) / rate > STORED_FROM_MS

/** The counters of one subject. Methods run one after another: while storage is read, no other call comes in. */
export class MeterObject extends DurableObject {
  readonly #levels = new Map<string, Level>()
  readonly #counts = new Map<string, number>()
  #alarmed = false

  async take(
    buckets: readonly BucketSpec[],
    quotas: readonly QuotaSpec[],
    now: number,
  ): Promise<MeterVerdict> {
    await this.#load(buckets, quotas)
    for (const spec of buckets) {
      const units = this.#units(spec, now)
      if (units < UNITS)
        return {
          admitted: false,
          by: 'throttle',
          key: spec.key,
          retryAfterMs: waitFor(units, spec.rate, spec.burst),
        }
    }
    for (const quota of quotas)
      if (this.#count(quota) >= quota.limit)
        return { admitted: false, by: 'quota', key: quota.key, retryAfterMs: quota.endsAt - now }
    for (const spec of buckets) this.#setUnits(spec, this.#units(spec, now) - UNITS, now)
    const used = quotas.map((quota) => this.#setCount(quota, this.#count(quota) + 1, now))
    return { admitted: true, used }
  }

  async exchange(requests: readonly LeaseRequest[], now: number): Promise<LeaseAnswer[]> {
    const specs = requests.map(({ spec }) => spec)
    await this.#load(
      specs.filter((spec) => 'rate' in spec),
      specs.filter((spec) => 'limit' in spec),
    )
    return requests.map(({ spec, want, back }) => {
      if ('rate' in spec) {
        const units = Math.min(this.#units(spec, now) + back * UNITS, spec.burst * UNITS)
        const granted = Math.max(0, Math.min(want, Math.floor(units / UNITS)))
        const left = units - granted * UNITS
        this.#setUnits(spec, left, now)
        return {
          granted,
          used: 0,
          retryAfterMs: granted < want ? waitFor(left, spec.rate, spec.burst) : 0,
        }
      }
      // below zero only where UpdateUsage put it
      const before = this.#count(spec)
      const count = Math.max(Math.min(before, 0), before - back)
      const granted = Math.max(0, Math.min(want, spec.limit - count))
      this.#setCount(spec, count + granted, now)
      return { granted, used: count + granted, retryAfterMs: granted < want ? spec.endsAt - now : 0 }
    })
  }

  async used(quotas: readonly QuotaSpec[]): Promise<number[]> {
    await this.#load([], quotas)
    return quotas.map((quota) => this.#count(quota))
  }

  async setUsed(quota: QuotaSpec, used: number, now: number, atLeast?: boolean): Promise<void> {
    await this.#load([], [quota])
    const known = this.#counts.get(storedQuota(quota))
    if (!atLeast || known === undefined || used > known) this.#setCount(quota, used, now)
  }

  /** Deletes counters whose period is over. */
  async alarm(): Promise<void> {
    this.#alarmed = false
    const end = storedQuota({ key: '', limit: 0, endsAt: Math.max(0, Date.now() - SLACK_MS) })
    for (;;) {
      const over = await this.ctx.storage.list({ prefix: 'q:', end, limit: 128 })
      if (over.size === 0) break
      await this.ctx.storage.delete([...over.keys()])
      for (const key of over.keys()) this.#counts.delete(key)
    }
    const rest = await this.ctx.storage.list({ prefix: 'q:', limit: 1 })
    if (rest.size > 0) this.#sweepLater()
  }

  #units({ key, rate, burst }: BucketSpec, now: number): number {
    const level = this.#levels.get(key)
    if (level && wasSetBack(level.at, now)) level.at = now
    return level ? levelOf(level.units, level.at, rate, burst, now) : burst * UNITS
  }

  #setUnits(spec: BucketSpec, units: number, now: number): void {
    const { key, rate, burst } = spec
    const at = clockOf(this.#levels.get(key)?.at ?? now, now)
    this.#levels.set(key, { units, at, fullAt: fullAt(units, at, rate, burst) })
    // nobody waits for this write: what a crash could lose is the last moment of a bucket
    if (isStored(spec)) void this.ctx.storage.put(storedBucket(key), [units, at], { allowUnconfirmed: true })
    if (this.#levels.size > MAX_KEYS)
      for (const [other, level] of this.#levels) if (level.fullAt <= now) this.#levels.delete(other)
  }

  #count(quota: QuotaSpec): number {
    return this.#counts.get(storedQuota(quota)) ?? 0
  }

  #setCount(quota: QuotaSpec, used: number, now: number): number {
    // the answer leaves this object only when the count is on disk
    void this.ctx.storage.put(storedQuota(quota), used)
    if (this.#counts.size > MAX_KEYS) this.#counts.clear()
    this.#counts.set(storedQuota(quota), used)
    if (!this.#alarmed && quota.endsAt > now) this.#sweepLater()
    return used
  }

  #sweepLater(): void {
    this.#alarmed = true
    void this.ctx.storage.getAlarm().then((at) => {
      if (at === null) void this.ctx.storage.setAlarm(Date.now() + SWEEP_MS)
    })
  }

  /** Reads what is stored and not yet in memory. */
  async #load(buckets: readonly BucketSpec[], quotas: readonly QuotaSpec[]): Promise<void> {
    const missing = [
      ...buckets
        .filter((spec) => isStored(spec) && !this.#levels.has(spec.key))
        .map(({ key }) => storedBucket(key)),
      ...quotas.map(storedQuota).filter((key) => !this.#counts.has(key)),
    ]
    if (missing.length === 0) return
    const found = await this.ctx.storage.get<number | [number, number]>(missing)
    for (const [key, value] of found)
      if (typeof value === 'number') this.#counts.set(key, value)
      else this.#levels.set(key.slice(2), { units: value[0], at: value[1], fullAt: Number.POSITIVE_INFINITY })
  }
}

const usedOf = (verdict: MeterVerdict | undefined): readonly number[] =>
  verdict?.admitted ? verdict.used : []

type Stub = Pick<MeterObject, 'take' | 'exchange' | 'used' | 'setUsed'>

const subjectOf = (key: string): string => key.slice(0, key.indexOf('|') + 1) || key

/** Groups items by the object that holds their key. */
function bySubject<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const subject = subjectOf(keyOf(item))
    const group = groups.get(subject)
    if (group) group.push(item)
    else groups.set(subject, [item])
  }
  return groups
}

const isAccount = ({ key }: BucketSpec): boolean => key.startsWith('account/')

/**
 * What APIs and usage plans set is counted exactly. The account's limit is everybody's: if one object had to answer every call of
 * every API, none would be served faster than that. It goes by leases.
 */
function exactBelow(
  leased: LeasedMeter,
  store: MeterStore,
  buckets: readonly BucketSpec[],
  quotas: readonly QuotaSpec[],
  now: number,
): Later<MeterVerdict> {
  const account = buckets.filter(isAccount)
  if (account.length === 0) return store.take(buckets, quotas, now)
  const own = buckets.filter((bucket) => !isAccount(bucket))
  const exactly = async (): Promise<MeterVerdict> => {
    let admitted = false
    try {
      const verdict = await store.take(own, quotas, now)
      admitted = verdict.admitted
      return verdict
    } finally {
      if (!admitted) leased.giveBack(account, now)
    }
  }
  return after(leased.take(account, [], now), (verdict) =>
    verdict.admitted && (own.length > 0 || quotas.length > 0) ? exactly() : verdict,
  )
}

export function durableObjectMeter(
  namespace: DurableObjectNamespace,
  options: { mode?: 'exact' | 'leased'; deadlineMs?: number } = {},
): Meter {
  const { mode = 'exact', deadlineMs = DEADLINE_MS } = options
  const ask = <T>(subject: string, work: (stub: Stub) => Promise<T>): Promise<T> =>
    withDeadline(
      work(namespace.get(namespace.idFromName(subject)) as unknown as Stub),
      deadlineMs,
      'the meter',
    )

  const store: MeterStore = {
    async take(buckets, quotas, now) {
      const specs = bySubject<BucketSpec | QuotaSpec>([...buckets, ...quotas], ({ key }) => key)
      const parts = [...specs].map(([subject, specs]) => ({
        subject,
        specs,
        buckets: specs.filter((spec) => 'rate' in spec),
        quotas: specs.filter((spec) => 'limit' in spec),
      }))
      const answers = await Promise.allSettled(
        parts.map(({ subject, buckets, quotas }) => ask(subject, (stub) => stub.take(buckets, quotas, now))),
      )
      const verdicts = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : undefined))
      if (verdicts.every((verdict) => verdict?.admitted)) {
        const counts = new Map(
          parts.flatMap(({ quotas }, i) => quotas.map(({ key }, at) => [key, usedOf(verdicts[i])[at]!])),
        )
        return { admitted: true, used: quotas.map(({ key }) => counts.get(key)!) }
      }
      parts.forEach(({ subject, specs }, i) => {
        if (!verdicts[i]?.admitted) return
        const requests = specs.map((spec) => ({ spec, want: 0, back: 1 }))
        waitUntil(ask(subject, (stub) => stub.exchange(requests, now)).catch(() => {}))
      })
      const failed = answers.find((answer) => answer.status === 'rejected')
      if (failed) throw failed.reason
      const refusals = verdicts.filter((verdict) => verdict !== undefined && !verdict.admitted)
      const order = [...buckets, ...quotas].map(({ key }) => key)
      return refusals.reduce((first, other) =>
        order.indexOf(other.key) < order.indexOf(first.key) ? other : first,
      )
    },

    async exchange(requests, now) {
      const groups = bySubject(
        requests.map((request, i) => ({ request, i })),
        ({ request }) => request.spec.key,
      )
      const answers: LeaseAnswer[] = []
      await Promise.all(
        [...groups].map(async ([subject, items]) => {
          const found = await ask(subject, (stub) =>
            stub.exchange(
              items.map(({ request }) => request),
              now,
            ),
          )
          items.forEach(({ i }, at) => {
            answers[i] = found[at]!
          })
        }),
      )
      return answers
    },

    async used(quotas) {
      const groups = bySubject(
        quotas.map((quota, i) => ({ quota, i })),
        ({ quota }) => quota.key,
      )
      const counts: number[] = []
      await Promise.all(
        [...groups].map(async ([subject, items]) => {
          const found = await ask(subject, (stub) => stub.used(items.map(({ quota }) => quota)))
          items.forEach(({ i }, at) => {
            counts[i] = found[at]!
          })
        }),
      )
      return counts
    },

    setUsed: (quota, used, now, atLeast) =>
      ask(subjectOf(quota.key), (stub) => stub.setUsed(quota, used, now, atLeast)),
  }
  const leased = new LeasedMeter(
    {
      ...store,
      // an exchange outlives the call that started it, for others wait for it too
      exchange: (requests, now) => {
        const exchanged = store.exchange(requests, now)
        waitUntil(exchanged.catch(() => {}))
        return exchanged
      },
    },
    (work, ms) =>
      waitUntil(
        new Promise<void>((resolve) =>
          setTimeout(() => {
            work()
            resolve()
          }, ms),
        ),
      ),
    Date.now,
    workersJoin,
  )
  const close = () => leased.release(Date.now(), true)
  if (mode === 'exact')
    return { durable: true, ...store, take: (...call) => exactBelow(leased, store, ...call), close }
  return {
    durable: true,
    take: (buckets, quotas, now) => leased.take(buckets, quotas, now),
    used: (quotas, now) => leased.used(quotas, now),
    setUsed: (quota, used, now, atLeast) => leased.setUsed(quota, used, now, atLeast),
    close,
  }
}
