/**
 * Protection on every runtime, as a user runs it: principals by configuration, signatures, Lambda authorizers, user pool
 * tokens, API keys and a resource policy, with a call that gets in and one that does not for each.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Sha256 } from '@aws-crypto/sha256-js'
import { APIGateway } from '@aws-sdk/client-api-gateway'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Issuer, startIssuer } from '../execute/authorizers/issuer.ts'
import { type LambdaServer, startLambda } from '../execute/lambda.ts'
import { freePort, startCommand } from '../support/process.ts'
import { wranglerDev } from '../support/wrangler.ts'
import { call, type Launch, type Running } from './suite.ts'

const POOL = 'us-east-1_Pool1'
const KEY = 'abcdefghij0123456789'
const bin = (name: string) => join('node_modules/.bin', name)
const allow = (Action: string, Resource = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
})
const ADMIN = { accessKeyId: 'AKIAADMINADMINADMIN2', secretAccessKey: 'admin-secret' }
const CALLER = { accessKeyId: 'AKIACALLERCALLER2222', secretAccessKey: 'caller-secret' }
const OTHER = { accessKeyId: 'AKIAOTHEROTHEROTHER2', secretAccessKey: 'other-secret' }
const principals = JSON.stringify({
  [ADMIN.accessKeyId]: {
    secretAccessKey: ADMIN.secretAccessKey,
    name: 'admin',
    policies: [allow('apigateway:*')],
  },
  [CALLER.accessKeyId]: {
    secretAccessKey: CALLER.secretAccessKey,
    name: 'caller',
    policies: [allow('execute-api:Invoke')],
  },
  [OTHER.accessKeyId]: { secretAccessKey: OTHER.secretAccessKey, name: 'other', policies: [] },
})

const answer = (security?: string) => ({
  get: {
    ...(security && { security: [{ [security]: [] }] }),
    responses: { 200: {} },
    'x-amazon-apigateway-integration': {
      type: 'mock',
      requestTemplates: { 'application/json': '{"statusCode":200}' },
      responses: {
        default: {
          statusCode: '200',
          responseTemplates: {
            'application/json':
              '$context.identity.userArn|$context.authorizer.principalId|$context.authorizer.claims.sub|$context.identity.apiKey',
          },
        },
      },
    },
  },
})
const scheme = (authtype: string, authorizer?: object) => ({
  type: 'apiKey',
  name: 'Authorization',
  in: 'header',
  'x-amazon-apigateway-authtype': authtype,
  ...(authorizer && { 'x-amazon-apigateway-authorizer': authorizer }),
})
const definition = {
  openapi: '3.0.1',
  info: { title: 'protected' },
  components: {
    securitySchemes: {
      key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
      iam: scheme('awsSigv4'),
      lambda: scheme('custom', {
        type: 'token',
        authorizerUri:
          'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:auth/invocations',
      }),
      pool: scheme('cognito_user_pools', {
        type: 'cognito_user_pools',
        providerARNs: [`arn:aws:cognito-idp:us-east-1:000000000000:userpool/${POOL}`],
      }),
    },
  },
  paths: {
    '/iam': answer('iam'),
    '/lambda': answer('lambda'),
    '/pool': answer('pool'),
    '/key': answer('key'),
    '/denied': answer(),
  },
  'x-amazon-apigateway-policy': {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: '*',
        Action: 'execute-api:Invoke',
        Resource: ['execute-api:/v1/GET/key', 'execute-api:/v1/GET/pool'],
      },
      { Effect: 'Deny', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*/*/denied' },
    ],
  },
}

let issuer: Issuer
let lambda: LambdaServer
let env: Record<string, string>

function launcher(command: string, args: string[]): Launch {
  return async () => {
    const port = await freePort()
    const data = mkdtempSync(join(tmpdir(), 'edgeway-security-'))
    const { stop } = await startCommand(command, [...args, '--port', String(port), '--data', data], {
      ready: 'Try next',
      env,
    })
    return {
      endpoint: `http://127.0.0.1:${port}`,
      credentials: ADMIN,
      stop: async () => void (await stop()),
    }
  }
}

beforeAll(async () => {
  issuer = await startIssuer(POOL)
  lambda = await startLambda({
    auth: (({ authorizationToken, methodArn }: { authorizationToken: string; methodArn: string }) => {
      if (authorizationToken !== 'good') throw new Error('Unauthorized')
      return { principalId: 'lambda', policyDocument: allow('execute-api:Invoke', methodArn) }
    }) as never,
  })
  env = {
    EDGEWAY_PRINCIPALS: principals,
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: issuer.url,
  }
})
afterAll(async () => {
  await issuer.stop()
  await lambda.stop()
})

const launches: [string, () => Launch][] = [
  ['Node', () => launcher(bin('node'), ['bin/edgeway.mjs'])],
  ['Bun', () => launcher(bin('bun'), ['bin/edgeway.mjs'])],
  ['Deno', () => launcher(bin('deno'), ['run', '-A', 'src/entry/deno.ts'])],
  ['Workers', () => wranglerDev(env)],
]

describe.each(launches)('%s', (_, launch) => {
  let running: Running
  let gateway: APIGateway
  let base: string

  const clientFor = (credentials: typeof ADMIN) =>
    new APIGateway({ endpoint: running.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })

  beforeAll(async () => {
    running = await launch()()
    gateway = clientFor(ADMIN)
    const { id } = await gateway.importRestApi({ body: new TextEncoder().encode(JSON.stringify(definition)) })
    await gateway.createDeployment({ restApiId: id, stageName: 'v1' })
    const plan = await gateway.createUsagePlan({ name: 'p', apiStages: [{ apiId: id, stage: 'v1' }] })
    const key = await gateway.createApiKey({ name: 'k', value: KEY, enabled: true })
    await gateway.createUsagePlanKey({ usagePlanId: plan.id, keyId: key.id, keyType: 'API_KEY' })
    base = `${running.endpoint}/_aws/execute-api/${id}/v1`
  })
  afterAll(async () => {
    gateway?.destroy()
    await running?.stop()
  })

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const { status, body } = await call(`${base}${path}`, { headers })
    return status === 200 ? body : status
  }
  const signed = async (credentials: typeof ADMIN, path: string) => {
    const { hostname, port, host, pathname } = new URL(`${base}${path}`)
    const signer = new SignatureV4({
      service: 'execute-api',
      region: 'us-east-1',
      sha256: Sha256,
      credentials,
    })
    const { headers } = await signer.sign({
      method: 'GET',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: pathname,
      headers: { host },
    })
    return headers as Record<string, string>
  }

  test('only who is allowed manages', async () => {
    for (const credentials of [CALLER, OTHER, { ...ADMIN, secretAccessKey: 'wrong' }]) {
      const client = clientFor(credentials)
      await expect(client.getRestApis({})).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
      client.destroy()
    }
    expect((await call(`${running.endpoint}/restapis`)).status).toBe(403)
  })

  test('AWS_IAM', async () => {
    expect(await get('/iam', await signed(CALLER, '/iam'))).toBe('arn:aws:iam::000000000000:user/caller|||')
    expect(await get('/iam', await signed(OTHER, '/iam'))).toBe(403)
    expect(await get('/iam', await signed(CALLER, '/key'))).toBe(403)
    expect(await get('/iam')).toBe(403)
  })

  test('a Lambda authorizer', async () => {
    expect(await get('/lambda', { authorization: 'good' })).toBe('|lambda||')
    expect(await get('/lambda', { authorization: 'bad' })).toBe(401)
    expect(await get('/lambda')).toBe(401)
  })

  test('a user pool', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60
    const claims = { iss: `${issuer.url}/${POOL}`, token_use: 'id', sub: 'alice', exp }
    expect(await get('/pool', { authorization: await issuer.token(claims) })).toBe('||alice|')
    expect(await get('/pool', { authorization: await issuer.token({ ...claims, exp: 1 }) })).toBe(401)
    expect(await get('/pool')).toBe(401)
  })

  test('an API key', async () => {
    expect(await get('/key', { 'x-api-key': KEY })).toBe(`|||${KEY}`)
    expect(await get('/key', { 'x-api-key': `${KEY}x` })).toBe(403)
    expect(await get('/key')).toBe(403)
  })

  test('a resource policy', async () => {
    expect(await get('/denied')).toBe(403)
    expect(await get('/%64enied')).toBe(403)
  })
})
