/**
 * HTTP_PROXY through Edgeway against a bare Hono proxy with the runtime's fetch, on the same runtime, and nginx proxy_pass.
 *
 *   node bench/http-proxy.mjs [node bun deno workerd] [--seconds=2] [--rounds=3]
 */
import { chosenOf, conclude, ratio, takeTurns } from './support/compare.mjs'
import { definitionOf } from './support/definitions.mjs'
import {
  ALL_RUNTIMES,
  startGateway,
  startHono,
  startLeast,
  startOrigin,
  variantsOf,
} from './support/gateway.mjs'
import { stop } from './support/processes.mjs'

const origin = await startOrigin()
const definition = definitionOf({
  '/{proxy+}': {
    'x-amazon-apigateway-any-method': {
      parameters: [{ name: 'proxy', in: 'path', required: true, type: 'string' }],
      responses: {},
      'x-amazon-apigateway-integration': {
        type: 'http_proxy',
        httpMethod: 'ANY',
        uri: `${origin.url}/{proxy}`,
        requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
      },
    },
  },
})
const MOST_CPU = 1.25
const LEAST_OF_HONO = { node: 2.5 }
const LEAST_OF_NGINX = { bun: 0.6 }
const bars = []

for (const runtime of chosenOf(ALL_RUNTIMES)) {
  console.log(runtime)
  const [bare, nginx] = [`Hono on ${runtime}`, `nginx beside ${runtime}`]
  const started = [await startHono(runtime, origin.url)]
  const targets = [[bare, { ...started[0], path: '/pets/1', answer: /^\{"text":"x+"\}$/ }]]
  const byHand = `by hand on ${runtime}`
  const least = await startLeast(runtime, origin.url)
  if (least) {
    started.push(least)
    targets.push([byHand, { ...least, path: '/pets/1', answer: /^\{"text":"x+"\}$/ }])
  }
  const variants = variantsOf(runtime)
  for (const [name, env] of Object.entries(variants)) {
    started.push(await startGateway(runtime, definition, env))
    targets.push([name, { ...started.at(-1), path: '/bench/pets/1', answer: /^\{"text":"x+"\}$/ }])
  }
  if (origin.proxy) targets.push([nginx, { port: origin.proxy, path: '/pets/1' }])
  await takeTurns(targets)
  if (least)
    bars.push({
      what: `the least a gateway does, ${byHand}: CPU / bare Hono`,
      of: ratio('cpu', byHand, bare),
    })
  for (const name of Object.keys(variants)) {
    bars.push({ what: `${name}: CPU / bare Hono`, of: ratio('cpu', name, bare), atMost: MOST_CPU })
    if (least) bars.push({ what: `${name}: CPU / the least a gateway does`, of: ratio('cpu', name, byHand) })
    const rate = { what: `${name}: throughput / bare Hono`, of: ratio('rate', name, bare) }
    bars.push({ ...rate, atLeast: LEAST_OF_HONO[runtime] })
    if (origin.proxy)
      bars.push({
        what: `${name}: throughput / nginx`,
        of: ratio('rate', name, nginx),
        atLeast: LEAST_OF_NGINX[runtime],
      })
  }
  for (const server of started) await stop(server)
}
conclude(bars)
