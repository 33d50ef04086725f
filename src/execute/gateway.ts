/** What every step may use, and the shapes of the parts that are plugged into the pipeline. */
import type { Prepared, Reply } from '../core/call.ts'
import type { Platform } from '../platform.ts'
import type { Deployments } from '../store/deployments.ts'

export interface Gateway {
  readonly platform: Platform
  readonly deployments: Deployments
}

/** Calls one kind of back end. Rejects with a Fault. */
export type Integrator = (prepared: Prepared, on: Gateway) => Promise<Reply>
