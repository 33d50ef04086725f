/** Lambda authorizers: real functions behind the Invoke API, real calls through the gateway. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Authorizer, GatewayResponse } from '../../../src/core/documents.ts'
import { startGateway, type TestGateway } from '../gateway.ts'
import { type Handler, LambdaFailure, type LambdaServer, startLambda } from '../lambda.ts'
import { allow, deny, policy, protectedApi, says } from './protected.ts'

interface Event {
  type: string
  methodArn: string
  authorizationToken?: string
  headers?: Record<string, string>
  [name: string]: unknown
}

const ARN = 'arn:aws:execute-api:us-east-1:000000000000:abc123'
const uri = (name: string) =>
  `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:${name}/invocations`
const grant = (statement: object, more: object = {}) => ({
  principalId: 'me',
  policyDocument: policy(statement),
  ...more,
})

const functions: Record<string, (event: Event) => unknown> = {
  token: ({ authorizationToken, methodArn }) => {
    const [what] = authorizationToken!.split(' ').slice(-1)
    if (what === 'unauthorized') throw new Error('Unauthorized')
    if (what === 'fails') throw new Error('unauthorized?')
    if (what === 'throttled') throw new LambdaFailure(429, 'TooManyRequestsException')
    if (what === 'forbidden') throw new LambdaFailure(403, 'AccessDeniedException')
    if (what === 'slow') return new Promise((resolve) => setTimeout(resolve, 2000))
    if (what === 'huge') return grant(allow('*'), { context: { big: 'x'.repeat(9000) } })
    if (what === 'raw') return 'raw:this is not JSON'
    if (what === 'nothing') return null
    if (what === 'list') return []
    if (what === 'nobody') return { policyDocument: policy(allow('*')) }
    if (what === 'nopolicy') return { principalId: 'me' }
    if (what === 'noeffect') return grant({ Action: 'execute-api:Invoke', Resource: '*' })
    if (what === 'principal') return grant({ ...allow('*'), Principal: '*' })
    if (what === 'longresource') return grant(allow(`${ARN}/${'x'.repeat(600)}`))
    if (what === 'nested') return grant(allow('*'), { context: { a: { b: 1 } } })
    if (what === 'numberkey') return grant(allow('*'), { usageIdentifierKey: 5 })
    if (what === 'more') return grant(allow('*'), { isAuthorized: true })
    if (what === 'deny') return grant(deny(methodArn))
    if (what === 'silent') return grant(allow(`${ARN}/dev/GET/elsewhere`))
    if (what === 'this') return grant(allow(methodArn))
    if (what === 'denies') return policyFor(what)
    if (what === 'numbered') return grant(allow('*'), { principalId: 123 })
    if (what === 'nameless') return grant(allow('*'), { principalId: '' })
    if (what === 'why') return grant(deny('*'), { context: { why: 'no pets for you' } })
    return grant(allow(`${ARN}/*`), {
      principalId: what,
      context: { text: 'te"xt', number: 12, yes: true, none: null, principalId: 'forged', claims: 'forged' },
    })
  },
  request: (event) => grant(allow(event.methodArn), { context: { seen: String(event.methodArn) } }),
}
const policyFor = (_: string) => grant(deny('*'))

const authorizer = (more: Partial<Authorizer>): Authorizer => ({
  id: 'auth1',
  name: 'auth1',
  type: 'TOKEN',
  authorizerUri: uri('token'),
  identitySource: 'method.request.header.Authorization',
  authorizerResultTtlInSeconds: 0,
  ...more,
})
const guarded = says(
  '$context.authorizer.principalId|$context.authorizer.text|$context.authorizer.number|$context.authorizer.yes|$context.authorizer.claims',
  { authorizationType: 'CUSTOM', authorizerId: 'auth1' },
)

let lambda: LambdaServer
const gateways: TestGateway[] = []
let now = Date.now()

async function started(
  given: Partial<Authorizer>,
  options: {
    policy?: object
    limits?: Record<string, number>
    stage?: object
    gatewayResponses?: GatewayResponse[]
  } = {},
): Promise<TestGateway> {
  const gateway = await startGateway(
    protectedApi(
      {
        '/pets': { GET: guarded, POST: guarded },
        '/pets/{id}': { GET: guarded },
        '/files/{proxy+}': { ANY: guarded },
        '/keyed': { GET: { ...guarded, apiKeyRequired: true } },
      },
      {
        authorizers: [authorizer(given)],
        gatewayResponses: options.gatewayResponses ?? [],
        restApi: options.policy ? { policy: JSON.stringify(options.policy) } : {},
      },
    ),
    {
      settings: { endpoints: { '': lambda.url }, limits: options.limits ?? {} },
      stage: { variables: { fn: 'token', tenant: 't1' }, ...options.stage },
      platform: { clock: { now: () => now } },
      keys: {
        find: async (value) =>
          value === 'k' ? { id: 'key1', plan: { id: 'p1', name: 'p1', apiStages: [] } } : null,
      },
    },
  )
  gateways.push(gateway)
  return gateway
}
const get = (gateway: TestGateway, token: string | undefined, path = '/dev/pets', method = 'GET') =>
  gateway.call(method, path, { headers: token === undefined ? {} : { Authorization: token } })

beforeAll(async () => {
  lambda = await startLambda(functions as unknown as Record<string, Handler>)
})
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await lambda.stop()
})
beforeEach(() => {
  lambda.invocations.length = 0
})

describe('TOKEN', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await started({}, { limits: { authorizerTimeoutMs: 300 } })
  })

  test('is asked with the token and the method, and its context is told as texts', async () => {
    const { status, text } = await get(gateway, 'Bearer alice')
    expect(status).toBe(200)
    expect(text).toBe('alice|te"xt|12|true|')
    expect(JSON.parse(lambda.invocations[0]!.event)).toEqual({
      type: 'TOKEN',
      methodArn: `${ARN}/dev/GET/pets`,
      authorizationToken: 'Bearer alice',
    })
  })

  test.each([
    ['/dev/pets/', 'GET/pets'],
    ['/dev/pets/a1', 'GET/pets/a1'],
    ['/dev/pets/%61%31', 'GET/pets/a1'],
    ['/dev/pets/a%20b', 'GET/pets/a%20b'],
    ['/dev/pets/*', 'GET/pets/%2A'],
    ['/dev/pets/%2a', 'GET/pets/%2A'],
    ['/dev/pets/%3f', 'GET/pets/%3F'],
    ['/dev/pets/$%7baws:username%7d', 'GET/pets/%24%7Baws:username%7D'],
    ['/dev/pets/a%2fb', 'GET/pets/a%2Fb'],
    ['/dev/files/a/b%2fc', 'GET/files/a/b%2Fc'],
  ])('%s is %s', async (path, method) => {
    await get(gateway, 'alice', path)
    expect(JSON.parse(lambda.invocations[0]!.event).methodArn).toBe(`${ARN}/dev/${method}`)
  })

  test.each([
    [undefined, 401, '{"message":"Unauthorized"}', 'UnauthorizedException', 0],
    ['', 401, '{"message":"Unauthorized"}', 'UnauthorizedException', 0],
    ['unauthorized', 401, '{"message":"Unauthorized"}', 'UnauthorizedException', 1],
    [
      'deny',
      403,
      '{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}',
      'AccessDeniedException',
      1,
    ],
    [
      'silent',
      403,
      '{"Message":"User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action"}',
      'AccessDeniedException',
      1,
    ],
    ['fails', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['throttled', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['forbidden', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['slow', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['huge', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['raw', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['nothing', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['list', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['more', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['nobody', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['nopolicy', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['noeffect', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['principal', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['longresource', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['nested', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
    ['numberkey', 500, '{"message":null}', 'AuthorizerConfigurationException', 1],
  ])('%s: %i', async (token, status, body, type, asked) => {
    const answer = await get(gateway, token)
    expect(answer.status).toBe(status)
    expect(answer.text).toBe(body)
    expect(answer.header('x-amzn-errortype')).toBe(type)
    expect(lambda.invocations.length).toBe(asked)
  })

  test('a stage that names no role of the authorizer asks nobody', async () => {
    const gateway = await started({ authorizerCredentials: '${stageVariables.role}' })
    const answer = await get(gateway, 'Bearer alice')
    expect([answer.status, answer.header('x-amzn-errortype')]).toEqual([
      500,
      'AuthorizerConfigurationException',
    ])
    expect(gateway.log[0]!.message).toContain("${stageVariables.role} name no role but ''")
    expect(lambda.invocations).toEqual([])
  })

  test('another header, and an expression that the whole token must match', async () => {
    const gateway = await started({
      identitySource: 'method.request.header.X-Token',
      identityValidationExpression: 'ok-[a-z]+',
    })
    const call = (token: string) => gateway.call('GET', '/dev/pets', { headers: { 'x-token': token } })
    expect((await call('ok-alice')).status).toBe(200)
    for (const token of ['ok-', 'ok-alice1', 'xok-alice', 'OK-alice'])
      expect((await call(token)).status).toBe(401)
    expect(lambda.invocations.length).toBe(1)
    expect((await get(gateway, 'ok-alice')).status).toBe(401)
  })

  test('an expression that is none lets nobody in', async () => {
    const gateway = await started({ identityValidationExpression: '(' })
    expect((await get(gateway, 'x')).status).toBe(500)
    expect(lambda.invocations.length).toBe(0)
  })

  test('its function may be named by a stage variable', async () => {
    const gateway = await started({ authorizerUri: uri('${stageVariables.fn}') })
    expect((await get(gateway, 'alice')).status).toBe(200)
    expect(lambda.invocations[0]!.arn).toBe('arn:aws:lambda:us-east-1:000000000000:function:token')
  })

  test('of two tokens none is believed: the back end might look at the other', async () => {
    const gateway = await started({})
    const twice = (...tokens: string[]) =>
      gateway.call('GET', '/dev/pets', { headers: { Authorization: tokens } })
    expect((await twice('alice', 'mallory')).status).toBe(401)
    expect((await twice('mallory', 'alice')).status).toBe(401)
    expect((await twice('alice')).status).toBe(200)
  })

  test.each([
    ['no function', { authorizerUri: 'http://elsewhere' }],
    ['no such function', { authorizerUri: uri('missing') }],
    ['a type of its own', { type: 'MAGIC' }],
    ['another id', { id: 'auth2' }],
  ])('%s: nobody is let in', async (_, given) => {
    const answer = await get(await started(given), 'alice')
    expect(answer.status).toBe(500)
    expect(answer.text).toBe('{"message":null}')
  })
})

describe('REQUEST', () => {
  const request: Partial<Authorizer> = {
    type: 'REQUEST',
    authorizerUri: uri('request'),
    identitySource: undefined,
  }

  test('is asked with the whole request but its body', async () => {
    const gateway = await started(request)
    await gateway.call('GET', '/dev/pets/a%20b?q=1&q=2', { headers: { Auth: 'x', 'User-Agent': 'me' } })
    const event = JSON.parse(lambda.invocations[0]!.event)
    expect(event).toMatchObject({
      type: 'REQUEST',
      methodArn: `${ARN}/dev/GET/pets/a%20b`,
      resource: '/pets/{id}',
      httpMethod: 'GET',
      queryStringParameters: { q: '2' },
      multiValueQueryStringParameters: { q: ['1', '2'] },
      stageVariables: { fn: 'token', tenant: 't1' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'abc123',
        stage: 'dev',
        resourcePath: '/pets/{id}',
      },
    })
    expect(event.headers).toMatchObject({
      Auth: 'x',
      'User-Agent': 'me',
      'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24}$/),
    })
    expect(event.requestContext.identity).not.toHaveProperty('apiKey')
    expect(event).not.toHaveProperty('body')
    expect(event).not.toHaveProperty('isBase64Encoded')
  })

  test('is told the API key of the header, whoever it is of', async () => {
    const gateway = await started(request)
    await gateway.call('GET', '/dev/pets', { headers: { 'x-api-key': 'k' } })
    await gateway.call('GET', '/dev/keyed', { headers: { 'x-api-key': 'k', auth: 'other' } })
    await gateway.call('GET', '/dev/keyed', { headers: { 'x-api-key': 'unknown', auth: 'another' } })
    const told = lambda.invocations.map(({ event }) => {
      const { apiKey, apiKeyId } = JSON.parse(event).requestContext.identity
      return [apiKey, apiKeyId]
    })
    expect(told).toEqual([
      ['k', undefined],
      ['k', 'key1'],
      ['unknown', undefined],
    ])
  })

  test('what is not there is an empty map', async () => {
    await (await started(request)).call('GET', '/dev/pets')
    expect(JSON.parse(lambda.invocations[0]!.event)).toMatchObject({
      pathParameters: {},
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
    })
  })

  test('every identity source must be there', async () => {
    const gateway = await started({
      ...request,
      identitySource:
        'method.request.header.Auth, method.request.querystring.q, stageVariables.tenant, context.httpMethod',
      authorizerResultTtlInSeconds: 60,
    })
    const call = (path: string, headers: Record<string, string>) => gateway.call('GET', path, { headers })
    expect((await call('/dev/pets?q=1', { auth: 'x' })).status).toBe(200)
    expect(lambda.invocations.length).toBe(1)
    for (const [path, headers] of [
      ['/dev/pets', { auth: 'x' }],
      ['/dev/pets?q=', { auth: 'x' }],
      ['/dev/pets?Q=1', { auth: 'x' }],
      ['/dev/pets?q=1', {}],
      ['/dev/pets?q=1', { auth: '' }],
    ] as const)
      expect((await call(path, headers)).status).toBe(401)
    expect(lambda.invocations.length).toBe(1)
  })
})

describe('the cache', () => {
  const cached: Partial<Authorizer> = { authorizerResultTtlInSeconds: 60 }

  test('keeps a result for its time', async () => {
    const gateway = await started(cached)
    await get(gateway, 'alice')
    expect((await get(gateway, 'alice')).text).toContain('alice|')
    expect(lambda.invocations.length).toBe(1)
    now += 59_999
    await get(gateway, 'alice')
    expect(lambda.invocations.length).toBe(1)
    now += 1
    await get(gateway, 'alice')
    expect(lambda.invocations.length).toBe(2)
  })

  test('keeps denials, not failures', async () => {
    const gateway = await started(cached)
    for (const token of ['deny', 'deny', 'unauthorized', 'unauthorized', 'fails', 'fails'])
      expect((await get(gateway, token)).status).toBeGreaterThan(400)
    expect(lambda.invocations.length).toBe(5)
  })

  test('a policy for one method does not open another', async () => {
    const gateway = await started(cached)
    expect((await get(gateway, 'this', '/dev/pets/1')).status).toBe(200)
    expect((await get(gateway, 'this', '/dev/pets/1')).status).toBe(200)
    for (const [path, method] of [
      ['/dev/pets/2', 'GET'],
      ['/dev/pets', 'GET'],
      ['/dev/pets', 'POST'],
      ['/dev/files/pets/1', 'GET'],
      ['/dev/pets/1%2f..%2f2', 'GET'],
    ] as const)
      expect((await get(gateway, 'this', path, method)).status).toBe(403)
    expect(lambda.invocations.length).toBe(1)
  })

  test('a wildcard in a path is no wildcard in the policy that follows', async () => {
    const gateway = await started(cached)
    expect((await get(gateway, 'this', '/dev/pets/*')).status).toBe(200)
    expect((await get(gateway, 'this', '/dev/pets/1')).status).toBe(403)
    expect((await get(gateway, 'this', '/dev/files/*')).status).toBe(403)
  })

  test('whoever is allowed one spelling to the letter may use it, and no other', async () => {
    const gateway = await started(cached)
    expect((await get(gateway, 'this', '/dev/files/a%2fb')).status).toBe(200)
    expect((await get(gateway, 'this', '/dev/files/%61%2Fb')).status).toBe(200)
    expect((await get(gateway, 'this', '/dev/files/a/b')).status).toBe(403)
    expect(lambda.invocations.length).toBe(1)
  })

  test('is not shared between stages, APIs, deployments and authorizers, and goes when it is flushed', async () => {
    const gateway = await started(cached)
    const asked = async (calls: number) => {
      await get(gateway, 'alice')
      expect(lambda.invocations.length).toBe(calls)
    }
    await asked(1)
    await asked(1)
    const pointer = gateway.stages.get('abc123/dev')!
    gateway.stages.set('abc123/prod', { ...pointer, stage: { ...pointer.stage, stageName: 'prod' } })
    await get(gateway, 'alice', '/prod/pets')
    expect(lambda.invocations.length).toBe(2)
    gateway.stages.set('abc123/dev', { ...pointer, stage: { ...pointer.stage, authorizersGeneration: 1 } })
    await asked(3)
    const again = protectedApi({ '/pets': { GET: guarded } }, { authorizers: [authorizer(cached)] })
    gateway.deploy(again, 'dep2')
    gateway.stages.set('abc123/dev', {
      ...pointer,
      stage: { ...pointer.stage, authorizersGeneration: 1, deploymentId: 'dep2' },
    })
    await asked(4)
    await asked(4)
  })

  test('is not shared with a canary whose variables name another function', async () => {
    const gateway = await started({ ...cached, authorizerUri: uri('${stageVariables.fn}') })
    const pointer = gateway.stages.get('abc123/dev')!
    expect((await get(gateway, 'alice')).status).toBe(200)
    const canarySettings = { percentTraffic: 100, stageVariableOverrides: { fn: 'missing' } }
    gateway.stages.set('abc123/dev', { ...pointer, stage: { ...pointer.stage, canarySettings } })
    expect((await get(gateway, 'alice')).status).toBe(500)
  })

  test('tells values of several sources apart, however they are put together', async () => {
    const gateway = await started({
      ...cached,
      type: 'REQUEST',
      authorizerUri: uri('request'),
      identitySource: 'method.request.header.A,method.request.header.B',
    })
    const call = (a: string | string[], b: string) =>
      gateway.call('GET', '/dev/pets', { headers: { A: a, B: b } })
    await call('x', 'y,z')
    await call('x,y', 'z')
    await call('xy', 'z')
    await call('x', 'y"]["z')
    await call(['x', 'evil'], 'z')
    await call('evil', 'z')
    expect(lambda.invocations.length).toBe(6)
    await call('x', 'y,z')
    expect(lambda.invocations.length).toBe(6)
  })
})

describe('with a resource policy', () => {
  const everyone = (effect: object) => policy({ ...effect, Principal: '*' })
  test.each([
    ['alice', allow(`${ARN}/*`), 200, 1],
    ['alice', allow(`${ARN}/dev/GET/elsewhere`), 200, 1],
    ['alice', deny(`${ARN}/*`), 403, 0],
    ['silent', allow(`${ARN}/*`), 200, 1],
    ['silent', allow(`${ARN}/dev/GET/elsewhere`), 403, 1],
    ['deny', allow(`${ARN}/*`), 403, 1],
    ['deny', allow(`${ARN}/dev/GET/elsewhere`), 403, 1],
    ['deny', deny(`${ARN}/*`), 403, 0],
  ])('%s and %j: %i', async (token, effect, status, asked) => {
    const gateway = await started({}, { policy: everyone(effect) })
    expect((await get(gateway, token)).status).toBe(status)
    expect(lambda.invocations.length).toBe(asked)
  })

  test('who is denied before anybody is asked is anonymous', async () => {
    const gateway = await started({}, { policy: everyone(deny('execute-api:/*')) })
    expect((await get(gateway, 'alice')).text).toBe(
      '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********0000:abc123/dev/GET/pets with an explicit deny in a resource-based policy"}',
    )
  })
})

test('a test invocation asks the function past its cache', async () => {
  const gateway = await started({ authorizerResultTtlInSeconds: 300 })
  const definition = protectedApi({ '/pets': { GET: guarded } }, { authorizers: [authorizer({})] })
  const ask = (token?: string) =>
    gateway.execute.testInvoker.testInvokeAuthorizer({
      definition,
      region: 'us-east-1',
      authorizerId: 'auth1',
      headers: token === undefined ? {} : { Authorization: token },
    })
  const answer = await ask('alice in chains')
  expect(answer).toMatchObject({
    clientStatus: 200,
    principalId: 'chains',
    authorization: { number: ['12'] },
  })
  expect(JSON.parse(answer.policy!)).toEqual(policy(allow(`${ARN}/*`)))
  const [, id] = /^Execution log for request (\S+)\n/.exec(answer.log)!
  const lines = (log: string) => log.split('\n').map((line) => line.replace(/^.*? UTC \d{4} : /, ''))
  const url = `https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:token/invocations`
  expect(lines(answer.log).slice(1, -1)).toEqual([
    `Starting authorizer: auth1 for request: ${id}`,
    'Incoming identity: *********chains',
    `Endpoint request URI: ${url}`,
    expect.stringMatching(
      `^Endpoint request headers: {Host=\\S+, Content-Type=application/json, X-Amz-Source-Arn=${ARN}/authorizers/auth1, X-Amz-Date=\\w+, Authorization=\\*+\\w{6}}$`,
    ),
    `Endpoint request body after transformations: {"type":"TOKEN","methodArn":"${ARN}/ESTestInvoke-stage/GET/","authorizationToken":"alice in chains"}`,
    `Sending request to ${url}`,
    expect.stringMatching(/^Authorizer result body before parsing: \{"principalId":"chains",/),
    'Using valid authorizer policy for principal: ******',
    'Successfully completed authorizer execution',
  ])
  const refused = await ask('unauthorized')
  expect(refused).toMatchObject({ clientStatus: 401 })
  expect(lines(refused.log).slice(-3)).toEqual([
    expect.stringMatching(/^Unauthorized request: [0-9a-f-]{36}$/),
    'Unauthorized',
    '',
  ])
  expect(await ask()).toMatchObject({ clientStatus: 401 })
  expect(await ask('fails')).toMatchObject({ clientStatus: 500 })
})

describe('a call that is refused', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await started(
      {},
      {
        gatewayResponses: [
          {
            responseType: 'ACCESS_DENIED',
            responseTemplates: {
              'application/json': '$context.authorizer.principalId: $context.authorizer.why',
            },
            responseParameters: { 'gatewayresponse.header.X-Why': 'context.authorizer.why' },
          },
        ],
        stage: {
          accessLogSettings: {
            destinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:access',
            format:
              '$context.authorizer.status $context.authorizer.principalId $context.authorize.status $context.authorize.error',
          },
        },
      },
    )
  })
  const logged = () => gateway.log.findLast(({ fields }) => fields?.log === 'access')!.message

  test('is told what the authorizer said, where the API says so', async () => {
    const { status, text, header } = await get(gateway, 'why')
    expect([status, text, header('x-why')]).toEqual([403, 'me: no pets for you', 'no pets for you'])
  })

  test.each([
    ['alice', '200 alice 200 -'],
    [
      'why',
      '200 me 403 User is not authorized to access this resource with an explicit deny in an identity-based policy',
    ],
    ['unauthorized', '401 - - -'],
    [undefined, '401 - - -'],
    ['nameless', '200  200 -'],
    ['numbered', '200 123 200 -'],
    ['throttled', '500 - - -'],
  ])('%s is in the access log as %s', async (token, line) => {
    await get(gateway, token)
    expect(logged()).toBe(line)
  })
})
