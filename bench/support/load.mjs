/**
 * Load on an HTTP server: `wrk` where it is installed, else sockets of this process that ask, count and ask again.
 * Gives { requests, seconds, errors }.
 */
import { execFile, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { promisify } from 'node:util'

const run = promisify(execFile)
const hasWrk = spawnSync('wrk', ['-v']).error === undefined

export async function load({ port, path, headers = {}, seconds, connections = 32 }) {
  if (hasWrk) return byWrk({ port, path, headers, seconds, connections })
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(([n, v]) => `${n}: ${v}\r\n`)
  const request = `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
  const counts = { requests: 0, errors: 0 }
  const started = performance.now()
  const until = started + seconds * 1000
  await Promise.all(Array.from({ length: connections }, () => worker(port, request, until, counts)))
  return { ...counts, seconds: (performance.now() - started) / 1000 }
}

async function byWrk({ port, path, headers, seconds, connections }) {
  const extra = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const { stdout } = await run('wrk', [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    ...extra,
    `http://127.0.0.1:${port}${path}`,
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

/** One connection. Responses are framed by Content-Length or chunks; only their ends matter. */
function worker(port, request, until, counts) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    let buffered = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk])
      const end = endOfResponse(buffered)
      if (end < 0) return
      if (buffered.subarray(9, 10).toString() === '2') counts.requests++
      else counts.errors++
      buffered = buffered.subarray(end)
      if (performance.now() < until) socket.write(request)
      else socket.end()
    })
    socket.on('error', () => {
      counts.errors++
      resolve()
    })
    socket.on('close', resolve)
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
