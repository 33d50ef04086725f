import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { freePort, startCommand } from '../support/process.ts'
import { type Launch, runtimeSuite } from './suite.ts'

const bin = (name: string) => join('node_modules/.bin', name)

function launcher(command: string, args: string[]): Launch {
  const data = mkdtempSync(join(tmpdir(), 'edgeway-runtime-'))
  return async () => {
    const port = await freePort()
    const { stop } = await startCommand(command, [...args, '--port', String(port), '--data', data], {
      ready: 'Try next',
    })
    return {
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      stop: async () => void (await stop()),
    }
  }
}

describe('Node', () => runtimeSuite(launcher(bin('node'), ['bin/edgeway.mjs'])))
describe('Bun', () => runtimeSuite(launcher(bin('bun'), ['bin/edgeway.mjs'])))
describe('Deno', () => runtimeSuite(launcher(bin('deno'), ['run', '-A', 'src/entry/deno.ts'])))
