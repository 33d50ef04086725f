/** What an authorizer must be, made by itself or imported (service model: CreateAuthorizer). */
import type { Authorizer } from '../documents.ts'
import { badRequest } from '../problem.ts'
import { isOpen, isRegion } from './arn.ts'

export const TTL = 'Authorizer result TTL must be between 0 and 3600 seconds'
/** where a token is looked for unless told */
export const TOKEN_SOURCE = 'method.request.header.Authorization'

const LAMBDA = /^arn:[\w-]+:apigateway:([^:]*):lambda:path\/.+\/invocations$/
const POOL = /^arn:[\w-]+:cognito-idp:([^:]*):[^:]*:userpool\/\S+$/
/** resolved in each call */
const VARIABLE = /\$\{stageVariables\./
const TOKEN = /^method\.request\.header\.[a-zA-Z0-9._-]+$/
/** guide: api-gateway-lambda-authorizer-input, "the identity sources of a REQUEST authorizer" */
const SOURCE = /^(?:method\.request\.(?:multivalue)?(?:header|querystring)|stageVariables|context)\.[^\s,]+$/i

const matches = (arn: string, pattern: RegExp): boolean => {
  const [, region] = pattern.exec(arn) ?? []
  return isOpen(arn) || (region !== undefined && isRegion(region))
}

/** `before` is what it was; what has not changed of its function is not looked at again. */
export function checkAuthorizer(authorizer: Authorizer, before?: Authorizer): void {
  const { name, type, authorizerUri = '', identitySource = '' } = authorizer
  const { authorizerResultTtlInSeconds: ttl = 300, providerARNs = [] } = authorizer
  if (!name) throw badRequest('Authorizer name must be non-empty')
  if (!(ttl >= 0 && ttl <= 3600)) throw badRequest(TTL)
  if (type === 'COGNITO_USER_POOLS') checkPools(providerARNs)
  else if (!authorizer.jwt && (!before || authorizerUri !== (before.authorizerUri ?? '')))
    if (!matches(authorizerUri, LAMBDA))
      throw badRequest(
        `Invalid Authorizer URI: ${authorizerUri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.`,
      )
  if (type !== 'REQUEST' && !TOKEN.test(identitySource))
    throw badRequest(
      `Invalid token source expression: ${identitySource}. The source must be a method request header, matching 'method.request.header.[a-zA-Z0-9._-]+'.`,
    )
  if (type !== 'REQUEST') return
  if (ttl > 0 && !identitySource)
    throw badRequest('An identity source must be specified when authorization caching is enabled')
  const sources = identitySource ? identitySource.split(',') : []
  if (!sources.every((source) => SOURCE.test(source.trim())))
    throw badRequest(`Invalid identity source specified for authorizer of type REQUEST: ${identitySource}`)
}

function checkPools(arns: readonly string[]): void {
  if (arns.length === 0)
    throw badRequest('Provider ARNs must be specified for authorizers of type COGNITO_USER_POOLS')
  const wrong = arns.filter((arn) => !matches(arn, POOL) && !VARIABLE.test(arn))
  if (wrong.length > 0)
    throw badRequest(`ProviderARNs need to be valid Cognito Userpools. Invalid ARNs-${wrong.join(',')}`)
}
