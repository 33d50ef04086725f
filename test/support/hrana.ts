/**
 * A libSQL server over HTTP: the Hrana v2 JSON pipeline in front of the embedded engine. It carries the real client and
 * the real engine; what it does not show is how sqld itself behaves (replication, auth, size limits).
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Engine from 'libsql'

interface HranaValue {
  type: 'null' | 'integer' | 'float' | 'text' | 'blob'
  value?: string | number
  base64?: string
}
interface Statement {
  /** the text, or the number that `store_sql` gave it */
  sql?: string
  sql_id?: number
  args?: HranaValue[]
  named_args?: { name: string; value: HranaValue }[]
}
/** When a step of a batch runs: by what became of earlier ones. */
type Condition =
  | { type: 'ok' | 'error'; step: number }
  | { type: 'not'; cond: Condition }
  | { type: 'and' | 'or'; conds: Condition[] }
  | { type: 'is_autocommit' }
interface Step {
  condition?: Condition | null
  stmt: Statement
}

const decode = (value: HranaValue): unknown => {
  if (value.type === 'null') return null
  if (value.type === 'integer') return Number(value.value)
  if (value.type === 'blob') return Buffer.from(value.base64!, 'base64')
  return value.value
}
const encode = (value: unknown): HranaValue => {
  if (value === null || value === undefined) return { type: 'null' }
  if (typeof value === 'bigint' || Number.isInteger(value)) return { type: 'integer', value: String(value) }
  if (typeof value === 'number') return { type: 'float', value }
  if (value instanceof ArrayBuffer) return { type: 'blob', base64: Buffer.from(value).toString('base64') }
  return { type: 'text', value: String(value) }
}
interface Connection {
  engine: InstanceType<typeof Engine>
  stored: Map<number, string>
}

function execute({ engine, stored }: Connection, { sql, sql_id, args }: Statement) {
  const statement = engine.prepare(sql ?? stored.get(sql_id!)!)
  const values = (args ?? []).map(decode)
  const columns: { name: string }[] = statement.reader ? statement.columns() : []
  const rows = statement.reader ? (statement.raw(true).all(...values) as unknown[][]) : []
  const changes = statement.reader ? 0 : statement.run(...values).changes
  return {
    cols: columns.map(({ name }) => ({ name, decltype: null })),
    rows: rows.map((row) => row.map(encode)),
    affected_row_count: changes,
    last_insert_rowid: null,
  }
}
const failure = (error: unknown) => ({
  message: (error as Error).message,
  code: (error as { code?: string }).code ?? 'UNKNOWN',
})

/** A Hrana batch: BEGIN, the statements, COMMIT and ROLLBACK are steps too, each with its condition. */
function runBatch(connection: Connection, steps: Step[]) {
  const results: unknown[] = []
  const errors: unknown[] = []
  const holds = (condition: Condition): boolean => {
    if (condition.type === 'ok')
      return results[condition.step] !== null && results[condition.step] !== undefined
    if (condition.type === 'error')
      return errors[condition.step] !== null && errors[condition.step] !== undefined
    if (condition.type === 'not') return !holds(condition.cond)
    if (condition.type === 'and') return condition.conds.every(holds)
    return condition.type === 'or' ? condition.conds.some(holds) : false
  }
  for (const [at, { condition, stmt }] of steps.entries()) {
    results[at] = errors[at] = null
    if (condition && !holds(condition)) continue
    try {
      results[at] = execute(connection, stmt)
    } catch (error) {
      errors[at] = failure(error)
    }
  }
  return { step_results: results, step_errors: errors }
}

function answer(
  connection: Connection,
  request: { type: string; stmt?: Statement; batch?: { steps: Step[] }; sql?: string; sql_id?: number },
) {
  try {
    if (request.type === 'store_sql') connection.stored.set(request.sql_id!, request.sql!)
    if (request.type === 'execute')
      return { type: 'ok', response: { type: 'execute', result: execute(connection, request.stmt!) } }
    if (request.type === 'batch')
      return { type: 'ok', response: { type: 'batch', result: runBatch(connection, request.batch!.steps) } }
    return { type: 'ok', response: { type: request.type } }
  } catch (error) {
    return { type: 'error', error: failure(error) }
  }
}

export async function startHrana(file: string): Promise<{ url: string; stop(): Promise<void> }> {
  const connection: Connection = { engine: new Engine(file), stored: new Map() }
  const server: Server = createServer(async (request, response) => {
    if (request.url !== '/v2/pipeline')
      return void response.writeHead(request.url === '/v2' ? 200 : 404).end()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { requests } = JSON.parse(Buffer.concat(chunks).toString())
    const results = requests.map((each: Parameters<typeof answer>[1]) => answer(connection, each))
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ baton: null, base_url: null, results }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      connection.engine.close()
    },
  }
}
