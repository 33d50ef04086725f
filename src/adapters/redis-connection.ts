/**
 * One connection to Redis for the meter, the response caches and the config cache. It reconnects by itself; meanwhile, and
 * while Redis does not answer in time, every command fails at once instead of waiting: what a call gets then is decided by
 * `settings.onStoreFailure`, not by a queue.
 */
import { createHash } from 'node:crypto'
import type { Log } from '../platform.ts'
import { type Argument, command, type Reply } from './redis-protocol.ts'
import { redisSocket } from './redis-socket.ts'

/** How long a command may take, in milliseconds. */
const DEADLINE_MS = 500
/** After a missed deadline commands fail at once for so long; then one is let through to try. */
const PAUSE_MS = 500

/** A timer that is so late tells that this process was busy, not Redis, in milliseconds. */
const BUSY_MS = 20

class RedisUnavailable extends Error {}

/** A command under way; `late` is called at its deadline, and gone once it is answered. */
interface Wait {
  due: number
  late: (() => void) | undefined
}

export interface RedisConnection {
  /** strings come as strings */
  send(args: readonly string[]): Promise<Reply>
  /** strings come as bytes */
  sendBinary(args: readonly string[]): Promise<Reply>
  /** keys as `bulk` gives them: most are used again and again */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply>
  /** runs `work` at the end of this turn of the event loop; what it sends goes out with everything sent in this turn */
  atEndOfTurn(work: () => void): void
  close(): Promise<void>
}

/** A Lua script: sent once, then called by its digest. */
export interface Script {
  lua: string
  sha: string
}

export const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') })

/** Starts connecting and does not wait for it. `url` is `redis://` or `rediss://`, with user and password if need be. */
export function connectRedis(
  url: string,
  log: Log,
  options: { deadlineMs?: number; now?: () => number } = {},
): RedisConnection {
  const { deadlineMs = DEADLINE_MS, now = Date.now } = options
  let lost = false
  const socket = redisSocket(url, {
    ready() {
      if (lost) log('warn', 'Redis answers again')
      lost = false
    },
    lost(error) {
      if (!lost) log('error', 'Redis does not answer', { error: String(error) })
      lost = true
    },
  })

  let pausedUntil = Number.NEGATIVE_INFINITY
  let trying = false
  const waits: Wait[] = []
  let watching: ReturnType<typeof setTimeout> | undefined

  /** Sends if Redis is thought to be there, and waits no longer than the deadline. */
  function timely(pieces: readonly Argument[], binary = false): Promise<Reply> {
    if (!socket.ready) return Promise.reject(new RedisUnavailable('Redis is not connected'))
    const paused = pausedUntil > Number.NEGATIVE_INFINITY
    if (paused) {
      if (trying || now() < pausedUntil)
        return Promise.reject(new RedisUnavailable('Redis did not answer in time lately'))
      trying = true
    }
    return new Promise((resolve, reject) => {
      const wait: Wait = { due: now() + deadlineMs, late: () => missed(reject, paused) }
      waits.push(wait)
      watch()
      socket.send(pieces, {
        binary,
        resolve(reply) {
          if (!wait.late) return
          wait.late = undefined
          if (paused) {
            trying = false
            pausedUntil = Number.NEGATIVE_INFINITY
          }
          resolve(reply)
        },
        reject(error) {
          if (wait.late && paused) trying = false
          wait.late = undefined
          reject(error)
        },
      })
    })
  }

  function missed(reject: (error: Error) => void, paused: boolean): void {
    if (paused) trying = false
    if (pausedUntil === Number.NEGATIVE_INFINITY || paused)
      log('error', 'Redis did not answer in time', { deadlineMs })
    pausedUntil = now() + PAUSE_MS
    reject(new RedisUnavailable(`Redis did not answer within ${deadlineMs} ms`))
  }

  /** One timer for all commands, which have the same deadline: the one sent first is late first. */
  function watch(): void {
    if (watching) return
    const planned = waits[0]!.due
    watching = setTimeout(
      () => {
        // a process that was busy itself has not read the answers that lie in its socket, or not even sent the commands: it
        // gives them back the time that it took, and reads first
        const busy = now() - planned
        if (busy > BUSY_MS) for (const wait of waits) wait.due += busy
        setImmediate(judge)
      },
      Math.max(1, planned - now()),
    )
  }

  function judge(): void {
    watching = undefined
    let past = 0
    while (past < waits.length && (!waits[past]!.late || waits[past]!.due <= now())) {
      const { late } = waits[past]!
      waits[past]!.late = undefined
      late?.()
      past++
    }
    waits.splice(0, past)
    if (waits.length > 0) watch()
  }

  return {
    send: (args) => timely(command(args)),
    sendBinary: (args) => timely(command(args), true),
    async run({ lua, sha }, keys, args) {
      const count = String(keys.length)
      try {
        return await timely(command(['EVALSHA', sha, count], keys, args))
      } catch (error) {
        if (!String(error).includes('NOSCRIPT')) throw error
        return timely(command(['EVAL', lua, count], keys, args))
      }
    },
    atEndOfTurn: (work) => socket.atEndOfTurn(work),
    async close() {
      socket.close()
    },
  }
}
