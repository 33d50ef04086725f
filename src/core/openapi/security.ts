/**
 * Security schemes to authorizers, IAM and API keys; requirements to what a method asks for. A requirement at the root holds
 * for methods without one of their own (recorded, though the guide says otherwise).
 */
import type { Authorizer, Method } from '../documents.ts'
import { checkAuthorizer, TOKEN_SOURCE } from '../rules/authorizer.ts'
import { noteUnknown, X } from './extensions.ts'
import type { Findings } from './findings.ts'
import type { ReadOptions } from './options.ts'
import { at, defined, docOf, entriesOf, isDoc, listOf, member, textOf, upper } from './value.ts'

type Scheme =
  | { kind: 'authorizer'; authorizer: Authorizer }
  | { kind: 'iam' | 'key' | 'unsupported' | 'missing' }

/** A method that asks for what cannot be made must not stand open instead. */
const NOT_CREATED = (name: string) => `Any methods with security: '${name}' will not be created.`

export type Protection = Pick<
  Method,
  'authorizationType' | 'authorizerId' | 'authorizationScopes' | 'apiKeyRequired'
>

export class Security {
  readonly authorizers: Authorizer[] = []
  readonly #schemes = new Map<string, Scheme>()
  readonly #byDefault: Record<string, unknown>[]
  readonly #findings: Findings

  constructor(
    schemes: unknown,
    byDefault: unknown,
    pointer: string,
    findings: Findings,
    options: ReadOptions,
  ) {
    this.#findings = findings
    this.#byDefault = byDefault == null ? [] : this.#requirements(byDefault, '#/security')
    for (const [name, scheme] of entriesOf(schemes)) {
      const where = at(pointer, name)
      noteUnknown(scheme, 'scheme', where, findings)
      const read = this.#scheme(name, scheme, where, options)
      this.#schemes.set(name, read)
      if (read.kind === 'authorizer') this.authorizers.push(read.authorizer)
    }
  }

  #scheme(name: string, value: unknown, pointer: string, options: ReadOptions): Scheme {
    const scheme = docOf(value)
    const authtype = textOf(scheme[X.authtype])
    const extension = member(scheme, X.authorizer)
    if (isDoc(extension)) {
      const jwt = this.#jwt(extension, scheme, pointer, options)
      const authorizer = readAuthorizer(name, extension, scheme, { authtype, jwt, id: options.newId(6) })
      if (authorizer) {
        // an empty one is taken (recorded): the token is then looked for in Authorization
        const identitySource =
          authorizer.identitySource || (authorizer.type === 'REQUEST' ? '' : TOKEN_SOURCE)
        const rule = () => checkAuthorizer({ ...authorizer, identitySource })
        this.#findings.hold(rule, `Unable to create authorizer '${name}'`, pointer)
        return { kind: 'authorizer', authorizer }
      }
      const type = textOf(extension.type)
      this.#findings.warn(`Unsupported authorizer type '${type}' for '${name}'. ${NOT_CREATED(name)}`)
      return { kind: 'missing' }
    }
    if (authtype && /^aws/i.test(authtype)) return { kind: 'iam' }
    if (authtype) {
      this.#findings.warn(
        `Unable to create authorizer from security definition: '${name}'. Extension ${X.authorizer} is required. ` +
          `${NOT_CREATED(name)} If this security definition is not a custom authorizer, remove the ${X.authtype} ` +
          'extension and it will be ignored.',
      )
      return { kind: 'missing' }
    }
    const isKey = scheme.type === 'apiKey' && scheme.in === 'header'
    if (isKey && textOf(scheme.name)?.toLowerCase() === 'x-api-key') return { kind: 'key' }
    this.#findings.warn(
      `Unsupported security definition type '${textOf(scheme.type)}' for '${name}'. Ignoring.`,
    )
    return { kind: 'unsupported' }
  }

  /** What is beyond Amazon is taken whole or refused: a method must not look protected and answer 500 to everybody. */
  #jwt(
    extension: Record<string, unknown>,
    scheme: Record<string, unknown>,
    pointer: string,
    { oidcAuthorizers }: ReadOptions,
  ): Authorizer['jwt'] {
    const own = extension['x-edgeway-jwt']
    if (own === undefined && !isHttpJwt(extension)) return undefined
    const { issuer: named, audience, ...more } = docOf(own === undefined ? extension.jwtConfiguration : own)
    const issuer = textOf(named) ?? issuerOf(scheme.openIdConnectUrl)
    // what Amazon says of an authorizer that is of no use: a warning, where it is read
    if (own === undefined && issuer === undefined) return undefined
    const audiences = listOf(audience).map(textOf)
    const isUrl = /^https?:\/\/[^/]/.test(issuer ?? '')
    if (!isUrl || !audiences.length || !audiences.every(Boolean) || Object.keys(more).length)
      this.#findings.error(
        'A JWT authorizer needs an issuer (a URL) and an audience (a list of one text or more), and takes no other members',
        pointer,
      )
    else if (!oidcAuthorizers)
      this.#findings.error(
        'JWT authorizers of any issuer are taken with EDGEWAY_OIDC_AUTHORIZERS=true only',
        pointer,
      )
    return { issuer: issuer ?? '', audience: audiences as string[] }
  }

  /** What was meant to protect must not be read as nothing: `security: {key: []}` is no list. */
  #requirements(value: unknown, pointer: string): Record<string, unknown>[] {
    const list = listOf(value).filter(isDoc)
    if (!Array.isArray(value) || list.length < value.length)
      this.#findings.error('Security requirements must be a list of objects', pointer)
    return list
  }

  /** What `operation` asks for; undefined where it asks for an authorizer that cannot be made. */
  protect(operation: Record<string, unknown>, pointer: string): Protection | undefined {
    // a YAML key without a value is as good as none
    const asked =
      operation.security != null
        ? this.#requirements(operation.security, at(pointer, 'security'))
        : this.#byDefault
    const out: Protection = { authorizationType: 'NONE', apiKeyRequired: false }
    let missing = false
    for (const requirement of asked)
      for (const [name, scopes] of entriesOf(requirement)) {
        const scheme = this.#schemes.get(name)
        if (!scheme) this.#findings.note(`Security scheme '${name}' is not defined`, at(pointer, 'security'))
        else if (scheme.kind === 'missing') missing = true
        else if (scheme.kind === 'key') out.apiKeyRequired = true
        else if (scheme.kind === 'iam') out.authorizationType = 'AWS_IAM'
        else if (scheme.kind === 'authorizer') this.#use(scheme.authorizer, scopes, out, pointer)
      }
    const auth = upper(docOf(operation[X.auth]).type)
    if (auth === 'NONE' || auth === 'AWS_IAM') {
      out.authorizationType = auth
      delete out.authorizerId
      delete out.authorizationScopes
      return out
    }
    if (auth) this.#findings.warn(`Unsupported authorization type '${auth}' in ${pointer}. Ignoring.`)
    return missing ? undefined : out
  }

  #use(authorizer: Authorizer, scopes: unknown, out: Protection, pointer: string): void {
    if (out.authorizerId) {
      this.#findings.note('A method has one authorizer: the first one is used', at(pointer, 'security'))
      return
    }
    const cognito = authorizer.type === 'COGNITO_USER_POOLS'
    out.authorizationType = cognito ? authorizer.type : 'CUSTOM'
    out.authorizerId = authorizer.id
    const names = listOf(scopes).map(textOf)
    if (!names.length) return
    if (cognito || authorizer.jwt) out.authorizationScopes = names as string[]
    else this.#findings.note('Scopes are for Cognito authorizers only', at(pointer, 'security'))
  }
}

const TYPES: Record<string, string> = {
  TOKEN: 'TOKEN',
  REQUEST: 'REQUEST',
  COGNITO_USER_POOLS: 'COGNITO_USER_POOLS',
  JWT: 'TOKEN',
}

/** An authorizer without a type is one of an HTTP API, whose Lambda authorizers are all of the request kind. */
function readAuthorizer(
  name: string,
  extension: Record<string, unknown>,
  scheme: Record<string, unknown>,
  { authtype, jwt, id }: { authtype: string | undefined; jwt: Authorizer['jwt']; id: string },
): Authorizer | undefined {
  const type =
    TYPES[upper(extension.type) ?? (listOf(extension.providerARNs).length ? 'COGNITO_USER_POOLS' : 'REQUEST')]
  if (!type) return undefined
  if (isHttpJwt(extension) && !jwt) return undefined
  const header = textOf(scheme.name)
  const place = scheme.in === 'query' ? 'querystring' : 'header'
  const implied =
    header && header !== 'Unused' && (type !== 'REQUEST' || extension.authorizerResultTtlInSeconds !== 0)
      ? `method.request.${place}.${header}`
      : undefined
  const ttl = extension.authorizerResultTtlInSeconds
  return defined<Authorizer>({
    id,
    name,
    type,
    providerARNs: Array.isArray(extension.providerARNs)
      ? extension.providerARNs.map((arn) => textOf(arn) ?? '')
      : undefined,
    authType: authtype ?? (type === 'COGNITO_USER_POOLS' ? 'cognito_user_pools' : 'custom'),
    authorizerUri: textOf(extension.authorizerUri),
    authorizerCredentials: textOf(extension.authorizerCredentials),
    identitySource:
      source(textOf(extension.identitySource)) ??
      implied ??
      (jwt ? 'method.request.header.Authorization' : undefined),
    identityValidationExpression: textOf(extension.identityValidationExpression),
    authorizerResultTtlInSeconds: ttl === undefined || ttl === null ? undefined : Number(ttl),
    jwt,
  })
}

const isHttpJwt = (extension: Record<string, unknown>): boolean => upper(extension.type) === 'JWT'

/** HTTP APIs write `$request.header.X` for what REST APIs write `method.request.header.X`, and so for the others. */
const source = (text: string | undefined): string | undefined =>
  text?.replaceAll('$request.', 'method.request.').replace(/\$(?=(?:context|stageVariables)\.)/g, '')

const issuerOf = (url: unknown): string | undefined =>
  textOf(url)?.replace(/\/?\.well-known\/openid-configuration$/, '') || undefined
