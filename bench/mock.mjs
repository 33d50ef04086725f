/**
 * MOCK through Edgeway against a Hono that says Hello, on the same runtime.
 *
 *   node bench/mock.mjs [node bun deno workerd] [--seconds=2] [--rounds=3]
 */
import { chosenOf, conclude, ratio, takeTurns } from './support/compare.mjs'
import { definitionOf, MOCK } from './support/definitions.mjs'
import { ALL_RUNTIMES, startGateway, startHono, variantsOf } from './support/gateway.mjs'
import { stop } from './support/processes.mjs'

const definition = definitionOf({ '/hello': { get: MOCK } })
const bars = []

for (const runtime of chosenOf(ALL_RUNTIMES)) {
  console.log(runtime)
  const bare = `Hono on ${runtime}`
  const targets = [[bare, { ...(await startHono(runtime)), path: '/', answer: /^Hello$/ }]]
  for (const [name, env] of Object.entries(variantsOf(runtime))) {
    const gateway = await startGateway(runtime, definition, env)
    targets.push([name, { ...gateway, path: '/bench/hello', answer: /^\{"message": "Hello"\}$/ }])
  }
  await takeTurns(targets)
  for (const [name] of targets.slice(1))
    bars.push(
      { what: `${name}: throughput of MOCK / Hono's Hello`, of: ratio('rate', name, bare), atLeast: 0.5 },
      { what: `${name}: CPU of MOCK / Hono's Hello`, of: ratio('cpu', name, bare) },
    )
  for (const [, target] of targets) await stop(target)
}
conclude(bars)
