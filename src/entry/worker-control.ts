/**
 * The control service on Cloudflare Workers: a Worker without an address, which the gateway's Worker calls. Bindings are
 * described in wrangler.control.toml.
 */
import { WorkerEntrypoint } from 'cloudflare:workers'
import { type ControlService, testsOver } from '../adapters/control-rpc.ts'
import { createManagement } from '../management.ts'
import { type Bindings, workerApp } from './worker-platform.ts'

export { MeterObject } from '../adapters/meter-durable-object.ts'

const answering = workerApp(() => ({ control: createManagement }))

export default class extends WorkerEntrypoint<Bindings> implements ControlService {
  /** Nobody's address leads here; if one does, it finds nothing. */
  fetch(): Response {
    return new Response(null, { status: 404 })
  }

  async handle(...[request, peer, tests]: Parameters<ControlService['handle']>): Promise<Response> {
    return answering(this.env)(request, peer, testsOver(tests))
  }
}
