/**
 * Whether the number of deployed APIs, or of an API's resources, is felt in a call: the same method of one API with three
 * resources, of one with 300, and of 10,000 APIs, of which always the same one is called, 1,000 at random, or all at random.
 * Each API answers something else, as different APIs do: what is alike in them may be kept once, and costs less. The method is MOCK,
 * where the little that a look-up takes is felt most, or with `--call=proxy` HTTP_PROXY.
 * The databases are made once, by the control service on Node, and then served by each runtime.
 *
 *   node bench/scale.mjs [node bun deno workerd; node by default] [--call=proxy] [--apis=10000]
 *     [--seconds=2] [--rounds=3]
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { chosenOf, conclude, failure, option, ratio, takeTurns } from './support/compare.mjs'
import { definitionOf, httpProxy, mock } from './support/definitions.mjs'
import { ALL_RUNTIMES, startOnData, startOrigin } from './support/gateway.mjs'
import { deploy, hostOf, scratch, startProcess, stop } from './support/processes.mjs'

const WITHIN = 0.1
const MANY = Number(option('apis', 10_000))
const SPREAD = Math.min(1000, MANY)
const AT_ONCE = 4
const proxied = option('call', 'mock') === 'proxy'
const origin = proxied ? (await startOrigin()).url : ''
const answer = proxied ? /^\{"text":"x+"\}$/ : /^\{"message": "Hello \d+"\}$/
const count = (n) => n.toLocaleString('en')

/** In memory where that can be had: what a disk takes for 20,000 commits is not the question. */
const folder = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/edgeway-bench-') : scratch
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** `/`, `/things` and `/things/{id}`, and as many beside them as are still wanted. */
function withResources(wanted, n) {
  const called = proxied ? httpProxy(`${origin}/${n}`, 'GET') : mock(`{"message": "Hello ${n}"}`)
  return definitionOf({
    '/things': { get: called },
    '/things/{id}': {
      get: { ...called, parameters: [{ name: 'id', in: 'path', required: true, type: 'string' }] },
    },
    ...Object.fromEntries(Array.from({ length: wanted - 3 }, (_, at) => [`/others-${at}`, { get: called }])),
  })
}

/** A data folder with `apis` deployed APIs, and their ids. */
async function prepare(name, apis, resources) {
  const data = join(folder, name)
  const gateway = await startProcess('node', {}, data)
  const ids = []
  const started = performance.now()
  let left = apis
  const worker = async () => {
    while (left-- > 0) {
      ids.push((await deploy(gateway, withResources(resources, left))).id)
      if (ids.length % 1000 === 0) {
        const seconds = ((performance.now() - started) / 1000).toFixed(0)
        console.log(`  deployed ${count(ids.length)} of ${count(apis)} APIs in ${seconds} s`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  await stop(gateway)
  return { data, ids }
}

/** As many calls to each gateway before it is measured, among them one to each API: all are as warm. */
async function visit({ port, path, hosts, headers }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const call = (host) =>
    new Promise((resolve, reject) => {
      const options = { agent, host: '127.0.0.1', port, path, headers: { ...headers, Host: host } }
      const sent = request(options, (response) => {
        response.resume()
        response.on('end', () => (response.statusCode === 200 ? resolve() : reject(response.statusCode)))
      })
      sent.on('error', reject)
      sent.end()
    })
  const calls = Array.from({ length: MANY }, (_, n) => call(hosts[n % hosts.length]))
  const outcomes = await Promise.allSettled(calls)
  agent.destroy()
  const failed = outcomes.filter(({ status }) => status === 'rejected')
  if (failed.length > 0) failure(`${failed.length} of ${count(MANY)} first calls got ${failed[0].reason}`)
}

console.log('the control service on Node')
const small = await prepare('small', 1, 3)
const large = await prepare('large', 1, 300)
const many = await prepare('many', MANY, 3)

const bars = []
for (const runtime of chosenOf(ALL_RUNTIMES, ['node'])) {
  console.log(runtime)
  const started = []
  const targetsOn = async ({ data, ids }, ...spreads) => {
    const gateway = await startOnData(runtime, data)
    started.push(gateway)
    const hosts = ids.map((id) => hostOf(id, gateway.port))
    return spreads.map((spread) => {
      return { ...gateway, path: '/bench/things/42', hosts: hosts.slice(0, spread), answer }
    })
  }
  const [base] = await targetsOn(small, 1)
  const [resources] = await targetsOn(large, 1)
  const [one, some, all] = await targetsOn(many, 1, SPREAD, MANY)
  for (const target of [base, resources, all]) await visit(target)
  const apis = `${count(MANY)} APIs`
  const names = {
    base: `1 API, 3 resources (${runtime})`,
    resources: `1 API, 300 resources (${runtime})`,
    one: `${apis}, one called (${runtime})`,
    some: `${apis}, ${count(SPREAD)} called (${runtime})`,
    all: `${apis}, all called (${runtime})`,
  }
  await takeTurns(Object.entries({ base, resources, one, some, all }).map(([key, to]) => [names[key], to]))
  for (const key of ['resources', 'one', 'some', 'all']) {
    const wanted = key !== 'all'
    bars.push(
      {
        what: `CPU of ${names[key]} / 1 API, 3 resources`,
        of: ratio('cpu', names[key], names.base),
        ...(wanted && { atMost: 1 + WITHIN }),
      },
      {
        what: `throughput of ${names[key]} / 1 API, 3 resources`,
        of: ratio('rate', names[key], names.base),
        ...(wanted && { atLeast: 1 - WITHIN }),
      },
    )
  }
  for (const gateway of started) await stop(gateway)
}
conclude(bars)
