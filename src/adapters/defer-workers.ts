import { waitUntil } from 'cloudflare:workers'
import type { Defer } from '../platform.ts'

/** Work that may outlive the response: the runtime keeps the request's context alive for it. */
export const workersDefer: Defer = (work) => waitUntil(work.catch(() => {}))
