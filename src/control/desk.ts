/** What every operation works with: the platform, the store, and the other plane's test invocations as an argument. */
import type { TestInvoker } from '../core/test-invoker.ts'
import type { Platform } from '../platform.ts'
import type { Store } from '../store/store.ts'
import type { Decoded, Input } from './wire.ts'

export interface Desk {
  platform: Platform
  store: Store
  tests?: TestInvoker
}

/** One decoded request. */
export interface Call extends Decoded {
  operation: string
  region: string
  headers: Headers
}

export interface Operation {
  name: string
  method: string
  /** labels in braces, by Amazon's member names */
  path: string
  /** what stands before the path in a URL, but not in an ARN: `/v2` */
  prefix?: '/v2'
  /** the permission, where it is not named after the method, on an ARN with the account in it */
  permission?: { action: string; path: string }
  /** set apart from the operation of the same method and path by `?mode=` */
  mode?: string
  status: number
  input: Input
  run(call: Call, desk: Desk): Promise<unknown>
}

export const epochSeconds = (platform: Platform) => Math.floor(platform.clock.now() / 1000)
