/**
 * The control service: match -> authenticate -> decode -> run -> encode, and every error in one catch.
 * What each operation is stands in operations.ts.
 */
import { Problem } from '../core/problem.ts'
import type { TestInvoker } from '../core/test-invoker.ts'
import type { Peer, Platform } from '../platform.ts'
import type { Store } from '../store/store.ts'
import type { Desk, Operation } from './desk.ts'
import { operationTable } from './operations.ts'
import { decode, encode, encodeProblem, regionOf } from './wire.ts'

export interface Route {
  operation: string
  method: string
  /** with labels as Hono spells them: `/restapis/:restApiId` */
  path: string
}

export interface Control {
  /** one for each method and path; `?mode=` is looked at inside */
  routes: Route[]
  handle(operation: string, labels: Record<string, string>, request: Request, peer: Peer): Promise<Response>
  /** Amazon's answer where no operation has the method and path */
  unknown(request: Request): Response
}

export function createControl(options: { platform: Platform; store: Store; execute?: TestInvoker }): Control {
  const { platform } = options
  const desk: Desk = options
  const table = operationTable()
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
      .map(({ name, method, path }) => ({
        operation: name,
        method,
        path: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      })),

    async handle(name, labels, request, _peer) {
      try {
        const operation = chosen(name, request)
        authenticate(platform)
        const input = await decode(
          operation.name,
          operation.input,
          labels,
          request,
          platform.settings.maxPayloadBytes,
        )
        const region = regionOf(request) ?? platform.settings.region
        const call = { ...input, operation: operation.name, region, headers: request.headers }
        return encode(operation.status, await operation.run(call, desk), platform.random)
      } catch (error) {
        return encodeProblem(problemOf(error, name, platform), platform.random)
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

/** `open` is for loopback only and takes any signature; until principals can be checked every other mode refuses all. */
function authenticate({ settings }: Platform): void {
  if (settings.control === 'open') return
  throw new Problem('AccessDeniedException', 'Nobody may manage this gateway until a principal is configured')
}

function problemOf(error: unknown, operation: string, { log }: Platform): Problem {
  if (error instanceof Problem) return error
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  log('error', 'a control operation failed inside', { operation, error: detail })
  return new Problem('InternalServerErrorException', 'Internal server error')
}
