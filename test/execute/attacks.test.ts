/**
 * Attacks, as a table: what a caller may try to step round a policy, to be taken for somebody else, or to reach another API.
 * The forged tokens and signatures have tables of their own: authorizers/jwt.test.ts, authorizers/iam.test.ts,
 * core/sigv4/verify.test.ts; mutual TLS: runtime/mutual-tls.test.ts; managing: control/authenticate.test.ts.
 */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Settings } from '../../src/platform.ts'
import { allow, deny, policy, protectedApi, says, sign } from './authorizers/protected.ts'
import { type Backends, startBackends } from './backends.ts'
import { type ApiSketch, startGateway, type TestGateway } from './gateway.ts'

let back: Backends
const gateways: TestGateway[] = []

const proxy = () => ({
  integration: {
    type: 'HTTP_PROXY',
    httpMethod: 'ANY',
    uri: `${back.http}/echo/{proxy}`,
    requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
  },
  requestParameters: { 'method.request.path.proxy': true },
})

async function started(
  sketch: ApiSketch,
  options: { policy?: object; settings?: Partial<Settings>; env?: Record<string, string> } = {},
): Promise<TestGateway> {
  const gateway = await startGateway(
    protectedApi(sketch, { restApi: options.policy ? { policy: JSON.stringify(options.policy) } : {} }),
    { settings: options.settings, platform: { env: options.env ?? {} } },
  )
  gateways.push(gateway)
  return gateway
}
const everyone = (statement: object) => ({ ...statement, Principal: '*' })

/** A request line byte for byte, as no HTTP client would send it. */
function raw(gateway: TestGateway, target: string, headers = '', method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(gateway.port, '127.0.0.1')
    let text = ''
    socket.write(
      `${method} ${target} HTTP/1.1\r\nHost: abc123.execute-api.us-east-1.localhost\r\nConnection: close\r\n${headers}\r\n`,
    )
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)))
  })
}

beforeAll(async () => {
  back = await startBackends()
})
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await back.stop()
})

/** Every way to write /admin or /admin/users that somebody has tried. */
const ADMIN = [
  '/admin',
  '/admin/',
  '/admin//',
  '//admin',
  '///admin/users',
  '/./admin',
  '/%2e/admin',
  '/x/../admin',
  '/x/%2e%2e/admin',
  '/x/%2E%2E/admin',
  '/x/.%2e/admin',
  '/x/..%2fadmin',
  '/x/..%2Fadmin',
  '/x/%2e%2e%2fadmin',
  '/x%2f..%2fadmin',
  '/x/y/../../admin',
  '/../admin',
  '/%2fadmin',
  '/%2Fadmin',
  '/%61dmin',
  '/%61%64%6d%69%6e',
  '/admi%6E',
  '/admin%2f',
  '/admin%2fusers',
  '/admin/%75sers',
  '/admin/x/../users',
  '/admin;x',
  '/admin;x=1/users',
  '/admin%3bx',
  '/admin?x=/public',
  '/admin#x',
  '/admin%20',
  '/admin%00',
  '/admin%0a',
  '/admin.',
  '/admin%5c',
  '/x%5c..%5cadmin',
  '/\\admin',
  '/x\\..\\admin',
  '/admin/.',
  '/admin/..%3b/admin',
]

describe('paths to what a policy denies', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await started(
      { '/{proxy+}': { ANY: proxy() }, '/admin': { ANY: proxy() }, '/': { GET: says('root') } },
      { policy: policy(everyone(allow('execute-api:/*')), everyone(deny('execute-api:/*/*/admin*'))) },
    )
  })

  test('what is not denied gets through', async () => {
    for (const path of ['/dev/public', '/dev/administration/../public', '/dev/public/adm', '/dev/a%2Fb'])
      expect(await raw(gateway, path), path).toBe(200)
  })

  test.each(ADMIN)('%j', async (path) => {
    back.calls.length = 0
    const status = await raw(gateway, `/dev${path}`)
    expect(status).not.toBe(200)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(back.calls).toEqual([])
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('%s /admin', async (method) => {
    expect(await raw(gateway, '/dev/admin', '', method)).toBe(403)
  })
})

describe('paths out of what a policy allows', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await started(
      { '/{proxy+}': { ANY: proxy() } },
      { policy: policy(everyone(allow(['execute-api:/dev/GET/public/*', 'execute-api:/dev/GET/status']))) },
    )
  })

  test('what is allowed', async () => {
    for (const path of [
      '/dev/public/a',
      '/dev/public/a/b',
      '/dev/public/%61',
      '/dev/public/a%2Fb',
      '/dev/status',
    ])
      expect(await raw(gateway, path), path).toBe(200)
  })

  test.each([
    ...ADMIN,
    '/public',
    '/public/..%2fadmin',
    '/public/%2e%2e/admin',
    '/public/../admin',
    '/public/..;/admin',
    '/public/..%3b/admin',
    '/public/%2e%2e%2f%2e%2e%2fadmin',
    '/public%2f..%2fadmin',
    '/public%5c..%5cadmin',
    '/public/..%5cadmin',
    '/public/a/../../admin',
    '/PUBLIC/a',
    '/Status',
    '/status/x',
    '/status%2fx',
    '/statusx',
    '/x/GET/public/a',
    '/x:api2/GET/public/a',
    '/x%3aarn:aws:execute-api:us-east-1:000000000000:abc123/dev/GET/public/a',
  ])('%j', async (path) => {
    back.calls.length = 0
    expect(await raw(gateway, `/dev${path}`)).not.toBe(200)
    expect(back.calls).toEqual([])
  })

  test.each([
    ['X-HTTP-Method-Override: GET\r\n', 'DELETE'],
    ['X-HTTP-Method: GET\r\n', 'POST'],
    ['X-Method-Override: GET\r\n', 'PUT'],
  ])('%j with %s', async (header, method) => {
    expect(await raw(gateway, '/dev/public/a', header, method)).toBe(403)
    expect(await raw(gateway, '/dev/public/a?_method=GET', '', method)).toBe(403)
  })
})

describe('an address that is only claimed', () => {
  const office = { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }
  const claims = [
    'X-Forwarded-For: 203.0.113.9',
    'x-forwarded-for: 203.0.113.9, 203.0.113.10',
    'X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 203.0.113.9',
    'Forwarded: for=203.0.113.9',
    'X-Real-IP: 203.0.113.9',
    'True-Client-IP: 203.0.113.9',
    'CF-Connecting-IP: 203.0.113.9',
    'X-Client-IP: 203.0.113.9',
    'X-Amzn-Source-Ip: 203.0.113.9',
    'X-Amz-Source-Ip: 203.0.113.9',
    'X-Envoy-External-Address: 203.0.113.9',
  ]
  test.each(claims)('%s opens nothing', async (claim) => {
    const gateway = await started(
      { '/x': { GET: says('ok') } },
      { policy: policy(everyone(allow('execute-api:/*', { Condition: office }))) },
    )
    expect(await raw(gateway, '/dev/x', `${claim}\r\n`)).toBe(403)
  })

  test.each([
    ['203.0.113.9', 200],
    ['198.51.100.1, 203.0.113.9', 200],
    ['203.0.113.9, 198.51.100.1', 403],
    ['203.0.113.9, 198.51.100.1, 127.0.0.1', 403],
    ['198.51.100.1, 203.0.113.9, 127.0.0.1', 200],
    ['203.0.113.9, unknown', 403],
    ['203.0.113.9,', 403],
    ['', 403],
  ])('behind a trusted proxy, %j: %i', async (chain, status) => {
    const gateway = await started(
      { '/x': { GET: says('ok') } },
      {
        policy: policy(everyone(allow('execute-api:/*', { Condition: office }))),
        settings: { trustedProxies: ['127.0.0.0/8'] },
      },
    )
    expect(await raw(gateway, '/dev/x', `X-Forwarded-For: ${chain}\r\n`)).toBe(status)
  })
})

describe('facts that are only claimed', () => {
  test.each([
    ['aws:SecureTransport', 'true', 'X-Forwarded-Proto: https', { Bool: { 'aws:SecureTransport': 'true' } }],
    ['aws:SourceVpce', 'vpce-1', 'X-Amzn-Vpce-Id: vpce-1', { StringEquals: { 'aws:SourceVpce': 'vpce-1' } }],
    ['aws:SourceVpc', 'vpc-1', 'X-Amzn-Vpc-Id: vpc-1', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }],
    [
      'aws:PrincipalArn',
      'x',
      'X-Amzn-Principal: arn:aws:iam::1:root',
      { StringLike: { 'aws:PrincipalArn': '*' } },
    ],
    [
      'aws:PrincipalOrgID',
      'o-1',
      'X-Amzn-Principal-Org-Id: o-1',
      { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
    ],
    ['aws:username', 'admin', 'X-Amz-User: admin', { StringEquals: { 'aws:username': 'admin' } }],
    [
      'aws:PrincipalTag/team',
      'blue',
      'X-Amzn-Tag-Team: blue',
      { StringEquals: { 'aws:PrincipalTag/team': 'blue' } },
    ],
  ])('%s=%s by %s', async (_key, _value, header, Condition) => {
    const gateway = await started(
      { '/x': { GET: says('ok') } },
      { policy: policy(everyone(allow('execute-api:/*', { Condition }))) },
    )
    expect(await raw(gateway, '/dev/x', `${header}\r\n`)).toBe(403)
  })

  test('a policy that cannot be read lets nobody in', async () => {
    const gateway = await started(
      { '/x': { GET: says('ok') } },
      { policy: { Statement: [{ Effect: 'Maybe' }] } },
    )
    expect(await raw(gateway, '/dev/x')).toBe(500)
  })

  test.each([['AWS_IAMM'], ['none'], ['OPEN'], ['CUSTOM'], ['COGNITO_USER_POOLS']])(
    'an authorization type %s without what it needs lets nobody in',
    async (authorizationType) => {
      const gateway = await started({ '/x': { GET: says('ok', { authorizationType }) } })
      expect(await raw(gateway, '/dev/x')).toBe(500)
    },
  )

  test('a private API without a policy lets nobody in', async () => {
    const gateway = await startGateway(
      protectedApi(
        { '/x': { GET: says('ok') } },
        { restApi: { endpointConfiguration: { types: ['PRIVATE'] } } },
      ),
    )
    gateways.push(gateway)
    expect(await raw(gateway, '/dev/x')).toBe(403)
  })
})

describe('an identity that is only claimed', () => {
  const env = {
    EDGEWAY_PRINCIPALS: JSON.stringify({
      AKIAREADER: { secretAccessKey: 's', name: 'reader', policies: [policy(allow('*'))] },
    }),
  }
  const who = says('$context.identity.userArn|$context.identity.sourceIp|$context.authorizer.principalId', {
    authorizationType: 'AWS_IAM',
  })
  const keys = { accessKeyId: 'AKIAREADER', secretAccessKey: 's' }

  test.each([
    'X-Amzn-Iam-User: admin',
    'X-Amz-User-Arn: arn:aws:iam::000000000000:root',
    'X-Amzn-RequestContext: {"identity":{"userArn":"root"}}',
    'X-Amzn-Authorizer: {"principalId":"root"}',
    'X-Forwarded-User: root',
    'Remote-User: root',
    'X-Forwarded-For: 203.0.113.9',
  ])('%s changes nothing', async (header) => {
    const gateway = await started({ '/x': { GET: who } }, { env })
    const host = `abc123.execute-api.us-east-1.localhost:${gateway.port}`
    const signed = await sign(keys, 'GET', '/dev/x', { host })
    const [name, value] = header.split(/: (.*)/s) as [string, string]
    const answer = await gateway.call('GET', '/dev/x', { host, headers: { ...signed, [name]: value } })
    expect(answer.status).toBe(200)
    expect(answer.text).toBe('arn:aws:iam::000000000000:user/reader|127.0.0.1|')
  })

  test('a signature for one API, stage or host is none for another', async () => {
    const gateway = await started({ '/x': { GET: who } }, { env })
    const pointer = gateway.stages.get('abc123/dev')!
    gateway.stages.set('abc123/prod', { ...pointer, stage: { ...pointer.stage, stageName: 'prod' } })
    gateway.stages.set('other1/dev', { ...pointer, apiId: 'other1' })
    const host = `abc123.execute-api.us-east-1.localhost:${gateway.port}`
    const headers = await sign(keys, 'GET', '/dev/x', { host })
    const status = async (path: string, at = host) =>
      (await gateway.call('GET', path, { host: at, headers: { ...headers, host: at } })).status
    expect(await status('/dev/x')).toBe(200)
    expect(await status('/prod/x')).toBe(403)
    expect(await status('/dev/x', `other1.execute-api.us-east-1.localhost:${gateway.port}`)).toBe(403)
    expect(await status('/_aws/execute-api/abc123/dev/x')).toBe(403)
    expect(await status('/restapis/abc123/dev/_user_request_/x')).toBe(403)
  })
})
