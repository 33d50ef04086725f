/**
 * HTTP_PROXY through Edgeway against a bare Hono proxy with the runtime's fetch, on the same runtime, and nginx proxy_pass.
 * Targets take turns, so that what disturbs the machine disturbs all; the ratios are medians over the rounds.
 *
 *   node bench/http-proxy.mjs [node bun deno] [--seconds=2] [--rounds=3]
 */
import { load } from './support/load.mjs'
import {
  cpuOf,
  hasNginx,
  ROOT,
  RUNTIMES,
  start,
  startEdgeway,
  startNginx,
  stop,
} from './support/processes.mjs'

const option = (name, otherwise) =>
  Number(process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise)
const chosen = process.argv.slice(2).filter((arg) => arg in RUNTIMES)
const runtimes = chosen.length > 0 ? chosen : Object.keys(RUNTIMES)
const seconds = option('seconds', 2)
const rounds = option('rounds', 3)

const origin = hasNginx
  ? await startNginx()
  : await start(process.execPath, [`${ROOT}bench/support/upstream.mjs`])
const upstream = `http://127.0.0.1:${origin.port}`

const definition = {
  swagger: '2.0',
  info: { title: 'bench', version: '1' },
  paths: {
    '/{proxy+}': {
      'x-amazon-apigateway-any-method': {
        parameters: [{ name: 'proxy', in: 'path', required: true, type: 'string' }],
        responses: {},
        'x-amazon-apigateway-integration': {
          type: 'http_proxy',
          httpMethod: 'ANY',
          uri: `${upstream}/{proxy}`,
          requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
        },
      },
    },
  },
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const results = new Map()

async function measure(name, { port, pid, path, headers }) {
  const before = cpuOf(pid)
  const { requests, seconds: took, errors } = await load({ port, path, headers, seconds })
  if (errors > 0) console.log(`  ${name}: ${errors} errors`)
  const row = { rate: requests / took, cpu: (cpuOf(pid) - before) / requests }
  results.get(name)?.push(row) ?? results.set(name, [row])
}

for (const runtime of runtimes) {
  const bare = await start(...RUNTIMES[runtime](`${ROOT}bench/support/hono-proxy.mjs`, [upstream]))
  const edgeway = await startEdgeway(runtime, definition)
  const targets = [
    [`Hono on ${runtime}`, { ...bare, path: '/pets/1' }],
    [`Edgeway on ${runtime}`, { ...edgeway, path: '/bench/pets/1' }],
  ]
  if (hasNginx)
    targets.push([
      `nginx beside ${runtime}`,
      { ...origin, pid: undefined, port: origin.proxy, path: '/pets/1' },
    ])
  for (const [, target] of targets) await load({ ...target, seconds: 1 })
  for (let round = 0; round < rounds; round++)
    for (const [name, target] of targets) await measure(name, target)
  await stop(bare)
  await stop(edgeway)
}

const of = (name, field) => median(results.get(name).map((row) => row[field]))
const ratios = (a, b, field) => median(results.get(a).map((row, i) => row[field] / results.get(b)[i][field]))
console.log('\ntarget               req/s   CPU us/request')
for (const name of results.keys())
  console.log(
    `${name.padEnd(18)} ${of(name, 'rate').toFixed(0).padStart(7)}   ${of(name, 'cpu').toFixed(1).padStart(6)}`,
  )
console.log('')
for (const runtime of runtimes) {
  const [bare, edgeway, nginx] = [`Hono on ${runtime}`, `Edgeway on ${runtime}`, `nginx beside ${runtime}`]
  const parts = [
    `throughput ${ratios(edgeway, bare, 'rate').toFixed(2)} x bare Hono`,
    `CPU ${ratios(edgeway, bare, 'cpu').toFixed(2)} x bare Hono`,
  ]
  if (hasNginx) parts.push(`throughput ${ratios(edgeway, nginx, 'rate').toFixed(2)} x nginx`)
  console.log(`${runtime}: ${parts.join(', ')}`)
}
await stop(origin)
process.exit(0)
