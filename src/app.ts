/**
 * Host and path decide who answers a request: a deployed API, the control service, or health.
 * The entry hands in the planes, so that a bundle holds no plane but its own.
 *
 *   {api-id}.execute-api.{region}.{domain}/{stage}/…          a deployed API
 *   /_aws/execute-api/{api-id}/{stage}/…                      the same, where no host name can be had
 *   /restapis/{api-id}/{stage}/_user_request_/…               the same, as LocalStack spells it
 *   a custom domain's host name                               the API that its routing rules or base path mappings name
 *   /_edgeway/health                                          liveness
 *   /_edgeway/metrics                                         counters for Prometheus, with EDGEWAY_METRICS=true
 *   anything else                                             the control service, by its operations table
 */
import type { Arrival } from './core/arrival.ts'
import { authorityOf } from './core/authority.ts'
import type { Answer } from './core/call.ts'
import type { Later } from './core/later.ts'
import { parseTarget, type Target } from './core/target.ts'
import type { TestInvoker } from './core/test-invoker.ts'
import type { createExecute, Execute } from './execute/execute.ts'
import type { createManagement } from './management.ts'
import type { Peer, Platform } from './platform.ts'
import { openStore, type Store } from './store/store.ts'

/** What this process runs of the gateway. */
export interface Planes {
  control?: typeof createManagement
  execute?: typeof createExecute
  /** the control service of another process: answers what no API claims, and tests with this one's execution service */
  elsewhere?: (request: Request, peer: Peer, tests: TestInvoker) => Promise<Response>
}

export interface App {
  store: Store
  /**
   * Answers one request: a deployed API with an Answer, all else with a Response. Never throws and never rejects: a fault inside
   * is logged and answered with Amazon's 500.
   * @param tests runs TestInvokeMethod and TestInvokeAuthorizer where the execution service is another process
   */
  answer(arrival: Arrival, tests?: TestInvoker): Later<Answer | Response>
}

export function createApp(
  platform: Platform,
  about: { runtime: string; version: string },
  planes: Planes,
  store = openStore(platform),
): App {
  const { deployments, keys, usage } = store
  const execute = planes.execute?.({ platform, deployments, keys, usage })
  const control = planes.control?.({ platform, store })
  const { elsewhere } = planes

  /** What the gateway says of itself. */
  function ownPage({ method, rawPath }: Arrival): Response | null {
    if (!rawPath.startsWith('/_edgeway/') || (method !== 'GET' && method !== 'HEAD')) return null
    const page =
      rawPath === '/_edgeway/health'
        ? Response.json({ status: 'ok', ...about })
        : rawPath === '/_edgeway/metrics' && execute && platform.env.EDGEWAY_METRICS === 'true'
          ? new Response(execute.metrics(), { headers: { 'content-type': 'text/plain; version=0.0.4' } })
          : null
    return page && method === 'HEAD' ? new Response(null, page) : page
  }

  function answerTo(arrival: Arrival, tests: TestInvoker | undefined): Later<Answer | Response> {
    if (!execute) return managed(arrival, tests)
    const { rawPath, rawQuery } = arrival
    const asked = authorityOf(arrival.authority)
    const { host, isOwn } = asked
    if (!isOwn) return onDomain(execute, { by: 'domain', host, rawPath, rawQuery }, arrival, tests)
    const target = parseTarget(asked, rawPath, rawQuery)
    return target ? execute.handle(arrival, target) : managed(arrival, tests)
  }

  /** A custom domain serves what is mapped to it and nothing else, also where a path looks like the path form. */
  async function onDomain(
    execute: Execute,
    asked: Target & { by: 'domain' },
    arrival: Arrival,
    tests: TestInvoker | undefined,
  ): Promise<Answer | Response> {
    try {
      if (await deployments.domain(asked.host)) return await execute.handle(arrival, asked)
    } catch (error) {
      return failed(error)
    }
    const target = parseTarget(authorityOf(asked.host), asked.rawPath, asked.rawQuery)
    return target ? execute.handle(arrival, target) : managed(arrival, tests)
  }

  async function managed(arrival: Arrival, tests: TestInvoker | undefined): Promise<Response> {
    const own = ownPage(arrival)
    if (own) return own
    const request = requestOf(arrival)
    if (!request) return missing()
    const { peer } = arrival
    try {
      if (control) return await control(request, peer, tests)
      return elsewhere && tests ? await elsewhere(request, peer, tests) : missing()
    } catch (error) {
      return failed(error)
    }
  }

  function failed(error: unknown): Response {
    platform.log('error', 'a request failed inside the gateway', { error: describe(error) })
    return Response.json(
      { message: 'Internal server error' },
      { status: 500, headers: { 'x-amzn-errortype': 'InternalServerErrorException' } },
    )
  }

  return {
    store,
    answer(arrival, tests = execute?.testInvoker) {
      try {
        return answerTo(arrival, tests)
      } catch (error) {
        return failed(error)
      }
    },
  }
}

/** Null for what cannot be a Request: methods that the Fetch API forbids, hosts that no URL can name. */
function requestOf(arrival: Arrival): Request | null {
  try {
    return arrival.request()
  } catch {
    return null
  }
}

/** Amazon's answer to what nothing is known of. */
const missing = (): Response =>
  Response.json(
    { message: 'Missing Authentication Token' },
    { status: 403, headers: { 'x-amzn-errortype': 'MissingAuthenticationTokenException' } },
  )

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
