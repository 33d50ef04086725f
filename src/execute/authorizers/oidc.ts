/**
 * Beyond Amazon, and only with EDGEWAY_OIDC_AUTHORIZERS=true: an authorizer with a `jwt` member takes the tokens of any OpenID
 * Connect issuer on a REST API, as Amazon's HTTP APIs do (guide: http-api-jwt-authorizer).
 */
import type { Caller, Matched } from '../../core/call.ts'
import type { Authorizer } from '../../core/documents.ts'
import { after, type Later } from '../../core/later.ts'
import type { Platform } from '../../platform.ts'
import { authorizerFault, unauthorized } from '../denied.ts'
import type { Gateway } from '../gateway.ts'
import { tokenOf } from './identity.ts'
import { fetchJson } from './jwks.ts'
import { bearer, hasScope, type Trust, verifyToken } from './jwt.ts'

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const DEFAULT_TTL = 300

export function authorizeByJwt(authorizer: Authorizer, matched: Matched, on: Gateway): Later<Caller> {
  const { platform } = on
  if (!platform.settings.oidcAuthorizers)
    throw authorizerFault('JWT authorizers of any issuer are not switched on: EDGEWAY_OIDC_AUTHORIZERS')
  const { issuer, audience } = authorizer.jwt!
  const given = tokenOf(authorizer.identitySource, matched)
  if (!given) throw unauthorized('the token is missing')
  const trust: Trust = {
    issuers: [issuer],
    keys: { name: issuer, url: () => keySetOf(issuer, platform) },
    algorithms: ALGORITHMS,
    ttl: authorizer.authorizerResultTtlInSeconds ?? DEFAULT_TTL,
  }
  return after(verifyToken(bearer(given), trust, platform), ({ claims, shown }) => {
    // as for HTTP APIs: client_id counts only where there is no audience
    const audiences = [claims.aud ?? claims.client_id].flat()
    if (!audience.some((one) => audiences.includes(one)))
      throw unauthorized('the token is for another audience')
    if (!hasScope(claims, matched.method.authorizationScopes ?? []))
      throw unauthorized('the token has none of the scopes')
    return { identity: {}, authorizer: { claims: shown } }
  })
}

/** By discovery; the document must be the issuer's own. */
async function keySetOf(issuer: string, platform: Platform): Promise<string> {
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`
  const found = (await fetchJson(url, platform)) as { issuer?: unknown; jwks_uri?: unknown } | null
  if (found?.issuer !== issuer) throw new Error(`${url} is the configuration of another issuer`)
  const { jwks_uri: keys } = found
  if (typeof keys !== 'string' || !URL.canParse(keys)) throw new Error(`${url} names no key set`)
  if (issuer.startsWith('https:') && !keys.startsWith('https:'))
    throw new Error(`${url} names a key set without TLS`)
  return keys
}
