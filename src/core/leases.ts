/**
 * Leases: a process takes tokens and calls from a shared store in advance, so that most calls are decided without asking it.
 *
 * What a lease costs in exactness, for each bucket or quota and each process, is one lease (`leaseSize`):
 * - a bucket admits in any window at most `burst + rate × window` plus one lease a process, spent late;
 * - a quota never admits more than its limit;
 * - both may refuse while other processes hold leases: at most one lease a process too few. Leases not spent within LEASE_MS are
 *   given back; a process that dies takes its leases along.
 */
import type { QuotaSpec } from './quota.ts'
import type { BucketSpec, MeterVerdict } from './throttle.ts'

/** How long a lease may be spent, in milliseconds. */
export const LEASE_MS = 1000
/** Rounds that a call waits for its tokens while others take them first. */
const MAX_ROUNDS = 16

/** What a process asks of the store for one key: to take up to `want`, after returning `back`. */
export interface LeaseRequest {
  spec: BucketSpec | QuotaSpec
  want: number
  back: number
}

/** `granted` is at most what was wanted; `used` is a quota's count with everything granted; `retryAfterMs` tells when there is more. */
export interface LeaseAnswer {
  granted: number
  used: number
  retryAfterMs?: number
}

/** A store that several processes share. Everything may reject: the store is down then. */
export interface MeterStore {
  /** one from each or none */
  take(buckets: readonly BucketSpec[], quotas: readonly QuotaSpec[], now: number): Promise<MeterVerdict>
  /** each request for itself */
  exchange(requests: readonly LeaseRequest[], now: number): Promise<LeaseAnswer[]>
  used(quotas: readonly QuotaSpec[], now: number): Promise<number[]>
  setUsed(quota: QuotaSpec, used: number, now: number, atLeast?: boolean): Promise<void>
}

/** The most that one process holds of a bucket (5 % of its second or burst, up to 1000) or a quota (1 %, up to 100); at least 1. */
export const leaseSize = (spec: BucketSpec | QuotaSpec): number =>
  'rate' in spec
    ? Math.max(1, Math.min(1000, Math.floor(Math.min(spec.rate, spec.burst) / 20)))
    : Math.max(1, Math.min(100, Math.floor(spec.limit / 100)))

interface Lease {
  spec: BucketSpec | QuotaSpec
  left: number
  /** taken and not spent in time: goes back with the next exchange */
  back: number
  expiresAt: number
  /** the store had no more: do not ask again before */
  dryUntil: number
  /** when the store would have more, for Retry-After */
  moreAt: number | undefined
  /** the store's count of a quota, with all leases */
  used: number
  waiting: number
  asking: Promise<void> | undefined
}

export class LeasedMeter {
  readonly #store: MeterStore
  readonly #later: (work: () => void, ms: number) => void
  readonly #now: () => number
  readonly #join: (work: Promise<void>) => Promise<void>
  readonly #leases = new Map<string, Lease>()
  #scheduledFor = Number.NEGATIVE_INFINITY

  /**
   * `later` runs `work` after `ms` milliseconds; `now` is read then; `join` waits for an exchange that another call began.
   */
  constructor(
    store: MeterStore,
    later: (work: () => void, ms: number) => void,
    now: () => number,
    join: (work: Promise<void>) => Promise<void> = (work) => work,
  ) {
    this.#join = join
    this.#store = store
    this.#later = later
    this.#now = now
  }

  take(
    buckets: readonly BucketSpec[],
    quotas: readonly QuotaSpec[],
    now: number,
  ): MeterVerdict | Promise<MeterVerdict> {
    const verdict = this.#decide(buckets, quotas, now)
    return Array.isArray(verdict) ? this.#wait(buckets, quotas, now, verdict) : verdict
  }

  async used(quotas: readonly QuotaSpec[], now: number): Promise<number[]> {
    const counts = await this.#store.used(quotas, now)
    return counts.map((count, i) => count - this.#held(quotas[i]!, now))
  }

  async setUsed(quota: QuotaSpec, used: number, now: number, atLeast?: boolean): Promise<void> {
    const lease = this.#leases.get(quota.key)
    if (lease?.asking) await lease.asking.catch(() => {})
    // what is held here was counted in the number that is now replaced
    if (!atLeast) this.#leases.delete(quota.key)
    await this.#store.setUsed(quota, used, now, atLeast)
  }

  /** Tokens of a call that was refused elsewhere after it had been admitted here. */
  giveBack(buckets: readonly BucketSpec[], now: number): void {
    for (const { key } of buckets) {
      const lease = this.#leases.get(key)
      if (!lease) continue
      if (lease.expiresAt > now) lease.left++
      else lease.back++
    }
  }

  /** Gives back what is not spent: everything, or what has run out. */
  async release(now: number, everything = false): Promise<void> {
    const requests: LeaseRequest[] = []
    for (const [key, lease] of this.#leases) {
      if (lease.asking || lease.waiting > 0) continue
      if (everything) lease.expiresAt = Math.min(lease.expiresAt, now)
      expire(lease, now)
      if (lease.left > 0) continue
      if (lease.back > 0) requests.push({ spec: lease.spec, want: 0, back: lease.back })
      if (everything || lease.dryUntil <= now) this.#leases.delete(key)
      else lease.back = 0
    }
    if (requests.length > 0) await this.#store.exchange(requests, now)
  }

  #held(quota: QuotaSpec, now: number): number {
    const lease = this.#leases.get(quota.key)
    if (!lease || (lease.spec as QuotaSpec).endsAt !== quota.endsAt) return 0
    expire(lease, now)
    return lease.left + lease.back
  }

  #lease(spec: BucketSpec | QuotaSpec, now: number): Lease {
    let lease = this.#leases.get(spec.key)
    if (!lease) {
      lease = {
        spec,
        left: 0,
        back: 0,
        expiresAt: 0,
        dryUntil: 0,
        moreAt: undefined,
        used: 0,
        waiting: 0,
        asking: undefined,
      }
      this.#leases.set(spec.key, lease)
      this.#schedule()
    } else if ('endsAt' in spec && spec.endsAt !== (lease.spec as QuotaSpec).endsAt) {
      // a new period: what is left of the old one is worth nothing
      Object.assign(lease, { left: 0, back: 0, dryUntil: 0, used: 0 })
    } else if (lease.expiresAt <= now) expire(lease, now)
    lease.spec = spec
    return lease
  }

  /** A verdict, or the leases that must be filled first. */
  #decide(buckets: readonly BucketSpec[], quotas: readonly QuotaSpec[], now: number): MeterVerdict | Lease[] {
    let lacking: Lease[] | undefined
    for (let i = 0; i < buckets.length + quotas.length; i++) {
      const spec = i < buckets.length ? buckets[i]! : quotas[i - buckets.length]!
      const lease = this.#lease(spec, now)
      if (lease.left > 0) continue
      // a clock that was set back must not keep a bucket dry
      if (lease.dryUntil > now && lease.dryUntil - now <= LEASE_MS)
        return {
          admitted: false,
          by: i < buckets.length ? 'throttle' : 'quota',
          key: spec.key,
          retryAfterMs: lease.moreAt === undefined ? undefined : Math.max(0, lease.moreAt - now),
        }
      lacking ??= []
      lacking.push(lease)
    }
    if (lacking) return lacking
    let low: Lease[] | undefined
    const spend = (key: string): Lease => {
      const lease = this.#leases.get(key)!
      lease.left--
      if (isLow(lease, now)) {
        low ??= []
        low.push(lease)
      }
      return lease
    }
    for (const { key } of buckets) spend(key)
    const used = quotas.map(({ key }) => {
      const lease = spend(key)
      return lease.used - lease.left - lease.back
    })
    if (low) this.#fill(low, now).catch(() => {})
    return { admitted: true, used }
  }

  async #wait(
    buckets: readonly BucketSpec[],
    quotas: readonly QuotaSpec[],
    now: number,
    first: Lease[],
  ): Promise<MeterVerdict> {
    let lacking = first
    for (let round = 0; round < MAX_ROUNDS; round++) {
      for (const lease of lacking) lease.waiting++
      try {
        const ahead = lacking.flatMap(({ asking }) => (asking ? [this.#join(asking)] : []))
        const idle = lacking.filter((lease) => !lease.asking)
        await Promise.all(idle.length > 0 ? [this.#fill(idle, now), ...ahead] : ahead)
      } finally {
        for (const lease of lacking) lease.waiting--
      }
      const verdict = this.#decide(buckets, quotas, now)
      if (!Array.isArray(verdict)) return verdict
      lacking = verdict
    }
    const { spec } = lacking[0]!
    return { admitted: false, by: 'rate' in spec ? 'throttle' : 'quota', key: spec.key, retryAfterMs: 1 }
  }

  /** One exchange for several leases. Calls that come while it is under way wait for the same answer. */
  #fill(leases: Lease[], now: number): Promise<void> {
    // the calls of this turn of the event loop join before the amount is fixed
    const asking = Promise.resolve().then(() => this.#exchange(leases, now))
    const settled = asking.finally(() => {
      for (const lease of leases) lease.asking = undefined
    })
    for (const lease of leases) lease.asking = settled
    return settled
  }

  async #exchange(leases: Lease[], now: number): Promise<void> {
    const requests = leases.map((lease) => {
      const request = {
        spec: lease.spec,
        want: Math.max(leaseSize(lease.spec) - lease.left, lease.waiting),
        back: lease.back,
      }
      lease.back = 0
      return request
    })
    const answers = await this.#store.exchange(requests, now)
    leases.forEach((lease, i) => {
      const { granted, used, retryAfterMs } = answers[i]!
      const { spec, want } = requests[i]!
      // the period changed while the answer was under way
      if ('endsAt' in spec && spec.endsAt !== (lease.spec as QuotaSpec).endsAt) return
      expire(lease, now)
      lease.left += granted
      lease.used = used
      lease.expiresAt = now + LEASE_MS
      lease.moreAt = retryAfterMs === undefined ? undefined : now + retryAfterMs
      lease.dryUntil = granted < want ? now + Math.min(retryAfterMs ?? LEASE_MS, LEASE_MS) : 0
    })
  }

  #schedule(): void {
    const now = this.#now()
    // a runtime may drop a timer with the request that set it (Workers): after a while it is set again
    if (Math.abs(now - this.#scheduledFor) <= 2 * LEASE_MS) return
    this.#scheduledFor = now + LEASE_MS
    this.#later(() => {
      this.#scheduledFor = Number.NEGATIVE_INFINITY
      this.release(this.#now())
        .catch(() => {})
        .finally(() => {
          if (this.#leases.size > 0) this.#schedule()
        })
    }, LEASE_MS)
  }
}

/** Whether to ask for more while half of it lasts: not where the store has just said that there is none. */
function isLow({ left, spec, asking, dryUntil }: Lease, now: number): boolean {
  const size = leaseSize(spec)
  return left * 2 < size && size > 1 && !asking && dryUntil <= now
}

function expire(lease: Lease, now: number): void {
  if (lease.expiresAt > now && lease.expiresAt - now <= LEASE_MS) return
  lease.back += lease.left
  lease.left = 0
}
