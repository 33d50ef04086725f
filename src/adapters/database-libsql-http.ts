/**
 * libSQL over HTTP, for runtimes without files: Hrana's JSON pipeline (github.com/tursodatabase/libsql, docs/HTTP_V2_SPEC.md),
 * each request a stream of its own. Written out here because the client library is a tenth of a Worker's bundle.
 * Migrations are applied by `edgeway migrate --database URL`.
 */
import { drizzle } from 'drizzle-orm/sqlite-proxy'
import type { Database } from '../platform.ts'

/** The schema has no bytes and no booleans. */
type Value =
  | { type: 'null' }
  | { type: 'integer'; value: string }
  | { type: 'float'; value: number }
  | { type: 'text'; value: string }

interface Statement {
  sql: string
  args: Value[]
}
interface Rows {
  rows: Value[][]
}
interface Failure {
  message: string
  code?: string
}
/** Of a batch: one entry for each step, null where it did not run or did not fail. */
interface BatchResult {
  step_results: (Rows | null)[]
  step_errors: (Failure | null)[]
}
type Result<T> = { type: 'ok'; response: { result: T } } | { type: 'error'; error: Failure }

/** @param url `libsql:`, `https:` or `http:`; `?tls=0` and `?authToken=` as libSQL's own clients read them */
export function libsqlHttpDatabase(url: string, authToken: string | undefined): Database {
  const { origin, token } = serverOf(url)
  const bearer = authToken ?? token

  async function ask<T>(request: object): Promise<T> {
    const response = await fetch(`${origin}/v2/pipeline`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) },
      body: JSON.stringify({ baton: null, requests: [request, { type: 'close' }] }),
    })
    if (!response.ok) throw new Error(`libSQL server: HTTP ${response.status} ${await response.text()}`)
    const { results } = (await response.json()) as { results: [Result<T>] }
    const [result] = results
    if (result.type === 'error') throw failed(result.error)
    return result.response.result
  }

  return drizzle(
    async (sql, params, method) => {
      const { rows } = await ask<Rows>({ type: 'execute', stmt: statement(sql, params) })
      const values = rows.map(decoded)
      // one row, or none: drizzle's type knows lists only
      return { rows: method === 'get' ? values[0]! : values }
    },
    async (queries) => {
      const stmts = queries.map(({ sql, params }) => statement(sql, params))
      const { step_results, step_errors } = await ask<BatchResult>({
        type: 'batch',
        batch: transaction(stmts),
      })
      const broken = step_errors.slice(0, stmts.length + 2).find((error) => error !== null)
      if (broken) throw failed(broken)
      return step_results.slice(1, stmts.length + 1).map((result) => ({ rows: result!.rows.map(decoded) }))
    },
  ) as unknown as Database
}

/** BEGIN, the statements and COMMIT, each if the one before it went well; ROLLBACK if the COMMIT did not. */
function transaction(stmts: Statement[]): object {
  const steps = [statement('BEGIN IMMEDIATE'), ...stmts, statement('COMMIT')].map((stmt, at) => ({
    stmt,
    condition: at === 0 ? null : { type: 'ok', step: at - 1 },
  }))
  const committed = { type: 'ok', step: steps.length - 1 }
  return { steps: [...steps, { stmt: statement('ROLLBACK'), condition: { type: 'not', cond: committed } }] }
}

const statement = (sql: string, params: unknown[] = []): Statement => ({ sql, args: params.map(encoded) })

function encoded(value: unknown): Value {
  if (value === null || value === undefined) return { type: 'null' }
  if (typeof value === 'string') return { type: 'text', value }
  if (typeof value === 'number')
    return Number.isInteger(value) ? { type: 'integer', value: String(value) } : { type: 'float', value }
  throw new TypeError(`libSQL server: no column takes a ${typeof value}`)
}

const decoded = (row: Value[]): unknown[] =>
  row.map((value) =>
    value.type === 'null' ? null : value.type === 'integer' ? Number(value.value) : value.value,
  )

/** The code goes before the message, as the other drivers have it: the store tells conflicts by it. */
const failed = ({ message, code }: Failure): Error => new Error(code ? `${code}: ${message}` : message)

function serverOf(url: string): { origin: string; token: string | undefined } {
  const { protocol, host, pathname, searchParams } = new URL(url)
  const plain = protocol === 'http:' || protocol === 'ws:' || searchParams.get('tls') === '0'
  const origin = `${plain ? 'http' : 'https'}://${host}${pathname.replace(/\/$/, '')}`
  return { origin, token: searchParams.get('authToken') ?? undefined }
}
