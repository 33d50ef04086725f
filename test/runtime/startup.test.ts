import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { expect, test } from 'vitest'
import { freePort, startCommand } from '../support/process.ts'

const temp = () => mkdtempSync(join(tmpdir(), 'edgeway-startup-'))

/** Runs `edgeway` to its end; every failure is one line and an exit code that is not 0. */
function edgeway(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr, pid } = spawnSync(process.execPath, ['bin/edgeway.mjs', ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 30_000,
  })
  return { status, stdout, stderr, pid }
}

const oneLine = (text: string) => expect(text.trimEnd().split('\n')).toHaveLength(1)

test('--help lists every setting', () => {
  const { status, stdout } = edgeway(['--help'])
  expect(status).toBe(0)
  expect(stdout).toContain('--port')
  expect(stdout).toContain('EDGEWAY_ACCOUNT_ID')
})

test.each([
  ['an unknown flag', ['--prot', '1'], /--prot is not an option/],
  ['a flag without its value', ['--port'], /--port needs a value/],
  ['a port that is no number', ['--port', 'http'], /: --port must be a whole number/],
  ['a public address without a principal', ['--host', '0.0.0.0', '--port', '0'], /principal/],
  [
    'an address of another machine',
    ['--host', '192.0.2.1', '--port', '0'],
    /principal|no address of this machine/,
  ],
  ['a host that is none', ['--host', 'banana.invalid'], /banana.invalid is no address of this machine/],
  ['a folder where none can be made', ['--data', '/proc/x/y'], /data folder \/proc\/x\/y \(ENOENT\)/],
])('%s is one clear line', (_, args, message) => {
  const { status, stderr } = edgeway(['--data', temp(), ...args])
  expect(status).toBe(1)
  expect(stderr).toMatch(message)
  oneLine(stderr)
})

test.each([
  ['{"resourcesPerApi":3}', /no limit resourcesPerApi, only restApis, resources, /],
  ['{"resources":"many"}', /resources must be a whole number/],
  ['[]', /must be a JSON object/],
])('EDGEWAY_LIMITS=%s is one clear line', (limits, message) => {
  const { status, stderr } = edgeway(['--data', temp()], { EDGEWAY_LIMITS: limits })
  expect(status).toBe(1)
  expect(stderr).toMatch(message)
  oneLine(stderr)
})

test('settings are refused before anything listens, and leave nothing behind', () => {
  for (const [env, message] of [
    [{ EDGEWAY_PROT: '1' }, /EDGEWAY_PROT is not a setting; --help lists them/],
    [{ EDGEWAY_METER_MODE: 'leased' }, /EDGEWAY_METER_MODE=leased needs EDGEWAY_REDIS_URL/],
    [{ EDGEWAY_TLS_PORT: '4643' }, /--tls-port needs EDGEWAY_TLS|EDGEWAY_TLS_PORT needs EDGEWAY_TLS/],
    [{ EDGEWAY_TLS: '{"a.example.com":{"cert":"/none.pem","key":"k"}}' }, /a.example.com: .*\/none.pem/],
  ] as [Record<string, string>, RegExp][]) {
    const { status, stdout, stderr, pid } = edgeway(['--port', '0', '--data', temp()], env)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(message)
    oneLine(stderr)
    expect(existsSync(`dist/node-${pid}.mjs`)).toBe(false)
  }
})

test('another key than that of the principals is one clear line', () => {
  const data = temp()
  const key = (letter: string) => ({ EDGEWAY_ENCRYPTION_KEY: btoa(letter.repeat(32)) })
  expect(edgeway(['principal', 'create', 'a', '--manage', '--data', data], key('a')).status).toBe(0)
  const { status, stderr } = edgeway(['--port', '0', '--data', data], key('b'))
  expect(status).toBe(1)
  expect(stderr).toContain('the principals in this database were sealed with another EDGEWAY_ENCRYPTION_KEY')
  oneLine(stderr)
})

test('a taken port is one clear line', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const { status, stderr } = edgeway(['--port', String(port), '--data', temp()])
  server.close()
  expect(status).toBe(1)
  expect(stderr).toContain(`port ${port} is taken`)
  oneLine(stderr)
})

test('a data folder that cannot be one is one clear line', () => {
  const file = join(temp(), 'file')
  writeFileSync(file, '')
  const { status, stderr } = edgeway(['--data', join(file, 'below')])
  expect(status).toBe(1)
  expect(stderr).toContain('--data')
  oneLine(stderr)
})

test('a database of a newer version is refused', async () => {
  const data = temp()
  const { stop } = await startCommand(process.execPath, ['bin/edgeway.mjs', '--port', '0', '--data', data], {
    ready: 'Try next',
  })
  expect(await stop()).toBe(0)
  const client = createClient({ url: `file:${data}/edgeway.db` })
  await client.execute("insert into __drizzle_migrations (hash, created_at) values ('later', 9999999999999)")
  client.close()
  const { status, stderr } = edgeway(['--port', '0', '--data', data])
  expect(status).toBe(1)
  expect(stderr).toContain('newer version')
  oneLine(stderr)
})

test('a signal lets the calls in flight finish', async () => {
  const port = await freePort()
  const { stop } = await startCommand(
    process.execPath,
    ['bin/edgeway.mjs', '--port', String(port), '--data', temp()],
    { ready: 'Try next' },
  )
  const calls = Array.from({ length: 20 }, () =>
    fetch(`http://127.0.0.1:${port}/_edgeway/health`).then((answer) => answer.status),
  )
  expect(await Promise.all(calls)).toEqual(Array(20).fill(200))
  expect(await stop()).toBe(0)
})
