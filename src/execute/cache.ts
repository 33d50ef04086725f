/**
 * The stage's response cache (guide: api-gateway-caching). An answer that is kept is served without the integration; of calls
 * that miss the same key at once one goes to the back end and the others wait for its answer.
 *
 * A cache is only a cache: one that does not answer is a miss, said in the log and counted.
 */
import {
  asksToInvalidate,
  clusterBytes,
  isCacheable,
  keyProgramOf,
  variantOf,
  varyOf,
} from '../core/cache-key.ts'
import type { Admitted, Answer, Call, Pair } from '../core/call.ts'
import type { Stage } from '../core/documents.ts'
import { Fault } from '../core/fault.ts'
import { after, type Later } from '../core/later.ts'
import type { CachedResponse } from '../platform.ts'
import { markedBy, marker, readSmall, seal, unseal } from './cache-entry.ts'
import type { Gateway } from './gateway.ts'
import { sourceOf } from './prepare.ts'
import { validate } from './validate.ts'

/** Amazon's longest life of an answer, in seconds. */
const MAX_TTL = 3600
/** What Amazon adds where a client may not invalidate and the stage says SUCCEED_WITH_RESPONSE_HEADER. */
const IGNORED: Pair = [
  'Warning',
  '199 Cache-control headers were ignored because the caller was unauthorized.',
]

const TRACE = 'x-amzn-trace-id'

/** Where a call's answer is kept. */
interface Place {
  group: string
  key: string
  call: Call
  encrypted: boolean
}

/** An answer, the names of the request headers that it depends on, and those headers as its first caller sent them. */
interface Kept {
  entry: CachedResponse
  names: readonly string[]
  headers: readonly Pair[]
}

interface State {
  /** the calls that fetch an answer which others wait for; null: it cannot be shared */
  fetching: Map<string, Promise<Kept | null>>
  /** each stage's group, to free what a flush left behind */
  groups: Map<string, string>
}

const states = new WeakMap<Gateway, State>()

function stateOf(on: Gateway): State {
  let state = states.get(on)
  if (!state) {
    state = { fetching: new Map(), groups: new Map() }
    states.set(on, state)
  }
  return state
}

/** Without a promise where the store is in memory and has a plain answer. */
export function cached(admitted: Admitted, on: Gateway, perform: () => Later<Answer>): Later<Answer> {
  const { settings, located, method, program } = admitted.matched
  if (!settings.cachingEnabled) return perform()
  // a canary has the stage's cache only where it says so; an answer that is streamed is never whole
  if (located.canary && !located.stage.canarySettings?.useStageCache) return perform()
  if (method.methodIntegration?.responseTransferMode === 'STREAM') return perform()
  // a GET is known by its URL and headers: what one with a body gets is for it alone
  if (located.call.method === 'GET' && located.call.payload.length !== 0) return perform()
  const keys = keyProgramOf(program)
  if (!keys.needs)
    return throughCache(admitted, placeOf(admitted, keys.keyOf(admitted, null), on), on, perform)
  return after(sourceOf(admitted, keys.needs.body), (source) =>
    throughCache(admitted, placeOf(admitted, keys.keyOf(admitted, source), on), on, perform),
  )
}

function placeOf({ matched }: Admitted, key: string, on: Gateway): Place {
  const { call, api, stage } = matched.located
  const encrypted = matched.settings.cacheDataEncrypted
  const group = groupOf(api.apiId, stage, on)
  return { group, key: encrypted ? `sealed ${key}` : `plain ${key}`, call, encrypted }
}

function throughCache(
  admitted: Admitted,
  place: Place,
  on: Gateway,
  perform: () => Later<Answer>,
): Later<Answer> {
  if (!asksToInvalidate(place.call)) return lookUp(admitted, place, on, perform)
  if (mayInvalidate(admitted)) return fetchAndKeep(admitted, place, on, perform)
  const strategy = admitted.matched.settings.unauthorizedCacheControlHeaderStrategy
  if (strategy === 'FAIL_WITH_403')
    throw new Fault('ACCESS_DENIED', { reason: 'the caller may not invalidate the cache' })
  const answer = lookUp(admitted, place, on, perform)
  return strategy === 'SUCCEED_WITHOUT_RESPONSE_HEADER' ? answer : warned(answer)
}

async function warned(answering: Later<Answer>): Promise<Answer> {
  const answer = await answering
  answer.headers.push(IGNORED)
  return answer
}

/** Whether a call may replace what is kept: anybody where no authorization is required, else who has execute-api:InvalidateCache. */
const mayInvalidate = ({ matched, caller }: Admitted): boolean =>
  !matched.settings.requireAuthorizationForCacheControl || caller.mayInvalidateCache?.() === true

function lookUp(admitted: Admitted, place: Place, on: Gateway, perform: () => Later<Answer>): Later<Answer> {
  const found = read(admitted, place, on)
  if (found instanceof Promise)
    return found.then((found) => (found ? hit(found, admitted, on) : miss(admitted, place, on, perform)))
  return found ? hit(found, admitted, on) : miss(admitted, place, on, perform)
}

async function miss(
  admitted: Admitted,
  place: Place,
  on: Gateway,
  perform: () => Later<Answer>,
): Promise<Answer> {
  const { api, stage } = admitted.matched.located
  const { fetching } = stateOf(on)
  const flight = `${place.group} ${place.key}`
  const ahead = fetching.get(flight)
  if (ahead) {
    const kept = await on.platform.join(ahead)
    if (kept && sameVariant(kept, place)) return hit(kept.entry, admitted, on)
    on.counts.add('CacheMissCount', api.apiId, stage.stageName)
    return fetchAndKeep(admitted, place, on, perform)
  }
  on.counts.add('CacheMissCount', api.apiId, stage.stageName)
  if (on.platform.env.EDGEWAY_CACHE_SINGLE_FLIGHT === 'false')
    return fetchAndKeep(admitted, place, on, perform)

  let settle!: (kept: Kept | null) => void
  fetching.set(
    flight,
    new Promise((resolve) => {
      settle = resolve
    }),
  )
  let shared: Kept | null = null
  let keeping: Promise<void> | undefined
  try {
    return await fetchAndKeep(admitted, place, on, perform, (kept, done) => {
      shared = kept
      keeping = done
    })
  } finally {
    settle(shared)
    // until the store has it, who comes gets it from here
    if (keeping) void keeping.finally(() => fetching.delete(flight))
    else fetching.delete(flight)
  }
}

/** Whether what the kept answer depends on is the same in this call. */
const sameVariant = ({ names, headers }: Kept, place: Place): boolean =>
  variantOf(place.key, names, place.call.headers) === variantOf(place.key, names, headers)

/** An answer from the cache. A request that is not valid is refused, also where the answer to a valid one is at hand. */
function hit(entry: CachedResponse, admitted: Admitted, on: Gateway): Later<Answer> {
  const { api, stage } = admitted.matched.located
  on.counts.add('CacheHitCount', api.apiId, stage.stageName)
  if (!admitted.matched.method.requestValidatorId) return copyOf(entry, admitted)
  return after(validate(admitted, on), () => copyOf(entry, admitted))
}

/** What the call that fetched the answer was named goes, what this one is named comes. */
function copyOf({ status, headers, body }: CachedResponse, { matched }: Admitted): Answer {
  const { call } = matched.located
  const own: Pair[] = []
  for (const pair of headers) own.push(isTrace(pair[0]) ? [pair[0], call.traceId] : pair)
  return { status, headers: own, body }
}

const isTrace = (name: string): boolean => name.length === TRACE.length && name.toLowerCase() === TRACE

/** The answer under a key; null is a miss, and so is a store that fails. */
function read(admitted: Admitted, place: Place, on: Gateway): Later<CachedResponse | null> {
  const { responses, clock } = on.platform
  try {
    const got = responses.get(place.group, place.key, clock.now())
    if (got === null) return null
    if (!(got instanceof Promise) && !place.encrypted && !markedBy(got)) return got
    return readOn(got, place, on).catch((error) => failed(error, admitted, on))
  } catch (error) {
    return failed(error, admitted, on)
  }
}

/** Through a marker to the variant of this call, and through the seal. */
async function readOn(
  got: CachedResponse | null | Promise<CachedResponse | null>,
  place: Place,
  on: Gateway,
): Promise<CachedResponse | null> {
  const { responses, clock } = on.platform
  let entry = await got
  const names = markedBy(entry)
  const key = names ? variantOf(place.key, names, place.call.headers) : place.key
  if (names) entry = await responses.get(place.group, key, clock.now())
  if (!entry || markedBy(entry)) return null
  return place.encrypted ? unseal(entry, `${place.group} ${key}`, on) : entry
}

/** Calls the back end and keeps its answer, where it may be kept. */
async function fetchAndKeep(
  admitted: Admitted,
  place: Place,
  on: Gateway,
  perform: () => Later<Answer>,
  share: (kept: Kept, keeping: Promise<void>) => void = () => {},
): Promise<Answer> {
  const answer = await perform()
  const { status, headers } = answer
  const names = isCacheable(status, headers) ? varyOf(headers) : null
  if (!names) return answer
  const { bytes, body } = await readSmall(answer)
  if (!bytes) return { status, headers, body }
  const { settings } = admitted.matched
  const expiresAt = on.platform.clock.now() + Math.min(settings.cacheTtlInSeconds, MAX_TTL) * 1000
  // the answer goes on and gets headers of its own: what is kept is a copy
  const copy = headers.map(([name, value]): Pair => [name, value])
  const kept: Kept = {
    names,
    headers: place.call.headers,
    entry: { status, headers: copy, body: bytes, expiresAt },
  }
  const keeping = keep(kept, place, admitted, on)
  share(kept, keeping)
  on.platform.defer(keeping)
  return { status, headers, body }
}

async function keep({ names, entry }: Kept, place: Place, admitted: Admitted, on: Gateway): Promise<void> {
  const { responses, clock } = on.platform
  const { group, key } = place
  const { stage } = admitted.matched.located
  const options = { byteBudget: clusterBytes(stage.cacheClusterSize), now: clock.now() }
  try {
    let at = key
    if (names.length > 0) {
      const all = [
        ...new Set([...(markedBy(await responses.get(group, key, options.now)) ?? []), ...names]),
      ].sort()
      at = variantOf(key, all, place.call.headers)
      await responses.put(group, key, marker(all, entry.expiresAt), options)
    }
    await responses.put(group, at, place.encrypted ? await seal(entry, `${group} ${at}`, on) : entry, options)
  } catch (error) {
    failed(error, admitted, on)
  }
}

function failed(error: unknown, { matched }: Admitted, on: Gateway): null {
  const { api, stage } = matched.located
  on.counts.storeFailed('the response cache', error, api.apiId, stage.stageName, 'calls go to the back end')
  return null
}

/**
 * What a flush empties: another generation, another size, or a stage made anew under its old name is another group. The space
 * of the group before is given back.
 */
function groupOf(apiId: string, stage: Stage, on: Gateway): string {
  const known = groupNames.get(stage)
  if (known !== undefined) return known
  const { stageName, createdDate, cacheGeneration = 0, cacheClusterSize } = stage
  const group = JSON.stringify([apiId, stageName, createdDate, cacheGeneration, cacheClusterSize])
  groupNames.set(stage, group)
  const { groups } = stateOf(on)
  const name = `${apiId}/${stageName}`
  const before = groups.get(name)
  groups.set(name, group)
  if (before !== undefined && before !== group)
    on.platform.defer(on.platform.responses.flush(before).catch(() => {}))
  return group
}

/** By stage document, which is never changed, only replaced. */
const groupNames = new WeakMap<Stage, string>()
