/**
 * Calls that arrive in the same turn of the event loop ask Redis together: one script decides them in their order. Nobody waits for
 * others to come; a call by itself is a batch of one.
 */
import type { QuotaSpec } from '../core/quota.ts'
import type { BucketSpec, MeterVerdict } from '../core/throttle.ts'
import { TAKE } from './meter-redis-scripts.ts'
import type { RedisConnection } from './redis-connection.ts'

/** A script holds up everybody else in Redis: no more calls than this in one. */
const MOST_CALLS = 64

/** A bucket or quota as the script takes it, and its place in the batch that has named it last. */
export interface Packed {
  /** as `bulk` gives it */
  key: string
  /** rate and burst, or limit and end */
  numbers: string
  batch: number
  place: number
}

/** Callers hand over the same lists again and again. */
export type Pack = (specs: readonly (BucketSpec | QuotaSpec)[]) => readonly Packed[]

interface Call {
  buckets: readonly BucketSpec[]
  quotas: readonly QuotaSpec[]
  now: number
  resolve(verdict: MeterVerdict): void
  reject(error: unknown): void
}

/** Calls alike that follow each other, told to Redis once. */
interface Run {
  calls: Call[]
}

let batches = 0

/** `take` of a meter. */
export function batchedTake(
  pack: Pack,
  redis: RedisConnection,
): (buckets: readonly BucketSpec[], quotas: readonly QuotaSpec[], now: number) => Promise<MeterVerdict> {
  let waiting: Call[] = []
  let scheduled = false

  function flush(): void {
    if (waiting.length === 0) return
    const calls = waiting
    waiting = []
    const { keys, numbers, runs } = written(calls, pack)
    redis.run(TAKE, keys, [numbers]).then(
      (reply) => settle(runs, reply as (number | string)[]),
      (error) => {
        for (const { reject } of calls) reject(error)
      },
    )
  }

  function endOfTurn(): void {
    scheduled = false
    flush()
  }

  return (buckets, quotas, now) =>
    new Promise((resolve, reject) => {
      waiting.push({ buckets, quotas, now, resolve, reject })
      if (waiting.length === MOST_CALLS) flush()
      else if (!scheduled) {
        scheduled = true
        redis.atEndOfTurn(endOfTurn)
      }
    })
}

function written(calls: readonly Call[], pack: Pack): { keys: string[]; numbers: string; runs: Run[] } {
  const batch = ++batches
  const keys: string[] = []
  const runs: Run[] = []
  let specs = ''
  let orders = ''

  function places(list: readonly Packed[]): string {
    let text = ''
    for (const spec of list) {
      if (spec.batch !== batch) {
        spec.batch = batch
        spec.place = keys.push(spec.key)
        specs += `${spec.numbers},`
      }
      text += `,${spec.place}`
    }
    return text
  }

  for (let i = 0; i < calls.length; ) {
    const { buckets, quotas, now } = calls[i]!
    const start = i++
    while (i < calls.length && isAlike(calls[i]!, calls[start]!)) i++
    const run = { calls: calls.slice(start, i) }
    const all = places(pack(buckets)) + places(pack(quotas))
    const count = buckets.length + quotas.length
    orders += `${runs.length === 0 ? '' : ','}${now},${run.calls.length},${buckets.length},${count}${all}`
    runs.push(run)
  }
  return { keys, numbers: `[${specs}${orders}]`, runs }
}

const isAlike = (a: Call, b: Call): boolean =>
  a.buckets === b.buckets && a.quotas === b.quotas && a.now === b.now

/** Tells each call what the script answered for its run. */
function settle(runs: readonly Run[], reply: readonly (number | string)[]): void {
  let at = 0
  for (const { calls } of runs) {
    const passed = reply[at++]!
    if (typeof passed === 'string') {
      for (const { reject } of calls) reject(new Error(passed))
      continue
    }
    const { buckets, quotas } = calls[0]!
    if (passed > 0) {
      const before = reply.slice(at, at + quotas.length) as number[]
      at += quotas.length
      for (let i = 0; i < passed; i++)
        calls[i]!.resolve({ admitted: true, used: before.map((count) => count + i + 1) })
    }
    if (passed === calls.length) continue
    const refused = (reply[at++] as number) - 1
    const wait = reply[at++] as number
    const bucket = buckets[refused]
    const verdict: MeterVerdict = {
      admitted: false,
      by: bucket ? 'throttle' : 'quota',
      key: (bucket ?? quotas[refused - buckets.length]!).key,
      retryAfterMs: wait < 0 ? undefined : wait,
    }
    for (let i = passed; i < calls.length; i++) calls[i]!.resolve(verdict)
  }
}
