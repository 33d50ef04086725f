/** Several processes on one Redis: what they admit together, one of them killed, Redis killed and back. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leaseSize } from '../../src/core/leases.ts'
import type { BucketSpec, QuotaSpec } from '../../src/platform.ts'
import type { Done, Order } from '../support/meter-process.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'

const HOUR = 3_600_000
/** Starting a process takes its time on a busy machine. */
const SLOW = 120_000
const SCRIPT = new URL('../../node_modules/.cache/meter-process.mjs', import.meta.url).pathname

type Process = Awaited<ReturnType<typeof startProcess>>
let server: RedisServer
let four: Process[] = []
beforeAll(async () => {
  server = await startRedis()
  await build({
    entryPoints: ['test/support/meter-process.ts'],
    outfile: SCRIPT,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  })
}, SLOW)
afterAll(() => server?.kill())

/** A long deadline, so that a busy machine is not taken for a Redis that is down. */
async function startProcess(mode: 'exact' | 'leased', deadlineMs = 20_000) {
  const child: ChildProcess = spawn(process.execPath, [SCRIPT, server.url, mode, String(deadlineMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const ask = async (line: string) => {
    child.stdin!.write(`${line}\n`)
    return String((await lines.next()).value)
  }
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for (let tries = 0; (await ask('ready?')) !== 'PONG' && tries < 100; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  return {
    order: async (order: Omit<Order, 'calls'> & { calls?: number }) =>
      JSON.parse(await ask(JSON.stringify({ calls: 0, ...order }))) as Done,
    async close() {
      child.stdin!.write('close\n')
      await gone
    },
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

function withFour(mode: 'exact' | 'leased'): void {
  beforeAll(async () => {
    four = await Promise.all(Array.from({ length: 4 }, () => startProcess(mode)))
  }, SLOW)
  afterAll(() => Promise.all(four.map((one) => one.kill())))
}

let keys = 0
const bucket = (rate: number, burst: number): BucketSpec => ({ key: `test${keys++}|b`, rate, burst })
const quota = (limit: number): QuotaSpec => ({ key: `test${keys++}|q`, limit, endsAt: Date.now() + HOUR })
const sum = (done: Done[], of: keyof Done) => done.reduce((total, one) => total + one[of], 0)

describe('exact', () => {
  withFour('exact')

  test('four processes admit what one would, to the call', async () => {
    const now = Date.now()
    const [spec, limited] = [bucket(10, 700), quota(500)]
    const all = (order: object) =>
      Promise.all(
        four.map((one) => one.order({ parallel: 16, calls: 400, buckets: [], quotas: [], now, ...order })),
      )
    expect(sum(await all({ buckets: [spec] }), 'admitted')).toBe(700)
    expect(sum(await all({ buckets: [spec], now: now + 5000 }), 'admitted')).toBe(50)
    expect(sum(await all({ quotas: [limited] }), 'admitted')).toBe(500)
  })

  test('clients of four processes compete for what they share, to the call; none loses a token in vain', async () => {
    const now = Date.now()
    const shared = bucket(0, 500)
    const clients = Array.from({ length: 8 }, () => ({ buckets: [bucket(0, 100)], quotas: [quota(90)] }))
    const all = (order: object) =>
      Promise.all(
        four.map((one) =>
          one.order({ parallel: 32, calls: 400, buckets: [], quotas: [], now, clients, ...order }),
        ),
      )
    expect(sum(await all({ buckets: [shared] }), 'admitted')).toBe(500)
    // what the shared bucket refused has cost its client nothing
    expect(sum(await all({}), 'admitted')).toBe(8 * 90 - 500)
    const rest = clients.map(({ buckets }) => ({ buckets, quotas: [] }))
    expect(sum(await all({ clients: rest }), 'admitted')).toBe(8 * 10)
  })

  test('over real time: the rate and the burst, and not one more', async () => {
    const spec = bucket(200, 100)
    const started = Date.now()
    const done = await Promise.all(
      four.map((one) => one.order({ parallel: 8, forMs: 1500, buckets: [spec], quotas: [] })),
    )
    const passed = Date.now() - started
    expect(sum(done, 'failed')).toBe(0)
    expect(sum(done, 'admitted')).toBeLessThanOrEqual(100 + (200 * passed) / 1000)
    // all of them asked all the time
    expect(sum(done, 'admitted')).toBeGreaterThan(100 + 100)
  })

  test('Redis killed: calls fail at once; back again: they are decided again', async () => {
    const [one] = four
    const order = { parallel: 4, forMs: 400, buckets: [bucket(1e6, 1e6)], quotas: [] }
    expect((await one!.order(order)).failed).toBe(0)
    await server.kill()
    const down = await one!.order(order)
    expect(down.admitted).toBe(0)
    expect(down.failed).toBeGreaterThan(20)
    await server.restart()
    await expect
      .poll(async () => (await one!.order({ ...order, forMs: 50 })).admitted, { timeout: 10_000 })
      .toBeGreaterThan(0)
    expect((await one!.order(order)).failed).toBe(0)
  })

  test('Redis that hangs is Redis that is down, and no call hangs with it', async () => {
    const one = await startProcess('exact', 200)
    const order = { parallel: 4, forMs: 600, buckets: [bucket(1e6, 1e6)], quotas: [] }
    expect((await one.order(order)).failed).toBe(0)
    server.pause()
    const down = await one.order(order).finally(() => server.resume())
    // the first four wait for the deadline, then calls fail without waiting
    expect(down.failed).toBeGreaterThan(4)
    await expect
      .poll(async () => (await one.order({ ...order, forMs: 50 })).admitted, { timeout: 10_000 })
      .toBeGreaterThan(0)
    await one.kill()
  })
})

describe('leased', () => {
  withFour('leased')

  test('four processes admit within the documented bound', async () => {
    const now = Date.now()
    const [spec, limited] = [bucket(1000, 2000), quota(1500)]
    const all = (order: object) =>
      Promise.all(
        four.map((one) => one.order({ parallel: 16, calls: 1000, buckets: [], quotas: [], now, ...order })),
      )
    const bursts = sum(await all({ buckets: [spec] }), 'admitted')
    expect(bursts).toBeLessThanOrEqual(2000)
    expect(bursts).toBeGreaterThanOrEqual(2000 - 4 * leaseSize(spec))
    const counted = sum(await all({ quotas: [limited] }), 'admitted')
    expect(counted).toBeLessThanOrEqual(1500)
    expect(counted).toBeGreaterThanOrEqual(1500 - 4 * leaseSize(limited))
  })

  test('over real time', async () => {
    const spec = bucket(400, 400)
    const started = Date.now()
    const done = await Promise.all(
      four.map((one) => one.order({ parallel: 8, forMs: 1500, buckets: [spec], quotas: [] })),
    )
    const passed = Date.now() - started
    const [most, slack] = [400 + (400 * passed) / 1000, 4 * leaseSize(spec)]
    expect(sum(done, 'failed')).toBe(0)
    expect(sum(done, 'admitted')).toBeLessThanOrEqual(most + slack)
    expect(sum(done, 'admitted')).toBeGreaterThan(400 + 200)
  })

  test('a process that is killed takes one lease along; one that ends, none', async () => {
    const [ends, killed, stays] = four
    const limited = quota(1000)
    const order = { parallel: 1, calls: 1, buckets: [], quotas: [limited] }
    expect([await ends!.order(order), await killed!.order(order)].map(({ admitted }) => admitted)).toEqual([
      1, 1,
    ])
    await ends!.close()
    await killed!.kill()
    const rest = await stays!.order({ ...order, parallel: 8, calls: 2000 })
    expect(rest.admitted + 2).toBe(1000 - leaseSize(limited) + 1)
  })
})
