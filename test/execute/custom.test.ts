import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Integration } from '../../src/core/documents.ts'
import { type Backends, startBackends } from './backends.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'
import { LambdaFailure, type LambdaServer, lambdaUri, startLambda } from './lambda.ts'

let back: Backends
let lambda: LambdaServer
let gateway: TestGateway

const mock = (
  request: string,
  responses: Integration['integrationResponses'],
  more: Partial<Integration> = {},
) => ({
  integration: {
    type: 'MOCK',
    requestTemplates: { 'application/json': request },
    integrationResponses: responses,
    ...more,
  },
})
const ok = { 200: { statusCode: '200' } }

beforeAll(async () => {
  back = await startBackends()
  lambda = await startLambda({
    add: (event: { a: number; b: number }) => ({ sum: event.a + event.b }),
    echo: (event) => event,
    fails: (event: { message: string; refused?: [status: number, type: string] }) => {
      if (event.refused) throw new LambdaFailure(...event.refused)
      throw new Error(event.message)
    },
  })
  const http = (path: string, more: Partial<Integration>) => ({
    integration: {
      type: 'HTTP',
      httpMethod: 'POST',
      uri: `${back.http}${path}`,
      integrationResponses: ok,
      ...more,
    },
  })
  const selecting = {
    200: { statusCode: '200', responseTemplates: { 'application/json': '{"was":$input.json("$")}' } },
    400: {
      statusCode: '400',
      selectionPattern: '4\\d{2}',
      responseTemplates: {
        'application/json': '{"bad":$input.json("$.reason")}',
        'application/xml': '<bad/>',
      },
    },
  }
  gateway = await startGateway(
    definitionOf(
      {
        '/mock': {
          GET: mock('{"statusCode": 200}', {
            200: {
              statusCode: '200',
              responseParameters: {
                'method.response.header.X-Static': "'a'",
                'method.response.header.X-Stage': 'stageVariables.colour',
                'method.response.header.X-Id': 'context.requestId',
                'method.response.header.Server': "'mine'",
              },
              responseTemplates: { 'application/json': '{"id":"$input.params(\'id\')"}' },
            },
          }),
          OPTIONS: mock('{"statusCode": 204}', {
            204: {
              statusCode: '204',
              responseParameters: { 'method.response.header.Access-Control-Allow-Origin': "'*'" },
            },
          }),
          POST: mock('{statusCode: $input.path("$.want")}', {
            200: { statusCode: '200', responseTemplates: { 'application/json': 'fine' } },
            404: {
              statusCode: '404',
              selectionPattern: '404',
              responseTemplates: { 'application/json': 'gone' },
            },
          }),
          PUT: mock('no status', ok),
          PATCH: mock('{"statusCode": 200}', { 404: { statusCode: '404', selectionPattern: '404' } }),
        },
        '/override': {
          GET: mock('{"statusCode": 200}', {
            200: {
              statusCode: '200',
              responseParameters: { 'method.response.header.X-A': "'mapped'" },
              responseTemplates: {
                'application/json':
                  '#set($context.responseOverride.status = 418)#set($context.responseOverride.header.X-A = "new")#set($context.responseOverride.header.X-B = "b")tea',
              },
            },
          }),
          POST: mock('#set($context.responseOverride.status = 999){"statusCode": 200}', ok),
          PUT: mock('{statusCode: 200, nested: {a: 1}, list: [1]}', {
            200: {
              statusCode: '200',
              responseParameters: { 'method.response.header.WWW-Authenticate': "'Basic'" },
              responseTemplates: {
                'application/json': '#set($context.responseOverride.header.Date = "today")',
              },
            },
          }),
        },
        '/refused': {
          POST: http('/echo', {
            requestTemplates: {
              'application/json': '#set($context.requestOverride.header["content-length"] = "1")',
            },
          }),
          PUT: http('/echo', {}),
        },
        '/http/{id}': {
          POST: {
            requestParameters: { 'method.request.header.X-Given': false },
            ...http('/echo/{id}', {
              requestParameters: {
                'integration.request.path.id': 'method.request.path.id',
                'integration.request.querystring.q': 'method.request.querystring.q',
                'integration.request.header.X-Given': 'method.request.header.X-Given',
              },
              requestTemplates: {
                'application/json':
                  '#set($context.requestOverride.header.X-Over = "1")#set($context.requestOverride.querystring.q = "a b")#set($context.requestOverride.path.id = "o/1")$input.json("$.pet")',
                'text/plain': '$input.body!',
              },
              passthroughBehavior: 'WHEN_NO_MATCH',
              integrationResponses: {
                200: {
                  statusCode: '200',
                  responseParameters: {
                    'method.response.header.X-Back': 'integration.response.header.x-back-end',
                    'method.response.header.X-Target': 'integration.response.body.target',
                    'method.response.header.Date': 'integration.response.header.date',
                    'method.response.header.x-amzn-trace-id': "'mine'",
                  },
                },
              },
            }),
          },
        },
        '/never': {
          POST: http('/echo', { requestTemplates: { 'application/xml': 'x' }, passthroughBehavior: 'NEVER' }),
        },
        '/no-templates': { POST: http('/echo', { passthroughBehavior: 'WHEN_NO_TEMPLATES' }) },
        '/some-templates': {
          POST: http('/echo', {
            requestTemplates: { 'application/xml': '<x/>' },
            passthroughBehavior: 'WHEN_NO_TEMPLATES',
          }),
        },
        '/default-template': { POST: http('/echo', { requestTemplates: { $default: 'default' } }) },
        '/select': {
          GET: http('/say', { httpMethod: 'GET', requestParameters: said, integrationResponses: selecting }),
        },
        '/broken-template': { POST: http('/echo', { requestTemplates: { 'application/json': '#if(' } }) },
        '/to-binary': { POST: http('/echo', { contentHandling: 'CONVERT_TO_BINARY' }) },
        '/to-text': { POST: http('/echo', { contentHandling: 'CONVERT_TO_TEXT' }) },
        '/answer': { GET: http('/say', { httpMethod: 'GET', requestParameters: said }) },
        '/answer-template': {
          GET: http('/say', {
            httpMethod: 'GET',
            requestParameters: said,
            integrationResponses: {
              200: { statusCode: '200', responseTemplates: { 'application/json': 'got $input.body' } },
            },
          }),
        },
        '/answer-text': {
          GET: http('/say', {
            httpMethod: 'GET',
            requestParameters: said,
            integrationResponses: { 200: { statusCode: '200', contentHandling: 'CONVERT_TO_TEXT' } },
          }),
        },
        '/answer-binary': {
          GET: http('/say', {
            httpMethod: 'GET',
            requestParameters: said,
            integrationResponses: { 200: { statusCode: '200', contentHandling: 'CONVERT_TO_BINARY' } },
          }),
        },
        '/add': {
          GET: {
            integration: {
              type: 'AWS',
              httpMethod: 'POST',
              uri: lambdaUri('add'),
              requestTemplates: { 'application/json': '{"a":$input.params("a"),"b":$input.params("b")}' },
              integrationResponses: {
                200: { statusCode: '200', responseTemplates: { 'application/json': '$input.path("$.sum")' } },
              },
            },
          },
        },
        '/asked': {
          GET: {
            integration: {
              type: 'AWS',
              httpMethod: 'POST',
              uri: lambdaUri('echo'),
              requestTemplates: {
                'application/json': '"by $context.awsEndpointRequestId"',
              },
              integrationResponses: {
                200: {
                  statusCode: '200',
                  responseParameters: { 'method.response.header.X-Id': 'context.awsEndpointRequestId' },
                  responseTemplates: {
                    'application/json': "asked $input.path('$'), answered $context.awsEndpointRequestId",
                  },
                },
              },
            },
          },
        },
        '/fails': {
          POST: {
            integration: {
              type: 'AWS',
              httpMethod: 'POST',
              // as the guide's integration-request-basic-setup writes it
              uri: lambdaUri('fails').replace('path/', 'path//'),
              integrationResponses: {
                200: { statusCode: '200' },
                404: {
                  statusCode: '404',
                  selectionPattern: '.*not found.*',
                  responseParameters: {
                    'method.response.header.X-Type': 'integration.response.body.errorType',
                  },
                  responseTemplates: { 'application/json': '{"message":"$input.path(\'$.errorMessage\')"}' },
                },
                500: {
                  statusCode: '500',
                  selectionPattern: '\\{[\\s\\S]*',
                  responseParameters: {
                    'method.response.header.X-Code': 'integration.response.body.errorMessage.code',
                  },
                },
              },
            },
          },
        },
        '/later': {
          POST: {
            integration: {
              type: 'AWS',
              httpMethod: 'POST',
              uri: lambdaUri('echo'),
              requestParameters: { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" },
              integrationResponses: { 202: { statusCode: '202' } },
            },
          },
        },
      },
      { restApi: { binaryMediaTypes: ['image/png'] } },
    ),
    { stage: { variables: { colour: 'blue' } }, settings: { endpoints: { LAMBDA: lambda.url } } },
  )
})
const said = {
  'integration.request.querystring.status': 'method.request.querystring.status',
  'integration.request.querystring.body': 'method.request.querystring.body',
  'integration.request.querystring.type': 'method.request.querystring.type',
}
beforeEach(() => {
  gateway.log.length = 0
  back.calls.length = 0
})
afterAll(async () => {
  await gateway.stop()
  await back.stop()
  await lambda.stop()
})

const json = { 'Content-Type': 'application/json' }

test('MOCK answers from its templates and mappings', async () => {
  const answer = await gateway.call('GET', '/dev/mock?id=7')
  expect([answer.status, answer.text, answer.header('content-type')]).toEqual([
    200,
    '{"id":"7"}',
    'application/json',
  ])
  expect([answer.header('x-static'), answer.header('x-stage')]).toEqual(['a', 'blue'])
  expect(answer.header('x-id')).toBe(answer.header('x-amzn-requestid'))
  expect(answer.header('x-amzn-remapped-server')).toBe('mine')
  expect(answer.header('x-amzn-trace-id')).toBeUndefined()
})

test('CORS by MOCK: exactly what the API says', async () => {
  const answer = await gateway.call('OPTIONS', '/dev/mock', { headers: { Origin: 'https://a.example' } })
  expect([answer.status, answer.text]).toEqual([204, ''])
  expect(
    answer.headers.map(([name]) => name.toLowerCase()).filter((name) => name.startsWith('access-control')),
  ).toEqual(['access-control-allow-origin'])
})

test('MOCK is selected by the status that its template says', async () => {
  const ask = (want: number) =>
    gateway.call('POST', '/dev/mock', { headers: json, body: JSON.stringify({ want }) })
  expect([(await ask(200)).text, (await ask(404)).status, (await ask(404)).text]).toEqual([
    'fine',
    404,
    'gone',
  ])
})

test.each([
  ['PUT', /Unable to parse statusCode/],
  ['PATCH', /No match for output mapping.*200/],
])('MOCK misconfigured: %s', async (method, reason) => {
  const answer = await gateway.call(method, '/dev/mock', { headers: json, body: '{}' })
  expect([answer.status, answer.text]).toEqual([500, '{"message": "Internal server error"}'])
  expect(gateway.log.map(({ message }) => message)).toEqual([expect.stringMatching(reason)])
})

test('templates override status and headers; what is no status is ignored', async () => {
  const answer = await gateway.call('GET', '/dev/override')
  expect([answer.status, answer.text, answer.header('x-a'), answer.header('x-b')]).toEqual([
    418,
    'tea',
    'new',
    'b',
  ])
  expect((await gateway.call('POST', '/dev/override', { headers: json, body: '{}' })).status).toBe(200)
})

test('what a template overrides is renamed like what is mapped; MOCK keeps more names', async () => {
  const answer = await gateway.call('PUT', '/dev/override', { headers: json, body: '{}' })
  expect([answer.status, answer.header('www-authenticate'), answer.header('x-amzn-remapped-date')]).toEqual([
    200,
    'Basic',
    'today',
  ])
})

test('a template may not set headers of the connection', async () => {
  const answer = await gateway.call('POST', '/dev/refused', { headers: json, body: '{}' })
  expect([answer.status, back.calls.length]).toEqual([500, 0])
  expect(gateway.log[0]!.message).toContain('content-length header already present')
})

test('the content type goes along without a body', async () => {
  await gateway.call('PUT', '/dev/refused', { headers: { 'Content-Type': 'text/csv' } })
  expect(back.calls[0]!.headers).toContainEqual(['Content-Type', 'text/csv'])
})

test('HTTP sends only what is mapped, through the template, with overrides', async () => {
  const answer = await gateway.call('POST', '/dev/http/7?q=1&other=2', {
    headers: { ...json, 'X-Given': 'g', 'X-Other': 'o', 'User-Agent': 'me' },
    body: '{"pet":{"name":"Rex"}}',
  })
  expect(answer.status).toBe(200)
  const [arrived] = back.calls
  expect([arrived!.method, arrived!.target, arrived!.body]).toEqual([
    'POST',
    '/echo/o/1?q=a%20b',
    '{"name":"Rex"}',
  ])
  const names = arrived!.headers.map(([name]) => name.toLowerCase()).sort()
  expect(names).toEqual([
    'accept',
    'connection',
    'content-length',
    'content-type',
    'host',
    'user-agent',
    'x-amzn-apigateway-api-id',
    'x-amzn-trace-id',
    'x-given',
    'x-over',
  ])
  expect(
    new Map(arrived!.headers.map(([name, value]) => [name.toLowerCase(), value])).get('user-agent'),
  ).toBe('AmazonAPIGateway_abc123')
  expect([answer.header('x-back'), answer.header('x-target')]).toEqual(['echo', '/echo/o/1?q=a%20b'])
  expect(answer.header('x-amzn-remapped-date')).toMatch(/GMT/)
  expect(answer.header('x-back-end')).toBeUndefined()
  expect(answer.headers.filter(([name]) => name.toLowerCase() === 'x-amzn-trace-id')).toEqual([
    ['X-Amzn-Trace-Id', expect.stringMatching(/^Root=/)],
  ])
})

test.each([
  ['/dev/http/7', 'text/plain; charset=utf-8', 'hey', 'hey!'],
  ['/dev/http/7', 'text/html', '<b>', '<b>'],
  ['/dev/no-templates', 'text/html', '<b>', '<b>'],
  ['/dev/some-templates', 'application/xml', 'y', '<x/>'],
  ['/dev/default-template', 'text/html', 'x', 'default'],
])('template choice: %s %s', async (path, type, body, expected) => {
  const answer = await gateway.call('POST', path, { headers: { 'Content-Type': type }, body })
  expect([answer.status, back.calls[0]!.body]).toEqual([200, expected])
})

test.each([
  ['/dev/never', 'application/json'],
  ['/dev/some-templates', 'text/html'],
])('no template and no passing through: %s', async (path, type) => {
  const answer = await gateway.call('POST', path, { headers: { 'Content-Type': type }, body: 'x' })
  expect([answer.status, answer.text, answer.header('x-amzn-errortype')]).toEqual([
    415,
    '{"message": "Unsupported Media Type"}',
    'BadRequestException',
  ])
  expect(back.calls).toEqual([])
})

test('integration responses are selected by status, templates by Accept', async () => {
  const ask = (status: number, accept?: string) =>
    gateway.call('GET', `/dev/select?status=${status}&body=${encodeURIComponent('{"reason":"x"}')}`, {
      headers: accept ? { Accept: accept } : {},
    })
  expect([(await ask(200)).status, (await ask(200)).text]).toEqual([200, '{"was":{"reason":"x"}}'])
  expect([(await ask(422)).status, (await ask(422)).text]).toEqual([400, '{"bad":"x"}'])
  expect((await ask(422, 'application/xml')).text).toBe('<bad/>')
  expect((await ask(422, 'text/html')).text).toBe('{"bad":"x"}')
  expect((await ask(503)).status).toBe(200)
})

test('a body that is no JSON is the client’s fault, an answer that is none the gateway’s', async () => {
  const request = await gateway.call('POST', '/dev/http/7', { headers: json, body: '{"pet":' })
  expect([request.status, request.header('x-amzn-errortype')]).toEqual([400, 'BadRequestException'])
  expect(request.text).toMatch(/^\{"message": "Could not parse request body into json: /)
  const response = await gateway.call('GET', '/dev/select?body=%7B%22a')
  expect([response.status, response.text]).toEqual([500, '{"message": "Internal server error"}'])
})

test('a template that does not parse is a 500 of its method only', async () => {
  const answer = await gateway.call('POST', '/dev/broken-template', { headers: json, body: '{}' })
  expect([answer.status, answer.text]).toEqual([500, '{"message": "Internal server error"}'])
  expect((await gateway.call('GET', '/dev/mock')).status).toBe(200)
})

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47])
const sent = async (path: string, type: string, body: Buffer | string) => {
  back.calls.length = 0
  const { status } = await gateway.call('POST', path, { headers: { 'Content-Type': type }, body })
  return [status, back.calls[0]?.sha256 ? back.calls[0].body : undefined, back.calls[0]?.bytes]
}

test('content handling of requests', async () => {
  expect(await sent('/dev/to-binary', 'text/plain', 'iVBORw==')).toEqual([200, PNG.toString(), 4])
  expect(await sent('/dev/to-binary', 'image/png', PNG)).toEqual([200, PNG.toString(), 4])
  for (const unpadded of ['a', 'iVBORw', 'iVBORw=', 'plain text'])
    expect(await sent('/dev/to-binary', 'text/plain', unpadded)).toEqual([500, undefined, undefined])
  expect(await sent('/dev/to-text', 'image/png', PNG)).toEqual([200, 'iVBORw==', 8])
  expect(await sent('/dev/to-text', 'text/plain', 'x')).toEqual([200, 'x', 1])
  // a template reads text, and no binary payload is text, whatever its bytes
  for (const bytes of [PNG, 'text', ''])
    expect(await sent('/dev/default-template', 'image/png', bytes)).toEqual([500, undefined, undefined])
})

test('where every type is binary, a preflight’s template needs CONVERT_TO_TEXT', async () => {
  const preflight = (more: Partial<Integration>) => ({
    OPTIONS: mock(
      '{"statusCode": 200}',
      { 200: { statusCode: '200', responseTemplates: { 'application/json': '' } } },
      more,
    ),
  })
  const all = await startGateway(
    definitionOf(
      { '/bare': preflight({}), '/text': preflight({ contentHandling: 'CONVERT_TO_TEXT' }) },
      { restApi: { binaryMediaTypes: ['*/*'] } },
    ),
  )
  expect((await all.call('OPTIONS', '/dev/bare')).status).toBe(500)
  expect(all.log.map(({ message }) => message).join()).toContain('Unable to transform request')
  expect((await all.call('OPTIONS', '/dev/text')).status).toBe(200)
  await all.stop()
})

test('content handling of responses', async () => {
  const ask = async (path: string, type: string, body: string, accept: string) => {
    const answer = await gateway.call(
      'GET',
      `${path}?type=${encodeURIComponent(type)}&body=${encodeURIComponent(body)}`,
      {
        headers: { Accept: accept },
      },
    )
    return [answer.status, answer.text]
  }
  expect(await ask('/dev/answer', 'text/plain', 'hey', 'text/plain')).toEqual([200, 'hey'])
  expect(await ask('/dev/answer', 'text/plain', 'aGV5', 'image/png')).toEqual([200, 'hey'])
  expect(await ask('/dev/answer', 'image/png', 'hey', 'text/plain')).toEqual([200, 'aGV5'])
  expect(await ask('/dev/answer', 'image/png', 'hey', 'image/png, */*')).toEqual([200, 'hey'])
  expect(await ask('/dev/answer-text', 'text/plain', 'aGV5', 'image/png')).toEqual([200, 'aGV5'])
  expect(await ask('/dev/answer-text', 'image/png', 'hey', 'image/png')).toEqual([200, 'aGV5'])
  expect(await ask('/dev/answer-binary', 'text/plain', 'aGV5', 'text/plain')).toEqual([200, 'hey'])
  expect(await ask('/dev/answer-binary', 'text/plain', 'a', 'text/plain')).toEqual([
    500,
    '{"message": "Internal server error"}',
  ])
  expect(await ask('/dev/answer-binary', 'image/png', 'hey', 'text/plain')).toEqual([200, 'hey'])
  expect(await ask('/dev/answer-template', 'image/png', 'hey', 'text/plain')).toEqual([200, 'got aGV5'])
  expect(await ask('/dev/answer-template', 'text/plain', 'iVBORw==', 'image/png')).toEqual([
    500,
    '{"message": "Internal server error"}',
  ])
})

test('a Lambda function behind templates', async () => {
  const answer = await gateway.call('GET', '/dev/add?a=2&b=3')
  expect([answer.status, answer.text]).toEqual([200, '5'])
})

test('a function’s errors are selected by errorMessage', async () => {
  const ask = (message: string) =>
    gateway.call('POST', '/dev/fails', { headers: json, body: JSON.stringify({ message }) })
  const missing = await ask('pet not found here')
  expect([missing.status, missing.text, missing.header('x-type')]).toEqual([
    404,
    '{"message":"pet not found here"}',
    'Error',
  ])
  const custom = await ask('{"code":"E7"}')
  expect([custom.status, custom.header('x-code')]).toEqual([500, 'E7'])
  const other = await ask('something else')
  expect([other.status, (other.json() as { errorMessage: string }).errorMessage]).toEqual([
    200,
    'something else',
  ])
})

test.each([
  [429, 'TooManyRequestsException', 500, '{"message": "Internal server error"}'],
  [403, 'AccessDeniedException', 500, '{"message": "Internal server error"}'],
  [404, 'ResourceNotFoundException', 502, '{"message": "Internal server error"}'],
  [500, 'ServiceException', 502, '{"message": "Internal server error"}'],
  [413, 'RequestEntityTooLargeException', 413, '{"message":"Request Too Long"}'],
])('what Lambda itself refuses is no answer that could be mapped: %i', async (status, type, told, text) => {
  const answer = await gateway.call('POST', '/dev/fails', {
    headers: json,
    body: JSON.stringify({ refused: [status, type] }),
  })
  expect([answer.status, answer.text]).toEqual([told, text])
})

test('the answer of a service has an id that templates and mappings know', async () => {
  const answer = await gateway.call('GET', '/dev/asked')
  const id = `lambda-${lambda.invocations.length}`
  expect([answer.text, answer.header('x-id')]).toEqual([`asked by , answered ${id}`, id])
})

test('asynchronous invocation', async () => {
  const answer = await gateway.call('POST', '/dev/later', { headers: json, body: '{"x":1}' })
  expect([answer.status, answer.text]).toEqual([202, ''])
  expect(lambda.invocations.at(-1)).toMatchObject({
    event: '{"x":1}',
    headers: { 'x-amz-invocation-type': 'Event' },
  })
})

test('the bound of a template is a setting', async () => {
  const loops = '{"statusCode": 200}#foreach($i in [1..1000])#set($x = $i)#end'
  const sketch = { '/loops': { GET: mock(loops, ok) } }
  const bounded = await startGateway(definitionOf(sketch), {
    settings: { limits: { templateSteps: 1000 } },
  })
  const free = await startGateway(definitionOf(sketch))
  try {
    expect((await bounded.call('GET', '/dev/loops')).status).toBe(500)
    expect((await free.call('GET', '/dev/loops')).status).toBe(200)
  } finally {
    await bounded.stop()
    await free.stop()
  }
})

test('$context is gone through in the order of a HashMap (recorded)', async () => {
  const template =
    '{"statusCode": 200}#set($context.responseOverride.header.order = "$context.keySet()")#set($context.responseOverride.header.identity = "$context.identity.keySet()")'
  const hashed = await startGateway(definitionOf({ '/keys': { GET: mock(template, ok) } }))
  try {
    const answered = await hashed.call('GET', '/dev/keys')
    expect(answered.header('order')).toBe(
      '[resourceId, resourcePath, httpMethod, extendedRequestId, requestTime, path, accountId, protocol, requestOverride, stage, domainPrefix, requestTimeEpoch, requestId, identity, domainName, deploymentId, responseOverride, apiId]',
    )
    expect(answered.header('identity')).toBe(
      '[cognitoIdentityPoolId, accountId, cognitoIdentityId, caller, sourceIp, principalOrgId, accessKey, cognitoAuthenticationType, cognitoAuthenticationProvider, userArn, userAgent, user]',
    )
  } finally {
    await hashed.stop()
  }
})
