import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLibsql } from '../../src/adapters/database-libsql.ts'
import { memoryMeter } from '../../src/adapters/meter-memory.ts'
import { DAY_MS } from '../../src/core/quota.ts'
import type { PlanLimits } from '../../src/core/traffic.ts'
import type { Meter } from '../../src/platform.ts'
import { Usage } from '../../src/store/usage.ts'

const REGION = 'us-east-1'
const plan = (quota?: PlanLimits['quota'], id = 'plan1'): PlanLimits => ({ id, quota })

let open: Awaited<ReturnType<typeof openLibsql>>
let now: number
let log: string[]
beforeEach(async () => {
  // a Monday
  now = Date.UTC(2026, 10, 23, 12)
  log = []
  const folder = mkdtempSync(join(tmpdir(), 'edgeway-usage-'))
  open = await openLibsql({ url: `file:${folder}/edgeway.db`, migrations: 'migrations' })
})
afterEach(() => open.close())

/** A process: its own meter, the one database. */
function startProcess(meter: Meter = memoryMeter(), database = open.database) {
  const usage = new Usage({
    database,
    meter,
    clock: { now: () => now },
    log: (_level, message) => void log.push(message),
    defer: (work) => void work.catch(() => {}),
    join: (work) => work,
  })
  return {
    usage,
    meter,
    /** calls of a key; how many were admitted */
    async call(plan: PlanLimits, keyId = 'key1', count = 1) {
      let admitted = 0
      for (let i = 0; i < count; i++) {
        const client = usage.client(REGION, plan, keyId, now)
        await usage.ready(client, now)
        const verdict = await meter.take([], client.quotas, now)
        if (!verdict.admitted) continue
        usage.note(client, verdict.used)
        admitted++
      }
      return admitted
    },
    of: (plan: PlanLimits, startDate: string, endDate: string, keyIds = ['key1']) =>
      usage.of({ region: REGION, plan, keyIds, startDate, endDate }),
    grant: (plan: PlanLimits, remaining: number, keyId = 'key1') =>
      usage.grant({ region: REGION, plan, keyId, remaining }),
  }
}

describe('GetUsage', () => {
  test('used and remaining of each day, today to the call', async () => {
    const month = plan({ limit: 10, period: 'MONTH', offset: 0 })
    const { call, of } = startProcess()
    await call(month, 'key1', 3)
    now += 2 * DAY_MS
    await call(month, 'key1', 2)
    expect(await of(month, '2026-11-22', '2026-11-26')).toEqual({
      key1: [
        [0, 10],
        [3, 7],
        [0, 7],
        [2, 5],
        [0, 5],
      ],
    })
    // a range that starts within the period knows what was used before
    expect(await of(month, '2026-11-24', '2026-11-24')).toEqual({ key1: [[0, 7]] })
    now = Date.UTC(2026, 11, 1)
    expect(await of(month, '2026-11-30', '2026-12-01')).toEqual({
      key1: [
        [0, 5],
        [0, 10],
      ],
    })
  })

  test('a daily quota starts anew each day', async () => {
    const daily = plan({ limit: 2, period: 'DAY', offset: 0 })
    const { call, of } = startProcess()
    expect(await call(daily, 'key1', 5)).toBe(2)
    now += DAY_MS
    expect(await call(daily, 'key1', 1)).toBe(1)
    expect(await of(daily, '2026-11-23', '2026-11-24')).toEqual({
      key1: [
        [2, 0],
        [1, 1],
      ],
    })
  })

  test('keys and plans count by themselves', async () => {
    const [one, two] = [
      plan({ limit: 5, period: 'WEEK', offset: 1 }),
      plan({ limit: 5, period: 'WEEK' }, 'plan2'),
    ]
    const { call, of } = startProcess()
    await call(one, 'key1', 1)
    await call(one, 'key2', 2)
    await call(two, 'key1', 3)
    expect(await of(one, '2026-11-23', '2026-11-23', ['key1', 'key2', 'key3'])).toEqual({
      key1: [[1, 4]],
      key2: [[2, 3]],
      key3: [[0, 5]],
    })
    expect(await of(two, '2026-11-23', '2026-11-23')).toEqual({ key1: [[3, 2]] })
  })

  test('a plan without a quota counts, and leaves -1', async () => {
    const { call, of } = startProcess()
    expect(await call(plan(), 'key1', 4)).toBe(4)
    expect(await of(plan(), '2026-11-23', '2026-11-23')).toEqual({ key1: [[4, -1]] })
  })
})

describe('UpdateUsage', () => {
  const daily = plan({ limit: 5, period: 'DAY', offset: 0 })

  test('an extension lets more calls in, a reduction fewer; what was used stays told', async () => {
    const { call, grant, of } = startProcess()
    expect(await call(daily, 'key1', 9)).toBe(5)
    expect(await grant(daily, 3)).toEqual({
      startDate: '2026-11-23',
      endDate: '2026-11-23',
      items: { key1: [[5, 3]] },
    })
    expect(await of(daily, '2026-11-23', '2026-11-23')).toEqual({ key1: [[5, 3]] })
    expect(await call(daily, 'key1', 9)).toBe(3)
    await grant(daily, 12)
    expect(await call(daily, 'key1', 4)).toBe(4)
    await grant(daily, 1)
    expect(await call(daily, 'key1', 9)).toBe(1)
    expect(await of(daily, '2026-11-23', '2026-11-23')).toEqual({ key1: [[13, 0]] })
    now += DAY_MS
    expect(await call(daily, 'key1', 9)).toBe(5)
  })

  test('a plan without a quota has nothing to grant', async () => {
    await expect(startProcess().grant(plan(), 3)).rejects.toThrow('has no quota')
  })
})

describe('restarts', () => {
  const month = plan({ limit: 10, period: 'MONTH', offset: 0 })

  test('counts outlive the process, its grants too', async () => {
    const first = startProcess()
    await first.call(month, 'key1', 4)
    await first.grant(month, 20)
    await first.call(month, 'key1', 5)
    await first.usage.close()
    const second = startProcess()
    expect(await second.of(month, '2026-11-23', '2026-11-23')).toEqual({ key1: [[9, 15]] })
    expect(await second.call(month, 'key1', 99)).toBe(15)
    // days later, in the same period
    await second.usage.close()
    now += 3 * DAY_MS
    expect(await startProcess().call(month, 'key1', 9)).toBe(0)
    // and in the next one
    now = Date.UTC(2026, 11, 1)
    expect(await startProcess().call(month, 'key1', 99)).toBe(10)
  })

  test('a quota of another period or another end starts from zero', async () => {
    const first = startProcess()
    await first.call(month, 'key1', 4)
    await first.usage.close()
    const week = plan({ limit: 10, period: 'WEEK', offset: 0 })
    expect(await startProcess().call(week, 'key1', 99)).toBe(10)
  })

  test('a store that lost its counts is told what this process saw', async () => {
    const forgetful = memoryMeter()
    let inner: Meter = memoryMeter()
    const meter: Meter = {
      ...forgetful,
      take: (...args) => inner.take(...args),
      used: (...args) => inner.used(...args),
      setUsed: (...args) => inner.setUsed(...args),
    }
    const { call } = startProcess(meter)
    expect(await call(month, 'key1', 7)).toBe(7)
    inner = memoryMeter()
    expect(await call(month, 'key1', 9)).toBe(4)
  })

  test('two processes on one meter write one truth', async () => {
    const meter = memoryMeter()
    const [one, two] = [startProcess(meter), startProcess(meter)]
    await one.call(month, 'key1', 2)
    await two.call(month, 'key1', 3)
    await one.call(month, 'key1', 1)
    // the one that knows less writes last
    await one.usage.close()
    await two.usage.close()
    expect(await startProcess().of(month, '2026-11-23', '2026-11-23')).toEqual({ key1: [[6, 4]] })
  })

  test('a database that is down: calls that must know wait for it in vain, the others go on, nothing is lost', async () => {
    const { database } = open
    let down = false
    const failing = new Proxy(database, {
      get(target, name) {
        const value = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (down) throw new Error('database is down')
          return value.apply(target, args)
        }
      },
    })
    const { call, usage } = startProcess(memoryMeter(), failing)
    await call(month, 'key1', 1)
    down = true
    await call(month, 'key1', 2)
    await expect(call(month, 'key2', 1)).rejects.toThrow('database is down')
    await usage.flush()
    expect(log).toEqual(['usage counts cannot be written to the database'])
    down = false
    expect(await call(month, 'key2', 1)).toBe(1)
    await usage.close()
    expect(await startProcess().of(month, '2026-11-23', '2026-11-23', ['key1', 'key2'])).toEqual({
      key1: [[3, 7]],
      key2: [[1, 9]],
    })
  })

  test('a durable meter is not asked for by the database', async () => {
    const { call } = startProcess({ ...memoryMeter(), durable: true }, null as never)
    expect(await call(month, 'key1', 3)).toBe(3)
  })
})
