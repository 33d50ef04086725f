import { describe, expect, it, test } from 'vitest'
import type { ApiDefinition, DocumentationPart } from '../../../src/core/documents.ts'
import { type WriteOptions, writeOpenApi } from '../../../src/core/openapi/write.ts'

/** An API as CreateRestApi and PutMethod make it. */
const api: ApiDefinition = {
  restApi: {
    id: 'abcdefghij',
    name: 'pets',
    description: 'All pets',
    createdDate: 1_700_000_000,
    apiKeySource: 'HEADER',
    endpointConfiguration: { types: ['EDGE'] },
    disableExecuteApiEndpoint: false,
    binaryMediaTypes: ['image/png'],
    rootResourceId: 'root',
  },
  resources: [
    { id: 'root', path: '/' },
    {
      id: 'pets01',
      parentId: 'root',
      pathPart: '{id}',
      path: '/{id}',
      resourceMethods: {
        POST: {
          httpMethod: 'POST',
          authorizationType: 'CUSTOM',
          authorizerId: 'auth01',
          apiKeyRequired: true,
          requestValidatorId: 'valid1',
          operationName: 'putPet',
          requestParameters: { 'method.request.path.id': true, 'method.request.querystring.q': false },
          requestModels: { 'application/json': 'Pet' },
          methodResponses: {
            200: {
              statusCode: '200',
              responseModels: { 'application/json': 'Pet' },
              responseParameters: { 'method.response.header.A': false },
            },
          },
          methodIntegration: {
            type: 'HTTP',
            httpMethod: 'PUT',
            uri: 'http://a',
            connectionType: 'INTERNET',
            passthroughBehavior: 'WHEN_NO_MATCH',
            timeoutInMillis: 29000,
            cacheNamespace: 'pets01',
            cacheKeyParameters: [],
            integrationResponses: {
              200: { statusCode: '200', responseTemplates: { 'application/xml': 'x' } },
            },
          },
        },
        ANY: { httpMethod: 'ANY', authorizationType: 'AWS_IAM', apiKeyRequired: false },
      },
    },
  ],
  models: [
    {
      id: 'model1',
      name: 'Pet',
      contentType: 'application/json',
      schema:
        '{"title":"A pet","type":"object","properties":{"next":{"$ref":"https://apigateway.amazonaws.com/restapis/abcdefghij/models/Pet"}}}',
    },
  ],
  requestValidators: [
    { id: 'valid1', name: 'all', validateRequestBody: true, validateRequestParameters: false },
  ],
  authorizers: [
    {
      id: 'auth01',
      name: 'lambda',
      type: 'REQUEST',
      authType: 'custom',
      authorizerUri: 'arn:a',
      identitySource: 'method.request.header.A,method.request.querystring.b',
      authorizerResultTtlInSeconds: 0,
    },
  ],
  gatewayResponses: [{ responseType: 'DEFAULT_4XX', statusCode: '418' }],
  documentationParts: [],
}

const write = (over: Partial<WriteOptions> & { with?: string[] } = {}) =>
  writeOpenApi(api, {
    exportType: 'oas30',
    accepts: 'application/json',
    stage: 'prod',
    host: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
    region: 'us-east-1',
    ...over,
    extensions: new Set(over.with),
  })

describe('an export', () => {
  it('of OpenAPI 3.0 in the layout of Amazon', () => {
    expect(write().body).toBe(`{
  "openapi" : "3.0.1",
  "info" : {
    "title" : "pets",
    "description" : "All pets",
    "version" : "2023-11-14T22:13:20Z"
  },
  "servers" : [ {
    "url" : "https://abcdefghij.execute-api.us-east-1.amazonaws.com/{basePath}",
    "variables" : {
      "basePath" : {
        "default" : "prod"
      }
    }
  } ],
  "paths" : {
    "/{id}" : {
      "post" : {
        "operationId" : "putPet",
        "parameters" : [ {
          "name" : "id",
          "in" : "path",
          "required" : true,
          "schema" : {
            "type" : "string"
          }
        }, {
          "name" : "q",
          "in" : "query",
          "schema" : {
            "type" : "string"
          }
        } ],
        "requestBody" : {
          "content" : {
            "application/json" : {
              "schema" : {
                "$ref" : "#/components/schemas/Pet"
              }
            }
          },
          "required" : true
        },
        "responses" : {
          "200" : {
            "description" : "200 response",
            "headers" : {
              "A" : {
                "schema" : {
                  "type" : "string"
                }
              }
            },
            "content" : {
              "application/json" : {
                "schema" : {
                  "$ref" : "#/components/schemas/Pet"
                }
              }
            }
          }
        },
        "security" : [ {
          "lambda" : [ ]
        }, {
          "api_key" : [ ]
        } ]
      },
      "x-amazon-apigateway-any-method" : {
        "parameters" : [ {
          "name" : "id",
          "in" : "path",
          "required" : true,
          "schema" : {
            "type" : "string"
          }
        } ],
        "responses" : { },
        "security" : [ {
          "sigv4" : [ ]
        } ]
      }
    }
  },
  "components" : {
    "schemas" : {
      "Pet" : {
        "title" : "A pet",
        "type" : "object",
        "properties" : {
          "next" : {
            "$ref" : "#/components/schemas/Pet"
          }
        }
      }
    },
    "securitySchemes" : {
      "lambda" : {
        "type" : "apiKey",
        "name" : "Unused",
        "in" : "header"
      },
      "sigv4" : {
        "type" : "apiKey",
        "name" : "Authorization",
        "in" : "header"
      },
      "api_key" : {
        "type" : "apiKey",
        "name" : "x-api-key",
        "in" : "header"
      }
    }
  }
}`)
  })

  it('of Swagger in the layout of Amazon', () => {
    const document = JSON.parse(write({ exportType: 'swagger' }).body)
    expect(Object.keys(document)).toEqual([
      'swagger',
      'info',
      'host',
      'basePath',
      'schemes',
      'paths',
      'securityDefinitions',
      'definitions',
    ])
    expect(document).toMatchObject({
      host: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
      basePath: '/prod',
    })
    expect(document.paths['/{id}'].post).toMatchObject({
      consumes: ['application/json'],
      produces: ['application/json', 'application/xml'],
      parameters: [
        { name: 'id', in: 'path', required: true, type: 'string' },
        { name: 'q', in: 'query', required: false, type: 'string' },
        { in: 'body', name: 'Pet', required: true, schema: { $ref: '#/definitions/Pet' } },
      ],
    })
    expect(JSON.stringify(document.definitions.Pet)).toMatch(
      /^\{"type":"object","properties":.*,"title":"A pet"\}$/,
    )
  })

  test.each([
    [['integrations'], { integration: true }],
    [['authorizers'], { authorizer: true }],
    [['apigateway'], { integration: true, authorizer: true, validator: true, root: true }],
    [['integrations', 'authorizers'], { integration: true, authorizer: true }],
    [[], {}],
  ])('extensions=%s', (extensions, expected) => {
    const document = JSON.parse(write({ with: extensions }).body)
    const post = document.paths['/{id}'].post
    expect({
      integration: 'x-amazon-apigateway-integration' in post,
      authorizer: 'x-amazon-apigateway-authorizer' in document.components.securitySchemes.lambda,
      validator: 'x-amazon-apigateway-request-validator' in post,
      root: 'x-amazon-apigateway-binary-media-types' in document,
    }).toEqual({ integration: false, authorizer: false, validator: false, root: false, ...expected })
  })

  it('leaves out of an integration what an import puts there', () => {
    const document = JSON.parse(write({ with: ['integrations'] }).body)
    expect(document.paths['/{id}'].post['x-amazon-apigateway-integration']).toEqual({
      type: 'http',
      httpMethod: 'PUT',
      uri: 'http://a',
      responses: { default: { statusCode: '200', responseTemplates: { 'application/xml': 'x' } } },
      passthroughBehavior: 'when_no_match',
    })
  })

  it('signs for Postman what asks for IAM', () => {
    const document = JSON.parse(write({ with: ['postman'] }).body)
    const paths = document.paths['/{id}']
    expect(paths['x-amazon-apigateway-any-method']['x-postman-meta'].currentHelper).toBe('awsSigV4')
    expect(paths.post).not.toHaveProperty('x-postman-meta')
  })

  it('is named by its type and version, in JSON or YAML', () => {
    expect(write()).toMatchObject({
      contentType: 'application/octet-stream',
      contentDisposition: 'attachment; filename="oas30_2023-11-14T22:13:20Z.json"',
    })
    const yaml = write({ accepts: 'application/yaml', exportType: 'swagger' })
    expect(yaml.contentDisposition).toBe('attachment; filename="swagger_2023-11-14T22:13:20Z.yaml"')
    expect(yaml.body).toMatch(/^---\nswagger: "2.0"\ninfo:\n {2}description: "All pets"\n/)
    expect(yaml.body).toContain('schemes:\n- "https"\n')
    expect(() => write({ exportType: 'raml' as 'oas30' })).toThrow("No API exporter for type 'raml'")
    expect(() => write({ accepts: 'text/html' })).toThrow('Unsupported media type')
  })
})

describe('documentation in an export', () => {
  const part = (location: DocumentationPart['location'], properties: object): DocumentationPart => ({
    id: '1',
    location,
    properties: JSON.stringify(properties),
  })
  const parts = [
    part({ type: 'API' }, { foo: 1, 'x-bar': 'root', info: { description: 'about', 'x-bar': 'info' } }),
    part({ type: 'METHOD', path: '/', method: '*' }, { description: 'inherited', foo: 1 }),
    part(
      { type: 'METHOD', path: '/{id}', method: 'POST' },
      { summary: 'own', 'x-amazon-apigateway-auth': { type: 'NONE' } },
    ),
    part({ type: 'RESPONSE', path: '/', method: '*', statusCode: '200' }, { description: 'any 200' }),
    part(
      { type: 'RESPONSE_HEADER', path: '/{id}', method: 'POST', statusCode: '*', name: 'A' },
      { description: 'head' },
    ),
    part({ type: 'QUERY_PARAMETER', path: '/', method: 'POST', name: 'q' }, { description: 'query' }),
    part({ type: 'REQUEST_BODY', path: '/{id}', method: 'POST' }, { description: 'body' }),
    part({ type: 'MODEL', name: 'Pet' }, { description: 'model', title: 'not over its own' }),
    part({ type: 'AUTHORIZER', name: 'lambda' }, { description: 'auth' }),
  ]
  const documentation = { version: '1.0', createdDate: 1_700_000_000, parts }

  it('stands where OpenAPI has a place for it, inherited from above', () => {
    const document = JSON.parse(write({ documentation }).body)
    const { post, 'x-amazon-apigateway-any-method': any } = document.paths['/{id}']
    expect(document.info).toMatchObject({ description: 'about', 'x-bar': 'info' })
    expect(document['x-bar']).toBe('root')
    expect(document).not.toHaveProperty('foo')
    expect(post.summary).toBe('own')
    expect(post).not.toHaveProperty('x-amazon-apigateway-auth')
    expect(any.description).toBe('inherited')
    expect(post.responses['200'].description).toBe('any 200')
    expect(post.responses['200'].headers.A.description).toBe('head')
    expect(post.parameters[1].description).toBe('query')
    expect(post.requestBody.description).toBe('body')
    expect(document.components.schemas.Pet).toMatchObject({ description: 'model', title: 'A pet' })
    expect(document.components.securitySchemes.lambda.description).toBe('auth')
    expect(document).not.toHaveProperty('x-amazon-apigateway-documentation')
  })

  it('is itself exported on demand', () => {
    const document = JSON.parse(write({ documentation, with: ['documentation'] }).body)
    const extension = document['x-amazon-apigateway-documentation']
    expect(extension).toMatchObject({ version: '1.0', createdDate: '2023-11-14T22:13:20Z' })
    expect(extension.documentationParts).toHaveLength(parts.length)
    expect(extension.documentationParts[1]).toEqual({
      location: { type: 'METHOD', method: '*' },
      properties: { description: 'inherited', foo: 1 },
    })
  })
})
