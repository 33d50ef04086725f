/**
 * What the Redis meter runs inside Redis. The arithmetic is that of src/core/throttle.ts.
 *
 * A bucket is a string `units at`, a quota a number under a key with its period's end. A script reads each key once, decides, and
 * writes at its end what has changed: a key that cannot be read fails whoever asked for it, and nothing is ever half written.
 */
import { CLOCK_SKEW_MS } from '../core/throttle.ts'
import { script } from './redis-connection.ts'

/** How long Redis keeps what is idle beyond the moment from which forgetting it changes nothing, in milliseconds. */
export const SLACK_MS = 10_000
/** The longest that an idle bucket is kept: one with a rate of 0 is never full again. */
const MAX_TTL_MS = 34_560_000_000

/**
 * p and q are a bucket's rate and burst, or a quota's limit and end; `level` is in units, or the calls counted.
 * `look` gives a level as of now and the tokens that it has, or an error; `wait` the milliseconds until there is one, -1 for never.
 */
const STATES = `
local call, pcall, match, format = redis.call, redis.pcall, string.match, string.format
local max, min, floor, ceil = math.max, math.min, math.floor, math.ceil
local states, changed = {}, {}
local function stateOf(key)
  local s = states[key]
  if s then return s end
  local held = pcall('GET', key)
  -- all fields at once: a table that grows costs more than what is done with it
  s = { key = key, held = held, kind = 0, level = false, at = false, ttl = false, changed = false, failed = false }
  if type(held) == 'table' then s.failed = held.err end
  states[key] = s
  return s
end
local function read(s, bucket)
  s.kind = bucket
  if bucket then
    if not s.held then return end
    local level, at = match(s.held, '^(%S+) (%S+)$')
    s.level, s.at = tonumber(level), tonumber(at)
    if not (s.level and s.at) then s.failed = 'ERR not a bucket' end
  else
    s.level = tonumber(s.held or 0)
    if not s.level then s.failed = 'ERR not a count' end
  end
end
local function change(s)
  if s.changed then return end
  s.changed = true
  changed[#changed + 1] = s
end
local function look(s, p, q, now, bucket)
  if s.kind == 0 and not s.failed then read(s, bucket) end
  if s.failed then return 0, 0, s.failed end
  local level = s.level
  if not bucket then return level, max(0, floor(p - level)) end
  if not level then return q * 1000, max(0, floor(q)) end
  if now > s.at then
    level = level + (now - s.at) * p
  elseif s.at - now > ${CLOCK_SKEW_MS} then
    s.at = now
    change(s)
  end
  level = min(level, q * 1000)
  return level, max(0, floor(level / 1000))
end
local function wait(level, p, q, now, bucket)
  if not bucket then return q - now end
  if q < 1 or (p <= 0 and level < 1000) then return -1 end
  return max(0, ceil((1000 - level) / p))
end
local function set(s, level, p, q, now, bucket)
  change(s)
  s.level = level
  if bucket then
    if not s.at or now > s.at then s.at = now end
    s.ttl = ${MAX_TTL_MS}
    if p > 0 then s.ttl = min(s.ttl, ceil((q * 1000 - level) / p) + ${SLACK_MS}) end
  else
    s.ttl = max(0, q - now) + ${SLACK_MS}
  end
end
local function write()
  for _, s in ipairs(changed) do
    local value = s.kind and format('%.17g %.17g', s.level, s.at) or format('%.0f', s.level)
    if s.ttl then call('SET', s.key, value, 'PX', format('%.0f', s.ttl))
    else call('SET', s.key, value, 'KEEPTTL') end
  end
end`

/**
 * Decides calls one after the other, each all or nothing; calls alike that follow each other come as one run.
 * KEYS: buckets and quotas. ARGV: a JSON array of numbers, p and q of each key, then of each run: now, how many calls, how many
 * buckets, how many buckets and quotas, and their places in KEYS.
 * Answers for each run: how many calls passed, what each quota's count was before them (if any passed), and which refused the rest
 * and its wait (if not all passed); or instead an error in words.
 */
export const TAKE = script(`${STATES}
local n, out, from, at = cjson.decode(ARGV[1]), {}, {}, 2 * #KEYS + 1
while n[at] do
  local now, calls, buckets, all = n[at], n[at + 1], n[at + 2], n[at + 3]
  local passed, refused, failed = calls, nil, nil
  for i = 1, all do
    local k = n[at + 3 + i]
    local level, free, failure = look(stateOf(KEYS[k]), n[2 * k - 1], n[2 * k], now, i <= buckets)
    from[i] = level
    failed = failure
    if failed then break end
    if free < passed then passed, refused = free, i end
    if free < 1 then break end
  end
  if failed then
    out[#out + 1] = failed
  else
    out[#out + 1] = passed
    for i = 1, passed > 0 and all or 0 do
      local k = n[at + 3 + i]
      local bucket = i <= buckets
      if not bucket then out[#out + 1] = from[i] end
      from[i] = from[i] + (bucket and -1000 or 1) * passed
      set(stateOf(KEYS[k]), from[i], n[2 * k - 1], n[2 * k], now, bucket)
    end
    if refused then
      local k = n[at + 3 + refused]
      out[#out + 1] = refused
      out[#out + 1] = wait(from[refused], n[2 * k - 1], n[2 * k], now, refused <= buckets)
    end
  end
  at = at + 4 + all
end
write()
return out`)

/**
 * Takes and gives back tokens for leases, each key for itself. KEYS: buckets, then quotas. ARGV: a JSON array of numbers, now, how
 * many buckets, and p, q, want and back of each key. Answers for each key: granted, used, wait.
 */
export const EXCHANGE = script(`${STATES}
local n, out = cjson.decode(ARGV[1]), {}
local now = n[1]
for i, key in ipairs(KEYS) do
  local o = 4 * i - 1
  local p, q, want, back, bucket = n[o], n[o + 1], n[o + 2], n[o + 3], i <= n[2]
  local s = stateOf(key)
  local level, free, failed = look(s, p, q, now, bucket)
  if failed then return redis.error_reply(failed) end
  if back > 0 then
    level = bucket and min(level + back * 1000, q * 1000) or max(min(level, 0), level - back)
    free = max(0, floor(bucket and level / 1000 or p - level))
  end
  local granted = min(want, free)
  level = level + (bucket and -1000 or 1) * granted
  if granted + back > 0 then set(s, level, p, q, now, bucket) end
  out[#out + 1] = granted
  out[#out + 1] = bucket and 0 or level
  out[#out + 1] = granted < want and wait(level, p, q, now, bucket) or 0
end
write()
return out`)

/** KEYS: one quota. ARGV: count, milliseconds to keep it, 1 if it may only be raised. */
export const SET_USED = script(`
local held = redis.call('GET', KEYS[1])
if ARGV[3] == '1' and held and tonumber(held) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`)
