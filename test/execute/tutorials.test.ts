/**
 * What the developer guide's tutorials build, from OpenAPI definitions of the same shape: HTTP proxy and custom integration of a
 * pet store, a calculator behind Lambda templates, Lambda proxy, CORS by MOCK, binary images, request validation.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiDefinition } from '../../src/core/documents.ts'
import { readOpenApi } from '../../src/core/openapi/read.ts'
import { type Backends, startBackends } from './backends.ts'
import { startGateway, type TestGateway } from './gateway.ts'
import { type LambdaServer, lambdaUri, startLambda } from './lambda.ts'

let back: Backends
let lambda: LambdaServer
let gateway: TestGateway

const parameter = (name: string, place: string, required = false) => ({
  name,
  in: place,
  required,
  type: 'string',
})
const X = 'x-amazon-apigateway-integration'

function definition(): ApiDefinition {
  const calculator = {
    type: 'aws',
    httpMethod: 'POST',
    uri: lambdaUri('calculate'),
    passthroughBehavior: 'when_no_match',
    responses: {
      default: {
        statusCode: '200',
        responseTemplates: {
          'application/json':
            '#set($root = $input.path("$"))\n{"input":{"a":$root.a,"b":$root.b,"op":"$root.op"},"output":{"c":$root.c}}',
        },
      },
      '.*Invalid Input.*': {
        statusCode: '400',
        responseTemplates: { 'application/json': '{"error":"$input.path(\'$.errorMessage\')"}' },
      },
    },
  }
  const text = JSON.stringify({
    swagger: '2.0',
    info: { title: 'tutorials', version: '1' },
    'x-amazon-apigateway-binary-media-types': ['image/png'],
    'x-amazon-apigateway-request-validators': {
      all: { validateRequestBody: true, validateRequestParameters: true },
      'params-only': { validateRequestBody: false, validateRequestParameters: true },
    },
    definitions: {
      Pet: {
        type: 'object',
        required: ['type', 'price'],
        properties: {
          type: { type: 'string', enum: ['dog', 'cat', 'fish'] },
          price: { type: 'number', minimum: 25, maximum: 500 },
        },
      },
    },
    paths: {
      '/petstore/{proxy+}': {
        'x-amazon-apigateway-any-method': {
          parameters: [parameter('proxy', 'path', true)],
          responses: {},
          [X]: {
            type: 'http_proxy',
            httpMethod: 'ANY',
            uri: `${back.http}/echo/{proxy}`,
            requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
          },
        },
      },
      '/pets': {
        get: {
          parameters: [parameter('type', 'query'), parameter('page', 'query')],
          responses: {
            200: { description: 'pets', headers: { 'Access-Control-Allow-Origin': { type: 'string' } } },
          },
          [X]: {
            type: 'http',
            httpMethod: 'GET',
            uri: `${back.http}/echo/pets`,
            requestParameters: {
              'integration.request.querystring.type': 'method.request.querystring.type',
              'integration.request.querystring.page': 'method.request.querystring.page',
            },
            responses: {
              default: {
                statusCode: '200',
                responseParameters: { 'method.response.header.Access-Control-Allow-Origin': "'*'" },
                responseTemplates: { 'application/json': '{"asked":"$input.path(\'$.target\')"}' },
              },
            },
          },
        },
        post: {
          parameters: [{ in: 'body', name: 'Pet', required: true, schema: { $ref: '#/definitions/Pet' } }],
          'x-amazon-apigateway-request-validator': 'all',
          responses: { 200: { description: 'made' } },
          [X]: {
            type: 'http',
            httpMethod: 'POST',
            uri: `${back.http}/echo/pets`,
            responses: { default: { statusCode: '200' } },
          },
        },
        options: {
          responses: {
            200: {
              description: 'cors',
              headers: Object.fromEntries(
                ['Methods', 'Headers', 'Origin'].map((name) => [
                  `Access-Control-Allow-${name}`,
                  { type: 'string' },
                ]),
              ),
            },
          },
          [X]: {
            type: 'mock',
            requestTemplates: { 'application/json': '{"statusCode": 200}' },
            responses: {
              default: {
                statusCode: '200',
                responseParameters: {
                  'method.response.header.Access-Control-Allow-Methods': "'GET,POST,OPTIONS'",
                  'method.response.header.Access-Control-Allow-Headers':
                    "'Content-Type,X-Amz-Date,Authorization,X-Api-Key'",
                  'method.response.header.Access-Control-Allow-Origin': "'*'",
                },
              },
            },
          },
        },
      },
      '/validated': {
        get: {
          parameters: [parameter('q1', 'query', true)],
          'x-amazon-apigateway-request-validator': 'params-only',
          responses: {},
          [X]: { type: 'http_proxy', httpMethod: 'GET', uri: `${back.http}/echo` },
        },
      },
      '/calculator': {
        get: {
          parameters: [parameter('a', 'query'), parameter('b', 'query'), parameter('op', 'query')],
          responses: { 200: { description: 'result' }, 400: { description: 'no' } },
          [X]: {
            ...calculator,
            requestTemplates: {
              'application/json':
                '{"a":$input.params(\'a\'),"b":$input.params(\'b\'),"op":"$input.params(\'op\')"}',
            },
            passthroughBehavior: 'when_no_templates',
          },
        },
        post: { responses: { 200: { description: 'result' }, 400: { description: 'no' } }, [X]: calculator },
      },
      '/hello': {
        'x-amazon-apigateway-any-method': {
          responses: {},
          [X]: { type: 'aws_proxy', httpMethod: 'POST', uri: lambdaUri('hello') },
        },
      },
      '/image': {
        get: {
          responses: { 200: { description: 'image' } },
          [X]: {
            type: 'aws',
            httpMethod: 'POST',
            uri: lambdaUri('image'),
            responses: { default: { statusCode: '200', contentHandling: 'CONVERT_TO_BINARY' } },
          },
        },
        put: {
          responses: { 200: { description: 'image' } },
          [X]: {
            type: 'aws',
            httpMethod: 'POST',
            uri: lambdaUri('size'),
            contentHandling: 'CONVERT_TO_TEXT',
            requestTemplates: { 'image/png': '{"data":"$input.body"}' },
            responses: { default: { statusCode: '200' } },
          },
        },
      },
    },
  })
  let ids = 0
  const { definition, warnings } = readOpenApi(text, {
    restApiId: 'abc123',
    region: 'us-east-1',
    accountId: '000000000000',
    maxTimeoutMs: 29_000,
    newId: (length) => String(ids++).padStart(length, '0'),
  })
  expect(warnings).toEqual([])
  const { restApi } = definition
  return {
    ...definition,
    restApi: {
      id: 'abc123',
      createdDate: 0,
      apiKeySource: 'HEADER',
      endpointConfiguration: { types: ['REGIONAL'] },
      disableExecuteApiEndpoint: false,
      rootResourceId: 'root',
      ...restApi,
    } as ApiDefinition['restApi'],
  }
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47])

beforeAll(async () => {
  back = await startBackends()
  lambda = await startLambda({
    calculate: ({ a, b, op }: { a?: number; b?: number; op: string }) => {
      if (typeof a !== 'number' || typeof b !== 'number') throw new Error('400 Invalid Input')
      return { a, b, op, c: op === 'add' ? a + b : a * b }
    },
    hello: ({ queryStringParameters }: { queryStringParameters: { name?: string } | null }) => ({
      statusCode: 200,
      headers: { 'x-custom-header': 'my custom header value' },
      body: JSON.stringify({ message: `Good day, ${queryStringParameters?.name ?? 'World'}` }),
    }),
    image: () => PNG.toString('base64'),
    size: ({ data }: { data: string }) => ({ bytes: Buffer.from(data, 'base64').length }),
  })
  gateway = await startGateway(definition(), { settings: { endpoints: { LAMBDA: lambda.url } } })
})
afterAll(async () => {
  await gateway.stop()
  await lambda.stop()
  await back.stop()
})

const json = { 'Content-Type': 'application/json' }

test('HTTP proxy', async () => {
  const answer = await gateway.call('GET', '/dev/petstore/pets?type=fish')
  expect([answer.status, (answer.json() as { target: string }).target]).toEqual([200, '/echo/pets?type=fish'])
})

test('HTTP custom integration', async () => {
  const answer = await gateway.call('GET', '/dev/pets?type=cat&page=2&other=1')
  expect([answer.status, answer.text, answer.header('access-control-allow-origin')]).toEqual([
    200,
    '{"asked":"/echo/pets?type=cat&page=2"}',
    '*',
  ])
})

test('CORS', async () => {
  const answer = await gateway.call('OPTIONS', '/dev/pets')
  expect([answer.status, answer.header('access-control-allow-methods')]).toEqual([200, 'GET,POST,OPTIONS'])
})

test('request validation', async () => {
  const post = async (pet: object) => {
    const { status, text } = await gateway.call('POST', '/dev/pets', {
      headers: json,
      body: JSON.stringify(pet),
    })
    return [status, status === 200 ? 'passed' : text]
  }
  expect(await post({ type: 'dog', price: 250 })).toEqual([200, 'passed'])
  expect(await post({ type: 'horse', price: 250 })).toEqual([400, '{"message": "Invalid request body"}'])
  expect(await post({ type: 'dog', price: 1 })).toEqual([400, '{"message": "Invalid request body"}'])
  const missing = await gateway.call('GET', '/dev/validated')
  expect([missing.status, missing.text]).toEqual([
    400,
    '{"message": "Missing required request parameters: [q1]"}',
  ])
  expect((await gateway.call('GET', '/dev/validated?q1=x')).status).toBe(200)
})

test('the calculator: Lambda custom integration', async () => {
  const query = await gateway.call('GET', '/dev/calculator?a=2&b=3&op=add')
  expect(query.json()).toEqual({ input: { a: 2, b: 3, op: 'add' }, output: { c: 5 } })
  const body = await gateway.call('POST', '/dev/calculator', {
    headers: json,
    body: '{"a":2,"b":3,"op":"mul"}',
  })
  expect(body.json()).toEqual({ input: { a: 2, b: 3, op: 'mul' }, output: { c: 6 } })
  const bad = await gateway.call('POST', '/dev/calculator', { headers: json, body: '{}' })
  expect([bad.status, bad.text]).toEqual([400, '{"error":"400 Invalid Input"}'])
})

test('Lambda proxy', async () => {
  const answer = await gateway.call('GET', '/dev/hello?name=Ann')
  expect([answer.json(), answer.header('x-custom-header')]).toEqual([
    { message: 'Good day, Ann' },
    'my custom header value',
  ])
})

test('binary images', async () => {
  const get = await gateway.call('GET', '/dev/image', { headers: { Accept: 'image/png' } })
  expect([get.status, get.body]).toEqual([200, PNG])
  const put = await gateway.call('PUT', '/dev/image', { headers: { 'Content-Type': 'image/png' }, body: PNG })
  expect([put.status, put.text]).toEqual([200, '{"bytes":4}'])
})
