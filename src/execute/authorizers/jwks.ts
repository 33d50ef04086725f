/**
 * Key sets of token issuers: fetched when they are first needed, believed for minutes, fetched anew for a key id that is not
 * there yet (rotation), but not more often than every half minute, whatever key ids callers make up.
 */

import type { JSONWebKeySet } from 'jose'
import { createLocalJWKSet } from 'jose/jwks/local'
import type { Platform } from '../../platform.ts'
import { wholeBody } from '../integrations/invoke-lambda.ts'

const FRESH_MS = 10 * 60_000
const COOLDOWN_MS = 30_000
/** While the issuer does not answer, its last key set is believed for this long. */
const STALE_MS = 60 * 60_000
const TIMEOUT_MS = 5000
const MAX_BYTES = 512 * 1024
const MAX_KEYS = 100

export type KeySet = ReturnType<typeof createLocalJWKSet>

interface Held {
  at: number
  keyIds: Set<string>
  keys: KeySet
}

interface Issuer {
  held?: Held
  /** when the last fetch began */
  asked: number
  asking?: Promise<Held>
}

const all = new WeakMap<object, Map<string, Issuer>>()

/** Where an issuer's keys are. */
export interface KeySource {
  /** names the issuer in the memory */
  name: string
  /** the key set's URL; may itself have to be fetched */
  url(): string | Promise<string>
}

/** The issuer's keys, with `keyId` among them if the issuer has it. Rejects when there are none to be had. */
export async function keysOf(source: KeySource, keyId: string, platform: Platform): Promise<KeySet> {
  let issuers = all.get(platform)
  if (!issuers) {
    issuers = new Map()
    all.set(platform, issuers)
  }
  let issuer = issuers.get(source.name)
  if (!issuer) {
    issuer = { asked: Number.NEGATIVE_INFINITY }
    issuers.set(source.name, issuer)
  }
  const now = platform.clock.now()
  const { held } = issuer
  const isFresh = held !== undefined && now - held.at < FRESH_MS && now >= held.at
  if (isFresh && held.keyIds.has(keyId)) return held.keys
  if (!issuer.asking && now - issuer.asked < COOLDOWN_MS && now >= issuer.asked) {
    if (held && now - held.at < STALE_MS) return held.keys
    throw new Error(`the keys of ${source.name} could not be fetched`)
  }
  try {
    if (issuer.asking) return (await platform.join(issuer.asking)).keys
    issuer.asking = ask(issuer, source, platform, now)
    return (await issuer.asking).keys
  } catch (error) {
    if (held && now - held.at < STALE_MS) return held.keys
    throw error
  }
}

function ask(issuer: Issuer, source: KeySource, platform: Platform, now: number): Promise<Held> {
  issuer.asked = now
  return fetchKeys(source, platform)
    .then((set) => {
      issuer.held = {
        at: now,
        keyIds: new Set(set.keys.map(({ kid }) => String(kid))),
        keys: createLocalJWKSet(set),
      }
      return issuer.held
    })
    .finally(() => {
      issuer.asking = undefined
    })
}

async function fetchKeys(source: KeySource, platform: Platform): Promise<JSONWebKeySet> {
  const { keys } = (await fetchJson(await source.url(), platform)) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw new Error(`${source.name} has no usable key set`)
  return { keys: keys as JSONWebKeySet['keys'] }
}

/** A small JSON document by GET, bounded in time and size. No redirect is followed. */
export async function fetchJson(url: string, { outbound }: Pick<Platform, 'outbound'>): Promise<unknown> {
  const response = await outbound.send({
    url,
    method: 'GET',
    headers: [['accept', 'application/json']],
    body: null,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const bytes = await wholeBody(response.body, MAX_BYTES)
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
  if (bytes.length > MAX_BYTES) throw new Error(`${url} answered more than ${MAX_BYTES} bytes`)
  return JSON.parse(new TextDecoder().decode(bytes))
}
