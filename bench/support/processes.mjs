/** Servers as child processes, with what they cost: CPU microseconds a request, from /proc, and memory. */
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const bin = (name) => join(ROOT, 'node_modules/.bin', name)
export const scratch = mkdtempSync(join(tmpdir(), 'edgeway-bench-'))

const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(scratch, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))

/** Command lines that run a script on a runtime; undefined where it is not installed. */
export const RUNTIMES = {
  node: (script, args) => [bin('node'), [script, ...args]],
  bun: (script, args) => [bin('bun'), ['--bun', script, ...args]],
  deno: (script, args) => [
    bin('deno'),
    ['run', '-A', '--no-lock', '--node-modules-dir=manual', '--quiet', script, ...args],
  ],
}

export const hasNginx = spawnSync('nginx', ['-v']).error === undefined

/** Starts a process and waits for the port in its output (or the one given). */
export function start(command, args, { port, env = {}, pattern = /(?:listening on |:)(\d{2,5})\b/ } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env } })
    running.add(child)
    let output = ''
    let found = port
    const heard = (chunk) => {
      output = (output + chunk).slice(-4000)
      if (found) return
      found = Number(pattern.exec(output)?.[1])
      if (found) settled()
    }
    const lastWords = () => output.trimEnd().split('\n').at(-1)
    const settled = () =>
      waitFor(found).then(
        () => resolve({ port: found, pid: listener(child.pid, found), child, lastWords }),
        reject,
      )
    child.stdout.on('data', heard)
    child.stderr.on('data', heard)
    child.on('exit', (code) => {
      running.delete(child)
      reject(new Error(`${command} ended with ${code}: ${output.slice(-2000)}`))
    })
    if (port) settled()
  })
}

export const stop = ({ child }) =>
  new Promise((resolve) => {
    child.removeAllListeners('exit')
    child.on('exit', () => {
      running.delete(child)
      resolve()
    })
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 2000).unref()
  })

async function waitFor(port) {
  const { connect } = await import('node:net')
  for (let i = 0; i < 100; i++) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true))
      socket.on('connect', () => socket.destroy())
      socket.on('error', () => resolve(false))
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`nothing listens on ${port}`)
}

/** npm's runtimes may be wrappers, and servers have helpers: the process meant is the one below `pid` that listens. */
function listener(pid, port) {
  const sockets = listeningSockets(port)
  const found = family(pid).find((one) => {
    try {
      return readdirSync(`/proc/${one}/fd`).some((fd) => sockets.has(readlinkSync(`/proc/${one}/fd/${fd}`)))
    } catch {
      return false
    }
  })
  return found ?? pid
}

function listeningSockets(port) {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync)
  const rows = tables.flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(1))
  const fields = rows.map((row) => row.trim().split(/\s+/))
  return new Set(
    fields.filter((row) => row[1]?.endsWith(hex) && row[3] === '0A').map((row) => `socket:[${row[9]}]`),
  )
}

/** A process and all below it, the deepest first. */
function family(pid) {
  const children = `/proc/${pid}/task/${pid}/children`
  const below = existsSync(children) ? readFileSync(children, 'utf8').trim().split(' ').filter(Boolean) : []
  return [...below.flatMap((child) => family(Number(child))), pid]
}

/** CPU time of a process in microseconds (user and system, all threads); NaN where there is no /proc. */
export function cpuOf(pid) {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

/** Resident memory in bytes. */
export function memoryOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024
}

export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/** nginx that answers the kilobyte itself on one port and proxies to it on another. */
export async function startNginx() {
  const dir = join(scratch, 'nginx')
  mkdirSync(dir)
  const [port, proxy] = [await freePort(), await freePort()]
  const body = JSON.stringify({ text: 'x'.repeat(1000) })
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${dir}/${name};`,
  )
  writeFileSync(
    join(dir, 'nginx.conf'),
    `worker_processes 1; daemon off; master_process off; pid ${dir}/pid; error_log stderr crit;
    events { worker_connections 1024; }
    http { access_log off; keepalive_requests 1000000000; ${temp.join(' ')}
      upstream origin { server 127.0.0.1:${port}; keepalive 64; keepalive_requests 1000000000; }
      server { listen 127.0.0.1:${port}; location / { default_type application/json; return 200 '${body}'; } }
      server { listen 127.0.0.1:${proxy}; location / {
        proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://origin; } } }`,
  )
  const started = await start('nginx', ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', 'stderr'], {
    port: proxy,
  })
  return { ...started, port, proxy }
}

/** Amazon's account throttle (10,000 a second) is in the way of a measurement. */
export const QUIET = {
  EDGEWAY_LOG: 'error',
  EDGEWAY_ACCOUNT_RATE_LIMIT: '1000000000',
  EDGEWAY_ACCOUNT_BURST_LIMIT: '1000000000',
}

let databases = 0
/** Edgeway through its own entry on Node, Bun or Deno, with a database of its own. */
export async function startProcess(runtime, env = {}, data = join(scratch, `data-${databases++}`)) {
  const port = await freePort()
  const [command, args] = RUNTIMES[runtime](join(ROOT, 'bin/edgeway.mjs'), [
    `--port=${port}`,
    `--data=${data}`,
  ])
  const server = await start(command, args, { port, env: { ...QUIET, ...env } })
  return { ...server, manage: (...asked) => ask(port, ...asked) }
}

/** Serves `definition` (OpenAPI) on stage `bench`: the API's id, and the headers that name it. */
export async function deploy({ manage, port }, definition) {
  const { id } = await manage('POST', '/restapis?mode=import', definition)
  await manage('POST', `/restapis/${id}/deployments`, { stageName: 'bench' })
  return { id, headers: { Host: hostOf(id, port) } }
}

export const hostOf = (id, port) => `${id}.execute-api.us-east-1.localhost:${port}`

export async function startEdgeway(runtime, definition, env) {
  const gateway = await startProcess(runtime, env)
  return { ...gateway, ...(await deploy(gateway, definition)) }
}

/** The statements of all migrations, in their order. */
export const readMigrations = () =>
  readdirSync(join(ROOT, 'migrations'))
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .flatMap((file) => readFileSync(join(ROOT, 'migrations', file), 'utf8').split('--> statement-breakpoint'))

export async function ask(port, method, path, body) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text ? JSON.parse(text) : null
}
