/**
 * The principals that this gateway knows: by configuration (EDGEWAY_PRINCIPALS, for a Worker) and from the database
 * (`edgeway principal create`). Read for every signed call, so what is known is believed for a moment: a key that was revoked
 * by another process is refused a second later at the latest.
 */
import { asc, desc, eq, or } from 'drizzle-orm'
import { compilePolicy, type Policy } from '../core/policy/policy.ts'
import { PolicyError } from '../core/policy/problem.ts'
import { isKnownKey, type KnownCaller } from '../core/policy/request.ts'
import { Problem } from '../core/problem.ts'
import { IV_BYTES, seal, sealingKey, unseal } from '../core/seal.ts'
import type { Platform } from '../platform.ts'
import { configuredPrincipals } from './principals-config.ts'
import { principals } from './tables.ts'

export interface Principal extends KnownCaller {
  accessKeyId: string
  name: string
  /** AIDA…, or AROA…:session */
  userId: string
  secretAccessKey: string
  sessionToken?: string
  /** epoch milliseconds */
  expiresAt?: number
  policies: Policy[]
}

/** A principal as it is made: with its policies as documents. */
export interface NewPrincipal extends Omit<Principal, 'policies' | 'roleArn' | 'issuedAt'> {
  createdAt: number
  policies: unknown[]
}

export type PrincipalRow = Omit<typeof principals.$inferSelect, 'secret' | 'sessionToken'>

const FRESH_MS = 1000
const MAX_HELD = 10_000
/** Access key ids as Amazon makes them, and a little wider; anything else asks no database. */
const KEY_ID = /^\w{16,128}$/

type Parts = Pick<Platform, 'database' | 'clock' | 'settings' | 'env' | 'join'>

export class Principals {
  readonly #parts: Parts
  readonly #configured: Map<string, Principal>
  readonly #held = new Map<string, { at: number; found: Promise<Principal | null> | Principal | null }>()
  #any: { at: number; found: boolean } | undefined

  /** Throws when EDGEWAY_PRINCIPALS cannot be read. */
  constructor(parts: Parts) {
    this.#parts = parts
    this.#configured = configuredPrincipals(parts.env.EDGEWAY_PRINCIPALS, parts.settings.accountId)
  }

  /** Whoever holds an access key, or null. Rejects when the database does not answer: nobody is let in on a guess. */
  find(accessKeyId: string): Promise<Principal | null> | Principal | null {
    const configured = this.#configured.get(accessKeyId)
    if (configured) return configured
    if (!KEY_ID.test(accessKeyId)) return null
    const now = this.#parts.clock.now()
    const held = this.#held.get(accessKeyId)
    if (held && now - held.at < FRESH_MS && now >= held.at)
      return held.found instanceof Promise ? this.#parts.join(held.found) : held.found
    const reading = this.#read(accessKeyId)
    const entry: { at: number; found: Promise<Principal | null> | Principal | null } = {
      at: now,
      found: reading,
    }
    this.#held.delete(accessKeyId)
    this.#held.set(accessKeyId, entry)
    if (this.#held.size > MAX_HELD) this.#held.delete(this.#held.keys().next().value!)
    reading.then(
      (found) => {
        entry.found = found
      },
      () => this.#held.delete(accessKeyId),
    )
    return reading
  }

  /** Whether anybody is known at all: until then, a gateway on loopback is open to whoever sits there. */
  async any(): Promise<boolean> {
    if (this.#configured.size > 0) return true
    const now = this.#parts.clock.now()
    if (this.#any && now - this.#any.at < FRESH_MS && now >= this.#any.at) return this.#any.found
    const rows = await this.#parts.database.select({ id: principals.accessKeyId }).from(principals).limit(1)
    this.#any = { at: now, found: rows.length > 0 }
    return this.#any.found
  }

  async #read(accessKeyId: string): Promise<Principal | null> {
    const { database, settings } = this.#parts
    const [row] = await database.select().from(principals).where(eq(principals.accessKeyId, accessKeyId))
    if (!row) return null
    if (!settings.encryptionKey)
      throw new Problem(
        'AccessDeniedException',
        'The gateway cannot read its principals: it was started without EDGEWAY_ENCRYPTION_KEY',
      )
    const key = await keyOf(settings)
    return {
      accessKeyId,
      name: row.name,
      accountId: row.accountId,
      arn: row.arn,
      roleArn: roleOf(row.arn),
      userId: row.userId,
      secretAccessKey: await unseal(row.secret, key, accessKeyId),
      sessionToken:
        row.sessionToken === null ? undefined : await unseal(row.sessionToken, key, `${accessKeyId} token`),
      expiresAt: row.expiresAt ?? undefined,
      issuedAt: row.sessionToken === null ? undefined : row.createdAt,
      tags: JSON.parse(row.tags) as Record<string, string>,
      policies: (JSON.parse(row.policies) as unknown[]).map(principalPolicy),
      organizationId: row.organizationId ?? undefined,
    }
  }
}

/** One for each platform: both planes share what is known. */
const shared = new WeakMap<object, Principals>()

export function principalsOf(platform: Parts): Principals {
  let known = shared.get(platform)
  if (!known) {
    known = new Principals(platform)
    shared.set(platform, known)
  }
  return known
}

/** A policy of a principal. Throws PolicyError, also for a condition key that this gateway would have to ignore. */
export function principalPolicy(document: unknown): Policy {
  const policy = compilePolicy(document, { kind: 'identity' })
  for (const key of policy.keys)
    if (!isKnownKey(key)) throw new PolicyError(`this gateway does not know the condition key '${key}'`)
  return policy
}

/** `arn:aws:sts::1:assumed-role/R/session` -> `arn:aws:iam::1:role/R`; undefined for a user. */
export function roleOf(arn: string): string | undefined {
  const session = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/./.exec(arn)
  return session ? `arn:${session[1]}:iam::${session[2]}:role/${session[3]}` : undefined
}

function keyOf(settings: Parts['settings']): Promise<CryptoKey> {
  if (!settings.encryptionKey)
    throw new Error(
      'set EDGEWAY_ENCRYPTION_KEY: principals are kept encrypted (e.g. `openssl rand -base64 32`)',
    )
  return sealingKey(settings.encryptionKey)
}

/** Stores a principal. Throws PolicyError for a policy that is none, and Error without an encryption key. */
export async function addPrincipal(
  { database, settings, random }: Pick<Platform, 'database' | 'settings' | 'random'>,
  principal: NewPrincipal,
): Promise<void> {
  const { accessKeyId, secretAccessKey, sessionToken, tags, policies, ...plain } = principal
  const key = await keyOf(settings)
  policies.forEach(principalPolicy)
  await database.insert(principals).values({
    ...plain,
    accessKeyId,
    secret: await seal(secretAccessKey, key, random.bytes(IV_BYTES), accessKeyId),
    sessionToken:
      sessionToken === undefined
        ? null
        : await seal(sessionToken, key, random.bytes(IV_BYTES), `${accessKeyId} token`),
    tags: JSON.stringify(tags),
    policies: JSON.stringify(policies),
  })
}

/** Rejects when the encryption key that is set does not open the principals that are stored. The newest stands for all. */
export async function mustOpen({
  database,
  settings,
}: Pick<Platform, 'database' | 'settings'>): Promise<void> {
  if (!settings.encryptionKey) return
  const [row] = await database.select().from(principals).orderBy(desc(principals.createdAt)).limit(1)
  if (!row) return
  const key = await keyOf(settings)
  await unseal(row.secret, key, row.accessKeyId).catch((cause) => {
    throw new Error('the principals in this database were sealed with another EDGEWAY_ENCRYPTION_KEY', {
      cause,
    })
  })
}

/** All stored principals, without their secrets. */
export async function listPrincipals({ database }: Pick<Platform, 'database'>): Promise<PrincipalRow[]> {
  const rows = await database.select().from(principals).orderBy(asc(principals.createdAt))
  return rows.map(({ secret: _secret, sessionToken: _token, ...row }) => row)
}

/** Removes the access key, or all access keys of a name; tells which. */
export async function revokePrincipals(
  { database }: Pick<Platform, 'database'>,
  keyOrName: string,
): Promise<string[]> {
  const which = or(eq(principals.accessKeyId, keyOrName), eq(principals.name, keyOrName))
  const rows = await database.select({ id: principals.accessKeyId }).from(principals).where(which)
  if (rows.length > 0) await database.delete(principals).where(which)
  return rows.map(({ id }) => id)
}
