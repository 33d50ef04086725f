/** The part of the Workers runtime module that is used; the whole type package would replace the web's own types. */
declare module 'cloudflare:workers' {
  export function waitUntil(work: Promise<unknown>): void
  export class DurableObject<Env = unknown> {
    protected ctx: import('@cloudflare/workers-types').DurableObjectState
    protected env: Env
    constructor(ctx: import('@cloudflare/workers-types').DurableObjectState, env: Env)
  }
  /** what is passed by reference over a service binding */
  export class RpcTarget {}
  export class WorkerEntrypoint<Env = unknown> {
    protected env: Env
  }
}
