/**
 * Who calls, and may they? The method's authorization and the API's resource policy, in the order and with the meaning of the
 * guide's apigateway-authorization-flow. Whatever is unknown is refused, never let through.
 */
import type { Caller, Matched, Outcome } from '../core/call.ts'
import type { Authorizer } from '../core/documents.ts'
import { Fault } from '../core/fault.ts'
import { after, type Later } from '../core/later.ts'
import { MAX_ARN, methodArns } from '../core/method-arn.ts'
import { combined } from '../core/policy/decision.ts'
import type { Outcome as Verdict } from '../core/policy/policy.ts'
import { authorizeByUserPool } from './authorizers/cognito.ts'
import { authorizeByIam } from './authorizers/iam.ts'
import { askFunction } from './authorizers/lambda.ts'
import { authorizeByJwt } from './authorizers/oidc.ts'
import { authorizerFault, deniedByAuthorizer, deniedByPolicy } from './denied.ts'
import type { Gateway } from './gateway.ts'
import { evaluateResourcePolicy, INVOKE, lookOf, resourcePolicyOf } from './resource-policy.ts'

const ANYBODY: Caller = Object.freeze({ identity: {}, authorizer: null })

export function authorize(matched: Matched, on: Gateway): Later<Caller> {
  const { method, located } = matched
  const type = method.authorizationType || 'NONE'
  if (type === 'NONE' && located.program.open) return reached(matched, ANYBODY)
  const note = stopwatch(type, matched, on)
  const passed = (caller: Caller) => {
    note()
    return reached(matched, caller)
  }
  const failed = (error: unknown): never => {
    note(error)
    throw error
  }
  let caller: Later<Caller>
  try {
    caller = decide(type, matched, on)
  } catch (error) {
    return failed(error)
  }
  return caller instanceof Promise ? caller.then(passed, failed) : passed(caller)
}

/**
 * What access logs show of authorization (guide: api-gateway-mapping-template-reference): `authenticate` is the proof of who
 * calls by IAM, `authorizer` by an authorizer, `authorize` what policies say of them.
 */
function stopwatch(type: string, { located }: Matched, { platform }: Gateway): (error?: unknown) => void {
  const started = platform.clock.now()
  const { measured } = located.call.reached
  return (error) => {
    const fault = error === undefined || error instanceof Fault ? error : undefined
    if (error !== undefined && !fault) return
    const outcome: Outcome = {
      status: fault?.status ?? 200,
      latency: platform.clock.now() - started,
      error: fault?.message,
    }
    const denied = fault?.type === 'ACCESS_DENIED'
    const proof = denied ? { status: 200, latency: outcome.latency } : outcome
    if (type === 'AWS_IAM') measured.authenticate = proof
    else if (type !== 'NONE' && !(denied && !located.call.reached.caller)) measured.authorizer ??= proof
    if (!fault || denied) measured.authorize = outcome
  }
}

function reached({ located }: Matched, caller: Caller): Caller {
  located.call.reached.caller = caller
  return caller
}

function decide(type: string, matched: Matched, on: Gateway): Later<Caller> {
  const resources = methodArns(matched)
  if (resources[0]!.length > MAX_ARN)
    throw new Fault('DEFAULT_4XX', {
      status: 414,
      message: 'Request URI too long',
      reason: 'method ARN over the limit',
    })
  switch (type) {
    case 'NONE':
      mustAllow(matched, resources)
      return ANYBODY
    case 'AWS_IAM':
      return authorizeByIam(matched, resources, on)
    case 'COGNITO_USER_POOLS':
    case 'CUSTOM': {
      const authorizer = authorizerOf(matched)
      const { call } = matched.located
      call.journal?.info(`Starting authorizer: ${authorizer.id} for request: ${call.requestId}`)
      if (authorizer.jwt) return byToken(authorizeByJwt, authorizer, matched, resources, on)
      if (authorizer.type === 'COGNITO_USER_POOLS')
        return byToken(authorizeByUserPool, authorizer, matched, resources, on)
      if (authorizer.type === 'TOKEN' || authorizer.type === 'REQUEST')
        return byFunction(authorizer, matched, resources, on)
      throw authorizerFault(`the authorizer has the type ${authorizer.type}`)
    }
    default:
      throw authorizerFault(`the method has the authorization type ${type}`)
  }
}

function authorizerOf({ method, located }: Matched): Authorizer {
  const { authorizerId } = method
  const found = located.api.definition.authorizers.find(({ id }) => id === authorizerId)
  if (!found) throw authorizerFault(`the method's authorizer ${authorizerId} is not there`)
  return found
}

/** The policy on a caller whom IAM does not know. */
function anonymous(matched: Matched, resources: readonly string[]): Verdict {
  const policy = resourcePolicyOf(matched)
  return policy ? evaluateResourcePolicy(policy, matched, resources, null) : 'Neither'
}

/** Where nothing else proves a caller the policy must allow it explicitly, as it must for a private API. */
function mustAllow(matched: Matched, resources: readonly string[]): void {
  const outcome = anonymous(matched, resources)
  if (outcome !== 'Allow')
    throw deniedByPolicy('anonymous', INVOKE, resources[0]!, { outcome, by: 'resource' })
}

/** The token first; then, if there is a policy, it must allow explicitly. */
function byToken(
  check: (authorizer: Authorizer, matched: Matched, on: Gateway) => Later<Caller>,
  authorizer: Authorizer,
  matched: Matched,
  resources: readonly string[],
  on: Gateway,
): Later<Caller> {
  return after(check(authorizer, matched, on), (caller) => {
    if (resourcePolicyOf(matched)) mustAllow(matched, resources)
    return caller
  })
}

/** A policy that denies is asked before the function; what the function allows is weighed with the policy afterwards. */
function byFunction(
  authorizer: Authorizer,
  matched: Matched,
  resources: readonly string[],
  on: Gateway,
): Later<Caller> {
  const theirs = anonymous(matched, resources)
  if (theirs === 'Deny')
    throw deniedByPolicy('anonymous', INVOKE, resources[0]!, { outcome: 'Deny', by: 'resource' })
  return after(askFunction(authorizer, matched, resources[0]!, on), (answer) => {
    const { policy, principalId, context, usageIdentifierKey } = answer.result
    // known from here on: the gateway response of a call that is denied may show the authorizer's context
    const caller = reached(matched, {
      identity: {},
      authorizer: { ...context, principalId, integrationLatency: answer.latency },
      usageIdentifierKey,
    })
    const own = policy.evaluate({ action: INVOKE, resources, principal: null, look: lookOf(matched, null) })
    const decision = combined(own, theirs, true)
    if (decision.outcome !== 'Allow') throw deniedByAuthorizer(INVOKE, decision)
    return caller
  })
}
