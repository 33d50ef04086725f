/** Quota periods of usage plans, in UTC: a day, a week or a month, which starts `offset` days late. */

/** One quota that a call must pass: at most `limit` calls in the period that ends at `endsAt`. */
export interface QuotaSpec {
  key: string
  /** UNLIMITED for a counter that only counts */
  limit: number
  /** epoch milliseconds. It names the period too: with another end the count starts from zero */
  endsAt: number
}

/** A limit that no counter reaches; JSON and Lua can say it, unlike Infinity. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER

export const DAY_MS = 86_400_000

export interface Period {
  id: string
  /** epoch milliseconds, inclusive */
  startsAt: number
  /** epoch milliseconds, exclusive */
  endsAt: number
}

/** The UTC date of a moment, `2026-11-23`. */
export const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/**
 * The period that `now` lies in. `offset` is the day on which it starts (AWS::ApiGateway::UsagePlan QuotaSettings): of a WEEK
 * 0 is Sunday and 6 Saturday, of a MONTH 0 is the first and 27 the 28th.
 */
export function periodOf(quota: { period?: string; offset?: number }, now: number): Period {
  const { period = 'DAY', offset = 0 } = quota
  const day = Math.floor(now / DAY_MS)
  let startsAt = day * DAY_MS
  let endsAt = startsAt + DAY_MS
  if (period === 'WEEK') {
    // 1970-01-01 was a Thursday, day 4 of a week that starts on Sunday
    startsAt -= ((((day + 4 - offset) % 7) + 7) % 7) * DAY_MS
    endsAt = startsAt + 7 * DAY_MS
  } else if (period === 'MONTH') {
    const shifted = new Date(startsAt - offset * DAY_MS)
    const year = shifted.getUTCFullYear()
    const month = shifted.getUTCMonth()
    startsAt = Date.UTC(year, month, 1 + offset)
    endsAt = Date.UTC(year, month + 1, 1 + offset)
  }
  return { id: `${dateOf(startsAt)}/${period}`, startsAt, endsAt }
}

/** Calls left. A limit that was lowered below what is used leaves none. */
export const remainingOf = (limit: number, used: number): number => Math.max(0, limit - used)
