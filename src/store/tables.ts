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

/** What the clients of usage plans used, a row for each day with calls. The meters count; this is what outlives them. */
export const usage = sqliteTable(
  'usage',
  {
    region: text('region').notNull(),
    planId: text('plan_id').notNull(),
    keyId: text('key_id').notNull(),
    /** UTC date, `2026-11-23` */
    day: text('day').notNull(),
    /** calls of that day */
    used: integer('used').notNull(),
    /** the quota's counter at the end of that day, and when its period ends (epoch milliseconds); null without a quota */
    spent: integer('spent'),
    endsAt: integer('ends_at'),
    /** what the quota left; null without one */
    remaining: integer('remaining'),
  },
  (t) => [primaryKey({ columns: [t.planId, t.keyId, t.day, t.region] })],
)

/** Who may manage the gateway and call its AWS_IAM methods: one row an access key. */
export const principals = sqliteTable('principals', {
  accessKeyId: text('access_key_id').primaryKey(),
  name: text('name').notNull(),
  accountId: text('account_id').notNull(),
  /** of the user, or of the session of a role */
  arn: text('arn').notNull(),
  /** AIDA…, or AROA…:session */
  userId: text('user_id').notNull(),
  /** sealed: see core/seal.ts */
  secret: text('secret').notNull(),
  /** sealed; of temporary credentials only */
  sessionToken: text('session_token'),
  /** epoch milliseconds */
  expiresAt: integer('expires_at'),
  createdAt: integer('created_at').notNull(),
  /** JSON: name -> value */
  tags: text('tags').notNull(),
  /** JSON: a list of IAM policies */
  policies: text('policies').notNull(),
  /** of the organization, for aws:PrincipalOrgID */
  organizationId: text('organization_id'),
})
