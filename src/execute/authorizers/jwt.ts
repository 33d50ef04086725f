/** JSON Web Tokens: signature by the issuer's keys, times, issuer. What a claim means is for the authorizer's kind to say. */
import type { JWTPayload } from 'jose'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { JOSEError, JWTExpired } from 'jose/errors'
import { decodeJwt } from 'jose/jwt/decode'
import { jwtVerify } from 'jose/jwt/verify'
import type { Later, Platform } from '../../platform.ts'
import { authorizerFault, unauthorized } from '../denied.ts'
import { type KeySource, keysOf } from './jwks.ts'
import { memoryFor } from './memory.ts'

/** As long as headers may be: nothing longer comes this far. */
const MAX_TOKEN = 16_384
const MAX_KEY_ID = 256
/** How much an issuer's clock may be ahead of ours. */
const MAX_SKEW_MS = 5 * 60_000

export interface Trust {
  /** who may have issued it, under any of its names */
  issuers: readonly string[]
  keys: KeySource
  /** asymmetric ones only: a key set's public keys must never be taken for shared secrets */
  algorithms: readonly string[]
  /** seconds that a verified token is remembered */
  ttl: number
}

export interface VerifiedToken {
  claims: JWTPayload
  /** as `$context.authorizer.claims` */
  shown: Record<string, string>
}

const verified = memoryFor<VerifiedToken>()

/** `Bearer x` and `x` alike. */
export const bearer = (value: string): string => value.replace(/^Bearer\s+/i, '').trim()

/** The claims that a token makes before anybody checked it: only to choose whom to ask. */
export function unverifiedIssuer(token: string): string | undefined {
  try {
    return token.length > MAX_TOKEN ? undefined : decodeJwt(token).iss
  } catch {
    return undefined
  }
}

/** A token that was verified lately, under the trust that it is asked about now. */
export const rememberedToken = (
  token: string,
  { keys }: Trust,
  platform: Platform,
): VerifiedToken | undefined => verified(platform).get(`${keys.name}\n${token}`, platform.clock.now())

/**
 * Verified claims. Throws or rejects with UNAUTHORIZED, or AUTHORIZER_CONFIGURATION_ERROR when the issuer's keys cannot be had.
 */
export function verifyToken(token: string, trust: Trust, platform: Platform): Later<VerifiedToken> {
  if (token.length > MAX_TOKEN) throw unauthorized('the token is too long')
  return rememberedToken(token, trust, platform) ?? verifyAnew(token, trust, platform)
}

async function verifyAnew(token: string, trust: Trust, platform: Platform): Promise<VerifiedToken> {
  const now = platform.clock.now()
  const keys = await keysFor(token, trust, platform)
  let claims: JWTPayload
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: [...trust.issuers],
      algorithms: [...trust.algorithms],
      currentDate: new Date(now),
      requiredClaims: ['exp', 'iss'],
    })
    claims = payload
  } catch (error) {
    // words of Amazon's for a token whose time is over
    if (error instanceof JWTExpired)
      throw unauthorized('the token has expired', 'The incoming token has expired')
    if (error instanceof JOSEError || error instanceof TypeError)
      throw unauthorized(`the token does not verify: ${error.message}`)
    throw error
  }
  if ((claims.iat ?? 0) * 1000 > now + MAX_SKEW_MS) throw unauthorized('the token is from the future')
  const until = Math.min(now + trust.ttl * 1000, claims.exp! * 1000)
  const found: VerifiedToken = { claims, shown: shownClaims(claims) }
  if (until > now) verified(platform).put(`${trust.keys.name}\n${token}`, found, until, token.length)
  return found
}

async function keysFor(token: string, { keys, algorithms }: Trust, platform: Platform) {
  let header: ReturnType<typeof decodeProtectedHeader>
  try {
    header = decodeProtectedHeader(token)
  } catch {
    throw unauthorized('the token is no JSON Web Token')
  }
  const { alg, kid } = header
  // checked before anything is fetched for it
  if (typeof alg !== 'string' || !algorithms.includes(alg))
    throw unauthorized('the token has another algorithm')
  if (typeof kid !== 'string' || kid.length > MAX_KEY_ID) throw unauthorized('the token has no key id')
  try {
    return await keysOf(keys, kid, platform)
  } catch (cause) {
    throw authorizerFault(`the keys of ${keys.name} cannot be had: ${(cause as Error).message}`, cause)
  }
}

/** Whether the token has one of the scopes; true where none is asked for. */
export function hasScope(claims: JWTPayload, wanted: readonly string[]): boolean {
  const scope = claims.scope ?? claims.scp
  const had = typeof scope === 'string' ? scope.split(' ') : Array.isArray(scope) ? scope : []
  return wanted.length === 0 || wanted.some((one) => had.includes(one))
}

/**
 * As `$context.authorizer.claims` shows them: all texts; the times of issue and expiry as Java prints a date, lists (groups,
 * identities) without brackets.
 */
function shownClaims(claims: JWTPayload): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const [name, value] of Object.entries(claims)) {
    if (value === undefined || value === null) continue
    if ((name === 'exp' || name === 'iat') && typeof value === 'number') shown[name] = javaDate(value)
    else shown[name] = Array.isArray(value) ? value.map(claimText).join(',') : claimText(value)
  }
  return shown
}

const claimText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)

/** `Mon Nov 23 22:00:00 UTC 2026` */
function javaDate(seconds: number): string {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return String(seconds)
  const [day, number, month, year, time] = date.toUTCString().replace(',', '').split(' ')
  return `${day} ${month} ${number} ${time} UTC ${year}`
}
