import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiDefinition } from '../../src/core/documents.ts'
import { aws } from './aws-integration.ts'
import { type Backends, startBackends } from './backends.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'
import { type LambdaServer, lambdaUri, startLambda } from './lambda.ts'

let back: Backends
let lambda: LambdaServer
let gateway: TestGateway
let definition: ApiDefinition

beforeAll(async () => {
  back = await startBackends()
  lambda = await startLambda({
    echo: (event) => ({ statusCode: 200, body: JSON.stringify(event) }),
    sparse: () => ({ statusCode: 201, body: 'made' }),
    odd: () => ({ made: true }),
  })
  definition = definitionOf({
    '/pets/{id}': {
      GET: {
        authorizationType: 'AWS_IAM',
        apiKeyRequired: true,
        integration: {
          type: 'HTTP',
          httpMethod: 'POST',
          uri: `${back.http}/say/{id}`,
          requestParameters: {
            'integration.request.path.id': 'method.request.path.id',
            'integration.request.header.X-Q': 'method.request.querystring.q',
            'integration.request.querystring.body': '\'{"ok":true}\'',
          },
          requestTemplates: { 'application/json': '{"id":"$input.params(\'id\')","stage":"$context.stage"}' },
          integrationResponses: {
            200: { statusCode: '200', responseTemplates: { 'application/json': 'got $input.json("$.ok")' } },
          },
        },
      },
      POST: { integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: lambdaUri('echo') } },
      PUT: {
        integration: {
          type: 'MOCK',
          requestTemplates: { 'application/json': '{"statusCode": 200}' },
          integrationResponses: {
            200: {
              statusCode: '200',
              responseParameters: { 'method.response.header.X-Colour': 'stageVariables.colour' },
              responseTemplates: { 'application/json': '$input.json("$")' },
            },
          },
        },
      },
      HEAD: {
        integration: { type: 'HTTP_PROXY', httpMethod: 'ANY', uri: 'https://${stageVariables.host}' },
      },
      DELETE: {
        integration: { type: 'HTTP', httpMethod: 'GET', uri: `${back.http}/x`, integrationResponses: {} },
      },
    },
    '/functions': {
      GET: { integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: lambdaUri('sparse') } },
      PUT: { integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: lambdaUri('odd') } },
    },
    '/services': {
      GET: {
        integration: aws('dynamodb:action/Scan', { integrationResponses: { 200: { statusCode: '200' } } }),
      },
      PUT: {
        integration: aws('s3:path/b/{key}?acl', {
          requestParameters: {
            'integration.request.path.key': "'k'",
            'integration.request.querystring.x': "'1'",
          },
        }),
      },
    },
  })
  gateway = await startGateway(definition, {
    settings: { endpoints: { LAMBDA: lambda.url, '': `${back.http}/say` } },
  })
})
afterAll(async () => {
  await gateway.stop()
  await back.stop()
  await lambda.stop()
})

const invoke = (httpMethod: string, more: object = {}) =>
  gateway.execute.testInvoker.testInvokeMethod({
    definition,
    region: 'us-east-1',
    resourceId: 'res0',
    httpMethod,
    ...more,
  })

/** The log without its dates, ids and times. */
const lines = (log: string) =>
  log
    .replace(/^\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4} : /gm, '')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/latency: \d+ ms/, 'latency: <n> ms')
    .replace(/Root=[^,}]+/g, '<trace>')

test('the log of an HTTP integration, line by line', async () => {
  const answer = await invoke('GET', { pathWithQueryString: '/pets/7?q=1', headers: { 'X-A': 'a' } })
  expect([answer.status, answer.body]).toEqual([200, 'got true'])
  expect(answer.headers).toMatchObject({
    'Content-Type': 'application/json',
    'X-Amzn-Trace-Id': expect.any(String),
  })
  expect(answer.multiValueHeaders['Content-Type']).toEqual(['application/json'])
  expect(answer.log).toMatch(
    /^Execution log for request [0-9a-f-]{36}\n\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4} : Starting execution/,
  )
  const log = lines(answer.log).split('\n')
  const back14 = log.findIndex((line) => line.startsWith('Endpoint response headers: '))
  expect(log[back14]).toMatch(/content-type=application\/json/i)
  log.splice(back14, 1)
  expect(log).toEqual([
    'Execution log for request <id>',
    'Starting execution for request: <id>',
    'HTTP Method: GET, Resource Path: /pets/7',
    'Method request path: {id=7}',
    'Method request query string: {q=1}',
    'Method request headers: {X-A=a}',
    'Method request body before transformations: ',
    `Endpoint request URI: ${back.http}/say/7?body=%7B%22ok%22%3Atrue%7D`,
    'Endpoint request headers: {X-Q=1, Content-Type=application/json, Accept=application/json, User-Agent=AmazonAPIGateway_abc123, X-Amzn-Trace-Id=<trace>, x-amzn-apigateway-api-id=abc123}',
    'Endpoint request body after transformations: {"id":"7","stage":"test-invoke-stage"}',
    `Sending request to ${back.http}/say/7?body=%7B%22ok%22%3Atrue%7D`,
    'Received response. Status: 200, Integration latency: <n> ms',
    'Endpoint response body before transformations: {"ok":true}',
    'Method response body after transformations: got true',
    'Method response headers: {X-Amzn-Trace-Id=<trace>, Content-Type=application/json}',
    'Successfully completed execution',
    'Method completed with status: 200',
    '',
  ])
})

test('a MOCK with stage variables and a body', async () => {
  const answer = await invoke('PUT', { stageVariables: { colour: 'red' }, body: '{"a":1}' })
  expect([answer.status, answer.headers['X-Colour']]).toEqual([200, 'red'])
  expect(lines(answer.log)).toBe(`Execution log for request <id>
Starting execution for request: <id>
HTTP Method: PUT, Resource Path: /pets/{id}
Method request path: {id={id}}
Method request query string: {}
Method request headers: {}
Method request body before transformations: {"a":1}
Method response body after transformations: {}
Method response headers: {Content-Type=application/json, X-Colour=red}
Successfully completed execution
Method completed with status: 200
`)
})

test('a Lambda function sees the test’s request', async () => {
  const answer = await invoke('POST', {
    pathWithQueryString: '/pets/7?a=1&a=2',
    multiValueHeaders: { 'X-M': ['1', '2'] },
    body: 'hello',
  })
  const event = JSON.parse(answer.body)
  expect(event).toMatchObject({
    httpMethod: 'POST',
    path: '/pets/7',
    pathParameters: { id: '7' },
    multiValueQueryStringParameters: { a: ['1', '2'] },
    multiValueHeaders: { 'X-M': ['1', '2'] },
    body: 'hello',
    requestContext: {
      stage: 'test-invoke-stage',
      domainName: 'testPrefix.testDomainName',
      domainPrefix: 'testPrefix',
      path: '/pets/7',
      identity: {
        sourceIp: 'test-invoke-source-ip',
        apiKey: 'test-invoke-api-key',
        accessKey: 'test-invoke-access-key',
      },
    },
  })
})

test('a line of the log ends after 1024 characters', async () => {
  const answer = await invoke('PUT', {
    body: `{"a":"${'x'.repeat(2000)}"}`,
    headers: { 'X-Y': 'y'.repeat(2000) },
  })
  const long = lines(answer.log)
    .split('\n')
    .filter((line) => line.length > 500)
  expect(long.map((line) => [line.slice(0, line.indexOf(':')), line.length, line.slice(-13)])).toEqual([
    ['Method request headers', 1036, 'y [TRUNCATED]'],
    ['Method request body before transformations', 1036, 'x [TRUNCATED]'],
  ])
})

test.each([
  ['GET', 201, '{"statusCode":201,"body":"made"}', 'Method response body after transformations: made'],
  [
    'PUT',
    502,
    '{"made":true}',
    'Execution failed due to configuration error: Malformed Lambda proxy response (unknown member made)',
  ],
])('the log of a Lambda proxy integration has what Lambda answered: %s', async (verb, status, body, then) => {
  const answer = await invoke(verb, { resourceId: 'res1' })
  expect(answer.status).toBe(status)
  const log = lines(answer.log).split('\n')
  const at = log.indexOf('Received response. Status: 200, Integration latency: <n> ms')
  expect(log[at + 1]).toContain('x-amzn-requestid=lambda-')
  expect(log.slice(at + 2, at + 4)).toEqual([`Endpoint response body before transformations: ${body}`, then])
})

test.each([
  ['GET', 'https://dynamodb.us-east-1.amazonaws.com/?Action=Scan'],
  ['PUT', 'https://s3.us-east-1.amazonaws.com/b/k?acl&x=1'],
])('the log names AWS services by URL: %s', async (verb, url) => {
  const log = lines((await invoke(verb, { resourceId: 'res2' })).log).split('\n')
  expect(log).toContain(`Endpoint request URI: ${url}`)
  expect(log).toContain(`Sending request to ${url}`)
})

test('a failure is in the log, and the status is the client’s', async () => {
  const answer = await invoke('DELETE')
  expect([answer.status, answer.body]).toEqual([500, '{"message": "Internal server error"}'])
  expect(lines(answer.log)).toMatch(
    /Execution failed due to configuration error: No match for output mapping[^\n]*Endpoint Response Status Code: 200\n(?:[^\n]*\n)?Method completed with status: 500\n$/,
  )
})

test('no test of a method that is not there', async () => {
  await expect(invoke('PATCH')).resolves.toMatchObject({ status: 500 })
})

test('a URI without a host: the log goes no further than the request (recorded)', async () => {
  const answer = await invoke('HEAD')
  expect([answer.status, answer.body, answer.headers]).toEqual([
    500,
    '{"message": "Internal server error"}',
    { 'x-amzn-ErrorType': 'InternalServerErrorException' },
  ])
  expect(lines(answer.log)).toBe(`Execution log for request <id>
Starting execution for request: <id>
HTTP Method: HEAD, Resource Path: /pets/{id}
Method request path: {id={id}}
Method request query string: {}
Method request headers: {}
Method request body before transformations: 
Execution failed due to configuration error: Invalid endpoint address
Method completed with status: 500
`)
})

test('a request that is not valid: what came in is in the log all the same', async () => {
  const validated = definitionOf(
    {
      '/v': {
        POST: {
          requestValidatorId: 'v',
          requestParameters: { 'method.request.querystring.b': true, 'method.request.header.a': true },
          requestModels: { 'application/json': 'M' },
          integration: { type: 'MOCK', requestTemplates: { 'application/json': '{"statusCode": 200}' } },
        },
      },
    },
    {
      models: [{ id: 'm', name: 'M', contentType: 'application/json', schema: '{"type":"object"}' }],
      requestValidators: [{ id: 'v', name: 'v', validateRequestBody: true, validateRequestParameters: true }],
    },
  )
  const answer = await invoke('POST', { definition: validated, body: '{}' })
  expect(lines(answer.log).split('\n').slice(1)).toEqual([
    'Starting execution for request: <id>',
    'HTTP Method: POST, Resource Path: /v',
    'Method request path: {}',
    'Method request query string: {}',
    'Method request headers: {}',
    'Method request body before transformations: {}',
    'Missing required request parameters: [a, b]',
    'Method completed with status: 400',
    '',
  ])
  const valid = { headers: { a: '1' }, pathWithQueryString: '/v?b=1' }
  const said = async (body: string) =>
    lines((await invoke('POST', { definition: validated, body, ...valid })).log).split('\n')[7]
  // the guide's words (getting-started-lambda-non-proxy-integration)
  expect(await said('{}')).toBe('Request validation succeeded for content type application/json')
  expect(await said('[]')).toMatch(
    /^Request body does not match model schema for content type application\/json: \[/,
  )
})
