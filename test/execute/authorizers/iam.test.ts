/** AWS_IAM on the wire: Amazon's own signer calls, the gateway verifies and decides. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../gateway.ts'
import { allow, deny, type Keys, policy, presign, protectedApi, says, sign } from './protected.ts'

const ACCOUNT = '000000000000'
const ARN = `arn:aws:execute-api:us-east-1:${ACCOUNT}:abc123`
const CALLER = {
  AKIAALL: { name: 'all', policies: [policy(allow('*'))] },
  AKIAONE: { name: 'one', policies: [policy(allow(`${ARN}/dev/GET/pets/1`))] },
  AKIANONE: { name: 'none', policies: [policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' })] },
  AKIADENIED: { name: 'denied', policies: [policy(allow('*'), deny(`${ARN}/*/POST/*`))] },
  AKIAOTHER: { name: 'other', accountId: '999999999999', policies: [policy(allow('*'))] },
  AKIAOTHERNONE: { name: 'othernone', accountId: '999999999999', policies: [] },
  AKIASILENT: { name: 'silent', policies: [] },
  ASIATEMP: {
    name: 'temp',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/dev/temp`,
    sessionToken: 'session',
    policies: [policy(allow('*'))],
  },
  ASIAGONE: { name: 'gone', sessionToken: 'session', expiresAt: 1, policies: [policy(allow('*'))] },
} as const
type Who = keyof typeof CALLER
const secretOf = (who: string) => `${who}-secret`
const keysOf = (who: string, more: Partial<Keys> = {}): Keys => ({
  accessKeyId: who,
  secretAccessKey: secretOf(who),
  ...(who.startsWith('ASIA') && { sessionToken: 'session' }),
  ...more,
})
const env = {
  EDGEWAY_PRINCIPALS: JSON.stringify(
    Object.fromEntries(
      Object.entries(CALLER).map(([id, caller]) => [id, { secretAccessKey: secretOf(id), ...caller }]),
    ),
  ),
}

const who = says(
  '$context.identity.accessKey|$context.identity.accountId|$context.identity.caller|$context.identity.user|$context.identity.userArn',
  { authorizationType: 'AWS_IAM' },
)
const api = (resourcePolicy?: object) =>
  protectedApi(
    {
      '/pets': { GET: who, POST: who },
      '/pets/{id}': { GET: who },
      '/files/{proxy+}': { ANY: who },
    },
    { restApi: resourcePolicy ? { policy: JSON.stringify(resourcePolicy) } : {} },
  )

let gateway: TestGateway
let host: string
const gateways: TestGateway[] = []

async function started(resourcePolicy?: object, stage?: object): Promise<TestGateway> {
  const one = await startGateway(api(resourcePolicy), { platform: { env }, stage })
  gateways.push(one)
  return one
}
const hostOf = ({ port }: TestGateway) => `abc123.execute-api.us-east-1.localhost:${port}`

async function call(
  keys: Keys,
  method = 'GET',
  path = '/dev/pets',
  options: Partial<Parameters<typeof sign>[3]> & { on?: TestGateway } = {},
) {
  const { on = gateway, body, query = {}, ...more } = options
  const headers = await sign(keys, method, path, { host: hostOf(on), body, query, ...more })
  const text = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  )
  return on.call(method, path + (text.length > 0 ? `?${text.join('&')}` : ''), {
    headers,
    body,
    host: hostOf(on),
  })
}

beforeAll(async () => {
  gateway = await started()
  host = hostOf(gateway)
})
afterAll(() => Promise.all(gateways.map((one) => one.stop())))

describe('who calls', () => {
  test('is told to the integration', async () => {
    const { status, text } = await call(keysOf('AKIAALL'))
    expect(status).toBe(200)
    expect(text).toBe(`AKIAALL|${ACCOUNT}|AKIAALL|AKIAALL|arn:aws:iam::${ACCOUNT}:user/all`)
  })

  test('a session of a role, with its token', async () => {
    expect((await call(keysOf('ASIATEMP'))).text).toContain(`arn:aws:sts::${ACCOUNT}:assumed-role/dev/temp`)
  })

  test('presigned', async () => {
    const query = await presign(keysOf('AKIAALL'), 'GET', '/dev/pets', host)
    expect((await gateway.call('GET', `/dev/pets?${query}`, { host })).status).toBe(200)
    expect((await gateway.call('GET', `/dev/pets/1?${query}`, { host })).status).toBe(403)
    expect((await gateway.call('POST', `/dev/pets?${query}`, { host })).status).toBe(403)
    expect((await gateway.call('GET', `/dev/pets?${query}&x=1`, { host })).status).toBe(403)
  })

  test('with a body, a query and odd paths', async () => {
    const keys = keysOf('AKIAALL')
    expect((await call(keys, 'POST', '/dev/pets', { body: '{"name":"ü"}' })).status).toBe(200)
    expect((await call(keys, 'GET', '/dev/pets', { query: { b: ['2', '1'], a: 'x y+z/ü&=' } })).status).toBe(
      200,
    )
    expect((await call(keys, 'GET', '/dev/pets/a%20b%2Fc')).status).toBe(200)
    expect((await call(keys, 'GET', '/dev/files/a//b/%C3%BC')).status).toBe(200)
  })

  test('a compressed body is signed as it was sent', async () => {
    const body = gzipSync('{"a":1}')
    const headers = await sign(keysOf('AKIAALL'), 'POST', '/dev/pets', {
      host,
      body: body as never,
      headers: { 'content-encoding': 'gzip' },
    })
    expect((await gateway.call('POST', '/dev/pets', { host, headers, body })).status).toBe(200)
    const other = gzipSync('{"a":2}')
    expect((await gateway.call('POST', '/dev/pets', { host, headers, body: other })).status).toBe(403)
  })

  test('an unsigned payload', async () => {
    const headers = await sign(keysOf('AKIAALL'), 'POST', '/dev/pets', {
      host,
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    })
    expect((await gateway.call('POST', '/dev/pets', { host, headers, body: 'anything' })).status).toBe(200)
  })
})

describe("errors are as Amazon's", () => {
  test.each([
    ['nothing', {}, 'MissingAuthenticationTokenException', '{"message":"Missing Authentication Token"}'],
    ['a bearer token', { authorization: 'Bearer x' }, 'IncompleteSignatureException', undefined],
    [
      'half a signature',
      { authorization: 'AWS4-HMAC-SHA256 Credential=x' },
      'IncompleteSignatureException',
      undefined,
    ],
  ])('%s', async (_, headers, type, body) => {
    const answer = await gateway.call('GET', '/dev/pets', {
      headers: headers as Record<string, string>,
      host,
    })
    expect(answer.status).toBe(403)
    expect(answer.header('x-amzn-errortype')).toBe(type)
    if (body) expect(answer.text).toBe(body)
  })

  test('no signature at all is no invalid one: DEFAULT_4XX alone customises it', async () => {
    const customised = protectedApi(
      { '/pets': { GET: who } },
      {
        gatewayResponses: ['INVALID_SIGNATURE', 'DEFAULT_4XX'].map((responseType) => ({
          responseType,
          responseTemplates: { 'application/json': `${responseType}: $context.error.responseType` },
        })) as never,
      },
    )
    const on = await startGateway(customised, { platform: { env } })
    gateways.push(on)
    const bearer = await on.call('GET', '/dev/pets', { headers: { authorization: 'Bearer x' } })
    expect([bearer.status, bearer.text]).toEqual([403, 'DEFAULT_4XX: DEFAULT_4XX'])
    const wrong = await call(keysOf('AKIAALL', { secretAccessKey: 'x' }), 'GET', '/dev/pets', { on })
    expect([wrong.status, wrong.text]).toEqual([403, 'INVALID_SIGNATURE: INVALID_SIGNATURE'])
  })

  test('where no method is, an Authorization header is read as a signature', async () => {
    const asked = (headers: Record<string, string>) => gateway.call('GET', '/dev/none', { headers, host })
    expect((await asked({})).text).toBe('{"message":"Missing Authentication Token"}')
    const bearer = await asked({ authorization: 'Bearer x' })
    expect([bearer.status, bearer.header('x-amzn-errortype'), bearer.text]).toEqual([
      403,
      'IncompleteSignatureException',
      `{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${createHash('sha256').update('Bearer x').digest('base64')}'."}`,
    ])
    const wrong = await call(keysOf('AKIAALL', { secretAccessKey: 'x' }), 'GET', '/dev/none')
    expect([wrong.status, wrong.header('x-amzn-errortype')]).toEqual([403, 'InvalidSignatureException'])
    const signed = await call(keysOf('AKIANONE'), 'GET', '/dev/none')
    expect([signed.status, signed.header('x-amzn-errortype'), signed.text]).toEqual([
      404,
      'ResourceNotFoundException',
      '{"message":"Not Found"}',
    ])
  })

  test.each([
    [
      'an unknown key',
      keysOf('AKIANOBODY'),
      {},
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      'a wrong secret',
      keysOf('AKIAALL', { secretAccessKey: 'x' }),
      {},
      'InvalidSignatureException',
      'does not match',
    ],
    [
      'another service',
      keysOf('AKIAALL'),
      { service: 'apigateway' },
      'InvalidSignatureException',
      "correct service: 'execute-api'",
    ],
    [
      'another region',
      keysOf('AKIAALL'),
      { region: 'eu-west-1' },
      'InvalidSignatureException',
      'valid region',
    ],
    [
      'too late',
      keysOf('AKIAALL'),
      { at: new Date(Date.now() - 301_000) },
      'InvalidSignatureException',
      'Signature expired',
    ],
    [
      'too early',
      keysOf('AKIAALL'),
      { at: new Date(Date.now() + 320_000) },
      'InvalidSignatureException',
      'not yet current',
    ],
    [
      'no token',
      keysOf('ASIATEMP', { sessionToken: undefined }),
      {},
      'UnrecognizedClientException',
      undefined,
    ],
    [
      'another token',
      keysOf('ASIATEMP', { sessionToken: 'x' }),
      {},
      'UnrecognizedClientException',
      undefined,
    ],
    ['an expired token', keysOf('ASIAGONE'), {}, 'ExpiredTokenException', 'is expired'],
  ])('%s', async (_, keys, options, type, message) => {
    const answer = await call(keys, 'GET', '/dev/pets', options)
    expect(answer.status).toBe(403)
    expect(answer.header('x-amzn-errortype')).toBe(type)
    if (message) expect((answer.json() as { message: string }).message).toContain(message)
  })

  test('not authorized, with the account masked', async () => {
    const answer = await call(keysOf('AKIANONE'))
    expect(answer.status).toBe(403)
    expect(answer.text).toBe(
      `{"Message":"User: arn:aws:iam::${ACCOUNT}:user/none is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********0000:abc123/dev/GET/pets because no identity-based policy allows the execute-api:Invoke action"}`,
    )
    expect(answer.header('x-amzn-errortype')).toBe('AccessDeniedException')
    expect((await call(keysOf('AKIADENIED'), 'POST')).text).toContain('GET/pets'.replace('GET', 'POST'))
    expect((await call(keysOf('AKIADENIED'), 'POST')).text).toContain(
      ' with an explicit deny in an identity-based policy"}',
    )
  })
})

describe('policies of the principal', () => {
  test.each([
    ['AKIAONE', 'GET', '/dev/pets/1', 200],
    ['AKIAONE', 'GET', '/dev/pets/%31', 200],
    ['AKIAONE', 'GET', '/dev/pets/1/', 200],
    ['AKIAONE', 'GET', '/dev/pets/2', 403],
    ['AKIAONE', 'GET', '/dev/pets/%2A', 403],
    ['AKIAONE', 'GET', '/dev/pets', 403],
    ['AKIAONE', 'GET', '/dev/files/pets/1', 403],
    ['AKIADENIED', 'GET', '/dev/pets', 200],
    ['AKIADENIED', 'POST', '/dev/pets', 403],
    ['AKIADENIED', 'POST', '/dev/files/x', 403],
    ['AKIASILENT', 'GET', '/dev/pets', 403],
  ])('%s %s %s: %i', async (who, method, path, status) => {
    expect((await call(keysOf(who), method, path)).status).toBe(status)
  })
})

describe('with a resource policy: tables A and B', () => {
  const everyone = (effect: object) => policy({ ...effect, Principal: '*' })
  const all = `${ARN}/*`
  test.each([
    ['same account', 'AKIAALL', allow(all), 200],
    ['same account', 'AKIAALL', allow(`${ARN}/dev/GET/elsewhere`), 200],
    ['same account', 'AKIAALL', deny(all), 403],
    ['same account', 'AKIASILENT', allow(all), 200],
    ['same account', 'AKIASILENT', allow(`${ARN}/dev/GET/elsewhere`), 403],
    ['same account', 'AKIASILENT', deny(all), 403],
    ['another account', 'AKIAOTHER', allow(all), 200],
    ['another account', 'AKIAOTHER', allow(`${ARN}/dev/GET/elsewhere`), 403],
    ['another account', 'AKIAOTHER', deny(all), 403],
    ['another account', 'AKIAOTHERNONE', allow(all), 403],
    ['another account', 'AKIAOTHERNONE', deny(all), 403],
  ])('%s, %s, %j: %i', async (_, who: Who | string, effect, status) => {
    const on = await started(everyone(effect))
    expect((await call(keysOf(who), 'GET', '/dev/pets', { on })).status).toBe(status)
  })

  test('another account without a resource policy', async () => {
    expect((await call(keysOf('AKIAOTHER'))).status).toBe(403)
  })

  test('a principal of the policy, the short form, and an explicit deny of POST', async () => {
    const on = await started(
      policy(
        {
          ...allow('execute-api:/*'),
          Principal: { AWS: [`arn:aws:iam::${ACCOUNT}:user/silent`, '999999999999'] },
        },
        { ...deny('execute-api:/*/POST/*'), Principal: '*' },
      ),
    )
    const status = async (who: string, method = 'GET') =>
      (await call(keysOf(who), method, '/dev/pets', { on })).status
    expect(await status('AKIASILENT')).toBe(200)
    expect(await status('AKIASILENT', 'POST')).toBe(403)
    expect(await status('AKIANONE')).toBe(403)
    expect(await status('AKIAOTHER')).toBe(200)
    expect(await status('AKIAOTHERNONE')).toBe(403)
    expect(await status('AKIAALL', 'POST')).toBe(403)
  })

  test('unsigned is still unsigned', async () => {
    const on = await started(everyone(allow(all)))
    expect((await on.call('GET', '/dev/pets', { host: hostOf(on) })).text).toBe(
      '{"message":"Missing Authentication Token"}',
    )
  })
})

test('the access log tells the proof from the permission', async () => {
  const one = await started(policy(deny('*', { Principal: '*' })), {
    accessLogSettings: {
      destinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:access',
      format: '$context.authenticate.status $context.authorizer.status $context.authorize.status',
    },
  })
  const logged = () => one.log.findLast(({ fields }) => fields?.log === 'access')!.message
  await call(keysOf('AKIAALL'), 'GET', '/dev/pets', { on: one })
  expect(logged()).toBe('200 - 403')
  await one.call('GET', '/dev/pets')
  expect(logged()).toBe('403 - -')
})
