import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Arrived, type Backends, startBackends } from './backends.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'

let back: Backends
let gateway: TestGateway

beforeAll(async () => {
  back = await startBackends()
  const proxy = (uri: string, more: object = {}) => ({ type: 'HTTP_PROXY', httpMethod: 'ANY', uri, ...more })
  const toProxy = { requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' } }
  gateway = await startGateway(
    definitionOf({
      '/echo': { ANY: { integration: proxy(`${back.http}/echo`) } },
      '/echo/{proxy+}': { ANY: { integration: proxy(`${back.http}/echo/{proxy}`, toProxy) } },
      '/by/{behaviour}': {
        ANY: {
          integration: proxy(`${back.http}/{behaviour}`, {
            timeoutInMillis: 300,
            requestParameters: { 'integration.request.path.behaviour': 'method.request.path.behaviour' },
          }),
        },
      },
      '/asked/{k}': {
        GET: {
          integration: proxy(`${back.http}/echo/{k}?name={k}&from={h}&role=user`, {
            requestParameters: {
              'integration.request.path.k': 'method.request.path.k',
              'integration.request.path.h': 'method.request.header.x-from',
            },
          }),
        },
      },
      '/staged/{k}': {
        GET: {
          integration: proxy('http://${stageVariables.host}${stageVariables.query}{k}/{k}', {
            requestParameters: { 'integration.request.path.k': 'method.request.path.k' },
          }),
        },
      },
      '/staged': { GET: { integration: proxy('http://${stageVariables.host}/echo?fixed=1') } },
      '/mapped/{id}': {
        POST: {
          integration: proxy(`${back.http}/echo/{a}/{b}`, {
            httpMethod: 'PUT',
            requestParameters: {
              'integration.request.path.a': 'method.request.querystring.a',
              'integration.request.path.b': 'method.request.path.id',
              'integration.request.querystring.ip': 'context.identity.sourceIp',
              'integration.request.querystring.many': 'method.request.multivaluequerystring.q',
              'integration.request.header.X-Static': "'fixed'",
              'integration.request.header.X-Stage': 'stageVariables.colour',
              'integration.request.header.X-Name': 'method.request.body.pet.name',
              'integration.request.header.X-Pet': 'method.request.body.pet',
              'integration.request.header.Host': "'elsewhere.example'",
            },
          }),
        },
      },
      '/refused': { GET: { integration: proxy(`${back.refused}/`) } },
      '/nowhere': { GET: { integration: proxy('http://no-such-host.invalid/') } },
      '/broken': { GET: { integration: proxy('http://${stageVariables.missing}/') } },
      '/hosted': {
        GET: {
          integration: proxy(`${back.http.replace('127.', '{host}.')}/echo`, {
            requestParameters: { 'integration.request.path.host': 'method.request.header.X-Host' },
          }),
        },
      },
      '/unmapped/{proxy+}': { GET: { integration: proxy(`${back.http}/echo/{proxy}`) } },
      '/illegal': {
        GET: {
          integration: proxy(`${back.http}/echo`, {
            requestParameters: { 'integration.request.header.Transfer-Encoding': "'chunked'" },
          }),
        },
      },
      '/stream': {
        GET: {
          integration: proxy(`${back.http}/events`, { responseTransferMode: 'STREAM', timeoutInMillis: 100 }),
        },
      },
    }),
    {
      stage: { variables: { host: back.http.slice(7), colour: 'blue', query: '/echo?a=1&b=' } },
      settings: { maxPayloadBytes: 1024 * 1024 },
    },
  )
})
beforeEach(() => {
  back.calls.length = 0
  gateway.log.length = 0
})
afterAll(async () => {
  await gateway.stop()
  await back.stop()
})

const header = (arrived: Arrived, name: string) =>
  arrived.headers.findLast(([given]) => given.toLowerCase() === name)?.[1]

test('passes method, path, query, headers and body on, and drops what is the connection’s', async () => {
  const answer = await gateway.call('POST', '/dev/echo/a%2Fb/c%20d?x=1&x=2&y=%C3%A9', {
    headers: {
      'Content-Type': 'text/plain',
      'X-CuStom': ['one', 'two'],
      Connection: 'close',
      TE: 'trailers',
      'Content-MD5': 'abc',
      Via: '1.1 somebody',
      Authorization: 'Bearer token',
    },
    body: 'hello',
  })
  expect(answer.status).toBe(200)
  const [arrived] = back.calls
  expect(arrived!.method).toBe('POST')
  expect(arrived!.target).toBe('/echo/a%2Fb/c%20d?x=1&x=2&y=%C3%A9')
  expect(arrived!.body).toBe('hello')
  expect(arrived!.headers.filter(([name]) => name === 'X-CuStom')).toEqual([
    ['X-CuStom', 'one'],
    ['X-CuStom', 'two'],
  ])
  expect(header(arrived!, 'authorization')).toBe('Bearer token')
  for (const gone of ['te', 'content-md5', 'via']) expect(header(arrived!, gone)).toBeUndefined()
  expect(header(arrived!, 'host')).toBe(back.http.slice(7))
  expect(header(arrived!, 'x-amzn-apigateway-api-id')).toBe('abc123')
  expect(header(arrived!, 'x-amzn-trace-id')).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
  expect(header(arrived!, 'x-forwarded-for')).toBe('127.0.0.1')
  expect(header(arrived!, 'x-forwarded-proto')).toBe('http')
  expect(header(arrived!, 'user-agent')).toBe('AmazonAPIGateway_abc123')
  expect(header(arrived!, 'accept')).toBe('application/json')
})

test('a semicolon splits the query, for the back end too', async () => {
  await gateway.call('GET', '/dev/echo/a?x=1;y=2&z=3')
  expect(back.calls.at(-1)!.target).toBe('/echo/a?x=1&y=2&z=3')
})

test('answers with the back end’s headers, the connection’s renamed, and its own ids', async () => {
  const answer = await gateway.call('GET', '/dev/echo')
  expect(answer.header('x-back-end')).toBe('echo')
  expect(answer.header('x-amzn-remapped-date')).toMatch(/GMT$/)
  expect(answer.header('x-amzn-requestid')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect(answer.header('x-amz-apigw-id')).toMatch(/^[\w-]{15}=$/)
  expect(answer.header('x-amzn-trace-id')).toBeUndefined()
})

test('duplicate headers, redirects and packed bodies come back as they are', async () => {
  const duplicates = await gateway.call('GET', '/dev/by/duplicates')
  expect(duplicates.headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)).toEqual([
    'a=1',
    'b=2',
  ])
  expect(duplicates.headers.filter(([name]) => name.toLowerCase() === 'x-amzn-requestid')).toEqual([
    ['x-amzn-RequestId', expect.stringMatching(/^[\da-f-]{36}$/)],
  ])
  const redirect = await gateway.call('GET', '/dev/by/redirect')
  expect([redirect.status, redirect.header('location'), redirect.text]).toEqual([302, '/echo', 'moved'])
  const packed = await gateway.call('GET', '/dev/by/gzip')
  expect(packed.header('content-encoding')).toBe('gzip')
  expect(packed.body.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]))
})

test('maps parameters over what passes', async () => {
  const answer = await gateway.call('POST', '/dev/mapped/7?a=x%2Fy%20z&q=1&q=2', {
    headers: { 'Content-Type': 'application/json' },
    body: '{"pet":{"name":"Rex","legs":4,"id":12345678901234567890,"kg":19.0}}',
  })
  expect(answer.status).toBe(200)
  const [arrived] = back.calls
  expect(arrived!.method).toBe('PUT')
  expect(arrived!.target).toBe('/echo/x/y%20z/7?a=x%2Fy%20z&q=1&q=2&ip=127.0.0.1&many=1&many=2')
  expect(header(arrived!, 'x-static')).toBe('fixed')
  expect(header(arrived!, 'x-stage')).toBe('blue')
  expect(header(arrived!, 'x-name')).toBe('Rex')
  expect(header(arrived!, 'x-pet')).toBe('{"name":"Rex","legs":4,"id":12345678901234567890,"kg":19.0}')
  expect(header(arrived!, 'host')).toBe('elsewhere.example')
})

test('a mapped body that is no JSON is the client’s fault', async () => {
  const answer = await gateway.call('POST', '/dev/mapped/7?a=1', { body: '{"pet":' })
  expect([answer.status, answer.text]).toEqual([400, '{"message": "Invalid JSON in request body"}'])
  expect(back.calls).toEqual([])
})

test('dot segments in a mapped value do not reach the back end', async () => {
  for (const value of ['..%2Fadmin', '..', 'x%2F..%2F..%2Fy', '%2e%2e%5cadmin', '..%3B%2Fadmin', '..%3Bx']) {
    const answer = await gateway.call('POST', `/dev/mapped/7?a=${value}`, { body: '{}' })
    expect(answer.status).toBe(400)
  }
  expect(back.calls).toEqual([])
})

test.each([
  ['bob&role=admin', 'bob%26role%3Dadmin'],
  ['bob;role=admin', 'bob%3Brole%3Dadmin'],
  ['a+b', 'a%2Bb'],
  ['a%26b%20c', 'a%26b%20c'],
])('a value in a query stays in its parameter: %s', async (value, encoded) => {
  await gateway.call('GET', `/dev/asked/${value}`, { headers: { 'X-From': 'x#&y=+;%' } })
  expect(back.calls[0]!.target).toBe(`/echo/${value}?name=${encoded}&from=x%23%26y%3D%2B%3B%25&role=user`)
  await gateway.call('GET', `/dev/staged/${value}`)
  expect(back.calls[1]!.target).toBe(`/echo?a=1&b=${encoded}/${encoded}`)
})

test('a value in a host is part of a host', async () => {
  const asked = (host: string) => gateway.call('GET', '/dev/hosted', { headers: { 'X-Host': host } })
  for (const host of ['127.0.0.1:9/', 'a@127', '127.0.0.1?', '127.0.0.1#', '127.0.0.1\\\\'])
    expect((await asked(host)).status).toBe(400)
  expect(back.calls).toEqual([])
  expect((await asked('127')).status).toBe(200)
})

test('stage variables fill the URI in', async () => {
  await gateway.call('GET', '/dev/staged?more=2')
  expect(back.calls[0]!.target).toBe('/echo?fixed=1&more=2')
})

test('configuration errors are 500 with their reason in the log only', async () => {
  const cases = [
    ['/dev/broken', /Invalid endpoint address/],
    ['/dev/nowhere', /Invalid endpoint address/],
    ['/dev/unmapped/x', /Illegal character in path/],
    ['/dev/illegal', /Transfer-Encoding header already present/],
  ] as const
  for (const [path, reason] of cases) {
    gateway.log.length = 0
    const answer = await gateway.call('GET', path)
    expect([path, answer.status, answer.text]).toEqual([path, 500, '{"message": "Internal server error"}'])
    expect(answer.header('x-amzn-errortype')).toBe('InternalServerErrorException')
    expect(gateway.log.map(({ message }) => message)).toEqual([expect.stringMatching(reason)])
  }
  expect(back.calls).toEqual([])
})

test('network errors are 504', async () => {
  for (const path of ['/dev/refused', '/dev/by/reset', '/dev/by/garbage', '/dev/by/two-lengths']) {
    const answer = await gateway.call('GET', path)
    expect([path, answer.status, answer.text]).toEqual([
      path,
      504,
      '{"message": "Network error communicating with endpoint"}',
    ])
  }
})

test('a back end that hangs is left when the integration’s time is over', async () => {
  const answer = await gateway.call('GET', '/dev/by/hang')
  expect([answer.status, answer.text]).toEqual([504, '{"message": "Endpoint request timed out"}'])
  expect(answer.header('x-amzn-errortype')).toBe('InternalServerErrorException')
})

test('a response that breaks off is no whole response for the client', async () => {
  for (const behaviour of ['reset-in-chunks', 'hang-in-body']) {
    const seen = await gateway.call('GET', `/dev/by/${behaviour}`).then(
      (answer) => answer.status,
      () => 'broken',
    )
    expect([behaviour, seen]).toEqual([behaviour, expect.toSatisfy((end) => end === 'broken' || end >= 500)])
  }
})

test('request bodies over the limit are refused before and while they stream', async () => {
  const body = Buffer.alloc(1024 * 1024 + 1)
  const declared = await gateway.call('POST', '/dev/echo', { body })
  expect([declared.status, declared.text]).toEqual([
    413,
    '{"message":"HTTP content length exceeded 1048576 bytes."}',
  ])
  const chunked = await gateway.call('POST', '/dev/echo', {
    body,
    headers: { 'Transfer-Encoding': 'chunked' },
  })
  expect(chunked.status).toBe(413)
  expect(back.calls.filter(({ bytes }) => bytes > 1024 * 1024)).toEqual([])
})

test('a response over the limit is 500', async () => {
  const answer = await gateway.call('GET', '/dev/by/big?bytes=1048577')
  expect([answer.status, answer.text]).toEqual([500, '{"message": "Internal server error"}'])
})

test('large bodies go through both ways unharmed', async () => {
  const body = Buffer.alloc(900_000, 'abcdefghij')
  const sent = await gateway.call('POST', '/dev/echo', { body })
  expect(sent.status).toBe(200)
  expect(back.calls[0]!.bytes).toBe(900_000)
  const received = await gateway.call('GET', '/dev/by/big?bytes=700000&chunked')
  expect(received.body.length).toBe(700_000)
})

test('HEAD has no body, OPTIONS passes', async () => {
  const head = await gateway.call('HEAD', '/dev/echo')
  expect([head.status, head.body.length, back.calls[0]!.method]).toEqual([200, 0, 'HEAD'])
  const options = await gateway.call('OPTIONS', '/dev/echo')
  expect([options.status, back.calls[1]!.method]).toEqual([200, 'OPTIONS'])
})

test('a body that its client packed is unpacked, and one that is not what it says is 415', async () => {
  const { gzipSync } = await import('node:zlib')
  const answer = await gateway.call('POST', '/dev/echo', {
    headers: { 'Content-Encoding': 'gzip', 'Content-Type': 'text/plain' },
    body: gzipSync('unpacked'),
  })
  expect(answer.status).toBe(200)
  expect(back.calls[0]!.body).toBe('unpacked')
  expect(header(back.calls[0]!, 'content-encoding')).toBeUndefined()
  for (const coding of ['gzip', 'br', 'gzip, gzip']) {
    const wrong = await gateway.call('POST', '/dev/echo', {
      headers: { 'Content-Encoding': coding },
      body: 'plain',
    })
    expect([wrong.status, wrong.text]).toEqual([415, '{"message": "Unsupported Media Type"}'])
  }
  const same = await gateway.call('POST', '/dev/echo', {
    headers: { 'Content-Encoding': 'identity' },
    body: 'plain',
  })
  expect(same.status).toBe(200)
  const bomb = await gateway.call('POST', '/dev/echo', {
    headers: { 'Content-Encoding': 'gzip' },
    body: gzipSync(Buffer.alloc(4 * 1024 * 1024)),
  })
  expect(bomb.status).toBe(413)
})

test('server-sent events arrive while the back end is still sending', async () => {
  const controller = new AbortController()
  const response = await fetch(`http://127.0.0.1:${gateway.port}/_aws/execute-api/abc123/dev/stream`, {
    signal: controller.signal,
  })
  const reader = response.body!.getReader()
  let text = ''
  while (!text.includes('data: 12')) text += new TextDecoder().decode((await reader.read()).value)
  expect(text).toMatch(/^data: 0\n\ndata: 1\n\n/)
  controller.abort()
})
