/** The API's resource policy, compiled once for each deployment (guide: apigateway-resource-policies). */
import type { CompiledApi } from '../core/api.ts'
import type { Matched } from '../core/call.ts'
import { apiArn } from '../core/method-arn.ts'
import type { Lookup } from '../core/policy/pattern.ts'
import { compilePolicy, type Outcome, type Policy } from '../core/policy/policy.ts'
import { type KnownCaller, lookIn } from '../core/policy/request.ts'
import { authorizerFault } from './denied.ts'

export const INVOKE = 'execute-api:Invoke'
export const INVALIDATE = 'execute-api:InvalidateCache'

const policies = new WeakMap<CompiledApi, Policy | null>()

/** Null where the API has none. One that cannot be read lets nobody in. */
export function resourcePolicyOf(matched: Matched): Policy | null {
  const { api } = matched.located
  const known = policies.get(api)
  if (known !== undefined) return known
  const { policy } = api.definition.restApi
  let compiled: Policy | null = null
  try {
    if (policy) compiled = compilePolicy(policy, { kind: 'resource', short: apiArn(matched) })
  } catch (cause) {
    throw authorizerFault(`the resource policy cannot be read: ${(cause as Error).message}`, cause)
  }
  policies.set(api, compiled)
  return compiled
}

/** The call's condition keys. */
export function lookOf({ located }: Matched, caller: KnownCaller | null): Lookup {
  const { call, api } = located
  return lookIn({
    now: call.receivedAt,
    sourceIp: call.sourceIp,
    secure: call.scheme === 'https',
    region: api.region,
    header: (name) => call.header(name),
    caller,
  })
}

/** What the resource policy says of a caller; null is somebody whom IAM does not know. */
export const evaluateResourcePolicy = (
  policy: Policy,
  matched: Matched,
  resources: readonly string[],
  caller: KnownCaller | null,
  action = INVOKE,
): Outcome => policy.evaluate({ action, resources, principal: caller, look: lookOf(matched, caller) })
