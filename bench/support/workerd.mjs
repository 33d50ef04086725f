/**
 * Workers under `workerd serve`: the two of Edgeway with the bindings of their wrangler files, or a yardstick. A client's bytes
 * reach the Worker's own socket, and its `fetch` the network: neither wrangler's proxy nor Miniflare's Workers are in between.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { build } from 'esbuild'
import { signRequest } from '../../src/core/sigv4/sign.ts'
import { bin, freePort, QUIET, ROOT, readMigrations, scratch, start } from './processes.mjs'

const [, DATE] = /^compatibility_date = "(.*)"/m.exec(readFileSync(join(ROOT, 'wrangler.toml'), 'utf8'))
/** A Worker's address is public, so that nobody manages it unsigned. */
const credentials = { accessKeyId: 'AKIABENCHBENCHBENCH1', secretAccessKey: 'bench-secret' }
const PRINCIPALS = {
  [credentials.accessKeyId]: {
    name: 'bench',
    secretAccessKey: credentials.secretAccessKey,
    policies: [
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'apigateway:*', Resource: '*' }] },
    ],
  },
}

let started = 0

/** Both Workers, the database empty or filled with the rows of a libSQL file. */
export async function startWorkers(env, file) {
  const variables = { ...QUIET, EDGEWAY_PRINCIPALS: JSON.stringify(PRINCIPALS), ...env }
  const shared = (meter) => [
    '(name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = (name = "stores", entrypoint = "D1"))]))',
    '(name = "CONFIG", kvNamespace = (name = "stores", entrypoint = "Kv"))',
    `(name = "METER", durableObjectNamespace = ${meter})`,
    ...Object.entries(variables).map(text),
  ]
  const database = await freePort()
  const server = await serve(
    [
      {
        name: 'gateway',
        entry: 'src/entry/worker.ts',
        bindings: [
          ...shared('(className = "MeterObject", serviceName = "control")'),
          '(name = "CONTROL", service = "control")',
        ],
      },
      {
        name: 'control',
        entry: 'src/entry/worker-control.ts',
        bindings: shared('"MeterObject"'),
        objects: ['MeterObject'],
      },
      {
        name: 'stores',
        entry: 'bench/support/worker-stores.mjs',
        bindings: ['(name = "SQL", durableObjectNamespace = "SqlObject")'],
        objects: ['SqlObject'],
      },
    ],
    [
      `(name = "database", address = "127.0.0.1:${database}", http = (), service = (name = "stores", entrypoint = "D1"))`,
    ],
  )
  const execute = (statements) => executeAll(database, statements)
  await execute(readMigrations().map((sql) => ({ sql })))
  if (file) await copyTables(file, execute)
  return { ...server, manage: (...asked) => manage(server.port, ...asked) }
}

async function executeAll(port, statements) {
  const response = await fetch(`http://127.0.0.1:${port}/execute`, {
    method: 'POST',
    body: JSON.stringify(statements),
  })
  const [{ success, error }] = [await response.json()].flat()
  if (!success) throw new Error(`workerd: ${error}`)
}

const ROWS = 1000

async function copyTables(file, execute) {
  const client = createClient({ url: `file:${file}` })
  for (const table of ['documents', 'claims', 'snapshots', 'journal'])
    for (let after = 0; ; ) {
      const sql = `SELECT rowid AS row_id, * FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS}`
      const { rows, columns } = await client.execute({ sql, args: [after] })
      if (rows.length === 0) break
      const names = columns.slice(1)
      const insert = `INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => '?').join()})`
      await execute(rows.map((row) => ({ sql: insert, params: names.map((name) => row[name]) })))
      after = rows.at(-1).row_id
    }
  client.close()
}

/** Hono's "Hello", or its proxy. */
export const startHonoWorker = (upstream) =>
  serve([
    {
      name: 'hono',
      entry: 'bench/support/hono-worker.mjs',
      bindings: upstream ? [text(['UPSTREAM', upstream])] : [],
    },
  ])

/** The least that a gateway does. */
export const startLeastWorker = (upstream) =>
  serve([
    { name: 'least', entry: 'bench/support/least-worker.mjs', bindings: [text(['UPSTREAM', upstream])] },
  ])

async function manage(port, method, path, body) {
  const url = `http://127.0.0.1:${port}${path}`
  const sent = body === undefined ? null : new TextEncoder().encode(JSON.stringify(body))
  const headers = await signRequest(
    {
      method,
      url,
      headers: [
        ['Host', `127.0.0.1:${port}`],
        ['content-type', 'application/json'],
      ],
      body: sent,
    },
    { credentials, region: 'us-east-1', service: 'apigateway', now: Date.now() },
  )
  const response = await fetch(url, { method, headers, body: sent })
  const answer = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`)
  return answer ? JSON.parse(answer) : null
}

/** Serves the first of the Workers on a port of its own. */
async function serve(workers, sockets = []) {
  const folder = join(scratch, `workerd-${started++}`)
  mkdirSync(join(folder, 'objects'), { recursive: true })
  const port = await freePort()
  for (const { name, entry } of workers) await bundle(entry, join(folder, `${name}.js`))
  const services = workers.map(
    ({ name, bindings, objects = [] }) => `(name = "${name}", worker = (
      modules = [(name = "${name}.js", esModule = embed "${name}.js")],
      compatibilityDate = "${DATE}",
      bindings = [${bindings.join(', ')}],
      durableObjectNamespaces = [${objects.map((one) => `(className = "${one}", uniqueKey = "${one}", enableSql = true)`).join(', ')}],
      durableObjectStorage = (localDisk = "objects")))`,
  )
  const config = join(folder, 'config.capnp')
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [${services.join(', ')},
        (name = "objects", disk = (path = "${folder}/objects", writable = true)),
        (name = "internet", network = (allow = ["public", "private"]))],
      sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "${workers[0].name}"),
        ${sockets.join(', ')}]);`,
  )
  return start(bin('workerd'), ['serve', config], { port })
}

/** As wrangler bundles it. */
const bundle = (entry, outfile) =>
  build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['cloudflare:workers'],
    logLevel: 'error',
  })

const text = ([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`
