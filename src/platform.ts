/**
 * The ports: everything that Edgeway asks of the machine it runs on. Types only.
 * An adapter (src/adapters) implements one port; an entry (src/entry) chooses the adapters; nothing else knows the runtime.
 */
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch'
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'
import type { Peer } from './core/arrival.ts'
import type { Call, Recording } from './core/call.ts'
import type { CancelSignal } from './core/cancellation.ts'
import type { Later } from './core/later.ts'
import type { QuotaSpec } from './core/quota.ts'
import type { Hashing } from './core/sigv4/hash.ts'
import type { BucketSpec, MeterVerdict } from './core/throttle.ts'

/** A drizzle database, libSQL or D1. `batch` is one atomic transaction; interactive transactions are not used (D1 has none). */
export type Database = BaseSQLiteDatabase<'async', unknown, Record<string, never>> & {
  batch<U extends BatchItem<'sqlite'>, T extends Readonly<[U, ...U[]]>>(
    statements: T,
  ): Promise<BatchResponse<T>>
}

/**
 * A key-value store that may be eventually consistent (Workers KV) or exact (memory). It is only ever a cache:
 * losing it costs time, never truth. `get` gives null for a missing or expired key.
 */
export interface ConfigCache {
  /**
   * How long it may keep what can change (a stage's pointer), in seconds; 0: not at all, the database is asked. A change by
   * another process or place may stay unseen that long.
   */
  readonly changeableSeconds: number
  get(key: string): Promise<string | null>
  put(key: string, value: string, options?: { ttlSeconds?: number }): Promise<void>
  delete(key: string): Promise<void>
}

export type { BucketSpec, Hashing, Later, MeterVerdict, Peer, QuotaSpec }

/**
 * Token buckets and quotas. A call takes one token from every bucket and quota, or from none. A meter only keeps state; the
 * arithmetic is src/core/throttle.ts. It answers within its own deadline, or rejects: what a call gets then is
 * `settings.onStoreFailure`.
 */
export interface Meter {
  /** true where counters outlive the process and its host: nobody needs to tell it what was counted before */
  readonly durable: boolean
  /** a plain verdict, without a promise, where no store needs to be asked */
  take(buckets: readonly BucketSpec[], quotas: readonly QuotaSpec[], now: number): Later<MeterVerdict>
  /** calls counted in each quota's period */
  used(quotas: readonly QuotaSpec[], now: number): Promise<number[]>
  /**
   * Sets a count (UpdateUsage), below zero too; with `atLeast` one that the meter knows is only raised (what a database
   * remembers from before a restart).
   */
  setUsed(quota: QuotaSpec, used: number, now: number, atLeast?: boolean): Promise<void>
  /** gives unused leases back */
  close?(): Promise<void>
}

/** A stored response of a stage's cache; `body` as it went to the client, before compression. */
export interface CachedResponse {
  status: number
  headers: [string, string][]
  body: Uint8Array
  /** epoch milliseconds; not served from this moment on */
  expiresAt: number
}

/**
 * The store behind a stage's cache cluster. `group` is what a flush empties (api, stage, flush generation); keys of two groups
 * never meet. What `get` hands out is shared: nobody changes it. It may lose anything at any time.
 */
export interface ResponseCache {
  /** a plain value, without a promise, where no store needs to be asked */
  get(group: string, key: string, now: number): Later<CachedResponse | null>
  /** a group of `byteBudget` bytes or more loses other items for this one; an item larger than the budget is not kept */
  put(
    group: string,
    key: string,
    value: CachedResponse,
    options: { byteBudget: number; now: number },
  ): Promise<void>
  flush(group: string): Promise<void>
}

/** A call to a back end, with its deadline and the connection's TLS and trust settings. */
export interface OutboundRequest {
  url: string
  method: string
  /** in order, duplicates allowed */
  headers: [string, string][]
  body: Uint8Array | ReadableStream<Uint8Array> | null
  signal?: CancelSignal
  tls?: { insecureSkipVerification?: boolean; clientCertificate?: { cert: string; key: string } }
}

export interface OutboundResponse {
  status: number
  /** in order, names in lower case, duplicates kept where the runtime shows them */
  headers: [string, string][]
  /**
   * The bytes where the adapter holds the whole body already (a small body whose length the back end declared: no stream
   * is built for it, and one that breaks off fails `send` itself); else a stream, which errors if the body breaks off.
   */
  body: Uint8Array | ReadableStream<Uint8Array> | null
}

/**
 * Calls out to back ends. Redirects are not followed, bodies are not decompressed, no header is added that can be left out.
 * `send` rejects with an OutboundFailure (src/core/outbound-failure.ts), also when `signal` fires (reason `aborted`).
 */
export interface Outbound {
  send(request: OutboundRequest): Promise<OutboundResponse>
  /** false where the runtime cannot honour a `tls` setting: the gateway then refuses instead of ignoring it */
  readonly can: { insecureSkipVerification: boolean; clientCertificate: boolean }
}

export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  /** epoch milliseconds */
  expiresAt?: number
}

/** The gateway's own AWS credentials; null when none are configured. */
export type CredentialProvider = () => Promise<AwsCredentials | null>

export interface Clock {
  /** epoch milliseconds */
  now(): number
}

export interface Random {
  bytes(length: number): Uint8Array
}

/** `audit` is always written: who changed what */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'audit'
/** One structured line. Secrets never go in. */
export type Log = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void

/** Keeps work alive after the response has gone (`waitUntil` on Workers). */
export type Defer = (work: Promise<unknown>) => void

/**
 * Waits for work that another call began. Where a runtime ties a promise to the request that made it (Workers), it must not be
 * awaited by another one.
 */
export type Join = <T>(work: Promise<T>) => Promise<T>

/** Records calls of stages with tracing enabled. */
export interface Tracer {
  /** null for a call that is not recorded (sampling); `lost` is told of a segment that could not be delivered */
  begin(call: Call, lost: () => void): Recording | null
  /** delivers what is waiting */
  close?(): Promise<void>
}

/** Settings after flags, environment and defaults were merged: see src/options.ts for each one's meaning. */
export interface Settings {
  region: string
  accountId: string
  /** the domain after `execute-api.{region}.`, e.g. localhost */
  domain: string
  /** overrides of AWS endpoints: '' for AWS_ENDPOINT_URL, else the upper-case service id of AWS_ENDPOINT_URL_<SERVICE> */
  endpoints: Record<string, string>
  /** VPC link id -> base URL that it reaches */
  vpcLinks: Record<string, string>
  /** addresses or CIDR blocks whose x-forwarded-for is believed */
  trustedProxies: string[]
  /** the longest integration timeout that may be set, in milliseconds */
  maxTimeoutMs: number
  /** the largest request and response payload, in bytes (Amazon: 10 MB) */
  maxPayloadBytes: number
  /** what a failing meter or cache store means for a call */
  onStoreFailure: 'open' | 'closed'
  /** account-level throttle; requests per second and burst */
  accountThrottle: { rateLimit: number; burstLimit: number }
  /** sends Retry-After and RateLimit headers with 429 */
  rateLimitHeaders: boolean
  /** JWT authorizers for any OIDC issuer (beyond Amazon) */
  oidcAuthorizers: boolean
  /** 32 bytes in base64: encrypts secrets at rest */
  encryptionKey?: string
  /** how the control service decides who may manage: `open` is for loopback only */
  control: 'open' | 'closed' | 'signed'
  /** overrides of Amazon's limits, by name (see src/core/limits.ts) */
  limits: Record<string, number>
}

/** All that a plane may use of the outside world. */
export interface Platform {
  database: Database
  cache: ConfigCache
  meter: Meter
  responses: ResponseCache
  outbound: Outbound
  credentials: CredentialProvider
  clock: Clock
  random: Random
  /** absent where the runtime has none that answers at once: core/sigv4/sha256.ts does it then */
  hashing?: Hashing
  defer: Defer
  join: Join
  log: Log
  /** absent where the runtime has none: tracing is refused there */
  tracer?: Tracer
  settings: Settings
  /** the raw environment, for settings that belong to one feature */
  env: Record<string, string | undefined>
}
