import type { Authorizer } from '../../core/documents.ts'
import { asOneOf, asText, asWhole, listed, listedPaths, member } from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { oneOf, text, texts, whole } from '../../core/shape.ts'
import { parentOf } from '../../store/documents.ts'
import { kind, type Scope, without } from '../kind.ts'
import { fill } from '../paths.ts'
import { methodsOf } from './resource.ts'

const TTL = 'Authorizer result TTL must be between 0 and 3600 seconds'
const TYPES = ['TOKEN', 'REQUEST', 'COGNITO_USER_POOLS']
/** where a token is looked for unless told */
const TOKEN_SOURCE = 'method.request.header.Authorization'
const LAMBDA = /^arn:[\w-]+:apigateway:[^:]*:lambda:path\/.+\/invocations$/

export const authorizer = kind<Authorizer>({
  name: 'Authorizer',
  path: '/restapis/{restApiId}/authorizers/{authorizerId}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  fields: {
    'name!': text,
    'type!': oneOf(...TYPES),
    providerARNs: texts,
    authType: text,
    authorizerUri: text,
    authorizerCredentials: text,
    identitySource: text,
    identityValidationExpression: text,
    authorizerResultTtlInSeconds: whole,
  },
  key: 'id',
  idLength: 6,
  limit: 'authorizers',
  absent: () => notFound('Invalid Authorizer identifier specified'),
  orphan: {
    create: () =>
      conflict('Unable to complete operation due to concurrent modification. Please try again later.'),
  },
  born(sent) {
    const given = sent as object as Authorizer
    return {
      ...given,
      ...(given.type === 'REQUEST' ? {} : { identitySource: given.identitySource ?? TOKEN_SOURCE }),
      authType: given.authType ?? (given.type === 'COGNITO_USER_POOLS' ? 'cognito_user_pools' : 'custom'),
      authorizerResultTtlInSeconds: given.authorizerResultTtlInSeconds ?? 300,
    }
  },
  patch: {
    refusal: listedPaths,
    rules: {
      '/authorizerUri': member(),
      '/authorizerCredentials': member(),
      '/authorizerResultTtlInSeconds': member(asWhole(TTL), { empty: TTL }),
      '/authType': member(),
      '/identitySource': member(),
      '/identityValidationExpression': member(),
      '/name': member(asText, { empty: 'Authorizer name must be non-empty' }),
      '/providerARNs': listed,
      '/type': member(asOneOf(`Invalid authorizer type specified. Valid options are ${TYPES}`, ...TYPES)),
    },
  },
  check,
  async leaving({ id }, { tx, labels }) {
    for (const { where, method } of await methodsOf(tx, fill('/restapis/{restApiId}', labels)))
      if (method.authorizerId === id)
        throw conflict(`Cannot delete authorizer '${id}', is referenced in method: ${where}`)
  },
  view: (authorizer) => ({ ...without(authorizer) }),
})

async function check(authorizer: Authorizer, { tx, path }: Scope, before?: Authorizer): Promise<void> {
  const {
    id,
    name,
    type,
    authorizerUri = '',
    identitySource = '',
    authorizerResultTtlInSeconds: ttl = 300,
  } = authorizer
  if (!name) throw badRequest('Authorizer name must be non-empty')
  if (ttl < 0 || ttl > 3600) throw badRequest(TTL)
  if (type === 'COGNITO_USER_POOLS') {
    if (!authorizer.providerARNs?.length)
      throw badRequest('Provider ARNs must be specified for authorizers of type COGNITO_USER_POOLS')
  } else if ((!before || authorizerUri !== (before.authorizerUri ?? '')) && !LAMBDA.test(authorizerUri))
    throw badRequest(
      `Invalid Authorizer URI: ${authorizerUri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.`,
    )
  if (type !== 'REQUEST' && !/^method\.request\.header\.[^\s,]+$/.test(identitySource))
    throw badRequest(`Invalid identity source specified for authorizer of type ${type}: ${identitySource}`)
  if (type === 'REQUEST' && ttl > 0 && !identitySource)
    throw badRequest('An identity source must be specified when authorization caching is enabled')
  for (const { body } of await tx.list<Authorizer>(parentOf(path)))
    if (body.name === name && body.id !== id)
      throw conflict(`Authorizer name must be unique. Authorizer ${name} already exists in this RestApi.`)
}
