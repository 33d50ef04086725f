import { describe, expect, it, test } from 'vitest'
import type { Method } from '../../../src/core/documents.ts'
import type { ReadOptions } from '../../../src/core/openapi/options.ts'
import { readOpenApi } from '../../../src/core/openapi/read.ts'
import { readOptions } from './apis.ts'

const INFO = { title: 'pets', version: '1.0' }

const read = (members: object, over: Partial<ReadOptions> = {}) =>
  readOpenApi(JSON.stringify({ openapi: '3.0.1', info: INFO, ...members }), readOptions(over))

const swagger = (members: object, over: Partial<ReadOptions> = {}) =>
  readOpenApi(JSON.stringify({ swagger: '2.0', info: INFO, ...members }), readOptions(over))

type Read = ReturnType<typeof readOpenApi>

const methodOf = ({ definition }: Read, path: string, verb: string): Method =>
  definition.resources.find((resource) => resource.path === path)!.resourceMethods![verb]!

/** One GET / with these members. */
const get = (operation: object, root: object = {}, over: Partial<ReadOptions> = {}) => {
  const result = read({ paths: { '/': { get: operation } }, ...root }, over)
  return { ...result, method: methodOf(result, '/', 'GET') }
}

const WHERE = '#/paths/~1/get/x-amazon-apigateway-integration'

const POOL = 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_x'

const lambda = (name: string) =>
  `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:${name}/invocations`

const refusal = (run: () => unknown): { message: string; place?: string } => {
  try {
    run()
  } catch (error) {
    return error as { message: string; place?: string }
  }
  throw new Error('it was read')
}

describe('paths', () => {
  it('makes the resources between, in the order of the definition', () => {
    const { definition } = read({ paths: { '/a/b/{c}': { get: {} }, '/a': { post: {} } } })
    expect(definition.resources.map(({ path, pathPart }) => [path, pathPart])).toEqual([
      ['/', undefined],
      ['/a', 'a'],
      ['/a/b', 'b'],
      ['/a/b/{c}', '{c}'],
    ])
    const ids = definition.resources.map((resource) => resource.id)
    expect([...ids].sort()).toEqual(ids)
    expect(definition.resources[3]!.parentId).toBe(ids[2])
    expect(definition.restApi.rootResourceId).toBe(ids[0])
  })

  test.each([
    ['ignore', { basePath: '/a/b/c' }, '/e'],
    ['prepend', { basePath: '/a/b/c' }, '/a/b/c/e'],
    ['split', { basePath: '/a/b/c' }, '/b/c/e'],
    ['split', { basePath: '/a' }, '/e'],
  ] as const)('basepath=%s of Swagger', (basepath, root, path) => {
    const { definition } = swagger({ ...root, paths: { '/e': { get: {} } } }, { basepath })
    expect(definition.resources.at(-1)!.path).toBe(path)
  })

  test.each([
    ['/base/part/', undefined, '/base/part/e'],
    ['https://x.com/base?q=1', undefined, '/base/e'],
    ['https://x.com', '/var', '/var/e'],
    ['https://x.com/ignored', 'var/deep', '/var/deep/e'],
    ['https://x.com/{stage}/b', undefined, '/prod/b/e'],
    ['/', undefined, '/e'],
  ])('the base path of the server %s', (url, basePath, path) => {
    const variables = { stage: { default: 'prod' }, ...(basePath && { basePath: { default: basePath } }) }
    const { definition } = read(
      { servers: [{ url, variables }], paths: { '/e': { get: {} } } },
      { basepath: 'prepend' },
    )
    expect(definition.resources.at(-1)!.path).toBe(path)
  })

  it('imports every method that Amazon has, ANY among them', () => {
    const verbs = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch']
    const item = Object.fromEntries(
      [...verbs, 'x-amazon-apigateway-any-method', 'trace'].map((verb) => [verb, {}]),
    )
    const result = read({ paths: { '/': item } })
    expect(Object.keys(result.definition.resources[0]!.resourceMethods!)).toEqual([
      ...verbs.map((verb) => verb.toUpperCase()),
      'ANY',
    ])
    expect(result.warnings).toEqual(["Method 'TRACE' has no equal (#/paths/~1/trace)"])
  })

  it('refuses two methods that would match the same calls, with the place', () => {
    const { message } = refusal(() => read({ paths: { '/a/{x}': { get: {} }, '/a/{y}': { get: {} } } }))
    expect(message).toBe(
      "Errors found during import:\n\tUnable to create resource at path '/a/{y}': A sibling ({x}) of this resource " +
        'already has a variable path part -- only one is allowed (#/paths/~1a~1{y})',
    )
  })

  it('keeps variables side by side whose paths go on differently', () => {
    const result = read({ paths: { '/n/{name}': { get: {} }, '/n/{ns}/pods': { get: {} } } })
    expect(result.definition.resources.map((resource) => resource.path)).toContain('/n/{ns}/pods')
    expect(result.warnings).toHaveLength(1)
  })
})

describe('parameters', () => {
  it('takes those of the path and of the operation, references followed', () => {
    const result = read({
      paths: {
        '/{id}': {
          parameters: [{ $ref: '#/components/parameters/Page' }, { name: 'X-A', in: 'header' }],
          get: {
            parameters: [
              { name: 'page', in: 'query', required: true },
              { name: 'c', in: 'cookie' },
            ],
          },
        },
      },
      components: { parameters: { Page: { name: 'page', in: 'query' } } },
    })
    expect(methodOf(result, '/{id}', 'GET').requestParameters).toEqual({
      'method.request.path.id': true,
      'method.request.querystring.page': true,
      'method.request.header.X-A': false,
    })
    expect(result.warnings).toEqual([
      "Parameters in 'cookie' have no equal (#/paths/~1{id}/get/parameters/1)",
    ])
  })

  it('declares a path variable by itself, but not a greedy one (recorded)', () => {
    const result = read({ paths: { '/{a}/{rest+}': { get: {} } } })
    expect(methodOf(result, '/{a}/{rest+}', 'GET').requestParameters).toEqual({
      'method.request.path.a': true,
    })
  })
})

describe('models', () => {
  const refUrl = (name: string) => `https://apigateway.amazonaws.com/restapis/abcdefghij/models/${name}`

  it('rewrites references and puts members in the order of Amazon (recorded)', () => {
    const { definition } = read({
      components: {
        schemas: {
          House: {
            type: 'object',
            description: 'Where a Person lives',
            properties: {
              contains: {
                type: 'array',
                items: { $ref: '#/components/schemas/Person' },
                minItems: 1,
                description: 'who',
              },
            },
            required: ['z', 'a'],
          },
          Person: { properties: { house: { $ref: '#/components/schemas/House' } } },
        },
      },
    })
    const [house, person] = definition.models
    expect(house).toMatchObject({
      name: 'House',
      description: 'Where a Person lives',
      contentType: 'application/json',
    })
    expect(house!.schema).toBe(`{
  "required" : [ "a", "z" ],
  "type" : "object",
  "properties" : {
    "contains" : {
      "minItems" : 1,
      "type" : "array",
      "description" : "who",
      "items" : {
        "$ref" : "${refUrl('Person')}"
      }
    }
  },
  "description" : "Where a Person lives"
}`)
    expect(JSON.parse(person!.schema!)).toEqual({ properties: { house: { $ref: refUrl('House') } } })
  })

  it('names inline schemas as Amazon does, and the same one once', () => {
    const content = (schema: object) => ({ content: { 'application/json': { schema } } })
    const pets = { type: 'array', items: { $ref: '#/components/schemas/Pet' } }
    const result = get(
      {
        requestBody: content({ type: 'object', properties: { a: { type: 'string' } } }),
        responses: {
          200: content(pets),
          201: content(pets),
          400: content({ $ref: '#/components/schemas/Pet' }),
        },
      },
      { components: { schemas: { Pet: { type: 'object' } } } },
    )
    expect(result.definition.models.map((model) => model.name)).toEqual([
      'Pet',
      expect.stringMatching(/^MODEL[0-9a-f]{6}$/),
      'ArrayOfPet',
    ])
    expect(result.method.requestModels).toEqual({ 'application/json': result.definition.models[1]!.name })
    expect(result.method.methodResponses!['201']!.responseModels).toEqual({
      'application/json': 'ArrayOfPet',
    })
    expect(result.method.methodResponses!['400']!.responseModels).toEqual({ 'application/json': 'Pet' })
  })

  it('keeps a reference into a schema, and a model whose name is not alphanumeric', () => {
    const result = read({
      components: {
        schemas: {
          'My.Pet': { properties: { tag: { properties: { up: { $ref: '#/components/schemas/My.Pet' } } } } },
          Tag: { allOf: [{ $ref: '#/components/schemas/My.Pet/properties/tag' }] },
        },
      },
    })
    const byName = Object.fromEntries(result.definition.models.map((m) => [m.name, JSON.parse(m.schema!)]))
    expect(byName).toEqual({
      MyPet: { properties: { tag: { properties: { up: { $ref: refUrl('MyPet') } } } } },
      MyPetPropertiesTag: { properties: { up: { $ref: refUrl('MyPet') } } },
      Tag: { allOf: [{ $ref: refUrl('MyPetPropertiesTag') }] },
    })
    expect(result.warnings).toEqual([
      'Model name must be alphanumeric: other characters are left out (#/components/schemas/My.Pet)',
    ])
  })

  it('keeps the keywords of OpenAPI, and leaves out what says nothing', () => {
    const schema = {
      required: [],
      example: { a: 1 },
      discriminator: { propertyName: 'a' },
      title: 404,
      properties: {
        a: { type: 'string', required: true, nullable: true, xml: {}, description: null },
        b: null,
        c: { type: { $ref: '#/misplaced' } },
        $ref: '#/misplaced',
      },
    }
    const { definition } = read({ components: { schemas: { A: schema } } })
    expect(JSON.parse(definition.models[0]!.schema!)).toEqual({
      example: { a: 1 },
      discriminator: { propertyName: 'a' },
      title: '404',
      properties: { a: { type: 'string', nullable: true, xml: {} }, c: {} },
    })
  })

  test.each([
    { type: 'date' },
    { minLength: -1 },
    { properties: { a: { pattern: '(' } } },
    { items: { enum: [] } },
  ])('refuses what is no schema: %j', (schema) => {
    expect(refusal(() => swagger({ definitions: { A: schema } })).message).toBe(
      'Errors found during import:\n\t' +
        "Unable to create model for 'A': Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified] (#/definitions/A)",
    )
  })

  it("does not take a property's name for a keyword", () => {
    const { definition } = read({
      components: {
        schemas: { A: { properties: { $ref: { type: 'string' }, required: { type: 'boolean' } } } },
      },
    })
    expect(JSON.parse(definition.models[0]!.schema!)).toEqual({
      properties: { $ref: { type: 'string' }, required: { type: 'boolean' } },
    })
  })

  it('puts OpenAPI 3.1 into the words of draft 4', () => {
    const { definition } = readOpenApi(
      JSON.stringify({
        openapi: '3.1.0',
        info: INFO,
        components: { schemas: { A: { properties: { n: { exclusiveMinimum: 3 }, c: { const: 'x' } } } } },
      }),
      readOptions(),
    )
    expect(JSON.parse(definition.models[0]!.schema!).properties).toEqual({
      n: { minimum: 3, exclusiveMinimum: true },
      c: { enum: ['x'] },
    })
  })

  it('takes the media types of Swagger from the operation, else from the document', () => {
    const body = { in: 'body', name: 'b', schema: { $ref: '#/definitions/Pet' } }
    const responses = { 200: { schema: { $ref: '#/definitions/Pet' } } }
    const result = swagger({
      produces: ['application/xml'],
      paths: {
        '/a': { post: { consumes: ['text/plain'], parameters: [body], responses } },
        '/b': { post: { parameters: [body], responses, produces: ['application/json'] } },
      },
      definitions: { Pet: { type: 'object' } },
    })
    expect(methodOf(result, '/a', 'POST').requestModels).toEqual({ 'text/plain': 'Pet' })
    expect(methodOf(result, '/a', 'POST').methodResponses!['200']!.responseModels).toEqual({
      'application/xml': 'Pet',
    })
    expect(methodOf(result, '/b', 'POST').requestModels).toEqual({ 'application/json': 'Pet' })
    expect(methodOf(result, '/b', 'POST').methodResponses!['200']!.responseModels).toEqual({
      'application/json': 'Pet',
    })
  })

  it('warns of a reference to no model, and goes on', () => {
    const { warnings, method } = get({
      responses: {
        200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/No' } } } },
      },
    })
    expect(warnings).toEqual(["Reference to model 'No' not found. Ignoring."])
    expect(method.methodResponses).toEqual({ 200: { statusCode: '200' } })
  })
})

describe('responses', () => {
  it('follows references and takes headers without asking for them', () => {
    const { method, warnings } = get(
      { responses: { 200: { $ref: '#/components/responses/Ok' }, default: {}, '4XX': {} } },
      { components: { responses: { Ok: { headers: { 'X-A': {} } } } } },
    )
    expect(method.methodResponses).toEqual({
      200: { statusCode: '200', responseParameters: { 'method.response.header.X-A': false } },
    })
    expect(warnings).toHaveLength(2)
  })
})

describe('integrations', () => {
  const integration = (members: object, root: object = {}, over: Partial<ReadOptions> = {}) => {
    const result = get({ 'x-amazon-apigateway-integration': members }, root, over)
    return { ...result, integration: result.method.methodIntegration }
  }

  it('fills in the defaults of Amazon (recorded)', () => {
    const { integration: mock, definition } = integration({ type: 'mock', httpMethod: 'POST' })
    expect(mock).toEqual({
      type: 'MOCK',
      passthroughBehavior: 'WHEN_NO_MATCH',
      timeoutInMillis: 29000,
      cacheNamespace: definition.restApi.rootResourceId,
      cacheKeyParameters: [],
    })
    expect(integration({ type: 'http', httpMethod: 'get', uri: 'http://a' }).integration).toMatchObject({
      httpMethod: 'GET',
      connectionType: 'INTERNET',
    })
  })

  it('takes all that there is', () => {
    const all = {
      type: 'HTTP',
      httpMethod: 'POST',
      uri: 'http://a',
      connectionType: 'VPC_LINK',
      connectionId: 'link',
      credentials: 'arn:aws:iam::1:role/x',
      requestParameters: { 'integration.request.header.A': "'b'" },
      requestTemplates: { 'application/json': '{}', 'text/plain': null },
      passthroughBehavior: 'NEVER',
      contentHandling: 'CONVERT_TO_TEXT',
      timeoutInMillis: 100,
      cacheNamespace: 'ns',
      cacheKeyParameters: ['method.request.querystring.q'],
      tlsConfig: { insecureSkipVerification: true },
      responseTransferMode: 'STREAM',
      integrationTarget: 'arn:target',
    }
    const parameters = [{ name: 'q', in: 'query' }]
    const { method } = get({ parameters, 'x-amazon-apigateway-integration': all })
    expect(method.methodIntegration).toEqual(all)
  })

  it('keys responses by status code, whatever type that has', () => {
    const responses = {
      default: { statusCode: 200 },
      '4\\d{2}': { statusCode: '400', responseTemplates: { 'application/json': '' } },
    }
    expect(integration({ type: 'mock', responses }).integration!.integrationResponses).toEqual({
      200: { statusCode: '200' },
      400: { statusCode: '400', selectionPattern: '4\\d{2}', responseTemplates: { 'application/json': '' } },
    })
  })

  it('warns of a mapping that is no string, in the words of Amazon (recorded)', () => {
    const requestParameters = {
      'integration.request.header.nothing': true,
      'integration.request.header.a': "'b'",
    }
    const { integration: read, warnings } = integration({ type: 'mock', requestParameters })
    expect(warnings).toEqual([
      "Invalid format for 'requestParameters'. Expected type string for property 'integration.request.header.nothing' of " +
        "resource '/' and method 'GET' but got 'true'",
    ])
    expect(read!.requestParameters).toEqual({ 'integration.request.header.a': "'b'" })
    expect(
      refusal(() => integration({ type: 'mock', requestParameters }, {}, { failOnWarnings: true })).message,
    ).toMatch(/^Warnings found during import:\n\tInvalid format/)
  })

  it('finds one in the components', () => {
    const components = { 'x-amazon-apigateway-integrations': { one: { type: 'mock' } } }
    const $ref = '#/components/x-amazon-apigateway-integrations/one'
    expect(integration({ $ref }, { components }).integration!.type).toBe('MOCK')
  })

  const http = { type: 'http', httpMethod: 'GET', uri: 'http://a' }
  const aws = { type: 'aws', httpMethod: 'POST', uri: lambda('f') }
  const expression = (words: string) =>
    `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${words}]`

  test.each([
    [{ type: 'nonsense' }, "Unsupported integration type 'NONSENSE'"],
    [{ ...http, uri: 'ftp://a' }, 'Invalid HTTP endpoint specified for URI'],
    [{ ...http, uri: 'http://a b' }, 'Invalid HTTP endpoint specified for URI'],
    [{ ...http, httpMethod: undefined }, 'Enumeration value for HttpMethod must be non-empty'],
    [
      { ...http, httpMethod: 'trace' },
      'Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY',
    ],
    [{ ...http, timeoutInMillis: 29_001 }, 'Timeout should be between 50 ms and 29000 ms'],
    [{ ...http, timeoutInMillis: 'soon' }, 'Timeout should be between 50 ms and 29000 ms'],
    [{ ...http, connectionType: 'VPC_LINK' }, 'connectionId must be specified for connection type VPC_LINK'],
    [
      { ...http, contentHandling: 'ZIP' },
      'Invalid content handling strategy specified. Valid options are CONVERT_TO_BINARY,CONVERT_TO_TEXT',
    ],
    [
      { ...http, requestParameters: { 'integration.request.header.A': 'method.request.header.B' } },
      expression('Invalid mapping expression parameter specified: method.request.header.B'),
    ],
    [
      { ...http, cacheKeyParameters: ['method.request.querystring.q'] },
      'Invalid cache key parameter specified',
    ],
    [{ ...aws, uri: 'arn:x' }, 'Invalid ARN specified in the request'],
    [{ ...aws, uri: aws.uri.replace('eu-west-1', '') }, 'Invalid ARN specified in the request'],
    [{ ...aws, credentials: 'me' }, 'Invalid ARN specified in the request'],
    [
      { ...aws, credentials: 'arn:aws:iam::*:user/*' },
      'AWS_IAM Auth type is required for AWS integrations with identity forwarding specified',
    ],
  ])('%j is refused in the words of PutIntegration', (members, words) => {
    expect(refusal(() => integration(members)).message).toBe(
      `Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/': ${words} (${WHERE})`,
    )
  })

  const mapping = (statusCode: string) => ({
    responses: { 200: { description: 'ok' } },
    'x-amazon-apigateway-integration': {
      type: 'mock',
      responses: { default: { statusCode, responseParameters: { 'method.response.header.A': "'a'" } } },
    },
  })
  const unable = "Unable to put integration response on 'GET' for resource at path '/': "

  it('refuses to map headers that the method response does not declare', () => {
    const words = expression('Invalid mapping expression parameter specified: method.response.header.A')
    expect(refusal(() => get(mapping('200'))).message).toBe(
      `Errors found during import:\n\t${unable}${words} (${WHERE}/responses)`,
    )
  })

  it("warns where there is no method response at all, which the guide's own samples have", () => {
    const { warnings } = get(mapping('400'))
    expect(warnings).toEqual([unable + expression('No method response exists for method.')])
  })

  test.each([
    { ...http, uri: 'http://{proxy}/${stageVariables.v}' },
    { ...http, uri: 'https://${stageVariables.host}/a' },
    { ...http, uri: '${stageVariables.url}' },
    { ...aws, uri: lambda('${stageVariables.fn}') },
    { ...aws, uri: lambda('f').replaceAll('eu-west-1', '${stageVariables.region}') },
    { ...aws, uri: lambda('f').replace('arn:aws:', 'arn:aws-cn:').replaceAll('eu-west-1', 'cn-north-1') },
    {
      ...aws,
      uri: lambda('f').replace('arn:aws:', 'arn:aws-us-gov:').replaceAll('eu-west-1', 'us-gov-west-1'),
    },
    { ...aws, uri: 'arn:aws:apigateway:eu-west-1:s3:path/{bucket}/{key}', credentials: { Ref: 'Role' } },
    { ...aws, uri: { 'Fn::Sub': lambda('${Fn.Arn}') } },
    { ...http, requestTemplates: { 'application/x-www-form-urlencoded; charset=UTF-8': '' } },
  ])('%j is taken', (members) => {
    expect(integration(members).integration).toBeDefined()
  })

  it('refuses what is below a greedy variable, as CreateResource does', () => {
    expect(refusal(() => read({ paths: { '/{p+}/x': { get: {} } } })).message).toBe(
      "Errors found during import:\n\tUnable to create resource at path '/{p+}/x': Cannot create a child of a resource with a greedy path variable: {p+} (#/paths/~1{p+}~1x)",
    )
  })
})

describe('variables', () => {
  it('resolves those of Amazon anywhere in the text', () => {
    const uri = lambda('f')
      .replaceAll('arn:aws:', 'arn:${AWS::Partition}:')
      .replaceAll('eu-west-1', '${AWS::Region}')
      .replace('123456789012', '${AWS::AccountId}')
    const { method } = get({ 'x-amazon-apigateway-integration': { type: 'aws', httpMethod: 'POST', uri } })
    expect(method.methodIntegration!.uri).toBe(lambda('f'))
  })

  test.each([
    [{ 'Fn::Sub': 'a-${AWS::Region}-${Fn}' }, 'a-eu-west-1-${Fn}'],
    [{ 'Fn::Sub': ['${x}-${!y}', { x: { Ref: 'AWS::Region' } }] }, 'eu-west-1-${y}'],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'AWS::AccountId' }, 'b']] }, 'a/123456789012/b'],
    [{ 'Fn::GetAtt': ['Fn', 'Arn'] }, '${Fn.Arn}'],
    [{ Ref: 'Other' }, '${Other}'],
  ])("CloudFormation's %j", (template, expected) => {
    const requestTemplates = { 'application/json': template }
    const { method } = get({ 'x-amazon-apigateway-integration': { type: 'mock', requestTemplates } })
    expect(method.methodIntegration!.requestTemplates).toEqual({ 'application/json': expected })
  })

  it('reads the short forms of YAML', () => {
    const text = `openapi: 3.0.1
info: {title: x, version: "1"}
paths:
  /:
    get:
      x-amazon-apigateway-integration:
        type: http
        httpMethod: GET
        uri: !Sub "http://\${AWS::Region}"
        credentials: !GetAtt Role.Arn
        requestTemplates:
          application/json: !Join ["", ["a", !Ref "AWS::Region"]]
`
    const result = readOpenApi(text, readOptions())
    expect(methodOf(result, '/', 'GET').methodIntegration).toMatchObject({
      uri: 'http://eu-west-1',
      credentials: '${Role.Arn}',
      requestTemplates: { 'application/json': 'aeu-west-1' },
    })
  })
})

describe('security', () => {
  const securitySchemes = {
    token: {
      type: 'apiKey',
      name: 'Auth',
      in: 'header',
      'x-amazon-apigateway-authtype': 'oauth2',
      'x-amazon-apigateway-authorizer': {
        type: 'token',
        authorizerUri: lambda('t'),
        authorizerResultTtlInSeconds: '60',
      },
    },
    request: {
      type: 'apiKey',
      name: 'Unused',
      in: 'header',
      'x-amazon-apigateway-authorizer': {
        type: 'request',
        authorizerUri: lambda('r'),
        identitySource: 'method.request.header.A',
      },
    },
    cognito: {
      type: 'apiKey',
      name: 'Authorization',
      in: 'header',
      'x-amazon-apigateway-authorizer': { type: 'cognito_user_pools', providerARNs: [POOL] },
    },
    iam: { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
    key: { type: 'apiKey', name: 'X-API-Key', in: 'header' },
    basic: { type: 'http', scheme: 'basic' },
  }
  const secured = (security: unknown, members: object = {}, root: object = {}) =>
    get(
      { ...(security !== undefined && { security }), ...members },
      { components: { securitySchemes }, ...root },
    )

  it('makes authorizers of schemes, used or not', () => {
    const { definition, warnings } = secured([])
    expect(definition.authorizers.map(({ id: _, ...rest }) => rest)).toEqual([
      {
        name: 'token',
        type: 'TOKEN',
        authType: 'oauth2',
        authorizerUri: lambda('t'),
        identitySource: 'method.request.header.Auth',
        authorizerResultTtlInSeconds: 60,
      },
      {
        name: 'request',
        type: 'REQUEST',
        authType: 'custom',
        authorizerUri: lambda('r'),
        identitySource: 'method.request.header.A',
      },
      {
        name: 'cognito',
        type: 'COGNITO_USER_POOLS',
        authType: 'cognito_user_pools',
        providerARNs: [POOL],
        identitySource: 'method.request.header.Authorization',
      },
    ])
    expect(warnings).toEqual(["Unsupported security definition type 'http' for 'basic'. Ignoring."])
  })

  test.each([
    [[{ token: [] }], { authorizationType: 'CUSTOM', authorizerId: '000001', apiKeyRequired: false }],
    [
      [{ cognito: ['a', 'b'] }, { key: [] }],
      {
        authorizationType: 'COGNITO_USER_POOLS',
        authorizerId: '000003',
        authorizationScopes: ['a', 'b'],
        apiKeyRequired: true,
      },
    ],
    [[{ iam: [] }], { authorizationType: 'AWS_IAM', apiKeyRequired: false }],
    [[{ basic: [] }], { authorizationType: 'NONE', apiKeyRequired: false }],
    [[], { authorizationType: 'NONE', apiKeyRequired: false }],
  ])('%j', (security, expected) => {
    const { authorizationType, authorizerId, authorizationScopes, apiKeyRequired } = secured(security).method
    expect(
      JSON.parse(JSON.stringify({ authorizationType, authorizerId, authorizationScopes, apiKeyRequired })),
    ).toEqual(expected)
  })

  it.each([
    [{ type: 'token', authorizerUri: 'arn:t' }, 'Invalid Authorizer URI: arn:t. Authorizer URI should be'],
    [{ type: 'token', authorizerUri: lambda('t').replace('eu-west-1', '') }, 'Invalid Authorizer URI: '],
    [
      { type: 'token', authorizerUri: lambda('t'), authorizerResultTtlInSeconds: 3601 },
      'Authorizer result TTL',
    ],
    [{ type: 'request', authorizerUri: lambda('t'), identitySource: 'header.A' }, 'Invalid identity source'],
    [
      { type: 'cognito_user_pools', providerARNs: ['arn:p'] },
      'ProviderARNs need to be valid Cognito Userpools. Invalid ARNs-arn:p',
    ],
    [{ type: 'cognito_user_pools' }, 'Provider ARNs must be specified'],
  ])('refuses the authorizer %j as CreateAuthorizer does', (extension, words) => {
    const A = { type: 'apiKey', name: 'A', in: 'header', 'x-amazon-apigateway-authorizer': extension }
    expect(refusal(() => get({}, { components: { securitySchemes: { A } } })).message).toContain(
      `Errors found during import:\n\tUnable to create authorizer 'A': ${words}`,
    )
  })

  it('takes an authorizer straight from a template', () => {
    const A = {
      type: 'oauth2',
      'x-amazon-apigateway-authorizer': {
        type: 'cognito_user_pools',
        providerARNs: [{ 'Fn::GetAtt': ['Pool', 'Arn'] }],
      },
    }
    const { definition } = get({}, { components: { securitySchemes: { A } } })
    expect(definition.authorizers).toMatchObject([{ providerARNs: ['${Pool.Arn}'] }])
  })

  it.each([[{ token: [] }], ['token'], [['token']], [[{ token: [] }, null]]])(
    'makes no open method where the requirements are no list of objects: %j',
    (security) => {
      const why = (where: string) =>
        `Errors found during import:\n\tSecurity requirements must be a list of objects (${where})`
      expect(refusal(() => secured(security)).message).toContain(why('#/paths/~1/get/security'))
      expect(refusal(() => secured(undefined, {}, { security })).message).toContain(why('#/security'))
    },
  )

  it.each([
    [
      { 'x-amazon-apigateway-authtype': 'custom' },
      "Unable to create authorizer from security definition: 'J'. Extension x-amazon-apigateway-authorizer is required. Any methods with security: 'J' will not be created. If this security definition is not a custom authorizer, remove the x-amazon-apigateway-authtype extension and it will be ignored.",
    ],
    [
      { 'x-amazon-apigateway-authorizer': { type: 'magic' } },
      "Unsupported authorizer type 'magic' for 'J'. Any methods with security: 'J' will not be created.",
    ],
  ])('makes no open method where an authorizer cannot be made: %j', (members, warning) => {
    const J = { type: 'apiKey', name: 'A', in: 'header', ...members }
    const item = { get: { security: [{ J: [] }] }, post: {} }
    const { definition, warnings } = read({ paths: { '/': item }, components: { securitySchemes: { J } } })
    expect(Object.keys(definition.resources[0]!.resourceMethods!)).toEqual(['POST'])
    expect(warnings).toEqual([warning])
  })

  it("takes an HTTP API's JWT authorizer, beyond Amazon", () => {
    const jwt = {
      type: 'openIdConnect',
      openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration',
      'x-amazon-apigateway-authorizer': {
        type: 'jwt',
        jwtConfiguration: { audience: ['me'] },
        identitySource: '$request.header.Token',
      },
    }
    const root = { components: { securitySchemes: { jwt } } }
    const result = get({ security: [{ jwt: ['read'] }] }, root, { oidcAuthorizers: true })
    expect(result.definition.authorizers).toMatchObject([
      {
        type: 'TOKEN',
        identitySource: 'method.request.header.Token',
        jwt: { issuer: 'https://issuer.example', audience: ['me'] },
      },
    ])
    expect(result.method).toMatchObject({ authorizationType: 'CUSTOM', authorizationScopes: ['read'] })
  })

  it.each([
    [{ issuer: 'https://issuer.example' }],
    [{ audience: ['me'] }],
    [{ issuer: 'issuer.example', audience: ['me'] }],
    [{ issuer: 'https://issuer.example', audience: [] }],
    [{ issuer: 'https://issuer.example', audience: 'me' }],
    [{ issuer: 'https://issuer.example', audience: ['me'], jwksUri: 'https://issuer.example/keys' }],
    ['https://issuer.example'],
    [null],
  ])('refuses x-edgeway-jwt: %j', (jwt) => {
    const authorizer = { type: 'token', 'x-edgeway-jwt': jwt }
    const scheme = { type: 'apiKey', name: 'Authorization', in: 'header' }
    const root = (own: object) => ({
      components: { securitySchemes: { s: { ...scheme, 'x-amazon-apigateway-authorizer': own } } },
    })
    const whole = { issuer: 'https://issuer.example', audience: ['me'] }
    expect(refusal(() => get({}, root(authorizer), { oidcAuthorizers: true })).message).toContain(
      'A JWT authorizer needs an issuer (a URL) and an audience (a list of one text or more), and takes no other members',
    )
    const good = get({}, root({ ...authorizer, 'x-edgeway-jwt': whole }), { oidcAuthorizers: true })
    expect(good.definition.authorizers).toMatchObject([{ type: 'TOKEN', jwt: whole }])
    expect(refusal(() => get({}, root({ ...authorizer, 'x-edgeway-jwt': whole }))).message).toContain(
      'EDGEWAY_OIDC_AUTHORIZERS=true',
    )
  })

  it('takes what the document requires where a method says nothing (recorded)', () => {
    expect(secured(undefined, {}, { security: [{ token: [] }] }).method.authorizationType).toBe('CUSTOM')
    expect(secured([], {}, { security: [{ token: [] }] }).method.authorizationType).toBe('NONE')
  })

  it('lets x-amazon-apigateway-auth decide', () => {
    const auth = { 'x-amazon-apigateway-auth': { type: 'aws_iam' } }
    expect(secured([{ token: [] }], auth).method).toMatchObject({
      authorizationType: 'AWS_IAM',
      apiKeyRequired: false,
    })
    expect(secured([{ token: [] }], auth).method.authorizerId).toBeUndefined()
  })
})

describe('the API as a whole', () => {
  it('takes every extension at the root', () => {
    const { definition } = read({
      info: { title: 't', description: 'd', version: 2 },
      servers: [
        {
          url: '/',
          'x-amazon-apigateway-endpoint-configuration': {
            vpcEndpointIds: ['vpce-1'],
            disableExecuteApiEndpoint: true,
          },
        },
      ],
      tags: [{ name: 'Owner', 'x-amazon-apigateway-tag-value': 'me' }, { name: 'plain' }],
      'x-amazon-apigateway-binary-media-types': ['image/png'],
      'x-amazon-apigateway-minimum-compression-size': 10,
      'x-amazon-apigateway-api-key-source': 'authorizer',
      'x-amazon-apigateway-policy': { Version: '2012-10-17', Statement: [{ Resource: ['execute-api:/*'] }] },
      'x-amazon-apigateway-request-validators': {
        all: { validateRequestBody: true, validateRequestParameters: true },
      },
      'x-amazon-apigateway-gateway-responses': {
        DEFAULT_4XX: { statusCode: 404, responseTemplates: { a: 'b' } },
      },
    })
    const { rootResourceId: _, ...restApi } = definition.restApi
    expect(restApi).toEqual({
      name: 't',
      description: 'd',
      version: '2',
      binaryMediaTypes: ['image/png'],
      minimumCompressionSize: 10,
      apiKeySource: 'AUTHORIZER',
      endpointConfiguration: { types: ['PRIVATE'], ipAddressType: 'dualstack', vpcEndpointIds: ['vpce-1'] },
      disableExecuteApiEndpoint: true,
      tags: { Owner: 'me' },
      policy:
        '{"Version":"2012-10-17","Statement":[{"Resource":["arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/*"]}]}',
    })
    expect(definition.requestValidators).toMatchObject([
      { name: 'all', validateRequestBody: true, validateRequestParameters: true },
    ])
    expect(definition.gatewayResponses).toEqual([
      { responseType: 'DEFAULT_4XX', statusCode: '404', responseTemplates: { a: 'b' } },
    ])
  })

  it('has one validator for all methods, and another where one says so', () => {
    const root = {
      'x-amazon-apigateway-request-validators': { a: {}, b: {} },
      'x-amazon-apigateway-request-validator': 'a',
    }
    expect(get({}, root).method.requestValidatorId).toBe('000001')
    expect(get({ 'x-amazon-apigateway-request-validator': 'b' }, root).method.requestValidatorId).toBe(
      '000002',
    )
    expect(get({ 'x-amazon-apigateway-request-validator': 'c' }, root).warnings).toHaveLength(1)
  })

  it('keeps a version as it is written', () => {
    const yaml = (version: string) =>
      readOpenApi(`openapi: 3.0.0\ninfo:\n  title: t\n  version: ${version}\npaths: {}\n`, readOptions())
    expect(yaml('1.0').definition.restApi.version).toBe('1.0')
    expect(yaml("'1.0'").definition.restApi.version).toBe('1.0')
    expect(yaml('2020-01-01').definition.restApi.version).toBe('2020-01-01')
  })

  test.each([
    [{ 'x-amazon-apigateway-minimum-compression-size': 'much' }, /Invalid minimum compression size/],
    [{ 'x-amazon-apigateway-api-key-source': 'COOKIE' }, /Invalid API Key Source/],
    [{ 'x-amazon-apigateway-policy': 'nonsense' }, /Invalid policy document/],
    [
      { 'x-amazon-apigateway-gateway-responses': { DEFAULT_4XX: { statusCode: 'x' } } },
      /Invalid status code/,
    ],
    [
      {
        'x-amazon-apigateway-gateway-responses': {
          DEFAULT_4XX: { responseParameters: { 'method.response.header.A': "'a'" } },
        },
      },
      /Invalid mapping expression specified: method\.response\.header\.A\]/,
    ],
  ])('refuses %j', (root, words) => {
    const { message } = refusal(() => read(root))
    expect(message).toMatch(words)
    expect(message).toMatch(/\(#\/x-amazon-apigateway-[a-z/A-Z_0-9-]+\)$/)
  })
})

describe('documentation', () => {
  const parts = ({ definition }: Read) => definition.documentationParts.map(({ id: _, ...part }) => part)

  it('takes the parts of the extension, with the defaults of their locations (recorded)', () => {
    const documentationParts = [
      { location: { type: 'API' }, properties: { description: 'a' } },
      { location: { type: 'METHOD', method: 'GET' }, properties: { description: 'm' } },
      { location: { type: 'MODEL', name: 'Empty' }, properties: { title: 't' } },
      { location: { type: 'RESPONSE', method: 'GET', statusCode: '200' }, properties: {} },
      { location: { type: 'NONSENSE' }, properties: {} },
    ]
    const root = { 'x-amazon-apigateway-documentation': { version: '1', documentationParts } }
    const result = get({ description: 'not taken' }, root)
    expect(parts(result)).toEqual([
      { location: { type: 'API' }, properties: '{"description":"a"}' },
      { location: { type: 'METHOD', path: '/', method: 'GET' }, properties: '{"description":"m"}' },
      { location: { type: 'MODEL', name: 'Empty' }, properties: '{"title":"t"}' },
      { location: { type: 'RESPONSE', path: '/', method: 'GET', statusCode: '200' }, properties: '{}' },
    ])
    expect(result.warnings).toHaveLength(1)
    expect(parts(get({}, root, { ignore: 'documentation' }))).toEqual([])
  })

  it('makes parts of what the definition describes, where it has no parts', () => {
    const result = get({
      tags: ['pets'],
      summary: 's',
      parameters: [{ name: 'q', in: 'query', description: 'p' }],
      responses: {
        200: { description: '200 response' },
        400: { description: 'bad', headers: { A: { description: 'h' } } },
      },
    })
    const place = { path: '/', method: 'GET' }
    expect(parts(result)).toEqual([
      { location: { type: 'METHOD', ...place }, properties: '{"tags":["pets"],"summary":"s"}' },
      { location: { type: 'QUERY_PARAMETER', ...place, name: 'q' }, properties: '{"description":"p"}' },
      { location: { type: 'RESPONSE', ...place, statusCode: '400' }, properties: '{"description":"bad"}' },
      {
        location: { type: 'RESPONSE_HEADER', ...place, statusCode: '400', name: 'A' },
        properties: '{"description":"h"}',
      },
    ])
  })
})
