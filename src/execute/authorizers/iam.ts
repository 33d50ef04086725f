/** AWS_IAM: Signature Version 4 by a principal whom this gateway knows, and what its policies and the API's say together. */
import type { Caller, Located, Matched } from '../../core/call.ts'
import { Fault, type FaultDetails, type GatewayResponseType } from '../../core/fault.ts'
import { after, type Later } from '../../core/later.ts'
import { combined, type Decision } from '../../core/policy/decision.ts'
import { evaluateAll } from '../../core/policy/policy.ts'
import { type SignatureErrorType, verifyRequest } from '../../core/sigv4/verify.ts'
import { type Principal, principalsOf } from '../../store/principals.ts'
import { deniedByPolicy } from '../denied.ts'
import type { Gateway } from '../gateway.ts'
import { evaluateResourcePolicy, INVALIDATE, INVOKE, lookOf, resourcePolicyOf } from '../resource-policy.ts'

const RESPONSES: Record<SignatureErrorType, GatewayResponseType> = {
  MissingAuthenticationTokenException: 'MISSING_AUTHENTICATION_TOKEN',
  // only what is a signature can be an invalid one: no type of its own
  IncompleteSignatureException: 'DEFAULT_4XX',
  InvalidSignatureException: 'INVALID_SIGNATURE',
  UnrecognizedClientException: 'INVALID_SIGNATURE',
  ExpiredTokenException: 'EXPIRED_TOKEN',
}

export const authorizeByIam = (matched: Matched, resources: readonly string[], on: Gateway): Later<Caller> =>
  after(signerOf(matched.located, on), (principal) => callerOf(principal, matched, resources))

/** Whose signature the call has. Throws or rejects where it has none that holds. */
export function signerOf({ call, api }: Located, on: Gateway): Later<Principal> {
  const { path, query, headers } = call.wire()
  const principals = principalsOf(on.platform)
  const verified = verifyRequest(
    { method: call.method, path, query, headers, body: () => call.payload.wire() },
    {
      service: 'execute-api',
      region: api.region,
      now: call.receivedAt,
      hashing: on.platform.hashing,
      lookUp: (accessKeyId) => principals.find(accessKeyId),
    },
  )
  return after(verified, (verdict) => {
    if (!verdict.ok) throw refusalOf(verdict)
    return verdict.key
  })
}

function refusalOf({ type, message }: { type: SignatureErrorType; message: string }): Fault {
  const details: FaultDetails = { message, errorType: type }
  return new Fault(
    RESPONSES[type],
    type === 'IncompleteSignatureException' ? { ...details, status: 403, tight: true } : details,
  )
}

/** Throws ACCESS_DENIED where no policy lets the principal call the method. */
function callerOf(principal: Principal, matched: Matched, resources: readonly string[]): Caller {
  const decision = decide(matched, resources, principal, INVOKE)
  if (decision.outcome !== 'Allow') throw deniedByPolicy(principal.arn, INVOKE, resources[0]!, decision)
  const { accessKeyId, secretAccessKey, sessionToken, accountId, arn, userId, organizationId } = principal
  return {
    identity: {
      accessKey: accessKeyId,
      accountId,
      caller: userId,
      user: userId,
      userArn: arn,
      principalOrgId: organizationId,
    },
    authorizer: null,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    mayInvalidateCache: () => decide(matched, resources, principal, INVALIDATE).outcome === 'Allow',
  }
}

/** The principal's policies and the API's (tables A and B of the guide's apigateway-authorization-flow). */
function decide(
  matched: Matched,
  resources: readonly string[],
  principal: Principal,
  action: string,
): Decision {
  const own = evaluateAll(principal.policies, {
    action,
    resources,
    principal,
    look: lookOf(matched, principal),
  })
  const policy = resourcePolicyOf(matched)
  const theirs = policy ? evaluateResourcePolicy(policy, matched, resources, principal, action) : 'Neither'
  return combined(own, theirs, principal.accountId === matched.located.accountId)
}
