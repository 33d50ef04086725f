/** The one schema, for libSQL and D1 alike. `npm run db:generate` writes migrations/ from it. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Every document of the control service, keyed by its own REST path within a region. */
export const documents = sqliteTable(
  'documents',
  {
    region: text('region').notNull(),
    path: text('path').notNull(),
    /** the collection it is listed in: its path without the last segment */
    parent: text('parent').notNull(),
    kind: text('kind').notNull(),
    /** JSON */
    body: text('body').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.path, t.region] }),
    index('documents_parent').on(t.parent, t.region, t.path),
  ],
)

/**
 * One row per committed change of a root document (an API, a plan, a domain name …). The primary key is the lock:
 * a writer that read revision n inserts n + 1, and whoever comes second rolls back.
 */
export const journal = sqliteTable(
  'journal',
  {
    region: text('region').notNull(),
    root: text('root').notNull(),
    revision: integer('revision').notNull(),
  },
  (t) => [primaryKey({ columns: [t.root, t.region, t.revision] })],
)

/** Names that must be unique beyond one root: API ids, API key values (hashed), domain names. */
export const claims = sqliteTable(
  'claims',
  {
    /** e.g. `restapi`, `apikey`, `domain` */
    space: text('space').notNull(),
    name: text('name').notNull(),
    region: text('region').notNull(),
    /** the document that holds the name */
    path: text('path').notNull(),
  },
  (t) => [primaryKey({ columns: [t.space, t.name] }), index('claims_path').on(t.path, t.region)],
)

/** Compiled deployments: immutable JSON, in parts because D1 takes 2 MB a value. */
export const snapshots = sqliteTable(
  'snapshots',
  {
    /** deployment id */
    id: text('id').notNull(),
    part: integer('part').notNull(),
    apiId: text('api_id').notNull(),
    body: text('body').notNull(),
  },
  (t) => [primaryKey({ columns: [t.id, t.part] }), index('snapshots_api').on(t.apiId)],
)
