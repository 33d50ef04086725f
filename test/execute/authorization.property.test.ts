/**
 * Any combination of authorization type, resource policy, API key and caller against rules written down here a second time, as
 * plainly as the guide's tables say them: nobody gets in whom the rules keep out, and nobody is kept out whom they let in.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Authorizer } from '../../src/core/documents.ts'
import { type Issuer, startIssuer } from './authorizers/issuer.ts'
import { protectedApi, says, sign } from './authorizers/protected.ts'
import { startGateway, type TestGateway } from './gateway.ts'
import { type LambdaServer, startLambda } from './lambda.ts'

const ACCOUNT = '000000000000'
const ARN = `arn:aws:execute-api:us-east-1:${ACCOUNT}:abc123/dev/GET/x`
const POOL = 'us-east-1_Pool1'
const KEY = 'abcdefghij0123456789'

type Effect = 'Allow' | 'Deny'
/** What a statement says, and whether it is about this call. */
interface Said {
  effect: Effect
  applies: boolean
  /** what makes it apply or not */
  by: 'resource' | 'address' | 'action' | 'principal' | 'nothing'
}

const statementOf = ({ effect, applies, by }: Said, resource: boolean, who: Who) => ({
  Effect: effect,
  ...(resource && { Principal: by === 'principal' ? principalFor(applies, who) : '*' }),
  Action: by === 'action' && !applies ? 'execute-api:InvalidateCache' : 'execute-api:Invoke',
  Resource: by === 'resource' ? (applies ? ARN : ARN.replace(/x$/, 'y')) : '*',
  ...(by === 'address' && {
    Condition: { IpAddress: { 'aws:SourceIp': applies ? '127.0.0.0/8' : '192.0.2.0/24' } },
  }),
})

const PEOPLE = {
  own: { account: ACCOUNT, name: 'own' },
  foreign: { account: '999999999999', name: 'foreign' },
}
type Who = keyof typeof PEOPLE

const principalFor = (applies: boolean, who: Who) => {
  const { account, name } = PEOPLE[who]
  return { AWS: `arn:aws:iam::${account}:user/${applies ? name : 'somebody-else'}` }
}

/** A statement by principal is about a signed caller only. */
const isAbout = (said: Said, signed: boolean): boolean =>
  said.by === 'nothing' ? true : said.by === 'principal' ? said.applies && signed : said.applies

/** Amazon's words: an explicit deny, an allow, or neither. */
function outcome(statements: Said[], signed: boolean): Effect | 'Neither' {
  const about = statements.filter((said) => isAbout(said, signed))
  if (about.some(({ effect }) => effect === 'Deny')) return 'Deny'
  return about.length > 0 ? 'Allow' : 'Neither'
}

interface Situation {
  type: 'NONE' | 'AWS_IAM' | 'TOKEN' | 'COGNITO'
  /** null: the API has no resource policy */
  resourcePolicy: Said[] | null
  who: Who
  /** of the principal, or returned by the authorizer */
  own: Said[]
  credential: 'good' | 'bad' | 'none'
  keyRequired: boolean
  key: 'good' | 'bad' | 'none'
}

/** The rules, by the tables. */
function letsIn({ type, resourcePolicy, who, own, credential, keyRequired, key }: Situation): boolean {
  if (keyRequired && key !== 'good') return false
  if (type !== 'NONE' && credential !== 'good') return false
  const theirs = resourcePolicy ? outcome(resourcePolicy, type === 'AWS_IAM') : 'Neither'
  if (type === 'NONE') return resourcePolicy === null || theirs === 'Allow'
  if (type === 'COGNITO') return resourcePolicy === null || theirs === 'Allow'
  const mine = outcome(own, false)
  if (mine === 'Deny' || theirs === 'Deny') return false
  if (type === 'AWS_IAM' && who === 'foreign') return mine === 'Allow' && theirs === 'Allow'
  return mine === 'Allow' || theirs === 'Allow'
}

const said = (by: Said['by'][]): fc.Arbitrary<Said> =>
  fc.record({
    effect: fc.constantFrom<Effect>('Allow', 'Allow', 'Deny'),
    applies: fc.boolean(),
    by: fc.constantFrom(...by),
  })
const situation: fc.Arbitrary<Situation> = fc.record({
  type: fc.constantFrom('NONE', 'AWS_IAM', 'TOKEN', 'COGNITO'),
  resourcePolicy: fc.option(
    fc.array(said(['resource', 'address', 'action', 'principal', 'nothing']), { minLength: 1, maxLength: 3 }),
  ),
  who: fc.constantFrom<Who>('own', 'foreign'),
  own: fc.array(said(['resource', 'address', 'action', 'nothing']), { minLength: 1, maxLength: 3 }),
  credential: fc.constantFrom('good', 'good', 'good', 'bad', 'none'),
  keyRequired: fc.boolean(),
  key: fc.constantFrom('good', 'good', 'bad', 'none'),
})

let lambda: LambdaServer
let issuer: Issuer
let result: object = {}

async function call(gateway: TestGateway, { type, who, credential, key }: Situation) {
  const host = `abc123.execute-api.us-east-1.localhost:${gateway.port}`
  let headers: Record<string, string> = {}
  if (type === 'AWS_IAM' && credential !== 'none') {
    const keys = { accessKeyId: `AKIA_${who}`, secretAccessKey: credential === 'good' ? 'secret' : 'wrong' }
    headers = await sign(keys, 'GET', '/dev/x', { host })
  } else if (type === 'COGNITO' && credential !== 'none') {
    const seconds = Math.floor(Date.now() / 1000)
    headers.Authorization = await issuer.token({
      iss: `${issuer.url}/${POOL}`,
      token_use: 'id',
      exp: credential === 'good' ? seconds + 60 : seconds - 60,
    })
  } else if (type === 'TOKEN' && credential !== 'none') headers.Authorization = credential
  if (key !== 'none') headers['X-Api-Key'] = key === 'good' ? KEY : `${KEY}x`
  return gateway.call('GET', '/dev/x', { host, headers })
}

async function gatewayFor({ type, resourcePolicy, who, own, keyRequired }: Situation): Promise<TestGateway> {
  const authorizer: Authorizer =
    type === 'COGNITO'
      ? {
          id: 'a1',
          name: 'a1',
          type: 'COGNITO_USER_POOLS',
          providerARNs: [`arn:aws:cognito-idp:us-east-1:${ACCOUNT}:userpool/${POOL}`],
        }
      : {
          id: 'a1',
          name: 'a1',
          type: 'TOKEN',
          authorizerResultTtlInSeconds: 0,
          authorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:${ACCOUNT}:function:auth/invocations`,
        }
  const authorizationType = {
    TOKEN: 'CUSTOM',
    COGNITO: 'COGNITO_USER_POOLS',
    NONE: 'NONE',
    AWS_IAM: 'AWS_IAM',
  }[type]
  const policy = (statements: Said[], resource: boolean) => ({
    Version: '2012-10-17',
    Statement: statements.map((one) => statementOf(one, resource, who)),
  })
  result = { principalId: 'me', policyDocument: policy(own, false) }
  const { account, name } = PEOPLE[who]
  return startGateway(
    protectedApi(
      { '/x': { GET: says('in', { authorizationType, authorizerId: 'a1', apiKeyRequired: keyRequired }) } },
      {
        authorizers: [authorizer],
        restApi: resourcePolicy ? { policy: JSON.stringify(policy(resourcePolicy, true)) } : {},
      },
    ),
    {
      settings: {
        endpoints: { '': lambda.url, COGNITO_IDENTITY_PROVIDER: issuer.url },
        onStoreFailure: 'open',
      },
      keys: {
        find: async (value) =>
          value === KEY ? { id: 'k1', plan: { id: 'p1', name: 'p', apiStages: [] } } : null,
      },
      platform: {
        env: {
          EDGEWAY_PRINCIPALS: JSON.stringify({
            [`AKIA_${who}`]: {
              secretAccessKey: 'secret',
              name,
              accountId: account,
              policies: [policy(own, false)],
            },
          }),
        },
      },
    },
  )
}

beforeAll(async () => {
  issuer = await startIssuer(POOL)
  lambda = await startLambda({
    auth: (({ authorizationToken }: { authorizationToken: string }) => {
      if (authorizationToken !== 'good') throw new Error('Unauthorized')
      return result
    }) as never,
  })
})
afterAll(async () => {
  await issuer.stop()
  await lambda.stop()
})

test('who gets in', async () => {
  let opened = 0
  await fc.assert(
    fc.asyncProperty(situation, async (given) => {
      const gateway = await gatewayFor(given)
      try {
        const { status, text } = await call(gateway, given)
        const expected = letsIn(given)
        opened += Number(expected)
        expect(status === 200 && text === 'in').toBe(expected)
        if (!expected) expect([401, 403]).toContain(status)
      } finally {
        await gateway.stop()
      }
    }),
    { numRuns: 400 },
  )
  // the generator reaches both sides
  expect(opened).toBeGreaterThan(40)
}, 60_000)
