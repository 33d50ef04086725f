/** Measured in a process of its own by bench/traffic.mjs: `meter.ts speed|memory|redis [url]`; prints JSON. */
import { memoryMeter } from '../../src/adapters/meter-memory.ts'
import { redisMeter } from '../../src/adapters/meter-redis.ts'
import { connectRedis } from '../../src/adapters/redis-connection.ts'
import type { Meter } from '../../src/platform.ts'

const [, , what, url] = process.argv
const START = Date.now()
const wide = { rate: 1e9, burst: 1e9 }

/** Five levels: client and method, client, method, stage, account; and a client's two counters. */
const levels = (client: number) => [
  { key: `client/r/p/${client}|a/s/x/GET`, ...wide },
  { key: `client/r/p/${client}|`, ...wide },
  { key: 'method/a/s/GET x|', ...wide },
  { key: 'stage/a/s|', ...wide },
  { key: 'account/r|', ...wide },
]
const counters = (client: number) => [
  { key: `client/r/p/${client}|used`, limit: 2 ** 53 - 1, endsAt: START + 1e9 },
  { key: `client/r/p/${client}|DAY`, limit: 2 ** 50, endsAt: START + 1e9 },
]

async function perCall(meter: Meter, calls: number, parallel: number, quotas: boolean): Promise<number> {
  const clients = Array.from({ length: 100 }, (_, i) => ({
    buckets: levels(i),
    quotas: quotas ? counters(i) : [],
  }))
  let left = calls
  const started = performance.now()
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (left-- > 0) {
        const { buckets, quotas } = clients[left % 100]!
        const verdict = meter.take(buckets, quotas, START + (calls - left) / 1000)
        if (!('admitted' in verdict)) await verdict
        // as between requests: leases are filled meanwhile
        else if (left % 256 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }),
  )
  return ((performance.now() - started) * 1000) / calls
}

async function speed() {
  const meter = memoryMeter()
  await perCall(meter, 300_000, 1, true)
  const buckets = []
  const both = []
  for (let round = 0; round < 5; round++) {
    buckets.push(await perCall(meter, 300_000, 1, false))
    both.push(await perCall(meter, 300_000, 1, true))
  }
  return { fiveLevels: Math.min(...buckets), withQuota: Math.min(...both) }
}

async function memory() {
  const keys = 1_000_000
  const resident = () => {
    ;(globalThis as { gc?: () => void }).gc?.()
    return process.memoryUsage().rss
  }
  const before = resident()
  const meter = memoryMeter()
  for (let i = 0; i < keys; i++) {
    // as the gateway's keys are made: new strings
    const key = Buffer.from(`client/us-east-1/abc123/key${i}|`).toString()
    meter.take([{ key, rate: 10, burst: 10 }], [], START)
  }
  const held = meter.size()
  const full = resident() - before
  // a second later every bucket is full again: other calls let the idle ones go
  for (let i = 0; i < keys / 4; i++) meter.take([{ key: 'busy', ...wide }], [], START + 1000)
  resident()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { held, bytes: full, left: meter.size(), bytesLeft: heapUsed + arrayBuffers }
}

async function overRedis() {
  const redis = connectRedis(url!, () => {})
  while ((await redis.send(['PING']).catch(() => null)) !== 'PONG')
    await new Promise((r) => setTimeout(r, 20))
  const result: Record<string, number> = {}
  for (const mode of ['exact', 'leased'] as const) {
    const meter = redisMeter(redis, { mode, prefix: `bench:${mode}:` })
    await perCall(meter, 2000, 32, true)
    const before = process.cpuUsage()
    result[mode] = await perCall(meter, 20_000, 32, true)
    const { user, system } = process.cpuUsage(before)
    result[`${mode}Cpu`] = (user + system) / 20_000
    await meter.close?.()
  }
  await redis.close()
  return result
}

const measured = await { speed, memory, redis: overRedis }[what as 'speed']()
console.log(JSON.stringify(measured))
process.exit(0)
