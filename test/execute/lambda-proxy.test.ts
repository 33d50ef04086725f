import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'
import { LambdaFailure, type LambdaServer, lambdaUri, startLambda } from './lambda.ts'

let lambda: LambdaServer
let gateway: TestGateway

/** what a call that nobody traces is told */
const ROOT = /^Root=1-[\da-f]{8}-[\da-f]{24}$/

const RESULTS: Record<string, unknown> = {
  full: {
    statusCode: 201,
    headers: {
      'X-One': 'a',
      'X-Flag': true,
      'Content-Type': 'text/plain',
      Server: 'mine',
      'Www-authenticate': 'Basic',
    },
    multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'], 'x-one': ['b', 'a'] },
    body: 'héllo',
  },
  empty: {},
  text: { statusCode: '202', body: 'x' },
  base64: {
    statusCode: 200,
    headers: { 'Content-Type': 'image/png' },
    isBase64Encoded: true,
    body: 'iVBORw==',
  },
  'bad-base64': { statusCode: 200, isBase64Encoded: true, body: 'a' },
  none: null,
  list: [],
  string: 'hello',
  notJson: 'raw:oops',
  extra: { statusCode: 200, cookies: ['a=1'] },
  badStatus: { statusCode: 'abc' },
  hugeStatus: { statusCode: 900 },
  badHeaders: { headers: 'x' },
  numberHeader: { headers: { a: 1 } },
  badMulti: { multiValueHeaders: { a: 'x' } },
  objectBody: { body: { a: 1 } },
  breaks: { statusCode: 200, headers: { 'X-Evil': 'a\r\nSet-Cookie: b=1', 'X-Good': '1' }, body: 'still' },
  wide: { statusCode: 200, headers: { 'X-Wide': '日本' }, body: '' },
}

beforeAll(async () => {
  lambda = await startLambda({
    echo: (event) => ({ statusCode: 200, body: JSON.stringify(event) }),
    'echo:live': (event: { body: string }) => ({ statusCode: 200, body: `live ${event.body}` }),
    result: (event: { pathParameters: { name: string } }) => RESULTS[event.pathParameters.name],
    throws: () => {
      throw new Error('boom')
    },
    throttled: () => {
      throw new LambdaFailure(429, 'TooManyRequestsException')
    },
    large: () => {
      throw new LambdaFailure(413, 'RequestEntityTooLargeException')
    },
    denied: () => {
      throw new LambdaFailure(403, 'AccessDeniedException')
    },
    slow: () => new Promise((resolve) => setTimeout(resolve, 2000).unref()),
  })
  const proxy = (uri: string, more: object = {}) => ({
    integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri, ...more },
  })
  gateway = await startGateway(
    definitionOf(
      {
        '/echo': { ANY: proxy(lambdaUri('echo')) },
        '/echo/{proxy+}': { ANY: { operationName: 'Echo', ...proxy(lambdaUri('echo')) } },
        '/alias': { POST: proxy(lambdaUri('echo:${stageVariables.alias}')) },
        '/result/{name}': { GET: proxy(lambdaUri('result')) },
        '/throws': { GET: proxy(lambdaUri('throws')) },
        '/throttled': { GET: proxy(lambdaUri('throttled')) },
        '/denied': { GET: proxy(lambdaUri('denied')) },
        '/large': { GET: proxy(lambdaUri('large')) },
        '/missing': { GET: proxy(lambdaUri('missing')) },
        '/slow': { GET: proxy(lambdaUri('slow'), { timeoutInMillis: 100 }) },
        '/get': { GET: proxy(lambdaUri('echo'), { httpMethod: 'GET' }) },
        '/no-lambda': { GET: proxy('arn:aws:apigateway:us-east-1:sqs:path/x') },
      },
      { restApi: { binaryMediaTypes: ['image/png', 'application/*'] } },
    ),
    { stage: { variables: { alias: 'live' } }, settings: { endpoints: { LAMBDA: lambda.url } } },
  )
})
beforeEach(() => {
  gateway.log.length = 0
})
afterAll(async () => {
  await gateway.stop()
  await lambda.stop()
})

test('two names are spelt one way, whatever the client wrote', async () => {
  const answer = await gateway.call('GET', '/dev/echo/x', {
    headers: { 'user-agent': 'tester', AUTHORIZATION: 'Bearer t', 'x-other': 'o' },
  })
  const { headers, multiValueHeaders } = answer.json() as Record<string, Record<string, unknown>>
  expect(headers).toMatchObject({ 'User-Agent': 'tester', Authorization: 'Bearer t', 'x-other': 'o' })
  expect(multiValueHeaders).toMatchObject({ 'User-Agent': ['tester'], Authorization: ['Bearer t'] })
})

test('the event is format 1.0, complete', async () => {
  const answer = await gateway.call('POST', '/dev/echo/a/b%2Fc/?x=1&x=2&y=a%20b&z', {
    headers: {
      'Content-Type': 'text/plain',
      'User-Agent': 'tester',
      'X-Multi': ['one', 'two'],
      Accept: '*/*',
      Connection: 'close',
    },
    body: 'héllo',
  })
  expect(answer.status).toBe(200)
  const event = answer.json() as Record<string, unknown>
  const { requestContext, headers, multiValueHeaders, ...rest } = event
  expect(rest).toEqual({
    resource: '/echo/{proxy+}',
    path: '/echo/a/b%2Fc/',
    httpMethod: 'POST',
    queryStringParameters: { x: '2', y: 'a b', z: '' },
    multiValueQueryStringParameters: { x: ['1', '2'], y: ['a b'], z: [''] },
    pathParameters: { proxy: 'a/b%2Fc' },
    stageVariables: { alias: 'live' },
    body: 'héllo',
    isBase64Encoded: false,
  })
  expect(headers).toEqual({
    Host: `abc123.execute-api.us-east-1.localhost:${gateway.port}`,
    'Content-Type': 'text/plain',
    'User-Agent': 'tester',
    'X-Multi': 'two',
    Accept: '*/*',
    'X-Amzn-Trace-Id': expect.stringMatching(ROOT),
    'X-Forwarded-For': '127.0.0.1',
    'X-Forwarded-Port': String(gateway.port),
    'X-Forwarded-Proto': 'http',
  })
  expect((multiValueHeaders as Record<string, unknown>)['X-Multi']).toEqual(['one', 'two'])
  expect(requestContext).toEqual({
    accountId: '000000000000',
    apiId: 'abc123',
    deploymentId: 'dep1',
    domainName: 'abc123.execute-api.us-east-1.localhost',
    domainPrefix: 'abc123',
    extendedRequestId: answer.header('x-amz-apigw-id'),
    httpMethod: 'POST',
    identity: {
      accessKey: null,
      accountId: null,
      caller: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: '127.0.0.1',
      user: null,
      userAgent: 'tester',
      userArn: null,
    },
    operationName: 'Echo',
    path: '/dev/echo/a/b%2Fc/',
    protocol: 'HTTP/1.1',
    requestId: answer.header('x-amzn-requestid'),
    requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
    requestTimeEpoch: expect.any(Number),
    resourceId: 'res1',
    resourcePath: '/echo/{proxy+}',
    stage: 'dev',
  })
})

test('what is missing is null', async () => {
  const event = (await gateway.call('GET', '/dev/echo')).json() as Record<string, unknown>
  expect(event).toMatchObject({
    body: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    isBase64Encoded: false,
  })
})

test('binary bodies go as base64: by media type, and where they are no text', async () => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47])
  for (const [type, body, expected] of [
    ['image/png', png, ['iVBORw==', true]],
    ['application/json; charset=utf-8', '{}', ['e30=', true]],
    ['text/plain', png, ['iVBORw==', true]],
    ['text/plain', 'x', ['x', false]],
  ] as const) {
    const event = (
      await gateway.call('POST', '/dev/echo', { headers: { 'Content-Type': type }, body })
    ).json()
    const { body: sent, isBase64Encoded } = event as { body: string; isBase64Encoded: boolean }
    expect([sent, isBase64Encoded]).toEqual(expected)
  }
})

test('a call is signed, and the ARN’s stage variables are filled in', async () => {
  lambda.invocations.length = 0
  const answer = await gateway.call('POST', '/dev/alias', { body: 'x' })
  expect(answer.text).toBe('live x')
  const [invocation] = lambda.invocations
  expect(invocation!.headers['x-amzn-trace-id']).toMatch(ROOT)
  expect(answer.header('x-amzn-trace-id')).toContain(`${invocation!.headers['x-amzn-trace-id']};Parent=`)
  expect(invocation!.arn).toBe('arn:aws:lambda:us-east-1:000000000000:function:echo:live')
  expect(invocation!.path).toMatch(/^\/2015-03-31\/functions\/arn%3Aaws%3Alambda[^/]*\/invocations$/)
  expect(invocation!.headers.authorization).toMatch(/Credential=test\/\d{8}\/us-east-1\/lambda\/aws4_request/)
})

const result = (name: string, headers = {}) => gateway.call('GET', `/dev/result/${name}`, { headers })

test('a result becomes the response', async () => {
  const full = await result('full')
  expect([full.status, full.text]).toEqual([201, 'héllo'])
  const pairs = full.headers.filter(([name]) =>
    /^(x-one|x-flag|set-cookie|content-type|.*www-authenticate|x-amzn-remapped-server)$/i.test(name),
  )
  expect(
    pairs.map(([name, value]) => `${/www/i.test(name) ? name : name.toLowerCase()}: ${value}`).sort(),
  ).toEqual(
    [
      'content-type: text/plain',
      'set-cookie: a=1',
      'set-cookie: b=2',
      'x-amzn-remapped-server: mine',
      'x-amzn-Remapped-Www-authenticate: Basic',
      'x-flag: true',
      'x-one: a',
      'x-one: b',
    ].sort(),
  )
  expect(full.header('x-amzn-trace-id')).toMatch(/^Root=1-[\da-f-]{33};Parent=[\da-f]{16};Sampled=0$/)
  const empty = await result('empty')
  expect([empty.status, empty.text, empty.header('content-type')]).toEqual([200, '', 'application/json'])
  expect((await result('text')).status).toBe(202)
})

test('base64 is decoded for a client that accepts a binary media type first', async () => {
  expect((await result('base64', { Accept: 'image/png,*/*' })).body).toEqual(
    Buffer.from([0x89, 0x50, 0x4e, 0x47]),
  )
  expect((await result('base64', { Accept: '*/*,image/png' })).text).toBe('iVBORw==')
  expect((await result('bad-base64', { Accept: 'image/png' })).status).toBe(500)
})

test('header values cannot break out', async () => {
  const answer = await result('breaks')
  expect([answer.status, answer.text, answer.header('x-good')]).toEqual([200, 'still', '1'])
  expect(answer.header('set-cookie')).toBeUndefined()
  expect(answer.header('x-evil')).toBeUndefined()
  const wide = await result('wide')
  expect(Buffer.from(wide.header('x-wide')!, 'latin1').toString()).toBe('日本')
})

test.each([
  'none',
  'list',
  'string',
  'notJson',
  'extra',
  'badStatus',
  'hugeStatus',
  'badHeaders',
  'numberHeader',
  'badMulti',
  'objectBody',
])('a malformed result is 502, and the log says why: %s', async (name) => {
  const answer = await result(name)
  expect([answer.status, answer.text]).toEqual([502, '{"message": "Internal server error"}'])
  expect(answer.header('x-amzn-errortype')).toBe('InternalServerErrorException')
  expect(gateway.log).toEqual([
    expect.objectContaining({ message: expect.stringContaining('Malformed Lambda proxy response') }),
  ])
})

test.each([
  ['/dev/throws', 502, /customer function error: boom/],
  ['/dev/throttled', 500, /Lambda invocation failed with status: 429/],
  ['/dev/missing', 502, /Lambda invocation failed with status: 404/],
  ['/dev/denied', 500, /Invalid permissions on Lambda function/],
  ['/dev/get', 500, /integration method POST/],
  ['/dev/no-lambda', 500, /Invalid Lambda function URI/],
])('a function that fails: %s', async (path, status, reason) => {
  const answer = await gateway.call('GET', path)
  expect([answer.status, answer.text]).toEqual([status, '{"message": "Internal server error"}'])
  expect(gateway.log.map(({ message }) => message)).toEqual([expect.stringMatching(reason)])
})

test('an access log tells the function’s own error', async () => {
  const { stage } = gateway.stages.get('abc123/dev')!
  stage.accessLogSettings = {
    destinationArn: 'arn:aws:logs:us-east-1:0:log-group:x',
    format: '$context.error.responseType|$context.integration.error|$context.integrationErrorMessage',
  }
  await gateway.call('GET', '/dev/throws')
  delete stage.accessLogSettings
  const said = 'Lambda Customer Function Error:boom'
  expect(gateway.log.at(-1)!.message).toBe(`INTEGRATION_FAILURE|${said}|${said}`)
})

test('an event that is too large for Lambda is 413', async () => {
  const answer = await gateway.call('GET', '/dev/large')
  expect([answer.status, answer.text]).toEqual([413, '{"message":"Request Too Long"}'])
})

test('a function that takes too long is 504', async () => {
  const answer = await gateway.call('GET', '/dev/slow')
  expect([answer.status, answer.text]).toEqual([504, '{"message": "Endpoint request timed out"}'])
})
