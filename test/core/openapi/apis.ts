/** Whole APIs, as the control service may hold them, for property tests. */
import fc from 'fast-check'
import type {
  ApiDefinition,
  Authorizer,
  Integration,
  Method,
  Model,
  Resource,
} from '../../../src/core/documents.ts'
import { jacksonJson } from '../../../src/core/openapi/jackson.ts'
import { modelsUrl, type ReadOptions } from '../../../src/core/openapi/options.ts'
import { defined } from '../../../src/core/openapi/value.ts'

export const REST_API_ID = 'abcdefghij'

/** Options whose ids are counted. */
export function readOptions(over: Partial<ReadOptions> = {}): ReadOptions {
  let count = 0
  return {
    restApiId: REST_API_ID,
    region: 'eu-west-1',
    accountId: '123456789012',
    maxTimeoutMs: 29_000,
    newId: (length) => String(++count).padStart(length, '0'),
    ...over,
  }
}

const word = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,7}$/)
const name = fc.stringMatching(/^[A-Z][a-zA-Z0-9]{0,7}$/)
const header = fc.stringMatching(/^[A-Z][A-Za-z-]{0,8}[a-z]$/)
const text = fc.string({ unit: 'grapheme', maxLength: 30 })
const mediaType = fc.constantFrom('application/json', 'application/xml', 'text/plain')
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const someOf = <T>(items: T[]): fc.Arbitrary<T | undefined> =>
  items.length ? some(fc.constantFrom(...items)) : fc.constant(undefined)
const filled = <T>(
  dictionary: fc.Arbitrary<Record<string, T>>,
): fc.Arbitrary<Record<string, T> | undefined> =>
  dictionary.map((value) => (Object.keys(value).length ? value : undefined))
const map = <T>(keys: fc.Arbitrary<string>, values: fc.Arbitrary<T>) =>
  filled(fc.dictionary(keys, values, { maxKeys: 3, noNullPrototype: true }))

type Around = Pick<Method, 'authorizationType' | 'requestParameters' | 'methodResponses'>

/** A URI of each kind of integration. */
const uriOf = (type: string, label: string): string => {
  if (type.startsWith('HTTP')) return `https://example.com/${label}`
  const called = `lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:${label}/invocations`
  return `arn:aws:apigateway:eu-west-1:${type === 'AWS' ? `sqs:path/${label}` : called}`
}

const integration = (
  resourceId: string,
  { requestParameters = {}, methodResponses = {} }: Around,
): fc.Arbitrary<Integration> => {
  const declared = Object.keys(requestParameters)
  const source = fc.oneof(
    text.map((t) => `'${t}'`),
    ...(declared.length ? [fc.constantFrom(...declared)] : []),
  )
  const headersOf = (statusCode: string) => {
    const targets = Object.keys(methodResponses[statusCode]?.responseParameters ?? {})
    return targets.length
      ? map(
          fc.constantFrom(...targets),
          text.map((t) => `'${t}'`),
        )
      : fc.constant(undefined)
  }
  return fc
    .record({
      type: fc.constantFrom('HTTP', 'HTTP_PROXY', 'AWS', 'AWS_PROXY', 'MOCK'),
      httpMethod: fc.constantFrom('GET', 'POST'),
      label: word,
      link: some(word),
      credentials: word.map((w) => `arn:aws:iam::123456789012:role/${w}`),
      trusted: fc.boolean(),
      requestParameters: map(
        word.map((w) => `integration.request.header.${w}`),
        source,
      ),
      requestTemplates: map<string | null>(mediaType, fc.option(text)),
      passthroughBehavior: fc.constantFrom('WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'),
      contentHandling: some(fc.constantFrom('CONVERT_TO_TEXT', 'CONVERT_TO_BINARY')),
      timeoutInMillis: fc.constantFrom(29000, 50, 1234),
      cacheNamespace: some(word),
      cacheKeyParameters: declared.length
        ? fc.uniqueArray(fc.constantFrom(...declared), { maxLength: 2 })
        : fc.constant<string[]>([]),
      insecureSkipVerification: some(fc.boolean()),
      responses: fc.uniqueArray(
        fc.constantFrom('200', '400', '404', '500').chain((statusCode) =>
          fc.record({
            statusCode: fc.constant(statusCode),
            selectionPattern: fc.constantFrom(undefined, '4\\d{2}', '5\\d{2}', '.*Error.*'),
            responseParameters: headersOf(statusCode),
            responseTemplates: map<string | null>(mediaType, fc.option(text)),
            contentHandling: some(fc.constantFrom('CONVERT_TO_TEXT')),
          }),
        ),
        {
          maxLength: 3,
          comparator: (a, b) => a.statusCode === b.statusCode || a.selectionPattern === b.selectionPattern,
        },
      ),
    })
    .map(({ link, label, trusted, credentials, insecureSkipVerification, responses, ...rest }) => {
      const isHttp = rest.type.startsWith('HTTP')
      const isMock = rest.type === 'MOCK'
      return defined<Integration>({
        ...rest,
        httpMethod: isMock ? undefined : rest.httpMethod,
        uri: isMock ? undefined : uriOf(rest.type, label),
        credentials: trusted || rest.type === 'AWS' ? credentials : undefined,
        connectionType: isHttp ? (link ? 'VPC_LINK' : 'INTERNET') : undefined,
        connectionId: isHttp ? link : undefined,
        cacheNamespace: rest.cacheNamespace ?? resourceId,
        tlsConfig:
          isHttp && insecureSkipVerification !== undefined ? { insecureSkipVerification } : undefined,
        integrationResponses: responses.length
          ? Object.fromEntries(responses.map((response) => [response.statusCode, defined(response)]))
          : undefined,
      })
    })
}

const method = (
  verb: string,
  resource: Resource,
  api: Pick<ApiDefinition, 'models' | 'authorizers' | 'requestValidators'>,
) => {
  const variables = [...resource.path.matchAll(/\{([^}+/]+)\}/g)].map(([, variable]) => variable!)
  const models = map(mediaType, fc.constantFrom(...api.models.map((model) => model.name), 'Empty'))
  return fc
    .record({
      apiKeyRequired: fc.boolean(),
      protection: fc.oneof(
        fc.constantFrom('NONE' as const, 'AWS_IAM' as const),
        someOf(api.authorizers).map((authorizer) => authorizer ?? ('NONE' as const)),
      ),
      scopes: some(fc.uniqueArray(word, { minLength: 1, maxLength: 2 })),
      requestValidatorId: someOf(api.requestValidators.map((validator) => validator.id)),
      operationName: some(word),
      queries: map(
        word.map((w) => `method.request.querystring.${w}`),
        fc.boolean(),
      ),
      requestModels: verb === 'GET' ? fc.constant(undefined) : models,
      responses: fc.uniqueArray(
        fc.record({
          statusCode: fc.constantFrom('200', '400', '404', '500'),
          responseParameters: map(
            header.map((h) => `method.response.header.${h}`),
            fc.constant(false),
          ),
          responseModels: models,
        }),
        { maxLength: 3, selector: (response) => response.statusCode },
      ),
    })
    .map(({ protection, scopes, queries, responses, ...rest }) => {
      const authorizer = typeof protection === 'string' ? undefined : protection
      const cognito = authorizer?.type === 'COGNITO_USER_POOLS'
      const requestParameters = {
        ...Object.fromEntries(variables.map((variable) => [`method.request.path.${variable}`, true])),
        ...queries,
      }
      return defined<Method>({
        httpMethod: verb,
        ...rest,
        authorizationType: authorizer ? (cognito ? 'COGNITO_USER_POOLS' : 'CUSTOM') : (protection as string),
        authorizerId: authorizer?.id,
        authorizationScopes: cognito ? scopes : undefined,
        requestParameters: Object.keys(requestParameters).length ? requestParameters : undefined,
        methodResponses: responses.length
          ? Object.fromEntries(responses.map((response) => [response.statusCode, defined(response)]))
          : undefined,
      })
    })
    .chain((made) =>
      some(integration(resource.id, made)).map((methodIntegration) =>
        defined<Method>({ ...made, methodIntegration }),
      ),
    )
}

const authorizer = (label: string, index: number): fc.Arbitrary<Authorizer> =>
  fc
    .record({
      type: fc.constantFrom('TOKEN', 'REQUEST', 'COGNITO_USER_POOLS'),
      head: header,
      ttl: some(fc.integer({ min: 0, max: 3600 })),
      many: fc.boolean(),
      expression: some(fc.constant('^x-[a-z]+')),
    })
    .map(({ type, head, ttl, many, expression }) => {
      const cognito = type === 'COGNITO_USER_POOLS'
      const one = `method.request.header.${head}`
      return defined<Authorizer>({
        id: `auth${index}x`,
        name: label,
        type,
        providerARNs: cognito
          ? ['arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_x']
          : undefined,
        authType: cognito ? 'cognito_user_pools' : 'custom',
        authorizerUri: cognito ? undefined : uriOf('AWS_PROXY', label),
        identitySource: type === 'REQUEST' && many ? `${one},method.request.querystring.q` : one,
        identityValidationExpression: type === 'TOKEN' ? expression : undefined,
        authorizerResultTtlInSeconds: ttl,
      })
    })

const model = (label: string, all: string[], index: number): fc.Arbitrary<Model> =>
  fc
    .record({ other: fc.constantFrom(...all), description: some(text), limit: fc.integer() })
    .map(({ other, description, limit }) =>
      defined<Model>({
        id: `model${index}`,
        name: label,
        description,
        contentType: 'application/json',
        schema: jacksonJson({
          required: ['a', 'b'],
          type: 'object',
          properties: { a: { maximum: limit, type: 'number' }, b: { $ref: modelsUrl(REST_API_ID) + other } },
          description,
        }),
      }),
    )

const paths = fc
  .array(fc.array(fc.oneof(word, fc.constant('{id}')), { minLength: 1, maxLength: 3 }), { maxLength: 4 })
  .map((list) => {
    const all = new Set<string>(['/'])
    for (const parts of list)
      for (let n = 1; n <= parts.length; n++) all.add(`/${parts.slice(0, n).join('/')}`)
    return [...all]
  })

/** Every resource in it has a method or one below that does: a definition has no word for others. */
export const apis: fc.Arbitrary<ApiDefinition> = fc
  .record({
    paths,
    modelNames: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
    authorizerNames: fc.uniqueArray(word, { maxLength: 3 }),
    validators: fc.uniqueArray(fc.record({ name: word, body: fc.boolean(), parameters: fc.boolean() }), {
      maxLength: 2,
      selector: (validator) => validator.name,
    }),
    title: text.filter((t) => t.trim() === t && t !== ''),
    description: some(text),
    version: some(text),
    media: fc.uniqueArray(fc.constantFrom('image/png', 'application/pdf', '*/*'), { maxLength: 2 }),
    size: some(fc.integer({ min: 0, max: 10_485_760 })),
    keySource: fc.constantFrom('HEADER', 'AUTHORIZER'),
    policy: some(fc.constant('{"Version":"2012-10-17","Statement":[]}')),
    disabled: fc.boolean(),
    responses: fc.uniqueArray(
      fc.record({
        responseType: fc.constantFrom('DEFAULT_4XX', 'UNAUTHORIZED', 'THROTTLED'),
        statusCode: some(fc.constantFrom('400', '429')),
        responseParameters: map(
          header.map((h) => `gatewayresponse.header.${h}`),
          text.map((t) => `'${t}'`),
        ),
        responseTemplates: map(mediaType, text),
      }),
      { maxLength: 2, selector: (response) => response.responseType },
    ),
  })
  .chain((seed) => {
    const modelNames = [...new Set(['Empty', ...seed.modelNames])]
    const requestValidators = seed.validators.map((validator, index) => ({
      id: `valid${index}`,
      name: validator.name,
      validateRequestBody: validator.body,
      validateRequestParameters: validator.parameters,
    }))
    return fc
      .tuple(
        fc.tuple(...modelNames.map((label, index) => model(label, modelNames, index))),
        fc.tuple(...seed.authorizerNames.map(authorizer)),
      )
      .chain(([models, authorizers]) => {
        const resources: Resource[] = seed.paths.map((path, index) => {
          const cut = path.lastIndexOf('/')
          const parent = seed.paths.indexOf(path.slice(0, cut) || '/')
          return path === '/'
            ? { id: 'rootres', path }
            : {
                id: `resou${index}`,
                parentId: parent ? `resou${parent}` : 'rootres',
                pathPart: path.slice(cut + 1),
                path,
              }
        })
        const methods = resources.map((resource) =>
          fc
            .uniqueArray(fc.constantFrom('GET', 'POST', 'OPTIONS', 'ANY'), { minLength: 1, maxLength: 3 })
            .chain((verbs) =>
              fc.tuple(
                ...verbs.map((verb) => method(verb, resource, { models, authorizers, requestValidators })),
              ),
            ),
        )
        return fc.tuple(...methods).map(
          (made): ApiDefinition => ({
            restApi: defined({
              id: REST_API_ID,
              name: seed.title,
              description: seed.description,
              version: seed.version,
              createdDate: 1_700_000_000,
              binaryMediaTypes: seed.media.length ? seed.media : undefined,
              minimumCompressionSize: seed.size,
              apiKeySource: seed.keySource,
              endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4' },
              policy: seed.policy,
              disableExecuteApiEndpoint: seed.disabled,
              rootResourceId: 'rootres',
            }),
            resources: resources.map((resource, index) => ({
              ...resource,
              resourceMethods: Object.fromEntries(made[index]!.map((m) => [m.httpMethod, m])),
            })),
            models,
            requestValidators,
            authorizers,
            gatewayResponses: seed.responses.map((response) => defined(response)),
            documentationParts: [],
          }),
        )
      })
  })
