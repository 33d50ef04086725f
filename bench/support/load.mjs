/**
 * Load on an HTTP server: `wrk` where it is installed, else sockets of this process that ask, count and ask again.
 * Gives { requests, seconds, errors }.
 */
import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { scratch } from './processes.mjs'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url))
const hasWrk = spawnSync('wrk', ['-v']).error === undefined

/** `hosts`: names of which each call takes one at random. */
export async function load({
  port,
  path,
  method = 'GET',
  headers = {},
  body = '',
  hosts,
  seconds,
  connections = 32,
}) {
  const named = { Host: `127.0.0.1:${port}`, ...headers }
  if (hasWrk) return byWrk({ port, path, method, headers: named, body, hosts, seconds, connections })
  const requests = (hosts ?? [named.Host]).map((host) => {
    const all = { ...named, Host: host, ...(body && { 'Content-Length': Buffer.byteLength(body) }) }
    const lines = Object.entries(all).map(([n, v]) => `${n}: ${v}\r\n`)
    return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
  })
  const next = () => requests[Math.floor(Math.random() * requests.length)]
  const counts = { requests: 0, errors: 0 }
  const started = performance.now()
  const until = started + seconds * 1000
  await Promise.all(Array.from({ length: connections }, () => worker(port, next, until, counts)))
  return { ...counts, seconds: (performance.now() - started) / 1000 }
}

async function byWrk({ port, path, method, headers, body, hosts, seconds, connections }) {
  const extra = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const { stdout } = await run('wrk', [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    ...extra,
    ...['-s', SCRIPT, `http://127.0.0.1:${port}${path}`, '--', method, body],
    ...(hosts ? [fileOf(hosts)] : []),
  ])
  const [, requests, took] = /(\d+) requests in ([\d.]+)s/.exec(stdout)
  const socket = [...(/Socket errors: (.*)/.exec(stdout)?.[1] ?? '').matchAll(/\d+/g)].map(Number)
  const status = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0)
  return {
    requests: Number(requests),
    seconds: Number(took),
    errors: status + socket.reduce((sum, n) => sum + n, 0),
  }
}

const files = new Map()
function fileOf(hosts) {
  if (!files.has(hosts)) {
    const file = join(scratch, `hosts-${files.size}`)
    writeFileSync(file, `${hosts.join('\n')}\n`)
    files.set(hosts, file)
  }
  return files.get(hosts)
}

/** One connection, made anew if it breaks. Responses are framed by Content-Length or chunks; only their ends matter. */
async function worker(port, next, until, counts) {
  while (performance.now() < until) await connection(port, next, until, counts)
}

function connection(port, next, until, counts) {
  return new Promise((resolve) => {
    let waiting = true
    const socket = connect(port, '127.0.0.1', () => socket.write(next()))
    let buffered = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk])
      const end = endOfResponse(buffered)
      if (end < 0) return
      if (buffered.subarray(9, 10).toString() === '2') counts.requests++
      else counts.errors++
      buffered = buffered.subarray(end)
      waiting = performance.now() < until
      if (waiting) socket.write(next())
      else socket.end()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (waiting) counts.errors++
      setTimeout(resolve, waiting ? 10 : 0)
    })
  })
}

function endOfResponse(bytes) {
  const head = bytes.indexOf('\r\n\r\n')
  if (head < 0) return -1
  const text = bytes.latin1Slice(0, head)
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
  if (length !== undefined) return bytes.length >= head + 4 + Number(length) ? head + 4 + Number(length) : -1
  const last = bytes.indexOf('\r\n0\r\n\r\n', head)
  return last < 0 ? -1 : last + 7
}
