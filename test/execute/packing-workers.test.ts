/** Compression on Workers, whose Response packs by itself unless told not to. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCommand } from '../support/process.ts'
import { type Backends, startBackends } from './backends.ts'
import { definitionOf } from './gateway.ts'

let backends: Backends
let worker: Awaited<ReturnType<typeof startCommand>>
let url: string
beforeAll(async () => {
  backends = await startBackends()
  const proxy = (path: string) => ({
    GET: { integration: { type: 'HTTP_PROXY', httpMethod: 'GET', uri: `${backends.http}${path}` } },
  })
  const definition = definitionOf(
    { '/plain': proxy(`/say?body=${'a'.repeat(500)}`), '/packed': proxy('/gzip') },
    { restApi: { minimumCompressionSize: 100 } },
  )
  const folder = mkdtempSync(join(tmpdir(), 'edgeway-workerd-'))
  const entry = new URL('launch/packing-worker.ts', import.meta.url).pathname
  const outfile = join(folder, 'worker.mjs')
  await build({ entryPoints: [entry], bundle: true, format: 'esm', outfile, target: 'es2022' })
  writeFileSync(join(folder, 'definition.json'), JSON.stringify(definition))
  writeFileSync(join(folder, 'config.capnp'), CONFIG)
  const args = ['serve', join(folder, 'config.capnp'), '--control-fd=1']
  worker = await startCommand('node_modules/.bin/workerd', args, { ready: '"listen"' })
  url = `http://127.0.0.1:${/"port":(\d+)/.exec(worker.output())![1]}`
})
afterAll(async () => {
  await worker.stop()
  await backends.stop()
})

/** workerd by itself: what wrangler and miniflare put in front of it would unpack and hide the matter. */
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .mainWorker),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const mainWorker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  bindings = [(name = "DEFINITION", json = embed "definition.json")],
  compatibilityDate = "2026-10-01",
);
`

const get = (path: string, headers: Record<string, string>) =>
  new Promise<{ coding: string | undefined; body: Buffer }>((resolve, reject) => {
    const sent = request(new URL(path, url), { headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ coding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })

test.each([
  ['/plain', 'a'.repeat(500)],
  ['/packed', 'packed '.repeat(200)],
])('%s is packed once for who takes it, and not for others', async (path, text) => {
  const packed = await get(path, { 'Accept-Encoding': 'gzip' })
  expect(packed.coding).toBe('gzip')
  expect(gunzipSync(packed.body).toString()).toBe(text)
  const plain = await get(path, {})
  expect([plain.coding, plain.body.toString()]).toEqual([undefined, text])
})
