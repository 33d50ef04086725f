/**
 * What mapping templates cost a call: HTTP with a template for the response, and for the request too, against HTTP_PROXY with the
 * same method, body and back end.
 *
 *   node bench/mapping.mjs [node bun deno workerd] [--seconds=2] [--rounds=3]
 */
import { chosenOf, conclude, ratio, takeTurns } from './support/compare.mjs'
import { definitionOf, http, httpProxy } from './support/definitions.mjs'
import { ALL_RUNTIMES, startGateway, startOrigin, variantsOf } from './support/gateway.mjs'
import { stop } from './support/processes.mjs'

const MOST_CPU = 1.6
const origin = await startOrigin()

const request = `#set($order = $input.path('$'))
{
  "customer": "$util.escapeJavaScript($order.customer.name)",
  "note": $input.json('$.note'),
  "lines": [#foreach($line in $order.lines)
    {"sku": "$line.sku", "count": $line.count}#if($foreach.hasNext),#end
  #end],
  "by": "$context.identity.sourceIp"
}`
const response = `#set($found = $input.path('$'))
{
  "length": $found.text.length(),
  "text": $input.json('$.text'),
  "stage": "$context.stage",
  "requestId": "$context.requestId"
}`
const body = JSON.stringify({
  customer: { id: 7, name: 'Anna "the" Bell' },
  note: 'leave it at the door',
  lines: [
    { sku: 'a-1', count: 2 },
    { sku: 'b-22', count: 1 },
    { sku: 'c-333', count: 12 },
  ],
})
const definition = definitionOf({
  '/proxy': { get: httpProxy(origin.url, 'GET'), post: httpProxy(origin.url, 'POST') },
  '/mapped': {
    get: http(origin.url, 'GET', { response }),
    post: http(origin.url, 'POST', { request, response }),
  },
})
const get = { method: 'GET', headers: {} }
const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }
const bars = []

for (const runtime of chosenOf(ALL_RUNTIMES)) {
  console.log(runtime)
  const [[, env]] = Object.entries(variantsOf(runtime))
  const gateway = await startGateway(runtime, definition, env)
  const target = (path, call) => ({
    ...gateway,
    path: `/bench/${path}`,
    ...call,
    headers: { ...gateway.headers, ...call.headers },
    answer: path === 'proxy' ? /^\{"text":"x+"\}$/ : /"length": 1000,\s+"text": "x+",\s+"stage": "bench"/,
  })
  await takeTurns([
    [`GET, HTTP_PROXY on ${runtime}`, target('proxy', get)],
    [`GET, mapped on ${runtime}`, target('mapped', get)],
    [`POST, HTTP_PROXY on ${runtime}`, target('proxy', post)],
    [`POST, mapped on ${runtime}`, target('mapped', post)],
  ])
  for (const verb of ['GET', 'POST']) {
    const names = [`${verb}, mapped on ${runtime}`, `${verb}, HTTP_PROXY on ${runtime}`]
    const templates = verb === 'GET' ? 'response template' : 'request and response template'
    bars.push({
      what: `${runtime}: CPU of ${verb} with ${templates} / HTTP_PROXY`,
      of: ratio('cpu', ...names),
      atMost: MOST_CPU,
    })
  }
  await stop(gateway)
}
conclude(bars)
