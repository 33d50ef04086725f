/**
 * Stage caches that several processes share. A stage is a hash of items, their expiry in a sorted set and their bytes in a counter,
 * so that one script keeps the budget: what expires first goes first.
 */
import { packResponse, unpackResponse } from '../core/response-record.ts'
import type { ResponseCache } from '../platform.ts'
import { type RedisConnection, script } from './redis-connection.ts'
import { bulk } from './redis-protocol.ts'

/** What an item costs beyond its bytes. */
const OVERHEAD = 256
/** An item lives 3600 seconds at most, so a stage that nobody has written to for longer is empty. */
const IDLE_MS = 3_700_000

/** KEYS: items, order, bytes. ARGV: key, item, expiry, budget, now. */
const PUT = script(`
local items, order, bytes = KEYS[1], KEYS[2], KEYS[3]
local key, item, expiry, budget, now = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local total = tonumber(redis.call('GET', bytes) or '0')
local function drop(k)
  local n = redis.call('HSTRLEN', items, k)
  if n > 0 then total = total - n - #k - ${OVERHEAD} end
  redis.call('HDEL', items, k)
  redis.call('ZREM', order, k)
end
drop(key)
for _, k in ipairs(redis.call('ZRANGEBYSCORE', order, '-inf', now, 'LIMIT', 0, 100)) do drop(k) end
local size = #item + #key + ${OVERHEAD}
if size <= budget and expiry > tonumber(now) then
  while total + size > budget do
    local oldest = redis.call('ZRANGE', order, 0, 0)[1]
    if not oldest then total = 0 break end
    drop(oldest)
  end
  redis.call('HSET', items, key, item)
  redis.call('ZADD', order, ARGV[3], key)
  total = total + size
end
redis.call('SET', bytes, string.format('%.0f', total))
for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ${IDLE_MS}) end
return total`)

export function redisResponses(redis: RedisConnection, options: { prefix?: string } = {}): ResponseCache {
  const { prefix = 'edgeway:responses:' } = options
  const keysOf = (group: string) => ['items', 'order', 'bytes'].map((part) => `${prefix}${group}:${part}`)
  return {
    async get(group, key, now) {
      const packed = (await redis.sendBinary(['HGET', keysOf(group)[0]!, key])) as Uint8Array | null
      const value = packed && unpackResponse(packed)
      return value && value.expiresAt > now ? value : null
    },
    async put(group, key, value, { byteBudget, now }) {
      await redis.run(PUT, keysOf(group).map(bulk), [
        key,
        packResponse(value),
        String(value.expiresAt),
        String(byteBudget),
        String(now),
      ])
    },
    async flush(group) {
      await redis.send(['UNLINK', ...keysOf(group)])
    },
  }
}
