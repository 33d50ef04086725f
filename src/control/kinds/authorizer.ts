import type { Authorizer } from '../../core/documents.ts'
import {
  asOneOf,
  asText,
  asWhole,
  type Change,
  type Draft,
  listed,
  listedPaths,
  member,
} from '../../core/patch.ts'
import { conflict, notFound } from '../../core/problem.ts'
import { checkAuthorizer, TOKEN_SOURCE, TTL } from '../../core/rules/authorizer.ts'
import { oneOf, text, texts, whole } from '../../core/shape.ts'
import { parentOf } from '../../store/documents.ts'
import { kind, type Scope, without } from '../kind.ts'
import { fill } from '../paths.ts'
import { methodsOf } from './resource.ts'

const TYPES = ['TOKEN', 'REQUEST', 'COGNITO_USER_POOLS']

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
      '/identitySource': { ops: ['add', 'replace', 'remove'], apply: changeSource },
      '/identityValidationExpression': member(),
      '/name': member(asText, { empty: 'Authorizer name must be non-empty' }),
      '/providerARNs': listed,
      '/type': member(asOneOf(`Invalid authorizer type specified. Valid options are ${TYPES}`, ...TYPES)),
    },
  },
  check,
  async leaving({ id, name }, { tx, labels }) {
    for (const { path, method } of await methodsOf(tx, fill('/restapis/{restApiId}', labels)))
      if (method.authorizerId === id)
        throw conflict(
          `Cannot delete authorizer '${name}', is referenced in method: ${method.httpMethod}/${path}`,
        )
  },
  view: (authorizer) => ({ ...without(authorizer) }),
})

/** A REQUEST authorizer has several sources, which come and go one by one; without a value all go. */
function changeSource(draft: Draft, { op, value = '' }: Change): void {
  const { type, identitySource = '' } = draft as object as Authorizer
  const sources = identitySource.split(',').flatMap((source) => source.trim() || [])
  const rest = sources.filter((source) => value !== '' && source !== value)
  const next = op === 'remove' ? rest : op === 'add' && type === 'REQUEST' ? [...rest, value] : [value]
  draft.identitySource = next.join(',') || undefined
}

async function check(authorizer: Authorizer, { tx, path }: Scope, before?: Authorizer): Promise<void> {
  checkAuthorizer(authorizer, before)
  const { id, name } = authorizer
  for (const { body } of await tx.list<Authorizer>(parentOf(path)))
    if (body.name === name && body.id !== id)
      throw conflict(`Authorizer name must be unique. Authorizer ${name} already exists in this RestApi.`)
}
