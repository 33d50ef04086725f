/**
 * Documents: read, list, and change by one atomic write set.
 *
 * Reading is direct. Changing goes through `write`: the work reads through a Transaction, which notes the revision of every
 * root it touched and gathers what is to be written; then ONE batch inserts the next revision of each root (the lock) and
 * the rows. If somebody else was faster the batch rolls back as a whole and the work runs again on fresh data.
 */
import { and, asc, count, desc, eq, gt, gte, lt, max, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { conflict } from '../core/problem.ts'
import type { Database } from '../platform.ts'
import { claims, documents, journal, snapshots } from './tables.ts'

export interface Change {
  region: string
  put: string[]
  deleted: string[]
  /** root -> the revision that this change made of it */
  revisions: Record<string, number>
}

/** Told after a commit, with the paths that were put or deleted: how caches in this process learn of a change at once. */
export type CommitListener = (change: Change) => void

export interface Row {
  region: string
  path: string
  kind: string
  body: unknown
}

/** D1 takes 2 MB a value; the JSON of a bulk insert and a part of a snapshot stay well below. */
const CHUNK = 900_000
const ATTEMPTS = 12
const STALE = 'Unable to complete operation due to concurrent modification. Please try again later.'

/** `/restapis/abc/resources/xyz` -> `/restapis/abc`: the unit of locking. */
export function rootOf(path: string): string {
  const second = path.indexOf('/', 1)
  const third = second < 0 ? -1 : path.indexOf('/', second + 1)
  return third < 0 ? path : path.slice(0, third)
}

/** The collection that a document is listed in. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

/** A label as it stands in a document path: no slash survives. */
export const label = (value: string): string => encodeURIComponent(value)

/** Everything strictly below a path, as an index range: `/` is followed by `0` in ASCII. */
const below = (path: string): SQL => and(gt(documents.path, `${path}/`), lt(documents.path, `${path}0`))!

export class Documents {
  readonly db: Database
  /** writers of one root wait for each other inside this process; the journal settles it between processes */
  #queues = new Map<string, Promise<unknown>>()
  #listeners: CommitListener[] = []

  constructor(db: Database) {
    this.db = db
  }

  /** The same store, which tells one more listener of what is committed through it. */
  observed(listener: CommitListener): Documents {
    const twin = new Documents(this.db)
    twin.#queues = this.#queues
    twin.#listeners = [...this.#listeners, listener]
    return twin
  }

  async get<T>(region: string, path: string): Promise<T | undefined> {
    const [row] = await this.db
      .select({ body: documents.body })
      .from(documents)
      .where(and(eq(documents.path, path), eq(documents.region, region)))
    return row && (JSON.parse(row.body) as T)
  }

  /** The documents of one collection in path order, or its reverse, after `after` (exclusive). */
  async list<T>(
    region: string,
    parent: string,
    options: { after?: string; limit?: number; newestFirst?: boolean } = {},
  ): Promise<{ path: string; body: T }[]> {
    const [beyond, order] = options.newestFirst ? [lt, desc] : [gt, asc]
    const query = this.db
      .select({ path: documents.path, body: documents.body })
      .from(documents)
      .where(
        and(
          eq(documents.parent, parent),
          eq(documents.region, region),
          options.after === undefined ? undefined : beyond(documents.path, options.after),
        ),
      )
      .orderBy(order(documents.path))
    const rows = await (options.limit === undefined ? query : query.limit(options.limit))
    return rows.map((row) => ({ path: row.path, body: JSON.parse(row.body) as T }))
  }

  /** The greatest path of a collection: where the next id goes. */
  async last(region: string, parent: string): Promise<string | undefined> {
    const [row] = await this.db
      .select({ path: max(documents.path) })
      .from(documents)
      .where(and(eq(documents.parent, parent), eq(documents.region, region)))
    return row?.path ?? undefined
  }

  /** How many documents a collection has. */
  async count(region: string, parent: string): Promise<number> {
    const [row] = await this.db
      .select({ count: count() })
      .from(documents)
      .where(and(eq(documents.parent, parent), eq(documents.region, region)))
    return row?.count ?? 0
  }

  /** A document and everything below it, in path order. */
  async range(region: string, path: string): Promise<Row[]> {
    const rows = await this.db
      .select()
      .from(documents)
      .where(
        and(
          eq(documents.region, region),
          gte(documents.path, path),
          lt(documents.path, `${path}0`),
          sql`(${documents.path} = ${path} or ${documents.path} > ${`${path}/`})`,
        ),
      )
      .orderBy(asc(documents.path))
    return rows.map(({ region, path, kind, body }) => ({ region, path, kind, body: JSON.parse(body) }))
  }

  /** The documents of a kind whose JSON has a text in it. Looks at them all: for what happens rarely. */
  async holding<T>(region: string, kind: string, text: string): Promise<{ path: string; body: T }[]> {
    const rows = await this.db
      .select({ path: documents.path, body: documents.body })
      .from(documents)
      .where(
        and(
          eq(documents.kind, kind),
          eq(documents.region, region),
          sql`instr(${documents.body}, ${text}) > 0`,
        ),
      )
    return rows.map((row) => ({ path: row.path, body: JSON.parse(row.body) as T }))
  }

  /** The compiled deployments of any region whose JSON has a text in it, likewise. */
  async deployedWith<T>(text: string): Promise<T[]> {
    const having = this.db
      .select({ id: snapshots.id })
      .from(snapshots)
      .where(sql`instr(${snapshots.body}, ${text}) > 0`)
    const rows = await this.db
      .select({ id: snapshots.id, body: snapshots.body })
      .from(snapshots)
      .where(sql`${snapshots.id} in ${having}`)
      .orderBy(asc(snapshots.id), asc(snapshots.part))
    const whole = new Map<string, string>()
    for (const { id, body } of rows) whole.set(id, (whole.get(id) ?? '') + body)
    return [...whole.values()].map((body) => JSON.parse(body) as T)
  }

  /** Who holds a name that is unique beyond one root. */
  async claim(space: string, name: string): Promise<{ region: string; path: string } | undefined> {
    const [row] = await this.db
      .select({ region: claims.region, path: claims.path })
      .from(claims)
      .where(and(eq(claims.space, space), eq(claims.name, name)))
    return row
  }

  /** Runs `work` and commits what it wrote as one batch; runs it again when another writer was faster. */
  async write<T>(region: string, root: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const key = `${region} ${root}`
    const before = this.#queues.get(key) ?? Promise.resolve()
    const mine = before.then(() => this.#attempt(region, work))
    const settled = mine.catch(() => {})
    this.#queues.set(key, settled)
    try {
      return await mine
    } finally {
      if (this.#queues.get(key) === settled) this.#queues.delete(key)
    }
  }

  onCommit(listener: CommitListener): void {
    this.#listeners.push(listener)
  }

  async #attempt<T>(region: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const tx = new Transaction(this, region)
      const result = await work(tx)
      try {
        await tx.commit()
        if (tx.changed) for (const listener of this.#listeners) listener(tx.change)
        return result
      } catch (error) {
        const broken = brokenKey(error)
        if (broken === 'claims') throw conflict(tx.claimConflict)
        if (broken !== 'journal' && broken !== 'busy') throw error
        if (attempt === ATTEMPTS) throw conflict(STALE)
        // other processes hold the same root: step aside for a moment, longer each time
        await new Promise((resolve) => setTimeout(resolve, 2 ** Math.min(attempt, 7)))
      }
    }
  }
}

/** Which key a failed batch ran into, from libSQL's or D1's message. */
function brokenKey(error: unknown): 'journal' | 'claims' | 'busy' | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (/UNIQUE constraint failed: journal\./.test(at.message)) return 'journal'
    if (/UNIQUE constraint failed: claims\./.test(at.message)) return 'claims'
    if (/SQLITE_BUSY|database is locked/.test(at.message)) return 'busy'
  }
  return undefined
}

/** One operation's reads and its write set. Reads see what the operation itself has put and deleted. */
export class Transaction {
  readonly region: string
  /** what to say when a claimed name turns out to be taken at commit */
  claimConflict = 'The requested name is already in use.'
  readonly #store: Documents
  readonly #revisions = new Map<string, number>()
  readonly #puts = new Map<string, { kind: string; body: unknown }>()
  /** paths whose stored rows, and all below, go away before the puts */
  readonly #deletes = new Set<string>()
  /** paths whose stored rows go away before the puts, and nothing below */
  readonly #rows = new Set<string>()
  readonly #claims: { space: string; name: string; path: string }[] = []
  readonly #releases: { space: string; name: string }[] = []
  readonly #snapshots: { id: string; apiId: string; body: string }[] = []
  readonly #dropped: string[] = []

  constructor(store: Documents, region: string) {
    this.#store = store
    this.region = region
  }

  /** Notes a root's revision before its rows are read, so that a later commit proves nothing changed in between. */
  async #guard(path: string): Promise<void> {
    const root = rootOf(path)
    if (this.#revisions.has(root)) return
    const [row] = await this.#store.db
      .select({ revision: max(journal.revision) })
      .from(journal)
      .where(and(eq(journal.root, root), eq(journal.region, this.region)))
    this.#revisions.set(root, row?.revision ?? 0)
  }

  #gone(path: string): boolean {
    if (this.#rows.has(path)) return true
    for (const deleted of this.#deletes) if (path === deleted || path.startsWith(`${deleted}/`)) return true
    return false
  }

  async get<T>(path: string): Promise<T | undefined> {
    await this.#guard(path)
    const own = this.#puts.get(path)
    if (own) return structuredClone(own.body) as T
    return this.#gone(path) ? undefined : this.#store.get<T>(this.region, path)
  }

  async list<T>(parent: string): Promise<{ path: string; body: T }[]> {
    await this.#guard(parent)
    const stored = await this.#store.list<T>(this.region, parent)
    return this.#overlay(stored, (path) => parentOf(path) === parent)
  }

  async range(path: string): Promise<Row[]> {
    await this.#guard(path)
    const stored = await this.#store.range(this.region, path)
    const kinds = new Map(stored.map((row) => [row.path, row.kind]))
    return this.#overlay(stored, (at) => at === path || at.startsWith(`${path}/`)).map(
      ({ path: at, body }) => ({
        region: this.region,
        path: at,
        kind: this.#puts.get(at)?.kind ?? kinds.get(at)!,
        body,
      }),
    )
  }

  /** See Documents: what the operation itself has put is not looked at. */
  holding<T>(kind: string, text: string): Promise<{ path: string; body: T }[]> {
    return this.#store.holding<T>(this.region, kind, text)
  }

  deployedWith<T>(text: string): Promise<T[]> {
    return this.#store.deployedWith<T>(text)
  }

  #overlay<T>(
    stored: { path: string; body: unknown }[],
    covers: (path: string) => boolean,
  ): { path: string; body: T }[] {
    const rows = new Map<string, unknown>()
    for (const row of stored) if (!this.#gone(row.path)) rows.set(row.path, row.body)
    for (const [path, { body }] of this.#puts) if (covers(path)) rows.set(path, structuredClone(body))
    return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, body]) => ({ path, body: body as T }))
  }

  put(path: string, kind: string, body: unknown): void {
    this.#puts.set(path, { kind, body })
  }

  /** Deletes a document and everything below it. */
  delete(path: string): void {
    this.#deletes.add(path)
    for (const at of this.#puts.keys()) if (at === path || at.startsWith(`${path}/`)) this.#puts.delete(at)
  }

  /** Deletes documents and nothing below them: in bulk, where everything that goes away is known. */
  deleteRows(paths: Iterable<string>): void {
    for (const path of paths) {
      this.#rows.add(path)
      this.#puts.delete(path)
    }
  }

  /** Takes a name for a document; the commit fails with ConflictException if another holds it. Deleting the document frees it. */
  claim(space: string, name: string, path: string): void {
    this.#claims.push({ space, name, path })
  }

  release(space: string, name: string): void {
    this.#releases.push({ space, name })
  }

  /** Stores a compiled deployment under its id. */
  snapshot(id: string, apiId: string, body: string): void {
    this.#snapshots.push({ id, apiId, body })
  }

  dropSnapshot(id: string): void {
    this.#dropped.push(id)
  }

  get changed(): boolean {
    return (
      this.#puts.size +
        this.#deletes.size +
        this.#rows.size +
        this.#claims.length +
        this.#releases.length +
        this.#snapshots.length >
      0
    )
  }

  get change(): Change {
    const revisions = Object.fromEntries(
      Array.from(this.#revisions, ([root, revision]) => [root, revision + 1]),
    )
    return { region: this.region, put: [...this.#puts.keys()], deleted: [...this.#deletes], revisions }
  }

  async commit(): Promise<void> {
    if (!this.changed) return
    const { put, deleted } = this.change
    for (const path of [...put, ...deleted]) await this.#guard(path)
    const { db } = this.#store
    const region = this.region
    const batch: BatchItem<'sqlite'>[] = []
    for (const [root, revision] of this.#revisions) {
      batch.push(db.insert(journal).values({ region, root, revision: revision + 1 }))
      if (revision > 0) {
        // the newest row stays for ever, so that a root that was deleted and made again never goes back to an old revision
        const older = and(
          eq(journal.root, root),
          eq(journal.region, region),
          lt(journal.revision, revision + 1),
        )
        batch.push(db.delete(journal).where(older))
      }
    }
    for (const path of this.#deletes) {
      const within = sql`(${claims.path} = ${path} or (${claims.path} > ${`${path}/`} and ${claims.path} < ${`${path}0`}))`
      batch.push(
        db.delete(documents).where(and(eq(documents.path, path), eq(documents.region, region))),
        db.delete(documents).where(and(below(path), eq(documents.region, region))),
        db.delete(claims).where(and(within, eq(claims.region, region))),
      )
      if (path.startsWith('/restapis/') && rootOf(path) === path)
        batch.push(db.delete(snapshots).where(eq(snapshots.apiId, path.slice('/restapis/'.length))))
    }
    for (const chunk of chunked(this.#rows, JSON.stringify)) {
      const among = (column: SQLiteColumn) => sql`${column} in (select value from json_each(${chunk}))`
      batch.push(
        db.delete(documents).where(and(eq(documents.region, region), among(documents.path))),
        db.delete(claims).where(and(eq(claims.region, region), among(claims.path))),
      )
    }
    for (const { space, name } of this.#releases)
      batch.push(db.delete(claims).where(and(eq(claims.space, space), eq(claims.name, name))))
    for (const claim of this.#claims) batch.push(db.insert(claims).values({ ...claim, region }))
    for (const chunk of chunked(this.#puts, rowOf)) {
      const rows = sql`select ${region}, value ->> 'p', value ->> 'u', value ->> 'k', value ->> 'b' from json_each(${chunk}) where true`
      batch.push(
        db
          .insert(documents)
          .select(rows)
          .onConflictDoUpdate({
            target: [documents.path, documents.region],
            set: { body: sql`excluded.body` },
          }),
      )
    }
    for (const id of this.#dropped) batch.push(db.delete(snapshots).where(eq(snapshots.id, id)))
    for (const { id, apiId, body } of this.#snapshots)
      for (let part = 0; part * CHUNK < body.length; part++)
        batch.push(
          db
            .insert(snapshots)
            .values({ id, part, apiId, body: body.slice(part * CHUNK, (part + 1) * CHUNK) }),
        )
    await db.batch(batch as [BatchItem<'sqlite'>])
  }
}

const rowOf = ([path, { kind, body }]: [string, { kind: string; body: unknown }]): string =>
  JSON.stringify({ p: path, u: parentOf(path), k: kind, b: JSON.stringify(body) })

/** Many items as few JSON arrays, each one bound parameter: D1 allows 100 parameters a statement. */
function* chunked<T>(items: Iterable<T>, write: (item: T) => string): Generator<string> {
  let rows: string[] = []
  let size = 0
  for (const item of items) {
    const row = write(item)
    if (size + row.length > CHUNK && rows.length > 0) {
      yield `[${rows.join()}]`
      rows = []
      size = 0
    }
    rows.push(row)
    size += row.length
  }
  if (rows.length > 0) yield `[${rows.join()}]`
}
