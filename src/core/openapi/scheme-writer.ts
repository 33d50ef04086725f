/** Authorizers, IAM and API keys to security schemes; a method's protection to its requirements. */
import type { Authorizer, Method } from '../documents.ts'
import type { Documented } from './documented.ts'
import { X } from './extensions.ts'
import { type Doc, defined } from './value.ts'

export class Schemes {
  readonly #authorizers: Authorizer[]
  readonly #extended: boolean
  readonly #byId: Map<string, Authorizer>
  readonly #keyName: string
  readonly #iamName: string
  readonly #used = new Set<string>()

  constructor(authorizers: Authorizer[], extended: boolean) {
    this.#authorizers = authorizers
    this.#extended = extended
    this.#byId = new Map(authorizers.map((authorizer) => [authorizer.id, authorizer]))
    const names = new Set(authorizers.map((authorizer) => authorizer.name))
    const free = (name: string): string => (names.has(name) ? free(`${name}_`) : name)
    this.#keyName = free('api_key')
    this.#iamName = free('sigv4')
  }

  /** `security` of an operation. */
  required(method: Method): Doc[] | undefined {
    const out: Doc[] = []
    const add = (name: string, scopes: string[] = []) => {
      this.#used.add(name)
      out.push({ [name]: scopes })
    }
    const authorizer = this.#byId.get(method.authorizerId ?? '')
    if (method.authorizationType === 'AWS_IAM') add(this.#iamName)
    else if (authorizer && method.authorizationType !== 'NONE')
      add(authorizer.name, method.authorizationScopes)
    if (method.apiKeyRequired) add(this.#keyName)
    return out.length ? out : undefined
  }

  /** The schemes that methods use; with their extensions, the unused ones too, as they could not be read back otherwise. */
  written(documented: Documented): Doc {
    const out: Doc = {}
    for (const authorizer of this.#authorizers)
      if (this.#extended || this.#used.has(authorizer.name))
        out[authorizer.name] = {
          ...writeAuthorizer(authorizer, this.#extended),
          ...documented.authorizer(authorizer.name),
        }
    if (this.#used.has(this.#iamName))
      out[this.#iamName] = defined({
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        [X.authtype]: this.#extended ? 'awsSigv4' : undefined,
      })
    if (this.#used.has(this.#keyName))
      out[this.#keyName] = { type: 'apiKey', name: 'x-api-key', in: 'header' }
    return out
  }
}

function writeAuthorizer(authorizer: Authorizer, extended: boolean): Doc {
  const { type, identitySource, jwt } = authorizer
  const single = /^method\.request\.(header|querystring)\.([^,\s]+)$/.exec(identitySource ?? '')
  // for one header of a token the scheme's name says it all
  const implied = type !== 'REQUEST' && single?.[1] === 'header'
  return defined({
    type: 'apiKey',
    name: single?.[2] ?? 'Unused',
    in: single?.[1] === 'querystring' ? 'query' : 'header',
    [X.authtype]: extended
      ? (authorizer.authType ?? (type === 'COGNITO_USER_POOLS' ? 'cognito_user_pools' : 'custom'))
      : undefined,
    [X.authorizer]: extended
      ? defined({
          identitySource: implied ? undefined : identitySource,
          authorizerUri: authorizer.authorizerUri,
          authorizerCredentials: authorizer.authorizerCredentials,
          providerARNs: authorizer.providerARNs,
          authorizerResultTtlInSeconds: authorizer.authorizerResultTtlInSeconds,
          identityValidationExpression: authorizer.identityValidationExpression,
          type: type.toLowerCase(),
          'x-edgeway-jwt': jwt,
        })
      : undefined,
  })
}
