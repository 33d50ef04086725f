/**
 * The only Hono file: the control service's operations by method and path. It is no part of app.ts, which knows its type alone: the
 * gateway's Worker is built without it.
 */
import { Hono } from 'hono'
import { createControl } from './control/control.ts'
import type { Later } from './core/later.ts'
import type { TestInvoker } from './core/test-invoker.ts'
import type { Peer, Platform } from './platform.ts'
import type { Store } from './store/store.ts'

/** Answers a management request. `tests` runs TestInvokeMethod and TestInvokeAuthorizer. */
export type Management = (request: Request, peer: Peer, tests?: TestInvoker) => Later<Response>

export function createManagement(parts: { platform: Platform; store: Store }): Management {
  const control = createControl(parts)
  const hono = new Hono<{ Bindings: { peer: Peer; tests?: TestInvoker } }>()
  for (const { operation, method, path } of control.routes)
    hono.on(method, path, (c) =>
      control.handle(operation, c.req.param() as Record<string, string>, c.req.raw, c.env.peer, c.env.tests),
    )
  hono.notFound((c) => control.unknown(c.req.raw))
  return (request, peer, tests) => hono.fetch(request, { peer, tests })
}
