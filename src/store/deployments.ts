/**
 * What the execution service reads: stage pointers, compiled deployments and custom domains.
 *
 * Correctness never rests on the cache. A deployment is immutable under its id, so it may be cached for ever. A pointer is
 * believed for a short time, then read again if anything was committed since (changes.ts); if nobody can be asked (database and cache down) the last known one serves on.
 * A change made in this process is seen at once.
 */
import { and, asc, eq } from 'drizzle-orm'
import { API_FORMAT, type CompiledApi, type DomainPointer, type StagePointer } from '../core/api.ts'
import type { ClientCertificate, Stage } from '../core/documents.ts'
import { ownText, sharedText } from '../core/memo.ts'
import type { Program } from '../core/program.ts'
import type { RoutingRule } from '../core/routing-rule.ts'
import type { Platform } from '../platform.ts'
import type { Changes } from './changes.ts'
import { type Documents, label } from './documents.ts'
import { documents, snapshots } from './tables.ts'

/** How long a pointer is believed inside a process, in milliseconds. */
const FRESH_MS = 1000
const MAX_POINTERS = 50_000
/** Compiled deployments kept in memory, by the length of their JSON. */
const MAX_COMPILED = 48 * 1024 * 1024

interface Held<T> {
  value: T | null
  /** the value as JSON */
  text: string
  at: number
  /** what the journal stood at before it was read */
  mark: number | undefined
  /** when it could not be read again */
  failedAt?: number
  reading?: Promise<T | null>
}

/** A deployment in memory, and what was made of it to serve calls. */
export interface Deployed {
  readonly api: CompiledApi
  program?: Program
}

interface Compiled {
  readonly id: string
  /** null once it has left: stages may still know it */
  deployed: Deployed | null
  /** of its JSON */
  size: number
  /** called since it was last considered for leaving */
  used: boolean
}

/** A stage, and the deployment that its last call went to, which needs no look-up then. */
interface Served extends StagePointer {
  last?: Compiled
}

const isRecent = (at: number | undefined, now: number): boolean =>
  at !== undefined && now - at < FRESH_MS && now >= at

const NOTHING = { value: null, text: '', at: Number.NEGATIVE_INFINITY, mark: undefined }

type Parts = Pick<Platform, 'database' | 'cache' | 'clock' | 'log' | 'defer' | 'join'>

export class Deployments {
  readonly #parts: Parts
  readonly #documents: Documents
  readonly #changes: Changes
  readonly #stages = new Map<string, Held<Served>>()
  readonly #domains = new Map<string, Held<DomainPointer>>()
  readonly #compiled = new Map<string, Compiled>()
  readonly #loading = new Map<string, Promise<Deployed>>()
  #compiledSize = 0

  constructor(parts: Parts, store: Documents, changes: Changes) {
    this.#parts = parts
    this.#documents = store
    this.#changes = changes
    store.onCommit(({ put, deleted }) => {
      for (const path of put) this.#forget(path)
      for (const path of deleted) this.#forget(path)
    })
  }

  /** The stage that a call names, or null if there is none. */
  stage(apiId: string, stageName: string): Promise<Served | null> | Served | null {
    const key = `${apiId}/${stageName}`
    return this.#held(this.#stages, 'stage', key, () => this.#readStage(apiId, stageName))
  }

  /** The custom domain of a host name, or null. */
  domain(host: string): Promise<DomainPointer | null> | DomainPointer | null {
    return this.#held(this.#domains, 'domain', host, () => this.#readDomain(host))
  }

  /** A deployment by id, for a stage. Throws when it is gone or in a format that this version does not read. */
  deployed(deploymentId: string, by?: Served): Promise<Deployed> | Deployed {
    const known = by?.last?.id === deploymentId ? by.last : this.#compiled.get(deploymentId)
    if (known?.deployed) {
      if (!known.used) known.used = true
      if (by) by.last = known
      return known.deployed
    }
    const ahead = this.#loading.get(deploymentId)
    if (ahead) return this.#parts.join(ahead)
    const loading = this.#load(deploymentId).finally(() => this.#loading.delete(deploymentId))
    this.#loading.set(deploymentId, loading)
    this.#parts.defer(loading)
    return loading
  }

  /** A client certificate as it is stored, its key perhaps sealed; null if there is none. Never put into a shared cache. */
  clientCertificate(region: string, id: string): Promise<ClientCertificate | null> {
    return this.#documents
      .get<ClientCertificate>(region, `/clientcertificates/${label(id)}`)
      .then((certificate) => certificate ?? null)
  }

  #held<T>(memo: Map<string, Held<T>>, kind: string, key: string, read: () => Promise<T | null>) {
    const { clock, cache, join } = this.#parts
    const now = clock.now()
    const held = memo.get(key)
    if (held?.reading) return join(held.reading)
    // where a shared cache holds pointers, it is asked for each; else one look tells that none has changed
    const mark = cache.changeableSeconds === 0 ? this.#changes.mark() : undefined
    if (
      held &&
      (mark === undefined ? isRecent(held.at, now) : mark === held.mark || isRecent(held.failedAt, now))
    )
      return held.value
    return this.#read(memo, kind, ownText(key), read, held, mark, now)
  }

  #read<T>(
    memo: Map<string, Held<T>>,
    kind: string,
    key: string,
    read: () => Promise<T | null>,
    held: Held<T> | undefined,
    mark: Promise<number> | number | undefined,
    now: number,
  ): Promise<T | null> {
    const reading = this.#current(mark, held, () => this.#refresh(kind, key, read, held))
      .then((current) => {
        // a change that came while we read has removed or replaced the entry: what we read may be older than it
        if (memo.get(key)?.reading === reading) {
          memo.delete(key)
          memo.set(key, current)
          if (memo.size > MAX_POINTERS) memo.delete(memo.keys().next().value!)
        }
        return current.value
      })
      .catch((error) => {
        if (memo.get(key)?.reading === reading)
          held ? memo.set(key, { ...held, at: now, failedAt: now, reading: undefined }) : memo.delete(key)
        if (!held) throw error
        this.#parts.log('error', 'the database does not answer; serving what was last known', {
          [kind]: key,
          error: String(error),
        })
        return held.value
      })
    // others wait for this reading, so it must survive the disconnect of the call that began it
    this.#parts.defer(reading)
    memo.set(key, { ...(held ?? NOTHING), reading })
    return reading
  }

  /** What is held, if nothing was committed since; else what is read now. */
  async #current<T>(
    marking: Promise<number> | number | undefined,
    held: Held<T> | undefined,
    read: () => Promise<T | null>,
  ): Promise<Held<T>> {
    const mark = await marking
    const at = this.#parts.clock.now()
    if (held && mark !== undefined && mark === held.mark) return { ...held, at, reading: undefined }
    const value = await read()
    const text = JSON.stringify(value)
    // the same object while nothing has changed: much is remembered by it
    return { value: held?.text === text ? held.value : value, text, at, mark }
  }

  /** Shared cache first, then the database. A failing cache is only a slow one. */
  async #refresh<T>(
    kind: string,
    key: string,
    read: () => Promise<T | null>,
    held: Held<T> | undefined,
  ): Promise<T | null> {
    const { cache, log, defer } = this.#parts
    const ttlSeconds = cache.changeableSeconds
    if (ttlSeconds === 0) return read()
    const name = `${kind}:${key}`
    const text = await cache.get(name).catch((error) => {
      log('warn', 'the config cache does not answer', { error: String(error) })
      return null
    })
    if (text !== null) return JSON.parse(text) as T
    const value = await read()
    if (value !== null || held?.value)
      defer(cache.put(name, JSON.stringify(value), { ttlSeconds }).catch(() => {}))
    return value
  }

  async #readStage(apiId: string, stageName: string): Promise<Served | null> {
    const [row] = await this.#parts.database
      .select({ region: documents.region, body: documents.body })
      .from(documents)
      .where(
        and(
          eq(documents.path, `/restapis/${label(apiId)}/stages/${label(stageName)}`),
          eq(documents.kind, 'Stage'),
        ),
      )
    return row ? { apiId, region: sharedText(row.region), stage: JSON.parse(row.body) as Stage } : null
  }

  async #readDomain(host: string): Promise<DomainPointer | null> {
    const claim =
      (await this.#documents.claim('domain', host)) ??
      (await this.#documents.claim('domain', host.replace(/^[^.]+/, '*')))
    if (!claim) return null
    const rows = await this.#documents.range(claim.region, claim.path)
    const domain = rows.find((row) => row.path === claim.path)?.body as DomainPointer['domain'] | undefined
    if (!domain) return null
    const rules = rows
      .filter((row) => row.kind === 'RoutingRule')
      .map((row) => row.body as RoutingRule)
      .sort((a, b) => a.priority - b.priority)
    const mappings = rows
      .filter((row) => row.kind === 'BasePathMapping')
      .map((row) => row.body as DomainPointer['mappings'][number])
      .sort((a, b) => depth(b.basePath) - depth(a.basePath))
    return { domainName: String(domain.domainName), region: claim.region, domain, rules, mappings }
  }

  async #load(id: string): Promise<Deployed> {
    const { cache, database, defer } = this.#parts
    const name = `deployment:${id}`
    let text = await cache.get(name).catch(() => null)
    if (text === null) {
      const parts = await database
        .select({ body: snapshots.body })
        .from(snapshots)
        .where(eq(snapshots.id, id))
        .orderBy(asc(snapshots.part))
      if (parts.length === 0) throw new Error(`deployment ${id} has no stored snapshot`)
      text = parts.map((part) => part.body).join('')
      defer(cache.put(name, text).catch(() => {}))
    }
    const api = JSON.parse(text) as CompiledApi
    if (api.format !== API_FORMAT)
      throw new Error(
        `deployment ${id} has format ${api.format}, this version reads ${API_FORMAT}: deploy it again`,
      )
    const deployed: Deployed = { api, program: undefined }
    this.#compiled.set(id, { id, deployed, size: text.length, used: false })
    this.#compiledSize += text.length
    this.#makeRoom(id)
    return deployed
  }

  /** The oldest go, but those that were called since they were last looked at here get another turn. */
  #makeRoom(forId: string): void {
    for (const [oldest, compiled] of this.#compiled) {
      if (this.#compiledSize <= MAX_COMPILED) return
      if (oldest === forId) continue
      this.#compiled.delete(oldest)
      if (compiled.used) {
        compiled.used = false
        this.#compiled.set(oldest, compiled)
        continue
      }
      compiled.deployed = null
      this.#compiledSize -= compiled.size
    }
  }

  /** A document changed or went: drop what was known about it here, and in the shared cache. */
  #forget(path: string): void {
    const [, root, id, kind, name] = path.split('/').map(decodeURIComponent)
    if (root === 'restapis' && id && kind === 'stages' && name)
      this.#drop(this.#stages, 'stage', `${id}/${name}`)
    else if (root === 'restapis' && id && kind === undefined) {
      for (const key of [...this.#stages.keys()])
        if (key.startsWith(`${id}/`)) this.#drop(this.#stages, 'stage', key)
    } else if (root === 'domainnames')
      for (const key of [...this.#domains.keys()]) this.#drop(this.#domains, 'domain', key)
  }

  #drop(memo: Map<string, unknown>, kind: string, key: string): void {
    memo.delete(key)
    this.#parts.defer(this.#parts.cache.delete(`${kind}:${key}`).catch(() => {}))
  }
}

/** The empty base path, spelled `(none)`, comes last. */
const depth = (basePath: string): number => (basePath === '(none)' ? 0 : basePath.length)
