/**
 * A process that calls a meter in Redis as fast as it can, told what to do line by line on standard input, e.g.
 * `{"calls":100,"parallel":8}`; answers with a line for each order. Started by test/contracts/meter-processes.test.ts.
 */
import { createInterface } from 'node:readline'
import { redisMeter } from '../../src/adapters/meter-redis.ts'
import { connectRedis } from '../../src/adapters/redis-connection.ts'
import type { BucketSpec, QuotaSpec } from '../../src/platform.ts'

export interface Order {
  calls: number
  parallel: number
  buckets: BucketSpec[]
  quotas: QuotaSpec[]
  /** who calls, in turns, each with its limits before those of all */
  clients?: { buckets: BucketSpec[]; quotas: QuotaSpec[] }[]
  /** virtual time; the real one if absent */
  now?: number
  /** milliseconds to go on for, instead of `calls` */
  forMs?: number
}

export interface Done {
  admitted: number
  refused: number
  failed: number
  /** the longest that a call took, in milliseconds */
  slowest: number
}

const [, , url, mode, deadline] = process.argv as [string, string, string, 'exact' | 'leased', string]
const redis = connectRedis(url, () => {}, { deadlineMs: Number(deadline) })
const meter = redisMeter(redis, { mode })

async function obey(order: Order): Promise<Done> {
  const done: Done = { admitted: 0, refused: 0, failed: 0, slowest: 0 }
  const until = order.forMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + order.forMs
  let left = order.forMs === undefined ? order.calls : Number.POSITIVE_INFINITY
  const clients = (order.clients ?? [{ buckets: [], quotas: [] }]).map(({ buckets, quotas }) => ({
    buckets: [...buckets, ...order.buckets],
    quotas: [...quotas, ...order.quotas],
  }))
  let turn = 0
  const caller = async () => {
    while (left-- > 0 && performance.now() < until) {
      const started = performance.now()
      try {
        const { buckets, quotas } = clients[turn++ % clients.length]!
        const verdict = await meter.take(buckets, quotas, order.now ?? Date.now())
        if (verdict.admitted) done.admitted++
        else done.refused++
      } catch {
        done.failed++
        // whoever is refused by a store that is down does not spin
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      done.slowest = Math.max(done.slowest, performance.now() - started)
      // a verdict without a promise must not starve timers and sockets
      if ((done.admitted + done.refused) % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await Promise.all(Array.from({ length: order.parallel }, caller))
  return done
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'close') {
    await meter.close?.()
    await redis.close()
    process.exit(0)
  }
  console.log(
    line === 'ready?'
      ? await redis.send(['PING']).catch(() => 'not yet')
      : JSON.stringify(await obey(JSON.parse(line))),
  )
}
