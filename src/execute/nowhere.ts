/**
 * A call that no method matches. Amazon takes it for one that IAM has to prove: what is wrong with the Authorization header is said
 * first, and only who signs well learns that nothing is there (guide: supported-gateway-response-types).
 */
import type { Located } from '../core/call.ts'
import { Fault } from '../core/fault.ts'
import { after, type Later } from '../core/later.ts'
import { signerOf } from './authorizers/iam.ts'
import type { Gateway } from './gateway.ts'

export function nowhere(located: Located, on: Gateway): Later<never> {
  const { call, path } = located
  const reason = `no method ${call.method} ${path}`
  if (call.header('authorization') === undefined) throw new Fault('MISSING_AUTHENTICATION_TOKEN', { reason })
  return after(signerOf(located, on), () => {
    throw new Fault('RESOURCE_NOT_FOUND', { reason })
  })
}
