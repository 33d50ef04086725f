import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { socketOutbound } from '../../src/adapters/outbound-sockets.ts'
import { type Backends, startBackends } from '../execute/backends.ts'
import { client, elsewhere, expired, good } from '../support/certificates.ts'
import { startScripted } from '../support/scripted.ts'
import { runCases, type Where } from './outbound.ts'

const run = promisify(execFile)
const at = (path: string) => new URL(path, import.meta.url).pathname

let backends: Backends
let script: Awaited<ReturnType<typeof startScripted>>
let where: Where
/** a file of certificates to be trusted */
let authorities: string
beforeAll(async () => {
  backends = await startBackends()
  script = await startScripted()
  authorities = join(await mkdtemp(join(tmpdir(), 'edgeway-trust-')), 'issuers.pem')
  await writeFile(authorities, [good, expired, elsewhere].map(({ cert }) => cert).join(''))
  const { http, https, httpsExpired, httpsElsewhere, refused } = backends
  where = {
    http,
    https,
    httpsExpired,
    httpsElsewhere,
    refused,
    scripted: script.url,
    client,
    otherClient: good,
  }
})
afterAll(async () => {
  await backends.stop()
  await script.stop()
  await rm(dirname(authorities), { recursive: true })
})

const LAUNCHES = {
  node: ['../../node_modules/.bin/node', at('launch/node.ts')],
  deno: [
    '../../node_modules/.bin/deno',
    ...['run', '-A', '--no-lock', '--node-modules-dir=manual', '--quiet', at('launch/deno.ts')],
  ],
  bun: ['../../node_modules/.bin/bun', at('launch/bun.ts')],
}

/** Every case passed, and there were as many as the contract has for what the adapter can. */
function passed(results: Record<string, string | null>, count: number): void {
  expect(Object.entries(results).filter(([, failure]) => failure !== null)).toEqual([])
  expect(Object.keys(results).length).toBe(count)
}

async function spawned([command, ...args]: string[], trusts = false) {
  const { stdout } = await run(at(command!), [...args, JSON.stringify({ ...where, trusts }), '{}'], {
    timeout: 60_000,
    env: trusts ? { ...process.env, NODE_EXTRA_CA_CERTS: authorities, DENO_CERT: authorities } : process.env,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, string | null>
}

describe('Outbound', () => {
  test('Node', async () => {
    const outbound = socketOutbound()
    passed(await runCases(outbound, where, {}), 53)
    await outbound.close()
  })

  test('Node: calls in a row share connections', async () => {
    const outbound = socketOutbound()
    const before = backends.connections()
    for (let i = 0; i < 20; i++)
      await outbound.send({ url: `${backends.http}/say?body=x`, method: 'GET', headers: [], body: null })
    expect(backends.connections() - before).toBeLessThanOrEqual(1)
    await outbound.close()
  })

  test('Node: a stream that is left closes the back end’s connection', async () => {
    const outbound = socketOutbound()
    const before = backends.abandoned()
    const { body } = await outbound.send({
      url: `${backends.http}/events`,
      method: 'GET',
      headers: [],
      body: null,
    })
    await (body as ReadableStream).cancel()
    await expect.poll(() => backends.abandoned()).toBe(before + 1)
    await outbound.close()
  })

  test('Node: a reader that stops pauses the back end', async () => {
    const outbound = socketOutbound()
    const { body } = await outbound.send({
      url: `${backends.http}/big?bytes=200000000`,
      method: 'GET',
      headers: [],
      body: null,
    })
    const before = process.memoryUsage().arrayBuffers
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000)
    await (body as ReadableStream).cancel()
    await outbound.close()
  })

  test.each(['deno', 'bun'] as const)('%s', async (runtime) => {
    passed(await spawned(LAUNCHES[runtime]), 53)
  })

  test.each(['node', 'deno', 'bun'] as const)('%s: trust in an issuer', async (runtime) => {
    passed(await spawned(LAUNCHES[runtime], true), 3)
  })

  test('workerd: fetch', async () => {
    const bundle = await build({
      entryPoints: [at('launch/workerd.ts')],
      bundle: true,
      format: 'esm',
      write: false,
      target: 'es2022',
    })
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: bundle.outputFiles[0]!.text,
        compatibilityDate: '2026-10-01',
      }),
    )
    try {
      const except = {
        fetches: true,
        resolvesPaths: true,
        joinsHeaders: true,
        noBodyWithGet: true,
        decodesGzip: true,
        fixedHost: true,
        vagueFailures: true,
      }
      const response = await miniflare.dispatchFetch('http://contract/', {
        method: 'POST',
        body: JSON.stringify({ where, except }),
      })
      passed((await response.json()) as Record<string, string | null>, 28)
    } finally {
      await miniflare.dispose()
    }
  })
})
