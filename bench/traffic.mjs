/**
 * What throttles, quotas and caches cost: the meters by themselves, HTTP_PROXY with a usage plan against the same without one,
 * cache hits against a Hono that says Hello. Targets take turns; ratios are medians over the rounds.
 *
 *   node bench/traffic.mjs [meters] [plans] [cache] [--runtime=node] [--seconds=2] [--rounds=3]
 */
import { spawnSync } from 'node:child_process'
import { load } from './support/load.mjs'
import {
  ask,
  cpuOf,
  freePort,
  hasNginx,
  ROOT,
  RUNTIMES,
  start,
  startEdgeway,
  startNginx,
  stop,
} from './support/processes.mjs'

const option = (name, otherwise) =>
  process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise
const parts = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const wanted = (part) => parts.length === 0 || parts.includes(part)
const runtime = option('runtime', 'node')
const seconds = Number(option('seconds', 2))
const rounds = Number(option('rounds', 3))
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

const hasRedis = spawnSync('redis-server', ['--version']).error === undefined
async function startRedis() {
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  return { ...(await start('redis-server', args, { port })), url: `redis://127.0.0.1:${port}` }
}

function meter(what, ...args) {
  const { stdout, stderr } = spawnSync(
    // npm's Node: 20 reads no TypeScript
    `${ROOT}node_modules/.bin/node`,
    ['--expose-gc', `${ROOT}bench/support/meter.ts`, what, ...args],
    { cwd: ROOT, encoding: 'utf8' },
  )
  if (!stdout) throw new Error(stderr)
  return JSON.parse(stdout.trim().split('\n').at(-1))
}

/** Rate and CPU of several targets in turns. */
async function compare(targets) {
  const rows = new Map(targets.map(([name]) => [name, []]))
  for (const [, target] of targets) await load({ ...target, seconds: 1 })
  for (let round = 0; round < rounds; round++)
    for (const [name, target] of targets) {
      const before = cpuOf(target.pid)
      const { requests, seconds: took, errors } = await load({ ...target, seconds })
      if (errors > 0) console.log(`  ${name}: ${errors} errors`)
      rows.get(name).push({ rate: requests / took, cpu: (cpuOf(target.pid) - before) / requests })
    }
  const [base] = targets
  const of = (name, field) => median(rows.get(name).map((row) => row[field]))
  // against the base of the same round: other tenants of the machine come and go
  const share = (name, field) => {
    const shares = rows.get(name).map((row, round) => row[field] / rows.get(base[0])[round][field])
    return `${(median(shares) * 100).toFixed(0)} %`
  }
  for (const [name] of targets) {
    const figures = `${of(name, 'rate').toFixed(0).padStart(7)} req/s  ${of(name, 'cpu').toFixed(0).padStart(5)} µs CPU`
    const shares = `  ${share(name, 'rate')} of its rate, ${share(name, 'cpu')} of its CPU`
    console.log(`  ${name.padEnd(26)} ${figures}${name === base[0] ? '' : shares}`)
  }
}

if (wanted('meters')) {
  const { fiveLevels, withQuota } = meter('speed')
  console.log(
    `memory meter: ${fiveLevels.toFixed(2)} µs a call with five levels, ${withQuota.toFixed(2)} µs with a quota`,
  )
  const { held, bytes, left, bytesLeft } = meter('memory')
  console.log(
    `memory meter: ${held} keys in ${(bytes / 1e6).toFixed(0)} MB; ${left} keys and ${(bytesLeft / 1e6).toFixed(0)} MB of heap after they were idle`,
  )
  if (hasRedis) {
    const redis = await startRedis()
    const { exact, leased, exactCpu, leasedCpu } = meter('redis', redis.url)
    console.log(
      `Redis meter, 32 calls at once: exact ${exact.toFixed(1)} µs a call (${exactCpu.toFixed(1)} µs CPU), leased ${leased.toFixed(2)} µs (${leasedCpu.toFixed(2)} µs CPU)`,
    )
    await stop(redis)
  }
}

const proxied = (uri, keyed) => ({
  ...(keyed && { security: [{ api_key: [] }] }),
  responses: {},
  'x-amazon-apigateway-integration': { type: 'http_proxy', httpMethod: 'GET', uri },
})

if (wanted('plans')) {
  const origin = hasNginx
    ? await startNginx()
    : await start(process.execPath, [`${ROOT}bench/support/upstream.mjs`])
  const uri = `http://127.0.0.1:${origin.port}/pets/1`
  const definition = {
    swagger: '2.0',
    info: { title: 'bench', version: '1' },
    securityDefinitions: { api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' } },
    paths: { '/open': { get: proxied(uri, false) }, '/keyed': { get: proxied(uri, true) } },
  }
  const generous = { EDGEWAY_ACCOUNT_RATE_LIMIT: '1000000000', EDGEWAY_ACCOUNT_BURST_LIMIT: '1000000000' }
  const redis = hasRedis && (await startRedis())
  const memory = await startEdgeway(runtime, definition, generous)
  const targets = [
    ['no plan', { ...memory, path: '/bench/open' }],
    [
      'usage plan, memory',
      {
        ...memory,
        path: '/bench/keyed',
        headers: { ...memory.headers, 'x-api-key': await subscribe(memory) },
      },
    ],
  ]
  const shared = []
  for (const mode of redis ? ['exact', 'leased'] : []) {
    const gateway = await startEdgeway(runtime, definition, {
      ...generous,
      EDGEWAY_REDIS_URL: redis.url,
      EDGEWAY_METER_MODE: mode,
    })
    shared.push(gateway)
    const key = await subscribe(gateway)
    targets.push([
      `usage plan, ${mode} Redis`,
      { ...gateway, path: '/bench/keyed', headers: { ...gateway.headers, 'x-api-key': key } },
    ])
  }
  console.log(`HTTP_PROXY on ${runtime}`)
  await compare(targets)
  for (const one of [memory, ...shared, redis, origin]) if (one) await stop(one)
}

/** A key in a plan with limits on every level that never bind. */
async function subscribe({ port, id }) {
  const most = 1_000_000_000
  const { id: plan } = await ask(port, 'POST', '/usageplans', {
    name: 'bench',
    apiStages: [
      { apiId: id, stage: 'bench', throttle: { '/keyed/GET': { rateLimit: most, burstLimit: most } } },
    ],
    throttle: { rateLimit: most, burstLimit: most },
    quota: { limit: most, period: 'MONTH', offset: 0 },
  })
  const key = await ask(port, 'POST', '/apikeys', { enabled: true })
  await ask(port, 'POST', `/usageplans/${plan}/keys`, { keyId: key.id, keyType: 'API_KEY' })
  await ask(port, 'PATCH', `/restapis/${id}/stages/bench`, {
    patchOperations: [
      { op: 'replace', path: '/*/*/throttling/rateLimit', value: String(most) },
      { op: 'replace', path: '/*/*/throttling/burstLimit', value: String(most) },
    ],
  })
  return key.value
}

if (wanted('cache')) {
  const origin = await start(process.execPath, [`${ROOT}bench/support/upstream.mjs`])
  const hello = await start(...RUNTIMES[runtime](`${ROOT}bench/support/hono-hello.mjs`, []))
  const definition = {
    swagger: '2.0',
    info: { title: 'bench', version: '1' },
    paths: { '/pets': { get: proxied(`http://127.0.0.1:${origin.port}/pets/1`, false) } },
  }
  const gateway = await startEdgeway(runtime, definition, {
    EDGEWAY_ACCOUNT_RATE_LIMIT: '1000000000',
    EDGEWAY_ACCOUNT_BURST_LIMIT: '1000000000',
  })
  await ask(gateway.port, 'PATCH', `/restapis/${gateway.id}/stages/bench`, {
    patchOperations: [
      { op: 'replace', path: '/cacheClusterEnabled', value: 'true' },
      { op: 'replace', path: '/*/*/caching/enabled', value: 'true' },
    ],
  })
  console.log(`cache hits on ${runtime}`)
  await compare([
    ['Hono that says Hello', { ...hello, path: '/' }],
    ['cache hit', { ...gateway, path: '/bench/pets' }],
  ])
  for (const one of [gateway, hello, origin]) await stop(one)
}
process.exit(0)
