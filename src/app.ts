/**
 * The only Hono file. Host and path decide who answers a request: a deployed API, the control service, or health.
 * The entry hands in the planes, so that a bundle holds no plane but its own.
 *
 *   {api-id}.execute-api.{region}.{domain}/{stage}/…          a deployed API
 *   /_aws/execute-api/{api-id}/{stage}/…                      the same, where no host name can be had
 *   /restapis/{api-id}/{stage}/_user_request_/…               the same, as LocalStack spells it
 *   a custom domain's host name                               the API that its base path mapping names
 *   /_edgeway/health                                          liveness
 *   /_edgeway/metrics                                         counters for Prometheus, with EDGEWAY_METRICS=true
 *   anything else                                             the control service, by its operations table
 */
import { Hono } from 'hono'
import type { createControl } from './control/control.ts'
import { authorityOf } from './core/authority.ts'
import type { Later } from './core/later.ts'
import { parseTarget, type Target } from './core/target.ts'
import type { TestInvoker } from './core/test-invoker.ts'
import type { createExecute, Execute } from './execute/execute.ts'
import type { Peer, Platform } from './platform.ts'
import { openStore, type Store } from './store/store.ts'

/** What this process runs of the gateway. */
export interface Planes {
  control?: typeof createControl
  execute?: typeof createExecute
  /** the control service of another process: answers what no API claims, and tests with this one's execution service */
  elsewhere?: (request: Request, peer: Peer, tests: TestInvoker) => Promise<Response>
}

export interface App {
  store: Store
  /**
   * Answers one request. Never throws and never rejects: a fault inside is logged and answered with Amazon's 500.
   * @param tests runs TestInvokeMethod and TestInvokeAuthorizer where the execution service is another process
   */
  fetch(request: Request, peer: Peer, tests?: TestInvoker): Later<Response>
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

  const hono = new Hono<{ Bindings: { peer: Peer; tests?: TestInvoker } }>()
  hono.get('/_edgeway/health', (c) => c.json({ status: 'ok', ...about }))
  if (execute && platform.env.EDGEWAY_METRICS === 'true')
    hono.get('/_edgeway/metrics', (c) =>
      c.text(execute.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4' }),
    )
  for (const { operation, method, path } of control?.routes ?? [])
    hono.on(method, path, (c) =>
      control!.handle(operation, c.req.param() as Record<string, string>, c.req.raw, c.env.peer, c.env.tests),
    )
  hono.notFound((c) => {
    const { peer, tests } = c.env
    if (control) return control.unknown(c.req.raw)
    return elsewhere && tests ? elsewhere(c.req.raw, peer, tests) : missing()
  })

  function answerTo(request: Request, peer: Peer, tests: TestInvoker | undefined): Later<Response> {
    if (!execute) return managed(request, peer, tests)
    const { url } = request
    const authority = url.indexOf('//') + 2
    const start = url.indexOf('/', authority)
    const mark = url.indexOf('?', start)
    const rawPath = mark < 0 ? url.slice(start) : url.slice(start, mark)
    const rawQuery = mark < 0 ? '' : url.slice(mark + 1)
    // every runtime makes a request's URL of its Host header, and asking for that would have Node build all headers
    const asked = authorityOf(url.slice(authority, start))
    const { host, isOwn } = asked
    if (!isOwn) return onDomain(execute, { by: 'domain', host, rawPath, rawQuery }, request, peer, tests)
    const target = parseTarget(asked, rawPath, rawQuery)
    return target ? execute.handle(request, target, peer) : managed(request, peer, tests)
  }

  /** A custom domain serves what is mapped to it and nothing else, also where a path looks like the path form. */
  async function onDomain(
    execute: Execute,
    asked: Target & { by: 'domain' },
    request: Request,
    peer: Peer,
    tests: TestInvoker | undefined,
  ): Promise<Response> {
    try {
      if (await deployments.domain(asked.host)) return await execute.handle(request, asked, peer)
    } catch (error) {
      return failed(error)
    }
    const target = parseTarget(authorityOf(asked.host), asked.rawPath, asked.rawQuery)
    return target ? execute.handle(request, target, peer) : managed(request, peer, tests)
  }

  async function managed(request: Request, peer: Peer, tests: TestInvoker | undefined): Promise<Response> {
    try {
      return await hono.fetch(request, { peer, tests })
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
    fetch(request, peer, tests = execute?.testInvoker) {
      try {
        return answerTo(request, peer, tests)
      } catch (error) {
        return failed(error)
      }
    },
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
