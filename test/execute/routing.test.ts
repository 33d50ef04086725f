import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Backends, startBackends } from './backends.ts'
import { definitionOf, stageOf, startGateway, type TestGateway } from './gateway.ts'

let back: Backends
let gateway: TestGateway
const sketch = (name: string, more: object = {}) =>
  definitionOf(
    {
      '/': {
        GET: { integration: { type: 'HTTP_PROXY', httpMethod: 'GET', uri: `${back.http}/echo/${name}` } },
      },
      '/who': {
        GET: {
          integration: {
            type: 'HTTP_PROXY',
            httpMethod: 'GET',
            uri: `${back.http}/echo/${name}`,
            requestParameters: {
              'integration.request.querystring.colour': 'stageVariables.colour',
              'integration.request.querystring.size': 'stageVariables.size',
              'integration.request.querystring.path': 'context.path',
              'integration.request.querystring.stage': 'context.stage',
              'integration.request.querystring.canary': 'context.isCanaryRequest',
            },
          },
        },
      },
    },
    more,
  )

beforeAll(async () => {
  back = await startBackends()
  gateway = await startGateway(sketch('one'))
  gateway.deploy(sketch('two'), 'dep2')
  gateway.deploy(sketch('closed', { restApi: { disableExecuteApiEndpoint: true } }), 'dep3')
  const put = (name: string, stage: object) =>
    gateway.stages.set(`abc123/${name}`, {
      apiId: 'abc123',
      region: 'us-east-1',
      stage: stageOf({ stageName: name, ...stage }),
    })
  put('always', {
    variables: { colour: 'blue', size: 'L' },
    canarySettings: { percentTraffic: 100, deploymentId: 'dep2', stageVariableOverrides: { colour: 'red' } },
  })
  put('never', {
    variables: { colour: 'blue' },
    canarySettings: { percentTraffic: 0, deploymentId: 'dep2', stageVariableOverrides: { colour: 'red' } },
  })
  put('half', { canarySettings: { percentTraffic: 50, deploymentId: 'dep2' } })
  put('closed', { deploymentId: 'dep3' })
  put('undeployed', { deploymentId: '' })
  const domain = (name: string, mappings: object[], more: object = {}) =>
    gateway.domains.set(name, {
      domainName: name,
      region: 'us-east-1',
      domain: { domainName: name, ...more },
      mappings: mappings as never,
    })
  domain('api.example.com', [
    { basePath: 'v1/orders', restApiId: 'abc123', stage: 'always' },
    { basePath: 'v1', restApiId: 'abc123', stage: 'dev' },
    { basePath: 'free', restApiId: 'abc123' },
    { basePath: 'closed', restApiId: 'abc123', stage: 'closed' },
  ])
  domain('root.example.com', [{ basePath: '(none)', restApiId: 'abc123', stage: 'dev' }])
  domain('mutual.example.com', [{ basePath: '(none)', restApiId: 'abc123', stage: 'dev' }], {
    mutualTlsAuthentication: { truststoreUri: 's3://x/y' },
  })
})
afterAll(async () => {
  await gateway.stop()
  await back.stop()
})

const FORBIDDEN = [403, '{"message":"Forbidden"}', 'ForbiddenException']
const MISSING = [403, '{"message":"Missing Authentication Token"}', 'MissingAuthenticationTokenException']

async function answer(method: string, path: string, host?: string) {
  const { status, text, header } = await gateway.call(method, path, { host })
  return [status, text, header('x-amzn-errortype')]
}

test.each([
  ['GET', '/nostage/who'],
  ['GET', '/'],
  ['GET', '/DEV/who'],
  ['GET', '/undeployed/who'],
  ['GET', '/closed/who'],
])('%s %s leads nowhere', async (method, path) => {
  expect(await answer(method, path)).toEqual(FORBIDDEN)
})

test.each([
  ['GET', '/dev/nothing'],
  ['POST', '/dev/who'],
  ['GET', '/dev/WHO'],
  ['GET', '/dev/who/more'],
  ['OPTIONS', '/dev/who'],
  ['PURGE', '/dev/who'],
])('%s %s has no method', async (method, path) => {
  expect(await answer(method, path)).toEqual(MISSING)
})

test('another API, another region, a host that is no API', async () => {
  expect(await answer('GET', '/dev/who', 'nobody.execute-api.us-east-1.localhost')).toEqual(FORBIDDEN)
  expect(await answer('GET', '/dev/who', 'abc123.execute-api.eu-west-1.localhost')).toEqual(FORBIDDEN)
  expect(await answer('GET', '/dev/who', 'unknown.example.com')).toEqual(FORBIDDEN)
})

test.each([
  ['/dev/who', undefined, '/dev/who'],
  ['/dev/who/', undefined, '/dev/who/'],
  ['/dev//who', undefined, '/dev//who'],
  ['/_aws/execute-api/abc123/dev/who', 'localhost', '/dev/who'],
  ['/restapis/abc123/dev/_user_request_/who', 'localhost', '/dev/who'],
  ['/dev/who', 'abc123.execute-api.localhost.localstack.cloud', '/dev/who'],
  ['/v1/who', 'api.example.com', '/v1/who'],
  ['/who', 'root.example.com', '/who'],
  ['/free/dev/who', 'api.example.com', '/free/dev/who'],
])('%s on %s is served', async (path, host, context) => {
  back.calls.length = 0
  const { status } = await gateway.call('GET', path, { host })
  expect(status).toBe(200)
  const target = new URL(back.calls[0]!.target, 'http://x')
  expect([target.pathname, target.searchParams.get('path')]).toEqual(['/echo/one', context])
})

test('the longest base path wins, whole segments only', async () => {
  back.calls.length = 0
  await gateway.call('GET', '/v1/orders/who', { host: 'api.example.com' })
  expect(back.calls[0]!.target).toMatch(/^\/echo\/two\?.*stage=always/)
  expect(await answer('GET', '/v1x/who', 'api.example.com')).toEqual(FORBIDDEN)
  expect(await answer('GET', '/', 'api.example.com')).toEqual(FORBIDDEN)
  expect(await answer('GET', '/free/who', 'api.example.com')).toEqual(FORBIDDEN)
})

test('a disabled execute-api endpoint leaves the custom domain open', async () => {
  expect((await gateway.call('GET', '/closed/who', { host: 'api.example.com' })).status).toBe(200)
})

test('a domain with mutual TLS lets nobody in without a verified certificate', async () => {
  expect(await answer('GET', '/who', 'mutual.example.com')).toEqual(FORBIDDEN)
})

test('a canary has its own deployment and variables', async () => {
  back.calls.length = 0
  await gateway.call('GET', '/always/who')
  await gateway.call('GET', '/never/who')
  await gateway.call('GET', '/dev/who')
  const [always, never, plain] = back.calls.map(({ target }) => new URL(target, 'http://x'))
  expect(always!.pathname).toBe('/echo/two')
  expect(Object.fromEntries(always!.searchParams)).toMatchObject({ colour: 'red', size: 'L', canary: 'true' })
  expect(never!.pathname).toBe('/echo/one')
  expect(Object.fromEntries(never!.searchParams)).toMatchObject({ colour: 'blue', canary: 'false' })
  expect(plain!.searchParams.get('canary')).toBeNull()
})

test('percentTraffic is a share of the calls', async () => {
  back.calls.length = 0
  for (let call = 0; call < 60; call++) await gateway.call('GET', '/half/who')
  const canary = back.calls.filter(({ target }) => target.startsWith('/echo/two')).length
  // one in 10^9 that a fair coin leaves this range
  expect(canary).toBeGreaterThan(6)
  expect(canary).toBeLessThan(54)
})

test('a new deployment is served at once, the old one until then', async () => {
  const third = definitionOf({ '/new': { GET: { integration: { type: 'MOCK' } } } })
  expect(await answer('GET', '/dev/new')).toEqual(MISSING)
  gateway.deploy(third, 'dep9')
  const held = gateway.stages.get('abc123/dev')!
  gateway.stages.set('abc123/dev', { ...held, stage: { ...held.stage, deploymentId: 'dep9' } })
  expect((await answer('GET', '/dev/new'))[0]).toBe(500)
  gateway.stages.set('abc123/dev', held)
  expect(await answer('GET', '/dev/new')).toEqual(MISSING)
})

test('limits of URL and headers', async () => {
  expect((await gateway.call('GET', `/dev/who?${'x'.repeat(10_300)}`)).status).toBe(414)
  const heavy = await gateway.call('GET', '/dev/who', { headers: { 'X-Heavy': 'x'.repeat(10_300) } })
  expect([heavy.status, heavy.text]).toEqual([413, '{"message":"Request Too Long"}'])
})

test('the name of a VPC endpoint: a header says which API is meant', async () => {
  const host = 'vpce-0123abcd-xyz.execute-api.us-east-1.vpce.amazonaws.com'
  const named = await gateway.call('GET', '/dev/who', { host, headers: { 'x-apigw-api-id': 'ABC123' } })
  expect(named.status).toBe(200)
  expect((await gateway.call('GET', '/dev/who', { host })).status).toBe(403)
})

test.each(['/dev/who#x', '/dev/who?a=1#x'])('%s: a fragment is no part of a request', async (path) => {
  const { status, text } = await rawly(`GET ${path} HTTP/1.1`)
  expect([status, text]).toEqual([400, expect.not.stringContaining('one')])
})

/** Clients do not send such targets; attackers do. */
function rawly(line: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const socket = connect(gateway.port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => resolve({ status: Number(text.split(' ')[1]), text }))
    socket.write(`${line}\r\nHost: abc123.execute-api.us-east-1.localhost\r\nConnection: close\r\n\r\n`)
  })
}

describe('what is known of the handshake', () => {
  const host = 'abc123.execute-api.us-east-1.localhost'
  const MODERN = 'SecurityPolicy_TLS13_1_3_2025_09'
  const mock = {
    type: 'MOCK',
    requestTemplates: { 'application/json': '{"statusCode":200}' },
    integrationResponses: { 200: { statusCode: '200' } },
  }
  type Asked = Partial<Record<'securityPolicy' | 'endpointAccessMode', string>>
  interface Known {
    version: string
    serverName?: string
  }
  test.each<[Asked, Known | undefined, number]>([
    [{}, { version: 'TLSv1.2', serverName: 'x' }, 200],
    [{ securityPolicy: MODERN }, { version: 'TLSv1.2', serverName: host }, 403],
    [{ securityPolicy: MODERN }, { version: 'TLSv1.3', serverName: host }, 200],
    [{ securityPolicy: 'SecurityPolicy_TLS13_2025_EDGE' }, { version: 'TLSv1.2' }, 403],
    [{ securityPolicy: 'SecurityPolicy_TLS13_1_2_2021_06' }, { version: 'TLSv1.2' }, 200],
    [{ endpointAccessMode: 'STRICT' }, { version: 'TLSv1.3', serverName: host }, 200],
    [{ endpointAccessMode: 'STRICT' }, { version: 'TLSv1.3', serverName: 'one.example.com' }, 403],
    [{ endpointAccessMode: 'STRICT' }, { version: 'TLSv1.3', serverName: '' }, 403],
    [{ endpointAccessMode: 'STRICT', securityPolicy: MODERN }, undefined, 200],
  ])('%j asked, %j known: %d', async (asked, handshake, status) => {
    const strict = await startGateway(
      definitionOf({ '/': { GET: { integration: mock } } }, { restApi: asked }),
      { peer: { tls: true, handshake } },
    )
    strict.domains.set('one.example.com', {
      domainName: 'one.example.com',
      region: 'us-east-1',
      domain: asked,
      mappings: [{ basePath: '(none)', restApiId: 'abc123', stage: 'dev' }],
    })
    try {
      expect((await strict.call('GET', '/dev/')).status).toBe(status)
      // the same of a domain name, for which the handshake was not
      if (handshake?.serverName === host)
        expect((await strict.call('GET', '/', { host: 'one.example.com' })).status).toBe(
          asked.endpointAccessMode ? 403 : status,
        )
    } finally {
      await strict.stop()
    }
  })

  test.each([
    [{ EDGEWAY_TLS: '{}' }, 403],
    [{}, 200],
  ])('there was none, %j: %d', async (env, status) => {
    const gateway = await startGateway(
      definitionOf({ '/': { GET: { integration: mock } } }, { restApi: { securityPolicy: MODERN } }),
      { platform: { env } },
    )
    expect((await gateway.call('GET', '/dev/')).status).toBe(status)
    await gateway.stop()
  })
})
