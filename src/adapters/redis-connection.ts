/**
 * One connection to Redis for the meter, the response caches and the config cache. It reconnects by itself; meanwhile, and
 * while Redis does not answer in time, every command fails at once instead of waiting: what a call gets then is decided by
 * `settings.onStoreFailure`, not by a queue.
 */
import { createHash } from 'node:crypto'
import { createClient, RESP_TYPES } from 'redis'
import type { Log } from '../platform.ts'

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

type Argument = string | Uint8Array
export type Reply = null | number | Uint8Array | string | Reply[]

export interface RedisConnection {
  /** strings come as strings */
  send(command: Argument[]): Promise<Reply>
  /** strings come as bytes */
  sendBinary(command: Argument[]): Promise<Reply>
  run(script: Script, keys: string[], args: Argument[]): Promise<Reply>
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
  const client = createClient({
    url,
    disableOfflineQueue: true,
    // a timer of its own for every command would cost more than the command
    commandOptions: { timeout: 0 },
    socket: { connectTimeout: 2000, reconnectStrategy: (tries) => Math.min(1000, 20 * 2 ** tries) },
  })
  const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
  let lost = false
  client.on('error', (error) => {
    if (!lost) log('error', 'Redis does not answer', { error: String(error) })
    lost = true
  })
  client.on('ready', () => {
    if (lost) log('warn', 'Redis answers again')
    lost = false
  })
  void client.connect().catch(() => {})

  let pausedUntil = Number.NEGATIVE_INFINITY
  let trying = false
  const waits: Wait[] = []
  let watching: ReturnType<typeof setTimeout> | undefined

  /** Sends if Redis is thought to be there, and waits no longer than the deadline. */
  function timely(send: () => Promise<Reply>): Promise<Reply> {
    if (!client.isReady) return Promise.reject(new RedisUnavailable('Redis is not connected'))
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
      send().then(
        (reply) => {
          if (!wait.late) return
          wait.late = undefined
          if (paused) {
            trying = false
            pausedUntil = Number.NEGATIVE_INFINITY
          }
          resolve(reply)
        },
        (error) => {
          if (wait.late && paused) trying = false
          wait.late = undefined
          reject(error)
        },
      )
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

  const sendWith = (connection: typeof client | typeof binary, command: Argument[]) =>
    timely(() => connection.sendCommand(command as string[]) as Promise<Reply>)

  return {
    send: (command) => sendWith(client, command),
    sendBinary: (command) => sendWith(binary, command),
    async run({ lua, sha }, keys, args) {
      const rest = [String(keys.length), ...keys, ...args]
      try {
        return await sendWith(client, ['EVALSHA', sha, ...rest])
      } catch (error) {
        if (!String(error).includes('NOSCRIPT')) throw error
        return sendWith(client, ['EVAL', lua, ...rest])
      }
    },
    async close() {
      // destroys the socket also while it is being opened again; nothing waits in a queue
      client.destroy()
    },
  }
}
