/**
 * API keys as the execution service asks for them: from the value that a client sent to the key, and to the usage plan that ties it to
 * a stage. The value is looked up by its SHA-256 hash, so that how long a look-up takes says nothing about how much of a
 * guess was right. What was found is believed until something is committed, which is looked for once a second; a change made in
 * this process is seen at once.
 */
import { and, eq, inArray } from 'drizzle-orm'
import type { ApiKey, UsagePlan } from '../core/documents.ts'
import type { Later } from '../core/later.ts'
import { sha256 } from '../core/sigv4/hash.ts'
import type { Platform } from '../platform.ts'
import type { Changes } from './changes.ts'
import { type Documents, label } from './documents.ts'
import { documents } from './tables.ts'

export interface FoundKey {
  id: string
  name?: string
  customerId?: string
  /** the same object as long as the plan has not changed */
  plan: UsagePlan
}

const MAX_HELD = 20_000
const MAX_PLACES = 100
const MAX_VALUE = 1024

interface Held {
  /** what the journal stood at before it was read */
  mark: number | undefined
  found: FoundKey | null
  reading?: Promise<FoundKey | null>
}

/** A value that is a key: hashing it would cost more than all else that is done for a call with it. */
interface Known {
  hash: string
  /** by `{api}/{stage}` */
  places: Map<string, Held>
}

type Parts = Pick<Platform, 'database' | 'clock' | 'log' | 'join'>

export class Keys {
  readonly #parts: Parts
  readonly #documents: Documents
  readonly #changes: Changes
  readonly #held = new Map<string, Held>()
  readonly #plans = new Map<string, { text: string; plan: UsagePlan }>()
  readonly #known = new Map<string, Known>()

  constructor(parts: Parts, store: Documents, changes: Changes) {
    this.#parts = parts
    this.#documents = store
    this.#changes = changes
    store.onCommit(({ put, deleted }) => {
      if ([...put, ...deleted].some((path) => /^\/(?:apikeys|usageplans)\//.test(path))) {
        this.#held.clear()
        this.#known.clear()
      }
    })
  }

  /** The enabled key with this value that a usage plan ties to the stage, or null. Rejects when nobody can be asked. */
  find(value: string, region: string, apiId: string, stage: string): Later<FoundKey | null> {
    const known = this.#known.get(value)
    const held = known?.places.get(`${apiId}/${stage}`)
    if (held && !held.reading && held.mark === this.#changes.mark()) return held.found
    if (value === '' || value.length > MAX_VALUE) return null
    return this.#find(value, known?.hash, region, apiId, stage)
  }

  async #find(
    value: string,
    hashed: string | undefined,
    region: string,
    apiId: string,
    stage: string,
  ): Promise<FoundKey | null> {
    const hash = hashed ?? (await sha256(value))
    const name = `${hash} ${region} ${apiId} ${stage}`
    const held = this.#held.get(name)
    if (held?.reading) return this.#parts.join(held.reading)
    const mark = this.#changes.mark()
    if (held && mark === held.mark) return held.found
    const entry: Held = { mark: undefined, found: held?.found ?? null }
    entry.reading = this.#current(mark, held, () => this.#read(hash, region, apiId, stage)).then(
      ({ mark, found }) => {
        Object.assign(entry, { mark, found, reading: undefined })
        // a change that came while we read has dropped the entry: what we read may be older than it
        if (found && this.#held.get(name) === entry) this.#remember(value, hash, `${apiId}/${stage}`, entry)
        return found
      },
      (error) => {
        entry.reading = undefined
        if (!held) {
          this.#held.delete(name)
          throw error
        }
        this.#parts.log('error', 'the database does not answer; API keys are taken as last known', {
          error: String(error),
        })
        return entry.found
      },
    )
    this.#held.delete(name)
    this.#held.set(name, entry)
    if (this.#held.size > MAX_HELD) this.#held.delete(this.#held.keys().next().value!)
    return entry.reading
  }

  /** What is held, if nothing was committed since; else what is read now. */
  async #current(
    marking: Promise<number> | number,
    held: Held | undefined,
    read: () => Promise<FoundKey | null>,
  ): Promise<Omit<Held, 'reading'>> {
    const mark = await marking
    return held && held.mark === mark ? held : { mark, found: await read() }
  }

  #remember(value: string, hash: string, place: string, held: Held): void {
    const known = this.#known.get(value) ?? { hash, places: new Map() }
    if (known.places.size >= MAX_PLACES) known.places.clear()
    known.places.set(place, held)
    this.#known.set(value, known)
    if (this.#known.size > MAX_HELD) this.#known.delete(this.#known.keys().next().value!)
  }

  async #read(hash: string, region: string, apiId: string, stage: string): Promise<FoundKey | null> {
    const claim = await this.#documents.claim('apikey', hash)
    if (!claim || claim.region !== region) return null
    const rows = await this.#documents.range(region, claim.path)
    const key = rows.find(({ path }) => path === claim.path)?.body as ApiKey | undefined
    if (!key?.enabled) return null
    // below a key lie references to its places in plans: /usageplans/{plan}/keys/{key}
    const places = rows
      .map(({ body }) => (body as { from?: string }).from)
      .filter((from) => from?.endsWith(`/keys/${label(key.id)}`))
    const paths = places.map((place) => place!.slice(0, place!.lastIndexOf('/keys/')))
    const plan = (await this.#plansAt(region, paths)).find(({ apiStages }) =>
      apiStages?.some((one) => one.apiId === apiId && one.stage === stage),
    )
    return plan ? { id: key.id, name: key.name, customerId: key.customerId, plan } : null
  }

  async #plansAt(region: string, paths: string[]): Promise<UsagePlan[]> {
    if (paths.length === 0) return []
    const rows = await this.#parts.database
      .select({ path: documents.path, body: documents.body })
      .from(documents)
      .where(
        and(
          eq(documents.region, region),
          eq(documents.kind, 'UsagePlan'),
          inArray(documents.path, paths.slice(0, 90)),
        ),
      )
    return rows.map(({ path, body }) => {
      const known = this.#plans.get(path)
      if (known?.text === body) return known.plan
      const plan = JSON.parse(body) as UsagePlan
      this.#plans.set(path, { text: body, plan })
      if (this.#plans.size > MAX_HELD) this.#plans.delete(this.#plans.keys().next().value!)
      return plan
    })
  }
}
