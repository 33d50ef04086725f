/**
 * The control service: match -> authenticate -> decode -> run -> encode, and every error in one catch.
 * What each operation is stands in operations.ts.
 */
import { inV2, Problem } from '../core/problem.ts'
import type { TestInvoker } from '../core/test-invoker.ts'
import type { Peer, Platform } from '../platform.ts'
import type { Store } from '../store/store.ts'
import { audited } from './audit.ts'
import { authenticate, type Visit } from './authenticate.ts'
import type { Desk, Operation } from './desk.ts'
import { operationTable } from './operations.ts'
import { fill } from './paths.ts'
import { V2 } from './v2/operations.ts'
import { bodyOf, decode, encode, encodeProblem, regionOf } from './wire.ts'

export interface Route {
  /** what `handle` is told: its name, behind `/v2` where it is one of apigatewayv2 */
  operation: string
  method: string
  /** with labels as Hono spells them: `/restapis/:restApiId` */
  path: string
}

export interface Control {
  /** one for each method and path; `?mode=` is looked at inside */
  routes: Route[]
  /** @param tests runs test invocations; without it they are unavailable */
  handle(
    operation: string,
    labels: Record<string, string>,
    request: Request,
    peer: Peer,
    tests?: TestInvoker,
  ): Promise<Response>
  /** Amazon's answer where no operation has the method and path */
  unknown(request: Request): Response
}

export function createControl({ platform, store }: { platform: Platform; store: Store }): Control {
  const table = new Map([
    ...operationTable(),
    ...V2.map((operation) => [`${operation.prefix}${operation.name}`, operation] as const),
  ])
  const byMode = new Map(
    [...table.values()].filter(({ mode }) => mode).map((it) => [`${it.method} ${it.path}?${it.mode}`, it]),
  )

  const chosen = (name: string, request: Request): Operation => {
    const { method, path } = table.get(name)!
    const mode = new URL(request.url).searchParams.get('mode')
    return byMode.get(`${method} ${path}?${mode}`) ?? table.get(name)!
  }

  return {
    routes: [...table.values()]
      .filter(({ mode }) => !mode)
      .flatMap(({ name, method, path, prefix = '' }) => {
        const spelt = prefix + path.replaceAll(/\{(\w+)\}/g, ':$1')
        // a slash at the end changes nothing: `GET /restapis/`, for an API without an id, lists
        return [spelt, `${spelt}/`].map((at) => ({ operation: prefix + name, method, path: at }))
      }),

    async handle(name, labels, request, peer, tests) {
      const desk: Desk = { platform, store, tests }
      try {
        const operation = chosen(name, request)
        const { method, permission } = operation
        const region = regionOf(request) ?? platform.settings.region
        let bytes: Promise<Uint8Array<ArrayBuffer>> | undefined
        const body = () => {
          bytes ??= bodyOf(request, platform.settings.maxPayloadBytes)
          return bytes
        }
        const path = fill(operation.path, labels)
        const visit: Visit = {
          ...{ request, peer, operation: operation.name, method, path, region, body },
          permission: permission && { ...permission, path: fill(permission.path, labels) },
        }
        const actor = await authenticate(visit, platform, store)
        const input = await decode(operation.name, operation.input, labels, request, await body())
        const call = { ...input, operation: operation.name, region, headers: request.headers }
        const value =
          method === 'GET'
            ? await operation.run(call, desk)
            : await audited(visit, actor, call, operation, desk)
        return encode(operation.status, value, platform.random)
      } catch (error) {
        const problem = problemOf(error, name, platform)
        return encodeProblem(table.get(name)?.prefix ? inV2(problem) : problem, platform.random)
      }
    },

    unknown(request) {
      const signed =
        request.headers.has('authorization') || new URL(request.url).searchParams.has('X-Amz-Credential')
      return encodeProblem(
        signed
          ? new Problem(
              'AccessDeniedException',
              'Unable to determine service/operation name to be authorized',
            )
          : new Problem('MissingAuthenticationTokenException', 'Missing Authentication Token'),
        platform.random,
      )
    },
  }
}

function problemOf(error: unknown, operation: string, { log }: Platform): Problem {
  if (error instanceof Problem) return error
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  log('error', 'a control operation failed inside', { operation, error: detail })
  return new Problem('InternalServerErrorException', 'Internal server error')
}
