import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, dateOf, periodOf } from '../../src/core/quota.ts'

const at = (text: string) => Date.parse(text)
const shown = (period: string, offset: number, now: string) => {
  const { startsAt, endsAt, id } = periodOf({ period, offset }, at(now))
  return [dateOf(startsAt), dateOf(endsAt), id]
}

describe('quota periods', () => {
  test('days are UTC days', () => {
    expect(shown('DAY', 0, '2026-11-23T00:00:00.000Z')).toEqual([
      '2026-11-23',
      '2026-11-24',
      '2026-11-23/DAY',
    ])
    expect(shown('DAY', 0, '2026-11-23T23:59:59.999Z')).toEqual([
      '2026-11-23',
      '2026-11-24',
      '2026-11-23/DAY',
    ])
  })

  test.each([
    // 2026-11-22 is a Sunday
    ['2026-11-22T00:00:00Z', 0, '2026-11-22'],
    ['2026-11-28T23:59:59Z', 0, '2026-11-22'],
    ['2026-11-29T00:00:00Z', 0, '2026-11-29'],
    ['2026-11-22T12:00:00Z', 1, '2026-11-16'],
    ['2026-11-23T00:00:00Z', 1, '2026-11-23'],
    ['2026-11-27T23:59:59Z', 6, '2026-11-21'],
    ['2026-11-28T00:00:00Z', 6, '2026-11-28'],
    ['1969-12-31T12:00:00Z', 0, '1969-12-28'],
  ])('the week of %s with offset %i starts on %s', (now, offset, start) => {
    const [startsAt, endsAt] = shown('WEEK', offset, now)
    expect(startsAt).toBe(start)
    expect(at(endsAt!) - at(start)).toBe(7 * DAY_MS)
  })

  test.each([
    ['2026-02-28T23:59:59Z', 0, '2026-02-01', '2026-03-01'],
    ['2028-02-29T12:00:00Z', 0, '2028-02-01', '2028-03-01'],
    ['2028-02-28T00:00:00Z', 27, '2028-02-28', '2028-03-28'],
    ['2028-02-27T23:59:59Z', 27, '2028-01-28', '2028-02-28'],
    ['2026-01-01T00:00:00Z', 5, '2025-12-06', '2026-01-06'],
    ['2026-12-31T23:59:59Z', 0, '2026-12-01', '2027-01-01'],
    ['2026-03-29T01:30:00Z', 14, '2026-03-15', '2026-04-15'],
  ])('the month of %s with offset %i runs from %s to %s', (now, offset, start, end) => {
    expect(shown('MONTH', offset, now).slice(0, 2)).toEqual([start, end])
  })

  test('periods follow each other without a gap, and each moment lies in its own', () => {
    const kinds = fc.oneof(
      fc.constant({ period: 'DAY', offset: 0 }),
      fc.record({ period: fc.constant('WEEK'), offset: fc.nat(6) }),
      fc.record({ period: fc.constant('MONTH'), offset: fc.nat(27) }),
    )
    const moments = fc.integer({ min: at('1999-01-01'), max: at('2101-01-01') })
    fc.assert(
      fc.property(kinds, moments, (quota, now) => {
        const period = periodOf(quota, now)
        expect(period.startsAt <= now && now < period.endsAt).toBe(true)
        expect(periodOf(quota, period.endsAt).startsAt).toBe(period.endsAt)
        expect(periodOf(quota, period.startsAt - 1).endsAt).toBe(period.startsAt)
        expect(periodOf(quota, period.endsAt - 1)).toEqual(period)
        const start = new Date(period.startsAt)
        if (quota.period === 'WEEK') expect(start.getUTCDay()).toBe(quota.offset)
        if (quota.period === 'MONTH') expect(start.getUTCDate()).toBe(quota.offset + 1)
      }),
      { numRuns: 2000 },
    )
  })
})
