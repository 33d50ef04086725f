import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Backends, startBackends } from './backends.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'

let back: Backends
let gateway: TestGateway

const mock = (response: object, request = '{"statusCode": 200}') => ({
  integration: {
    type: 'MOCK',
    requestTemplates: { 'application/json': request },
    integrationResponses: { 200: { statusCode: '200', ...response } },
  },
})

beforeAll(async () => {
  back = await startBackends()
  const text = 'abc'.repeat(1000)
  const proxy = (path: string) => ({
    integration: { type: 'HTTP_PROXY', httpMethod: 'GET', uri: `${back.http}${path}` },
  })
  gateway = await startGateway(
    definitionOf(
      {
        '/pets/{petId}': { GET: mock({}, 'no status') },
        '/media': {
          POST: {
            integration: {
              type: 'MOCK',
              requestTemplates: { 'application/xml': 'x' },
              passthroughBehavior: 'NEVER',
            },
          },
        },
        '/refused': { GET: proxy('/reset') },
        '/large': { GET: mock({ responseTemplates: { 'application/json': text } }) },
        '/small': { GET: mock({ responseTemplates: { 'application/json': 'abc' } }) },
        '/packed': { GET: proxy('/gzip') },
        '/streamed': { GET: proxy('/big?bytes=100000&chunked') },
      },
      {
        restApi: { minimumCompressionSize: 100 },
        gatewayResponses: [
          {
            responseType: 'MISSING_AUTHENTICATION_TOKEN',
            statusCode: '404',
            responseParameters: {
              'gatewayresponse.header.x-request-query': 'method.input.params.q',
              'gatewayresponse.header.x-request-header': 'method.request.header.X-Given',
              'gatewayresponse.header.Access-Control-Allow-Origin': "'a.b.c'",
              'gatewayresponse.header.x-stage': 'context.stage',
              'gatewayresponse.header.x-nothing': 'method.input.params.nothing',
            },
            responseTemplates: {
              'application/json':
                '{"message":$context.error.messageString,"type":"$context.error.responseType","stage":"$context.stage","a":"$stageVariables.a","none":"$context.authorizer.x","q":"${method.request.querystring.q}","$5":"#if(true)"}',
              'text/html': '<p>$context.error.message</p>',
            },
          },
          {
            responseType: 'DEFAULT_5XX',
            statusCode: '599',
            responseTemplates: { 'text/plain': 'sorry $context.requestId' },
          },
          {
            responseType: 'DEFAULT_4XX',
            responseParameters: { 'gatewayresponse.header.X-Four': "'4'" },
            defaultResponse: false,
          },
          { responseType: 'THROTTLED', statusCode: '400', defaultResponse: true },
        ],
      },
    ),
    {
      stage: {
        variables: { a: 'A' },
        accessLogSettings: {
          destinationArn: 'arn:aws:logs:us-east-1:0:log-group:x',
          format:
            '$context.requestId $context.identity.sourceIp "$context.httpMethod $context.resourcePath" $context.status $context.responseLength $context.error.responseType $context.error.messageString $context.integration.status $context.identity.userAgent $context.identity.user',
        },
      },
    },
  )
})
beforeEach(() => {
  gateway.log.length = 0
})
afterAll(async () => {
  await gateway.stop()
  await back.stop()
})

test('a customised response: status, headers, simple substitution', async () => {
  const answer = await gateway.call('GET', '/dev/nowhere?q=1%202', { headers: { 'X-Given': 'g' } })
  expect(answer.status).toBe(404)
  expect(answer.text).toBe(
    '{"message":"Missing Authentication Token","type":"MISSING_AUTHENTICATION_TOKEN","stage":"dev","a":"A","none":"","q":"1 2","$5":"#if(true)"}',
  )
  expect(answer.header('x-amzn-errortype')).toBe('MissingAuthenticationTokenException')
  expect(answer.header('x-request-query')).toBe('1 2')
  expect(answer.header('x-request-header')).toBe('g')
  expect(answer.header('access-control-allow-origin')).toBe('a.b.c')
  expect(answer.header('x-stage')).toBe('dev')
  expect(answer.header('x-nothing')).toBeUndefined()
  expect(answer.header('content-type')).toBe('application/json')
})

test('the template follows Accept', async () => {
  const answer = await gateway.call('GET', '/dev/nowhere', { headers: { Accept: 'text/html,*/*' } })
  expect([answer.text, answer.header('content-type')]).toEqual([
    '<p>Missing Authentication Token</p>',
    'text/html',
  ])
})

test('header values of a client cannot break out of a mapped header', async () => {
  const answer = await gateway.call('GET', '/dev/nowhere?q=a%0d%0aSet-Cookie:x')
  expect([answer.status, answer.header('set-cookie')]).toEqual([404, undefined])
})

test('what is not customised falls back to DEFAULT_4XX and DEFAULT_5XX', async () => {
  const media = await gateway.call('POST', '/dev/media', {
    body: '{}',
    headers: { 'Content-Type': 'application/json' },
  })
  expect([media.status, media.text, media.header('x-four')]).toEqual([
    415,
    '{"message": "Unsupported Media Type"}',
    '4',
  ])
  for (const path of ['/dev/pets/1', '/dev/refused']) {
    const broken = await gateway.call('GET', path)
    expect([broken.status, broken.text, broken.header('content-type')]).toEqual([
      599,
      `sorry ${broken.header('x-amzn-requestid')}`,
      'text/plain',
    ])
  }
})

test('one access log line a call, `-` for what is not known', async () => {
  const lines = () =>
    gateway.log.filter(({ fields }) => fields?.log === 'access').map(({ message }) => message)
  const good = await gateway.call('GET', '/dev/small', { headers: { 'User-Agent': 'a"b' } })
  expect(lines()).toEqual([`${good.header('x-amzn-requestid')} 127.0.0.1 "GET /small" 200 3 - - - a\\"b -`])
  gateway.log.length = 0
  const bad = await gateway.call('GET', '/dev/refused')
  expect(lines()).toEqual([
    `${bad.header('x-amzn-requestid')} 127.0.0.1 "GET /refused" 599 42 INTEGRATION_FAILURE "Network error communicating with endpoint" 504 - -`,
  ])
  gateway.log.length = 0
  await gateway.call('GET', '/dev/streamed')
  expect(lines()).toEqual([expect.stringContaining('"GET /streamed" 200 100000 - - 200')])
  gateway.log.length = 0
  await gateway.call('GET', '/dev/nowhere')
  expect(lines()).toEqual([expect.stringContaining('"GET -" 404')])
})

test.each([
  ['/dev/large', 'gzip', true],
  ['/dev/large', 'gzip;q=1.0,identity;q=0.5,*;q=0', true],
  ['/dev/large', 'br,gzip;q=0.5', false],
  ['/dev/large', '*', false],
  ['/dev/large', undefined, false],
  ['/dev/small', 'gzip', false],
  ['/dev/streamed', 'gzip', true],
])('compression of %s for Accept-Encoding %s', async (path, accept, packed) => {
  const answer = await gateway.call('GET', path, { headers: accept ? { 'Accept-Encoding': accept } : {} })
  expect(answer.header('content-encoding')).toBe(packed ? 'gzip' : undefined)
  const plain = packed ? gunzipSync(answer.body) : answer.body
  expect(plain.length).toBe({ '/dev/large': 3000, '/dev/small': 3, '/dev/streamed': 100_000 }[path])
})

test('what is packed already is not packed again', async () => {
  const answer = await gateway.call('GET', '/dev/packed', { headers: { 'Accept-Encoding': 'gzip' } })
  expect(gunzipSync(answer.body).toString()).toMatch(/^packed /)
})
