/** The contract of the server, on one runtime: a process of its own, and clients over real sockets. */
import { type ChildProcess, spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ports } from './inbound-answers.ts'
import { hastyCases, hostileCases, type Server, stopCases, told } from './inbound-hostile.ts'

const at = (path: string) => new URL(path, import.meta.url).pathname
const bin = (name: string) => at(`../../node_modules/.bin/${name}`)

const LAUNCHES = {
  node: [],
  deno: ['run', '-A', '--no-lock', '--node-modules-dir=manual', '--quiet'],
  bun: [],
}

/** Starts the server, and tells where it listens. */
function start(runtime: keyof typeof LAUNCHES): Promise<{ child: ChildProcess; ports: Ports }> {
  const child = spawn(bin(runtime), [...LAUNCHES[runtime], at(`launch/inbound-${runtime}.ts`)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`${runtime} ended with ${code}`)))
    child.stdout!.once('data', (text: Buffer) => resolve({ child, ports: JSON.parse(text.toString()) }))
  })
}

export const inboundContract = (runtime: keyof typeof LAUNCHES) =>
  describe(`Inbound on ${runtime}`, () => {
    let server: Server
    let child: ChildProcess
    beforeAll(async () => {
      const started = await start(runtime)
      child = started.child
      server = { ...started.ports, secure: false, runtime }
    })
    afterAll(() => void child.kill())

    test.each(Object.entries(hostileCases))('%s', (_, run) => run(server))
    test.each(Object.entries(hostileCases))('TLS: %s', (_, run) => run({ ...server, secure: true }))
    test.concurrent.each(Object.entries(hastyCases))('hasty: %s', (_, run) => run(server))
    test.each(Object.entries(stopCases))('%s', (_, run) => run(server))

    test('nothing went wrong on the side', async () => {
      expect((await told(server)).loose.filter((one) => !one.includes('no answer'))).toEqual([])
      expect(child.exitCode).toBe(null)
    })
  })
