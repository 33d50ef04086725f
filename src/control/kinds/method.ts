import type { Authorizer, Method } from '../../core/documents.ts'
import { asFlag, asText, entry, listed, member, namedPath } from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { badExpression, checkHttpMethod } from '../../core/rules/expression.ts'
import { flag, map, text, textMap, texts } from '../../core/shape.ts'
import { kind, type Scope, without } from '../kind.ts'
import { fill } from '../paths.ts'
import { checkModels, NO_CONTENT_TYPE, NO_PARAMETER } from './mapping-rules.ts'

const TYPES = ['NONE', 'AWS_IAM', 'CUSTOM', 'COGNITO_USER_POOLS']
const PARAMETER =
  /^method\.request\.(?:querystring|path|header|multivaluequerystring|multivalueheader)\.(.+)$/
const SCOPES =
  'Invalid Method authorization type specified. Authorization Scopes are only valid for COGNITO_USER_POOLS authorization type'
const ABOVE = ['Resource']

export const method = kind<Method>({
  name: 'Method',
  path: '/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}',
  verbs: ['put', 'get', 'update', 'delete'],
  status: { delete: 204 },
  fields: {
    'authorizationType!': text,
    authorizerId: text,
    apiKeyRequired: flag,
    operationName: text,
    requestParameters: map(flag),
    requestModels: textMap,
    requestValidatorId: text,
    authorizationScopes: texts,
  },
  key: 'httpMethod',
  absent: () => notFound('Invalid Method identifier specified'),
  within: { put: ABOVE, get: ABOVE, update: ABOVE, delete: ABOVE },
  taken: () => conflict('Method already exists for this resource'),
  inside: { member: 'resourceMethods', as: 'map' },
  nests: true,
  born: (sent) => ({ ...(sent as object as Method), apiKeyRequired: sent.apiKeyRequired === true }),
  patch: {
    refusal: namedPath,
    rules: {
      '/authorizationScopes': listed,
      '/authorizationType': member(asText, { empty: 'Invalid authorization type specified' }),
      '/authorizerId': member(),
      '/apiKeyRequired': member(asFlag),
      '/operationName': member(),
      '/requestParameters/*': entry(asFlag, { missing: NO_PARAMETER }),
      '/requestModels/*': entry(asText, { missing: NO_CONTENT_TYPE }),
      '/requestValidatorId': member(),
    },
  },
  check,
  view: (method) => ({ ...without(method, 'operationName', 'authorizationScopes') }),
})

async function check(method: Method, scope: Scope): Promise<void> {
  checkHttpMethod(method.httpMethod)
  method.authorizationType = method.authorizationType.toUpperCase()
  if (!TYPES.includes(method.authorizationType))
    throw badRequest(`Invalid authorization type specified. Valid options are ${TYPES.join(',')}`)
  checkParameters(method)
  await checkAuthorizer(method, scope)
  const { requestValidatorId } = method
  const validators = '/restapis/{restApiId}/requestvalidators/{requestValidatorId}'
  if (requestValidatorId && !(await scope.tx.get(fill(validators, { ...scope.labels, requestValidatorId }))))
    throw badRequest('Invalid Request Validator identifier specified')
  await checkModels(method.requestModels, scope)
}

function checkParameters({ requestParameters = {} }: Method): void {
  const names = Object.keys(requestParameters).map((expression) => {
    const name = PARAMETER.exec(expression)?.[1]
    if (!name) throw badExpression(expression)
    return name
  })
  if (new Set(names).size < names.length)
    throw badRequest('Parameter names must be unique across querystring, header and path')
}

/** An authorizer is kept only where the type asks for one (recorded: it is passed over with type NONE). */
async function checkAuthorizer(method: Method, { tx, labels }: Scope): Promise<void> {
  const { authorizationType, authorizerId = '', authorizationScopes = [] } = method
  const scoped = authorizationScopes.length > 0
  if (authorizationType !== 'CUSTOM' && authorizationType !== 'COGNITO_USER_POOLS') {
    if (scoped) throw badRequest(SCOPES)
    delete method.authorizerId
    return
  }
  const path = fill('/restapis/{restApiId}/authorizers/{authorizerId}', { ...labels, authorizerId })
  const authorizer = authorizerId ? await tx.get<Authorizer>(path) : undefined
  const isPool = authorizer?.type === 'COGNITO_USER_POOLS'
  if (!authorizer || isPool !== (authorizationType === 'COGNITO_USER_POOLS'))
    throw badRequest(
      'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
    )
  // beyond Amazon: an OIDC issuer's JWTs have scopes, too
  if (scoped && !isPool && !authorizer.jwt) throw badRequest(SCOPES)
}
