/** COGNITO_USER_POOLS (guide: apigateway-integrate-with-cognito, apigateway-enable-cognito-user-pool). */
import type { Caller, Matched } from '../../core/call.ts'
import type { Authorizer, Strings } from '../../core/documents.ts'
import { after, type Later } from '../../core/later.ts'
import { withStageVariables } from '../../core/uri.ts'
import type { Platform } from '../../platform.ts'
import { authorizerFault, unauthorized } from '../denied.ts'
import type { Gateway } from '../gateway.ts'
import { tokenOf } from './identity.ts'
import {
  bearer,
  hasScope,
  rememberedToken,
  type Trust,
  unverifiedIssuer,
  type VerifiedToken,
  verifyToken,
} from './jwt.ts'
import { matches } from './lambda.ts'

const POOL = /^arn:[\w-]+:cognito-idp:([a-z0-9-]+):\d{12}:userpool\/([\w-]+)$/
const DEFAULT_TTL = 300

export function authorizeByUserPool(authorizer: Authorizer, matched: Matched, on: Gateway): Later<Caller> {
  const { platform } = on
  const given = tokenOf(authorizer.identitySource, matched)
  if (!given) throw unauthorized('the token is missing')
  const token = bearer(given)
  return after(
    verifiedBy(poolsOf(authorizer, matched.located.stageVariables, on), token, platform),
    (verified) => callerOf(verified, authorizer, matched),
  )
}

function callerOf({ claims, shown }: VerifiedToken, authorizer: Authorizer, { method }: Matched): Caller {
  // without scopes it is an identity token that is asked for, with scopes an access token
  const scopes = method.authorizationScopes ?? []
  if (claims.token_use !== (scopes.length > 0 ? 'access' : 'id'))
    throw unauthorized(`the token is of the wrong kind: ${String(claims.token_use)}`)
  if (!hasScope(claims, scopes)) throw unauthorized('the token has none of the scopes')
  const { identityValidationExpression: expression } = authorizer
  if (expression && !(typeof claims.aud === 'string' && matches(expression, claims.aud)))
    throw unauthorized('the audience does not match the validation expression')
  return { identity: {}, authorizer: { claims: shown } }
}

/** By the pool that the token says it is of; a token that was verified lately is not read again. */
function verifiedBy(pools: Trust[], token: string, platform: Platform): Later<VerifiedToken> {
  for (const pool of pools) {
    const remembered = rememberedToken(token, pool, platform)
    if (remembered) return remembered
  }
  const issuer = unverifiedIssuer(token)
  const pool = pools.find(({ issuers }) => issuer !== undefined && issuers.includes(issuer))
  if (!pool) throw unauthorized('the token is of no user pool of the authorizer')
  return verifyToken(token, pool, platform)
}

/** By authorizer and the ARNs of its pools, which stage variables may name. */
const known = new WeakMap<Authorizer, Map<string, Trust[]>>()

function poolsOf(authorizer: Authorizer, stageVariables: Strings, on: Gateway): Trust[] {
  const arns = withStageVariables((authorizer.providerARNs ?? []).join(' '), stageVariables)
  let ofAuthorizer = known.get(authorizer)
  if (!ofAuthorizer) {
    ofAuthorizer = new Map()
    known.set(authorizer, ofAuthorizer)
  }
  let pools = ofAuthorizer.get(arns)
  if (!pools) {
    pools = arns
      .split(' ')
      .filter(Boolean)
      .map((arn) => poolOf(arn, authorizer, on))
    if (pools.length === 0) throw authorizerFault('the authorizer has no user pool')
    ofAuthorizer.set(arns, pools)
  }
  return pools
}

/** A user pool: at Amazon, or where AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER or AWS_ENDPOINT_URL says. */
function poolOf(arn: string, { authorizerResultTtlInSeconds: ttl }: Authorizer, on: Gateway): Trust {
  const [, region, poolId] = POOL.exec(arn) ?? []
  if (!region || !poolId) throw authorizerFault(`${arn} is no user pool`)
  const { endpoints } = on.platform.settings
  const override = (endpoints.COGNITO_IDENTITY_PROVIDER ?? endpoints[''])?.replace(/\/+$/, '')
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const amazon = `https://cognito-idp.${region}.${domain}/${poolId}`
  const base = override ? `${override}/${poolId}` : amazon
  return {
    issuers: override ? [amazon, base] : [amazon],
    keys: { name: base, url: () => `${base}/.well-known/jwks.json` },
    algorithms: ['RS256'],
    ttl: ttl ?? DEFAULT_TTL,
  }
}
