/**
 * A body through HTTP_PROXY, down and up, with the payload limit raised: how much memory the gateway takes meanwhile, and how
 * fast the bytes pass. Constant memory means that the growth does not depend on the size.
 *
 *   node bench/stream.mjs [node bun deno] [--megabytes=1024]
 */
import { createServer, request } from 'node:http'
import { memoryOf, RUNTIMES, startEdgeway, stop } from './support/processes.mjs'

const chosen = process.argv.slice(2).filter((arg) => arg in RUNTIMES)
const runtimes = chosen.length > 0 ? chosen : Object.keys(RUNTIMES)
const given = process.argv.find((arg) => arg.startsWith('--megabytes='))?.split('=')[1]
const bytes = Number(given ?? 1024) * 1024 * 1024
const piece = Buffer.alloc(64 * 1024)

/** GET answers `bytes` zeros, anything else counts what it gets; both at the pace of the other side. */
const origin = createServer((incoming, response) => {
  if (incoming.method === 'GET') {
    response.setHeader('content-length', bytes)
    return pour(response)
  }
  let received = 0
  incoming.on('data', (chunk) => {
    received += chunk.length
  })
  incoming.on('end', () => response.end(String(received)))
})
await new Promise((resolve) => origin.listen(0, '127.0.0.1', resolve))

function pour(target) {
  let left = bytes
  const more = () => {
    while (left > 0) {
      const size = Math.min(left, piece.length)
      left -= size
      if (!target.write(piece.subarray(0, size))) return void target.once('drain', more)
    }
    target.end()
  }
  target.on('error', () => {})
  more()
}

const definition = {
  swagger: '2.0',
  info: { title: 'stream', version: '1' },
  paths: {
    '/big': Object.fromEntries(
      ['get', 'put'].map((verb) => [
        verb,
        {
          responses: {},
          'x-amazon-apigateway-integration': {
            type: 'http_proxy',
            httpMethod: verb.toUpperCase(),
            uri: `http://127.0.0.1:${origin.address().port}/`,
          },
        },
      ]),
    ),
  },
}

function transfer({ port, headers }, method) {
  return new Promise((resolve, reject) => {
    const extra =
      method === 'PUT' ? { 'content-length': bytes, 'content-type': 'application/octet-stream' } : {}
    const sent = request(
      { host: '127.0.0.1', port, path: '/bench/big', method, headers: { ...headers, ...extra } },
      (response) => {
        let received = 0
        let text = ''
        response.on('data', (chunk) => {
          received += chunk.length
          if (received < 1000) text += chunk
        })
        response.on('error', reject)
        response.on('end', () => resolve({ status: response.statusCode, received, text }))
      },
    )
    sent.on('error', reject)
    if (method === 'PUT') pour(sent)
    else sent.end()
  })
}

let failed = false
for (const runtime of runtimes) {
  const server = await startEdgeway(runtime, definition, { EDGEWAY_MAX_PAYLOAD_BYTES: String(bytes) })
  for (const [method, direction] of [
    ['GET', 'down'],
    ['PUT', 'up'],
  ]) {
    const before = memoryOf(server.pid)
    let peak = before
    const timer = setInterval(() => {
      peak = Math.max(peak, memoryOf(server.pid))
    }, 20)
    const started = performance.now()
    const { status, received, text } = await transfer(server, method)
    const seconds = (performance.now() - started) / 1000
    clearInterval(timer)
    const whole = status === 200 && (method === 'GET' ? received : Number(text)) === bytes
    if (!whole) failed = true
    const mb = (value) => `${(value / 1024 / 1024).toFixed(0)} MB`
    console.log(
      `${runtime.padEnd(5)} ${direction.padEnd(5)} ${whole ? mb(bytes) : `BROKEN (${status}, ${text.slice(0, 80)})`} in ${seconds.toFixed(1)} s, ` +
        `memory ${mb(before)} -> at most ${mb(peak)}`,
    )
  }
  await stop(server)
}
origin.close()
process.exit(failed ? 1 : 0)
