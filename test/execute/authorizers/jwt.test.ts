/** User pools and, beyond Amazon, any OpenID Connect issuer: real keys, a real key set over HTTP, honest and forged tokens. */
import { createHmac } from 'node:crypto'
import { exportSPKI, type JWTPayload } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Authorizer } from '../../../src/core/documents.ts'
import { startGateway, type TestGateway } from '../gateway.ts'
import { forged, type Issuer, startIssuer } from './issuer.ts'
import { allow, deny, policy, protectedApi, says } from './protected.ts'

const POOL = 'us-east-1_Pool1'
const POOL_ARN = `arn:aws:cognito-idp:us-east-1:123456789012:userpool/${POOL}`
let issuer: Issuer
let now = Date.now()
const gateways: TestGateway[] = []
const seconds = () => Math.floor(now / 1000)

const userPool = (more: Partial<Authorizer> = {}): Authorizer => ({
  id: 'auth1',
  name: 'auth1',
  type: 'COGNITO_USER_POOLS',
  providerARNs: [POOL_ARN],
  identitySource: 'method.request.header.Authorization',
  ...more,
})
const anyIssuer = (more: Partial<NonNullable<Authorizer['jwt']>> = {}): Authorizer =>
  userPool({
    providerARNs: undefined,
    jwt: { issuer: `${issuer.url}/oidc`, audience: ['app1', 'app2'], ...more },
  })

async function started(
  authorizer: Authorizer,
  options: { scopes?: string[]; policy?: object; oidc?: boolean; endpoint?: string } = {},
): Promise<TestGateway> {
  const method = says(
    '$context.authorizer.claims.sub|$context.authorizer.claims.email|$context.authorizer.claims["cognito:groups"]|$context.authorizer.claims.exp|$context.authorizer.claims.email_verified|$context.authorizer.claims.identities',
    { authorizationType: 'COGNITO_USER_POOLS', authorizerId: 'auth1', authorizationScopes: options.scopes },
  )
  const gateway = await startGateway(
    protectedApi(
      { '/me': { GET: method, POST: method } },
      {
        authorizers: [authorizer],
        restApi: options.policy ? { policy: JSON.stringify(options.policy) } : {},
      },
    ),
    {
      settings: {
        endpoints: { COGNITO_IDENTITY_PROVIDER: options.endpoint ?? `${issuer.url}/` },
        oidcAuthorizers: options.oidc ?? true,
      },
      platform: { clock: { now: () => now } },
    },
  )
  gateways.push(gateway)
  return gateway
}
const get = (gateway: TestGateway, token: string, method = 'GET') =>
  gateway.call(method, '/dev/me', { headers: { Authorization: token } })

const idClaims = (more: JWTPayload = {}): JWTPayload => ({
  iss: `https://cognito-idp.us-east-1.amazonaws.com/${POOL}`,
  sub: 'alice',
  aud: 'client1',
  token_use: 'id',
  iat: seconds(),
  exp: seconds() + 3600,
  ...more,
})
const accessClaims = (more: JWTPayload = {}): JWTPayload =>
  idClaims({
    token_use: 'access',
    aud: undefined,
    client_id: 'client1',
    scope: 'pets/read pets/write',
    ...more,
  })

beforeAll(async () => {
  issuer = await startIssuer(POOL)
})
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await issuer.stop()
})
beforeEach(() => {
  issuer.asked.length = 0
  issuer.answer = null
})

describe('a user pool', () => {
  test('its identity token, with or without Bearer, and its claims as texts', async () => {
    const gateway = await started(userPool())
    now = Date.UTC(2026, 10, 23, 21, 0, 0)
    const token = await issuer.token(
      idClaims({
        email: 'a@b.example',
        email_verified: true,
        'cognito:groups': ['x', 'y'],
        identities: [{ userId: '1' }, { userId: '2' }],
      }),
    )
    for (const given of [token, `Bearer ${token}`, `bearer  ${token}`]) {
      const { status, text } = await get(gateway, given)
      expect(status).toBe(200)
      expect(text).toBe(
        'alice|a@b.example|x,y|Mon Nov 23 22:00:00 UTC 2026|true|{"userId":"1"},{"userId":"2"}',
      )
    }
    expect(issuer.asked).toEqual([`/${POOL}/.well-known/jwks.json`])
  })

  test('the issuer that an emulator names', async () => {
    const gateway = await started(userPool())
    const token = await issuer.token(idClaims({ iss: `${issuer.url}/${POOL}` }))
    expect((await get(gateway, token)).status).toBe(200)
  })

  test("expired: 401, in Amazon's words", async () => {
    const gateway = await started(userPool())
    const answer = await get(gateway, await issuer.token(idClaims({ exp: seconds() - 1 })))
    expect(answer.status).toBe(401)
    expect(answer.text).toBe('{"message":"The incoming token has expired"}')
  })

  test('a remembered token is forgotten when it expires', async () => {
    const gateway = await started(userPool())
    const token = await issuer.token(idClaims({ exp: seconds() + 10 }))
    expect((await get(gateway, token)).status).toBe(200)
    now += 9000
    expect((await get(gateway, token)).status).toBe(200)
    now += 2000
    expect((await get(gateway, token)).status).toBe(401)
  })

  test('scopes ask for an access token that has one of them', async () => {
    const gateway = await started(userPool(), { scopes: ['pets/read', 'pets/all'] })
    expect((await get(gateway, await issuer.token(accessClaims()))).status).toBe(200)
    for (const claims of [
      accessClaims({ scope: 'pets/write' }),
      accessClaims({ scope: 'pets/readall' }),
      accessClaims({ scope: '' }),
      accessClaims({ scope: undefined }),
      idClaims({ scope: 'pets/read' }),
    ])
      expect((await get(gateway, await issuer.token(claims))).status).toBe(401)
  })

  test('without scopes an access token is none', async () => {
    const gateway = await started(userPool())
    expect((await get(gateway, await issuer.token(accessClaims()))).status).toBe(401)
    expect((await get(gateway, await issuer.token(idClaims({ token_use: undefined })))).status).toBe(401)
  })

  test('the validation expression is about the audience', async () => {
    const gateway = await started(userPool({ identityValidationExpression: 'client[12]' }))
    expect((await get(gateway, await issuer.token(idClaims()))).status).toBe(200)
    expect((await get(gateway, await issuer.token(idClaims({ aud: 'client3' })))).status).toBe(401)
    expect((await get(gateway, await issuer.token(idClaims({ aud: 'xclient1' })))).status).toBe(401)
  })

  test('a new key is fetched when it is first met', async () => {
    const gateway = await started(userPool())
    expect((await get(gateway, await issuer.token(idClaims()))).status).toBe(200)
    await issuer.addKey('k2')
    now += 31_000
    expect((await get(gateway, await issuer.token(idClaims(), { kid: 'k2' }))).status).toBe(200)
    expect(issuer.asked.length).toBe(2)
    issuer.removeKey('k2')
    now += 11 * 60_000
    expect((await get(gateway, await issuer.token(idClaims(), { kid: 'k2' }))).status).toBe(401)
  })

  test('made-up key ids make nobody fetch more than once in half a minute', async () => {
    const gateway = await started(userPool())
    await get(gateway, await issuer.token(idClaims()))
    for (let i = 0; i < 20; i++)
      expect(
        (await get(gateway, await issuer.token(idClaims({ n: i }), { header: { kid: `made-up-${i}` } })))
          .status,
      ).toBe(401)
    expect(issuer.asked.length).toBe(1)
    now += 31_000
    for (let i = 0; i < 20; i++)
      await get(gateway, await issuer.token(idClaims({ n: i }), { header: { kid: `made-up-${i}` } }))
    expect(issuer.asked.length).toBe(2)
  })

  test('while the issuer is away its last keys are believed, and never for ever', async () => {
    const gateway = await started(userPool())
    await get(gateway, await issuer.token(idClaims()))
    issuer.answer = { status: 500 }
    now += 30 * 60_000
    expect((await get(gateway, await issuer.token(idClaims()))).status).toBe(200)
    now += 31 * 60_000
    const answer = await get(gateway, await issuer.token(idClaims()))
    expect(answer.status).toBe(500)
    expect(answer.header('x-amzn-errortype')).toBe('AuthorizerConfigurationException')
  })

  test.each([
    ['status 404', { status: 404 }],
    ['no JSON', { body: '<html>' }],
    ['no keys', { body: '{}' }],
    ['too many keys', { body: JSON.stringify({ keys: Array(101).fill({ kty: 'RSA' }) }) }],
    ['a megabyte', { body: ' '.repeat(1024 * 1024) }],
    ['a redirect', { status: 302 }],
  ])('a key set with %s: 500', async (_, answer) => {
    const gateway = await started(userPool())
    issuer.answer = answer
    expect((await get(gateway, await issuer.token(idClaims()))).status).toBe(500)
    issuer.answer = null
    now += 31_000
    expect((await get(gateway, await issuer.token(idClaims()))).status).toBe(200)
  })

  test('a pool that a stage variable names is another one on another stage', async () => {
    const gateway = await started(
      userPool({ providerARNs: [POOL_ARN.replace(POOL, '${stageVariables.pool}')] }),
    )
    const { stage, ...pointer } = gateway.stages.get('abc123/dev')!
    const on = (stageName: string, pool: string) =>
      gateway.stages.set(`abc123/${stageName}`, {
        ...pointer,
        stage: { ...stage, stageName, variables: { pool } },
      })
    on('dev', POOL)
    on('two', 'us-east-1_Other')
    const headers = { Authorization: await issuer.token(idClaims()) }
    for (const _ of ['new', 'remembered']) {
      expect((await gateway.call('GET', '/dev/me', { headers })).status).toBe(200)
      expect((await gateway.call('GET', '/two/me', { headers })).status).toBe(401)
    }
  })

  test('a pool that is none', async () => {
    const gateway = await started(userPool({ providerARNs: ['arn:aws:cognito-idp:us-east-1:1:pool'] }))
    expect((await get(gateway, await issuer.token(idClaims()))).status).toBe(500)
  })
})

describe('forged tokens', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await started(userPool())
  })
  const kid = 'k1'
  const hmac = (header: object, claims: object, secret: string) => {
    const unsigned = forged(header, claims).slice(0, -1)
    return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`
  }

  test.each<[string, () => Promise<string> | string]>([
    ['alg none', () => forged({ alg: 'none', kid }, idClaims())],
    ['alg NONE', () => forged({ alg: 'NONE', kid }, idClaims())],
    ['no alg', () => forged({ kid }, idClaims())],
    ['alg that is a list', () => forged({ alg: ['RS256'], kid }, idClaims())],
    [
      'HS256 with the public key as the secret',
      async () => hmac({ alg: 'HS256', kid }, idClaims(), await exportSPKI(issuer.keys.get(kid)!.publicKey)),
    ],
    ['HS256 with an empty secret', () => hmac({ alg: 'HS256', kid }, idClaims(), 'x')],
    ['another algorithm of the same key', () => forged({ alg: 'RS512', kid }, idClaims(), 'AAAA')],
    [
      'another key under the same id',
      async () => {
        const other = await startIssuer('other')
        const token = await other.token(idClaims())
        await other.stop()
        return token
      },
    ],
    [
      'its own key in the header',
      async () =>
        issuer.token(idClaims(), {
          kid: 'x',
          key: (await other()).pair,
          header: { jwk: (await other()).jwk },
        }),
    ],
    [
      'a key set of its own',
      async () =>
        issuer.token(idClaims(), {
          kid: 'x',
          key: (await other()).pair,
          header: { jku: `${issuer.url}/evil` },
        }),
    ],
    ['no key id', () => issuer.token(idClaims(), { header: { kid: undefined } })],
    ['a key id that is a path', () => issuer.token(idClaims(), { header: { kid: '../../../../dev/null' } })],
    ['a key id that is SQL', () => issuer.token(idClaims(), { header: { kid: "x' OR '1'='1" } })],
    ['a key id that is a prototype', () => issuer.token(idClaims(), { header: { kid: '__proto__' } })],
    ['a huge key id', () => issuer.token(idClaims(), { header: { kid: 'x'.repeat(5000) } })],
    ['a key id that is a number', () => issuer.token(idClaims(), { header: { kid: 1 } as never })],
    ['another issuer', () => issuer.token(idClaims({ iss: 'https://evil.example' }))],
    [
      'another pool',
      () => issuer.token(idClaims({ iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other' })),
    ],
    [
      'an issuer that begins alike',
      () => issuer.token(idClaims({ iss: `https://cognito-idp.us-east-1.amazonaws.com/${POOL}x` })),
    ],
    ['no issuer', () => issuer.token(idClaims({ iss: undefined }))],
    ['no expiry', () => issuer.token(idClaims({ exp: undefined }))],
    ['an expiry that is a text', () => issuer.token(idClaims({ exp: 'never' as never }))],
    ['not yet valid', () => issuer.token(idClaims({ nbf: seconds() + 600 }))],
    ['issued in the future', () => issuer.token(idClaims({ iat: seconds() + 600 }))],
    ['a claim changed', async () => changed(await issuer.token(idClaims()), { sub: 'mallory' })],
    ['a signature cut off', async () => (await issuer.token(idClaims())).replace(/[^.]+$/, '')],
    ['a signature shortened', async () => (await issuer.token(idClaims())).slice(0, -10)],
    ['two signatures', async () => `${await issuer.token(idClaims())}.AAAA`],
    [
      'a token in a token',
      async () => issuer.token({ ...idClaims(), iss: undefined, jwt: await issuer.token(idClaims()) }),
    ],
    [
      'a claim that is said to be critical',
      () => forged({ alg: 'RS256', kid, crit: ['exp'] }, idClaims(), 'AAAA'),
    ],
    [
      'an unencoded payload',
      () => forged({ alg: 'RS256', kid, b64: false, crit: ['b64'] }, idClaims(), 'AAAA'),
    ],
    [
      'a critical header nobody knows',
      () => forged({ alg: 'RS256', kid, crit: ['x'], x: 1 }, idClaims(), 'AAAA'),
    ],
    ['JSON instead of a token', () => JSON.stringify(idClaims())],
    ['five parts', () => 'a.b.c.d.e'],
    ['nothing but dots', () => '..'],
    [
      'a payload that is no object',
      () =>
        `${Buffer.from('{"alg":"RS256","kid":"k1"}').toString('base64url')}.${Buffer.from('[]').toString('base64url')}.AAAA`,
    ],
    [
      'nested a thousand times',
      () => forged({ alg: 'RS256', kid }, JSON.parse(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`), 'AAAA'),
    ],
    ['8 KB', () => issuer.token(idClaims({ big: 'x'.repeat(6000) }), { header: { kid: 'x' } })],
  ])('%s', async (_, make) => {
    const answer = await get(gateway, await make())
    expect(answer.status).toBe(401)
    expect(answer.text).toBe('{"message":"Unauthorized"}')
  })

  let others: { pair: CryptoKeyPair; jwk: object } | undefined
  async function other() {
    if (!others) {
      const { exportJWK, generateKeyPair } = await import('jose')
      const pair = await generateKeyPair('RS256', { extractable: true })
      others = { pair: pair as CryptoKeyPair, jwk: await exportJWK(pair.publicKey) }
    }
    return others
  }
  const changed = (token: string, more: object) => {
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...more }
    return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
  }

  test('a token that was accepted once does not vouch for one that begins alike', async () => {
    const token = await issuer.token(idClaims())
    expect((await get(gateway, token)).status).toBe(200)
    expect((await get(gateway, changed(token, { sub: 'mallory' }))).status).toBe(401)
    expect((await get(gateway, `${token}x`)).status).toBe(401)
  })
})

describe('with a resource policy', () => {
  test.each([
    [allow('execute-api:/*'), 200],
    [allow('execute-api:/dev/GET/elsewhere'), 403],
    [deny('execute-api:/*'), 403],
  ])('%j: %i', async (effect, status) => {
    const gateway = await started(userPool(), { policy: policy({ ...effect, Principal: '*' }) })
    expect((await get(gateway, await issuer.token(idClaims()))).status).toBe(status)
    expect((await get(gateway, 'nonsense')).status).toBe(401)
  })
})

describe('any issuer', () => {
  const claims = (more: JWTPayload = {}): JWTPayload => ({
    iss: `${issuer.url}/oidc`,
    sub: 'alice',
    aud: 'app1',
    exp: seconds() + 600,
    ...more,
  })

  test('is found by discovery', async () => {
    const gateway = await started(anyIssuer())
    const answer = await get(gateway, `Bearer ${await issuer.token(claims())}`)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('alice|')
    expect(issuer.asked).toEqual(['/oidc/.well-known/openid-configuration', '/oidc/keys'])
  })

  test('elliptic keys', async () => {
    await issuer.addKey('ec', 'ES256')
    const gateway = await started(anyIssuer())
    expect((await get(gateway, await issuer.token(claims(), { kid: 'ec', alg: 'ES256' }))).status).toBe(200)
  })

  test.each([
    ['one of several audiences', { aud: ['x', 'app2'] }, 200],
    ['another audience', { aud: 'other' }, 401],
    ['no audience, but the client', { aud: undefined, client_id: 'app2' }, 200],
    ['another audience, but the client', { aud: 'other', client_id: 'app2' }, 401],
    ['another issuer', { iss: 'https://evil.example' }, 401],
    ['expired', { exp: 1 }, 401],
  ])('%s: %i', async (_, more, status) => {
    expect(
      (await get(await started(anyIssuer()), await issuer.token(claims(more as JWTPayload)))).status,
    ).toBe(status)
  })

  test('scopes', async () => {
    const gateway = await started(anyIssuer(), { scopes: ['read'] })
    expect((await get(gateway, await issuer.token(claims({ scope: 'a read' })))).status).toBe(200)
    expect((await get(gateway, await issuer.token(claims({ scp: ['read'] })))).status).toBe(200)
    expect((await get(gateway, await issuer.token(claims({ scope: 'reader' })))).status).toBe(401)
  })

  test('a configuration of another issuer is not taken', async () => {
    const gateway = await started(anyIssuer({ issuer: `${issuer.url}/stranger` }))
    const token = await issuer.token(claims({ iss: `${issuer.url}/stranger` }))
    expect((await get(gateway, token)).status).toBe(500)
  })

  test('is refused where it is not switched on', async () => {
    const gateway = await started(anyIssuer(), { oidc: false })
    expect((await get(gateway, await issuer.token(claims()))).status).toBe(500)
    expect(issuer.asked).toEqual([])
  })
})
