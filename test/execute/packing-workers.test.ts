/** Compression on Workers, whose Response packs by itself unless told not to. */
import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Backends, startBackends } from './backends.ts'
import { definitionOf } from './gateway.ts'

let backends: Backends
let miniflare: Miniflare
let url: URL
beforeAll(async () => {
  backends = await startBackends()
  const proxy = (path: string) => ({
    GET: { integration: { type: 'HTTP_PROXY', httpMethod: 'GET', uri: `${backends.http}${path}` } },
  })
  const definition = definitionOf(
    { '/plain': proxy(`/say?body=${'a'.repeat(500)}`), '/packed': proxy('/gzip') },
    { restApi: { minimumCompressionSize: 100 } },
  )
  const entry = new URL('launch/packing-worker.ts', import.meta.url).pathname
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    write: false,
    target: 'es2022',
  })
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: bundle.outputFiles[0]!.text,
      bindings: { DEFINITION: definition as never },
      compatibilityDate: '2026-10-01',
    }),
  )
  url = await miniflare.ready
})
afterAll(async () => {
  await miniflare.dispose()
  await backends.stop()
})

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
