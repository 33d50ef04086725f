/** What every step may use, and the shapes of the parts that are plugged into the pipeline. */
import type { Prepared, Reply } from '../core/call.ts'
import type { CancelSignal } from '../core/cancellation.ts'
import type { Later } from '../core/later.ts'
import type { Platform } from '../platform.ts'
import type { Deployments } from '../store/deployments.ts'
import type { Keys } from '../store/keys.ts'
import type { Usage } from '../store/usage.ts'
import type { Counts } from './counts.ts'
import type { Identifiers } from './identifiers.ts'

export interface Gateway {
  readonly platform: Platform
  readonly deployments: Deployments
  readonly keys: Pick<Keys, 'find'>
  readonly usage: Usage
  readonly counts: Counts
  readonly identifiers: Identifiers
}

/** Calls one kind of back end. Rejects with a Fault; stops when `signal` fires, which is the integration's deadline. */
export type Integrator = (prepared: Prepared, on: Gateway, signal: CancelSignal) => Later<Reply>
