/**
 * Stand-ins for Workers KV and D1, by the protocols that workerd's own bindings speak: values in memory, SQL in the SQLite of a
 * Durable Object. The gateway asks them once a second for a stage's pointer; no call waits for them otherwise.
 */
import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers'

const values = new Map()

/** `GET|PUT|DELETE /{key}` */
export class Kv extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname } = new URL(request.url)
    if (request.method === 'PUT')
      values.set(pathname, {
        text: await request.text(),
        metadata: request.headers.get('cf-kv-metadata'),
      })
    else if (request.method === 'DELETE') values.delete(pathname)
    const found = values.get(pathname)
    if (!found) return new Response(null, { status: request.method === 'GET' ? 404 : 200 })
    return new Response(found.text, { headers: found.metadata ? { 'cf-kv-metadata': found.metadata } : {} })
  }
}

/** `POST /query`, `POST /execute`: one statement or several, which are one transaction. */
export class D1 extends WorkerEntrypoint {
  fetch(request) {
    const { SQL } = this.env
    return SQL.get(SQL.idFromName('edgeway')).fetch(request)
  }
}

export class SqlObject extends DurableObject {
  async fetch(request) {
    const asked = await request.json()
    const asObjects = new URL(request.url).searchParams.get('resultsFormat') === 'ARRAY_OF_OBJECTS'
    try {
      const run = (statement) => this.#run(statement, asObjects)
      const results = this.ctx.storage.transactionSync(() => [asked].flat().map(run))
      return Response.json(Array.isArray(asked) ? results : results[0])
    } catch (error) {
      return Response.json({ success: false, error: error.message })
    }
  }

  #run({ sql, params }, asObjects) {
    const cursor = this.ctx.storage.sql.exec(sql, ...(params ?? []))
    const columns = cursor.columnNames
    const rows = [...cursor.raw()]
    const results = asObjects
      ? rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])))
      : { columns, rows }
    const changes = Number(this.ctx.storage.sql.exec('SELECT changes() AS n').one().n)
    return { success: true, results, meta: { duration: 0, changes, last_row_id: 0 } }
  }
}

/** Only its entry points are bound. */
export default { fetch: () => new Response(null, { status: 404 }) }
