/** What clients should not send, byte for byte on a socket: an answer, at most one log line, no call that the API does not name. */
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { arrivalOf, responseOf } from '../../src/adapters/inbound-fetch.ts'
import { type Backends, startBackends } from './backends.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'
import { type LambdaServer, lambdaUri, startLambda } from './lambda.ts'

let back: Backends
let lambda: LambdaServer
let gateway: TestGateway

beforeAll(async () => {
  back = await startBackends()
  lambda = await startLambda({ echo: (event) => ({ statusCode: 200, body: JSON.stringify(event) }) })
  gateway = await startGateway(
    definitionOf({
      '/open/{proxy+}': {
        ANY: {
          integration: {
            type: 'HTTP_PROXY',
            httpMethod: 'ANY',
            uri: `${back.http}/echo/open/{proxy}`,
            requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
          },
        },
      },
      '/header': {
        GET: {
          integration: {
            type: 'HTTP',
            httpMethod: 'GET',
            uri: `${back.http}/echo`,
            requestParameters: {
              'integration.request.header.X-From-Query': 'method.request.querystring.q',
              'integration.request.querystring.h': 'method.request.header.X-H',
            },
            integrationResponses: { 200: { statusCode: '200' } },
          },
        },
      },
      '/reply': {
        GET: {
          integration: {
            type: 'MOCK',
            requestTemplates: { 'application/json': '{"statusCode":200}' },
            integrationResponses: {
              200: {
                statusCode: '200',
                responseTemplates: {
                  'application/json': '#set($context.responseOverride.header.X-Q = $input.params("q"))ok',
                },
              },
            },
          },
        },
      },
      '/lambda': { ANY: { integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: lambdaUri('echo') } } },
    }),
    { settings: { endpoints: { LAMBDA: lambda.url } } },
  )
})
beforeEach(() => {
  back.calls.length = 0
  gateway.log.length = 0
})
afterAll(async () => {
  // whatever came before, the gateway still serves
  expect((await gateway.call('GET', '/dev/open/alive')).status).toBe(200)
  await gateway.stop()
  await lambda.stop()
  await back.stop()
})

const HOST = 'Host: abc123.execute-api.us-east-1.localhost'

/** All bytes that come back until the server closes, or falls silent. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(gateway.port, '127.0.0.1')
    let received = ''
    socket.setTimeout(400, () => socket.destroy())
    socket.on('data', (data) => {
      received += data.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
    socket.write(Buffer.from(text, 'latin1'))
  })
const request = (line: string, headers: string[] = [], body = '') =>
  raw(`${line} HTTP/1.1\r\n${[HOST, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n${body}`)
const statusOf = (response: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1] ?? 0)

test.each([
  ['two lengths', ['Content-Length: 4', 'Content-Length: 5'], 'abcde'],
  [
    'a length and chunks',
    ['Content-Length: 4', 'Transfer-Encoding: chunked'],
    '0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
  ],
  ['a length that is none', ['Content-Length: +4'], 'abcd'],
  ['a NUL in a header', ['X-Nul: a\0b'], ''],
  ['a folded header', ['X-Fold: a\r\n b'], ''],
  ['a space in a name', ['X Space: a'], ''],
  ['a chunk size that is none', ['Transfer-Encoding: chunked'], 'zz\r\nab\r\n0\r\n\r\n'],
])('%s never reaches a back end as something else', async (_, headers, body) => {
  const response = await request('POST /dev/open/x', headers, body)
  expect(statusOf(response)).toSatisfy((status: number) => status === 400 || status === 0)
  expect(back.calls).toEqual([])
})

test.each([
  ['/dev/open/../../admin', [403]],
  ['/dev/open/%2e%2e/%2e%2e/admin', [403]],
  ['/dev/open/a/..%2f..%2fadmin', [400]],
  ['/dev/open/a%5c..%5cadmin', [400]],
  ['/dev/open/.%2e/x', [403]],
  ['/dev/open/..;/admin', [400]],
  ['/dev/open/a/%2e%2e;x=1/%2e%2e;/admin', [400]],
  ['/dev/open/..%3b/admin', [400]],
])('dot segments: %s', async (path, expected) => {
  const status = statusOf(await request(`GET ${path}`))
  expect(expected).toContain(status)
  expect(back.calls).toEqual([])
})

test.each([
  ['/dev/open/%ff%fe', '/echo/open/%ff%fe'],
  ['/dev/open/%00', '/echo/open/%00'],
  ['/dev/open/%zz', '/echo/open/%zz'],
  ['/dev/open/a..;b=c&d=e+f;/..g;h', '/echo/open/a..;b=c&d=e+f;/..g;h'],
  ['/dev/open/a?x=%ff&y=%&z', '/echo/open/a?x=%ff&y=%&z'],
])('what is no UTF-8 goes on as it is: %s', async (path, target) => {
  expect(statusOf(await request(`GET ${path}`))).toBe(200)
  expect(back.calls.map((call) => call.target)).toEqual([target])
})

test('an absolute-form target is answered for its own path, to the API that it names', async () => {
  const status = statusOf(await request('GET http://abc123.execute-api.us-east-1.localhost/dev/open/abs'))
  expect(status).toBe(200)
  expect(back.calls.map((call) => call.target)).toEqual(['/echo/open/abs'])
  back.calls.length = 0
  expect(statusOf(await request(`GET ${back.http}/echo/direct`))).toSatisfy((status: number) => status >= 400)
  expect(back.calls).toEqual([])
})

test('a mapped value with a line break is no second header', async () => {
  const response = await request('GET /dev/header?q=a%0d%0aX-Evil:%201')
  expect(statusOf(response)).toBe(500)
  expect(back.calls).toEqual([])
  expect(gateway.log).toHaveLength(1)
  const reply = await request('GET /dev/reply?q=a%0d%0aSet-Cookie:%20b=1')
  expect([statusOf(reply), /set-cookie/i.test(reply)]).toEqual([200, false])
})

test('a mapped header with odd characters is encoded in a query', async () => {
  expect(statusOf(await request('GET /dev/header', ['X-H: a&b=c#d?e']))).toBe(200)
  expect(back.calls[0]!.target).toBe('/echo?h=a%26b%3Dc%23d%3Fe')
})

test('names that JavaScript knows are only names, also where the Fetch API lists them', async () => {
  const { port, ...fetched } = gateway
  const request = new Request(`http://x:${port}/lambda`, {
    headers: { constructor: 'y', 'user-agent': 'me' },
  })
  const answer = await fetched.execute.handle(arrivalOf(request, { address: '127.0.0.1', tls: false }), {
    by: 'api',
    apiId: 'abc123',
    stage: 'dev',
    rawPath: '/lambda',
    rawQuery: '',
  })
  const { headers } = (await responseOf(answer).json()) as { headers: Record<string, string> }
  expect([headers.constructor, headers['User-Agent']]).toEqual(['y', 'me'])
})

test('names that JavaScript knows are only names', async () => {
  const response = await request('GET /dev/lambda?__proto__=1&constructor=2&toString=3', [
    '__proto__: x',
    'constructor: y',
  ])
  const event = JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4))
  expect(Object.entries(event.queryStringParameters)).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
    ['toString', '3'],
  ])
  expect(Object.entries(event.headers)).toEqual(
    expect.arrayContaining([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]),
  )
})

test('a body that its client breaks off ends the call', async () => {
  await request('POST /dev/lambda', ['Content-Length: 100'], 'only so much')
  expect(lambda.invocations.filter(({ event }) => event.includes('only so much'))).toEqual([])
})

test('a host that is no API gets Amazon’s answer', async () => {
  const response = await raw('GET /dev/open/x HTTP/1.1\r\nHost: nobody.example\r\nConnection: close\r\n\r\n')
  expect([statusOf(response), response.includes('{"message":"Forbidden"}')]).toEqual([403, true])
})
