/** A Redis server of its own for a test: Debian's redis-server on a free port, nothing kept on disk. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createConnection } from 'node:net'
import { promisify } from 'node:util'
import { freePort } from './process.ts'

const run = promisify(execFile)
const PLACES = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server']

/** The binary's path; installs it where that can be done, and else says what to do. */
export async function redisBinary(): Promise<string> {
  const found = PLACES.find(executable)
  if (found) return found
  if (process.getuid?.() === 0 && executable('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-qq'], { env })
    await run('apt-get', ['install', '-y', '-qq', 'redis-server'], { env })
    const installed = PLACES.find(executable)
    if (installed) return installed
  }
  throw new Error('these tests need redis-server: install it (Debian: apt-get install redis-server)')
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export interface RedisServer {
  url: string
  /** kills it the hard way, as a crash would */
  kill(): Promise<void>
  /** starts it again on the same port, empty */
  restart(): Promise<void>
  /** stops it from answering, with its connections open; `resume` lets it go on */
  pause(): void
  resume(): void
}

/** `settings` are more of its arguments, e.g. `--requirepass`, `secret`. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const binary = await redisBinary()
  const port = await freePort()
  let child: ChildProcess
  const start = async () => {
    child = spawn(
      binary,
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...settings],
      {
        stdio: 'ignore',
      },
    )
    for (let tries = 0; tries < 200; tries++) {
      if (await answers(port)) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error(`redis-server did not start on port ${port}`)
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
    restart: start,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  }
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** Waits until a connection can be used. */
export async function connected(redis: {
  send(command: readonly string[]): Promise<unknown>
}): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await redis.send(['PING']).catch(() => null)) === 'PONG') return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('no connection to Redis')
}
