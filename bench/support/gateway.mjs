/** Edgeway, and the yardsticks beside it, on any of the four runtimes. */
import { deploy, hasNginx, ROOT, RUNTIMES, start, startNginx, startProcess } from './processes.mjs'
import { startHonoWorker, startLeastWorker, startWorkers } from './workerd.mjs'

export const ALL_RUNTIMES = [...Object.keys(RUNTIMES), 'workerd']

/** What Cloudflare tells a Worker of its caller. */
const EDGE = { 'CF-Connecting-IP': '127.0.0.1' }
const callersOf = (runtime) => (runtime === 'workerd' ? EDGE : {})

/** Serves `definition` (OpenAPI) on stage `bench`. */
export async function startGateway(runtime, definition, env = {}) {
  const gateway = runtime === 'workerd' ? await startWorkers(env) : await startProcess(runtime, env)
  const { id, headers } = await deploy(gateway, definition)
  return { ...gateway, id, headers: { ...headers, ...callersOf(runtime) } }
}

/** On a data folder that the control service has filled; on workerd on a copy of its tables. */
export async function startOnData(runtime, data) {
  const gateway =
    runtime === 'workerd'
      ? await startWorkers({}, `${data}/edgeway.db`)
      : await startProcess(runtime, {}, data)
  return { ...gateway, headers: callersOf(runtime) }
}

/** Bare Hono: "Hello", or with an upstream a proxy to it. */
export async function startHono(runtime, upstream) {
  const script = `${ROOT}bench/support/${upstream ? 'hono-proxy' : 'hono-hello'}.mjs`
  const server =
    runtime === 'workerd'
      ? await startHonoWorker(upstream)
      : await start(...RUNTIMES[runtime](script, upstream ? [upstream] : []))
  return { ...server, headers: callersOf(runtime) }
}

/** On workerd, what no gateway can do for less; null elsewhere. */
export const startLeast = async (runtime, upstream) =>
  runtime === 'workerd' ? { ...(await startLeastWorker(upstream)), headers: EDGE } : null

/** A back end that answers everything with the same kilobyte of JSON: nginx, else Node. */
export async function startOrigin() {
  const origin = hasNginx
    ? await startNginx()
    : await start(process.execPath, [`${ROOT}bench/support/upstream.mjs`])
  return { ...origin, url: `http://127.0.0.1:${origin.port}` }
}

/**
 * Edgeway as a user of this runtime may set it up: on Workers counts are exact by default, one call of a Durable Object for each
 * call of a client, or leased.
 */
export const variantsOf = (runtime) =>
  runtime === 'workerd'
    ? { 'Edgeway on workerd': {}, 'Edgeway on workerd, leased': { EDGEWAY_METER_MODE: 'leased' } }
    : { [`Edgeway on ${runtime}`]: {} }
