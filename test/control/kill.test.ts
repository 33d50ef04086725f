import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { freePort } from '../support/process.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

/** The gateway as a process of its own, which can be killed without a word. */
async function start(data: string) {
  const port = await freePort()
  const child = spawn(process.execPath, ['bin/edgeway.mjs', '--port', String(port), '--data', data])
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const endpoint = `http://127.0.0.1:${port}`
  for (;;) {
    const up = await fetch(`${endpoint}/_edgeway/health`).catch(() => undefined)
    if (up?.ok) break
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    endpoint,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const PATHS = 150

/** A definition whose every method tells which one it is of. */
const definition = (name: string) =>
  JSON.stringify({
    openapi: '3.0.1',
    info: { title: name, version: '1' },
    paths: Object.fromEntries(
      Array.from({ length: PATHS }, (_, i) => [
        `/${name}${i}`,
        {
          get: {
            operationId: `${name}${i}`,
            responses: { 200: { description: 'fine' } },
            'x-amazon-apigateway-integration': { type: 'mock' },
          },
        },
      ]),
    ),
  })

test('kill -9 in the middle of an import leaves the old API or the new one', async () => {
  const data = await mkdtemp(join(tmpdir(), 'edgeway-kill-'))
  folders.push(data)
  let gateway = await start(data)
  const first = await fetch(`${gateway.endpoint}/restapis?mode=import`, {
    method: 'POST',
    body: definition('old'),
  })
  const { id } = (await first.json()) as { id: string }
  for (const wait of [15, 60, 140]) {
    const importing = (async () => {
      for (let i = 0; ; i++)
        await fetch(`${gateway.endpoint}/restapis/${id}?mode=overwrite`, {
          method: 'PUT',
          body: definition(i % 2 ? 'old' : 'new'),
        })
    })().catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, wait))
    await gateway.kill()
    await importing
    gateway = await start(data)
    const answer = await fetch(`${gateway.endpoint}/restapis/${id}/resources?limit=500&embed=methods`)
    const { item } = (await answer.json()) as {
      item: {
        path: string
        resourceMethods?: { GET: { operationName: string; methodIntegration: object } }
      }[]
    }
    const methods = item.filter(({ path }) => path !== '/').map(({ resourceMethods }) => resourceMethods!.GET)
    expect(methods).toHaveLength(PATHS)
    expect(new Set(methods.map(({ operationName }) => operationName.replace(/\d+/, ''))).size).toBe(1)
    expect(methods.every(({ methodIntegration }) => methodIntegration)).toBe(true)
  }
  await gateway.kill()
})
