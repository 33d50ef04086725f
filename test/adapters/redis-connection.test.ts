/** Logging in, choosing a database and TLS, against real Redis servers. */
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connectRedis, type RedisConnection } from '../../src/adapters/redis-connection.ts'
import { good } from '../support/certificates.ts'
import { freePort } from '../support/process.ts'
import { connected, type RedisServer, startRedis } from '../support/redis.ts'

let server: RedisServer
let secure: number
const folder = mkdtempSync(join(tmpdir(), 'edgeway-redis-'))
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
beforeAll(async () => {
  writeFileSync(cert, good.cert)
  writeFileSync(key, good.key)
  secure = await freePort()
  const tls = ['--tls-port', String(secure), '--tls-cert-file', cert, '--tls-key-file', key]
  server = await startRedis(['--requirepass', 'p@ss word', ...tls, '--tls-auth-clients', 'no'])
})
afterAll(() => server?.kill())

const lines: string[] = []
let connection: RedisConnection
const connect = (url: string) => {
  lines.length = 0
  connection = connectRedis(url, (_level, message, fields) => lines.push(`${message}: ${fields?.error}`))
  return connection
}
afterEach(() => connection?.close())
const withLogin = (login: string, rest = '') => `${server.url.replace('//', `//${login}@`)}${rest}`

test('a password, a user, a database', async () => {
  const redis = connect(withLogin(':p%40ss%20word', '/3'))
  await connected(redis)
  await redis.send(['SET', 'there', 'yes'])
  await redis.send(['ACL', 'SETUSER', 'gate/way', 'on', '>s/crt', '~*', '+@all', '-ping'])
  await redis.close()
  const other = connect(withLogin('gate%2Fway:s%2Fcrt'))
  // who may not ask for a sign of life is let in, too
  await expect.poll(() => other.send(['GET', 'there']).catch(String), { timeout: 10_000 }).toBeNull()
  expect(await other.send(['ACL', 'WHOAMI'])).toBe('gate/way')
})

test('whom Redis does not let in is told so, and nothing is sent', async () => {
  for (const login of [':wrong', ':']) {
    const redis = connect(withLogin(login))
    await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(1)
    expect(lines[0]).toMatch(/^Redis does not answer: .*(WRONGPASS|NOAUTH)/)
    await expect(redis.send(['PING'])).rejects.toThrow('not connected')
    await redis.close()
  }
})

test('a server that is no Redis', async () => {
  const web = createServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  })
  const port = await freePort()
  await new Promise<void>((resolve) => web.listen(port, '127.0.0.1', resolve))
  connect(`redis://127.0.0.1:${port}`)
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(1)
  expect(lines[0]).toMatch('this is not a Redis server')
  web.close()
})

test('TLS: a certificate of an unknown issuer is refused', async () => {
  const redis = connect(`rediss://:p%40ss%20word@localhost:${secure}`)
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(1)
  expect(lines[0]).toMatch(/self-signed certificate/)
  await expect(redis.send(['PING'])).rejects.toThrow('not connected')
})

test('TLS: one that the operator trusts is taken', async () => {
  const script = new URL('../../node_modules/.cache/meter-process-tls.mjs', import.meta.url).pathname
  await build({
    entryPoints: ['test/support/meter-process.ts'],
    outfile: script,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  })
  const url = `rediss://:p%40ss%20word@localhost:${secure}`
  const child = spawn(process.execPath, [script, url, 'exact', '20000'], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: cert },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let heard = ''
  child.stdout.on('data', (chunk) => {
    heard += chunk
  })
  const ask = () => {
    child.stdin.write('ready?\n')
    return heard
  }
  await expect.poll(ask, { timeout: 20_000 }).toMatch('PONG')
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.stdin.write('close\n')
  await gone
}, 60_000)
