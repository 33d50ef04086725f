import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { socketOutbound } from '../../src/adapters/outbound-sockets.ts'
import { type Backends, startBackends } from '../execute/backends.ts'
import { client } from '../support/certificates.ts'
import { type Exceptions, runCases, type Where } from './outbound.ts'

const run = promisify(execFile)
const at = (path: string) => new URL(path, import.meta.url).pathname

let backends: Backends
let where: Where
beforeAll(async () => {
  backends = await startBackends()
  const { http, https, httpsExpired, httpsElsewhere, refused } = backends
  where = { http, https, httpsExpired, httpsElsewhere, refused, client }
})
afterAll(() => backends.stop())

/** Every case passed, and there were as many as the contract has for what the adapter can. */
function passed(results: Record<string, string | null>, count: number): void {
  expect(Object.entries(results).filter(([, failure]) => failure !== null)).toEqual([])
  expect(Object.keys(results).length).toBe(count)
}

async function spawned(command: string, args: string[], except: Exceptions) {
  const { stdout } = await run(command, [...args, JSON.stringify(where), JSON.stringify(except)], {
    timeout: 25_000,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, string | null>
}

describe('Outbound', () => {
  test('Node', async () => {
    const outbound = socketOutbound()
    passed(await runCases(outbound, where, {}), 32)
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

  test('Deno', async () => {
    const args = ['run', '-A', '--no-lock', '--node-modules-dir=manual', '--quiet', at('launch/deno.ts')]
    passed(await spawned(at('../../node_modules/.bin/deno'), args, {}), 32)
  })

  test('Bun', async () => {
    passed(await spawned(at('../../node_modules/.bin/bun'), [at('launch/bun.ts')], {}), 32)
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
