/** What AWS integrations sign with: the gateway's own credentials or a role's; checked by the SDK's own signer. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AwsCredentials } from '../../src/platform.ts'
import { close, listen } from '../support/listen.ts'
import { aws } from './aws-integration.ts'
import { type ApiSketch, definitionOf, startGateway, type TestGateway } from './gateway.ts'

describe('signatures and roles', () => {
  /** Takes any call, checks its signature with the SDK's own signer, and answers AssumeRole. */
  interface Seen {
    scope: string
    key: string
    good: boolean
    target: string
    headers: IncomingMessage['headers']
    body: string
  }
  const SECRETS: Record<string, string> = { AKIDOWN: 'own-secret' }
  let seen: Seen[] = []
  const lifetime = 3600_000
  let allowed = true
  let assumed = 0
  let now = Date.now()
  let own: AwsCredentials | null = { accessKeyId: 'AKIDOWN', secretAccessKey: 'own-secret' }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const [, key, region, service] =
      /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(request.headers.authorization ?? '') ??
      []
    const good = await verify(request, body, { key: key!, region: region!, service: service! })
    const text = body.toString()
    seen.push({
      scope: `${service} ${region}`,
      key: key!,
      good,
      target: request.url!,
      headers: request.headers,
      body: text,
    })
    if (!text.startsWith('Action=AssumeRole')) return response.end('{"ok":true}')
    if (!allowed) return response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>')
    assumed += 1
    const id = `ASIA${assumed}`
    SECRETS[id] = `secret+/${assumed}`
    response.end(`<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>${id}</AccessKeyId>
      <SecretAccessKey>${SECRETS[id]}</SecretAccessKey><SessionToken>token/${assumed}==</SessionToken>
      <Expiration>${new Date(now + lifetime).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
  })

  async function verify(
    request: IncomingMessage,
    body: Buffer,
    { key, region, service }: Record<string, string>,
  ) {
    const given = request.headers.authorization!
    const url = new URL(request.url!, `http://${request.headers.host}`)
    const names = /SignedHeaders=([^,]+)/.exec(given)![1]!.split(';')
    const headers = Object.fromEntries(names.map((name) => [name, request.headers[name] as string]))
    const token = headers['x-amz-security-token']
    const stamp = headers['x-amz-date']!
    const signer = new SignatureV4({
      credentials: { accessKeyId: key!, secretAccessKey: SECRETS[key!] ?? '', sessionToken: token },
      region: region!,
      service: service!,
      sha256: Sha256,
      uriEscapePath: service !== 's3',
      applyChecksum: service === 's3',
    })
    const query: Record<string, string[]> = {}
    for (const name of url.searchParams.keys()) query[name] = url.searchParams.getAll(name)
    const signed = await signer.sign(
      {
        method: request.method!,
        protocol: 'http:',
        hostname: url.hostname,
        path: request.url!.split('?')[0]!,
        query,
        headers,
        body,
      } as never,
      {
        signingDate: new Date(stamp.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)/, '$1-$2-$3:$4:')),
        signableHeaders: new Set(names),
      },
    )
    return signed.headers.authorization === given
  }

  const ROLE = 'arn:aws:iam::123456789012:role/gateway'
  const passed = {
    requestParameters: {
      'integration.request.path.key': 'method.request.path.key',
      'integration.request.querystring.q': 'method.request.querystring.q',
    },
  }
  const sketch: ApiSketch = {
    '/own': {
      POST: { integration: aws('sqs:action/SendMessage', { requestTemplates: { 'application/json': '' } }) },
    },
    '/role': { POST: { integration: aws('events:action/PutEvents', { credentials: ROLE }) } },
    '/role2': { POST: { integration: aws('events:action/PutEvents', { credentials: `${ROLE}2` }) } },
    '/caller': {
      POST: { integration: aws('ssm:action/GetParameter', { credentials: 'arn:aws:iam::*:user/*' }) },
    },
    '/staged': {
      POST: { integration: aws('events:action/PutEvents', { credentials: '${stageVariables.role}' }) },
    },
    '/object/{key}': {
      GET: { integration: aws('s3:action/GetObject&Key={key}&Bucket=mine', passed, 'GET') },
    },
    '/alias': { POST: { integration: aws('stepfunctions:action/StartExecution') } },
    '/s3/{key}': { GET: { integration: aws('s3:path/b/{key}', passed, 'GET') } },
    '/rest/{key}': { GET: { integration: aws('abc.execute-api:path/dev/{key}', passed, 'GET') } },
  }
  let gateway: TestGateway
  beforeAll(async () => {
    const at = await listen(server)
    gateway = await startGateway(definitionOf(sketch), {
      settings: { endpoints: { '': at } },
      platform: { credentials: async () => own, clock: { now: () => now } },
    })
  })
  afterAll(async () => {
    await gateway.stop()
    await close(server)
  })
  const call = async (method: string, path: string, body?: string) => {
    seen = []
    const answer = await gateway.call(method, path, { body })
    return { answer, last: seen.at(-1)! }
  }

  test('without credentials the gateway’s own sign', async () => {
    const { last } = await call('POST', '/dev/own', '{}')
    expect(last).toMatchObject({
      scope: 'sqs us-east-1',
      key: 'AKIDOWN',
      good: true,
      target: '/',
    })
  })

  test.each([
    ['/dev/s3/a%20b%2Bc%3Ad%C3%BC%27(x)!*', 's3 us-east-1', '/b/a%20b%2Bc%3Ad%C3%BC%27%28x%29%21%2A'],
    ['/dev/s3/x?q=1%262%20%2B', 's3 us-east-1', '/b/x?q=1%262%20%2B'],
    ['/dev/object/x&Bucket=other', 's3 us-east-1', '/mine/x%26Bucket%3Dother'],
    ['/dev/object/a+b%2Fc;Bucket=other', 's3 us-east-1', '/mine/a%2Bb/c%3BBucket%3Dother'],
    ['/dev/rest/a%20b:c', 'execute-api us-east-1', '/dev/a%20b:c'],
    ['/dev/rest/%C3%BC%25', 'execute-api us-east-1', '/dev/%C3%BC%25'],
  ])('%s is signed as it is sent', async (path, scope, target) => {
    const { last, answer } = await call('GET', path)
    expect(answer.status).toBe(200)
    expect(last).toMatchObject({ scope, target, good: true })
    if (scope.startsWith('execute-api'))
      expect(last.headers.host).toBe('abc.execute-api.us-east-1.amazonaws.com')
  })

  test('a role is assumed once, kept, and assumed again before it expires', async () => {
    const together = await Promise.all(
      Array.from({ length: 5 }, () => gateway.call('POST', '/dev/role', { body: '{}' })),
    )
    expect(together.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(assumed).toBe(1)
    const { last } = await call('POST', '/dev/role', '{}')
    expect(last).toMatchObject({ scope: 'events us-east-1', key: 'ASIA1', good: true })
    expect(last.headers['x-amz-security-token']).toBe('token/1==')
    expect(seen.length).toBe(1)

    now += lifetime - 4 * 60_000
    const again = await call('POST', '/dev/role', '{}')
    expect(again.last).toMatchObject({ key: 'ASIA2', good: true })
    expect(seen[0]).toMatchObject({ scope: 'sts us-east-1', key: 'AKIDOWN', good: true })
    expect(Object.fromEntries(new URLSearchParams(seen[0]!.body))).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'BackplaneAssumeRoleSession',
      DurationSeconds: '3600',
    })
  })

  test('a role that STS refuses is a configuration error, and is asked for again', async () => {
    allowed = false
    const { answer } = await call('POST', '/dev/role2', '{}')
    expect([answer.status, answer.text]).toEqual([500, '{"message": "Internal server error"}'])
    expect(
      gateway.log.some(({ message }) => message.includes(`permission to assume the provided role ${ROLE}2`)),
    ).toBe(true)
    allowed = true
    expect((await call('POST', '/dev/role2', '{}')).answer.status).toBe(200)
  })

  test('a service is signed for by its own name, whichever integrations have for it', async () => {
    expect((await call('POST', '/dev/alias', '{}')).last).toMatchObject({
      scope: 'states us-east-1',
      good: true,
    })
  })

  test.each([
    [{}, ''],
    [{ role: 'gateway' }, 'gateway'],
    [{ role: 'arn:aws:iam::123456789012:user/me' }, 'arn:aws:iam::123456789012:user/me'],
  ])(
    'where the stage names no role nothing is signed: %j',
    async (variables: Record<string, string>, arn) => {
      const pointer = gateway.stages.get('abc123/dev')!
      const stageOf = (given: Record<string, string>) =>
        gateway.stages.set('abc123/dev', { ...pointer, stage: { ...pointer.stage, variables: given } })
      gateway.log.length = 0
      stageOf(variables)
      const { answer } = await call('POST', '/dev/staged', '{}')
      expect([answer.status, answer.text, seen]).toEqual([500, '{"message": "Internal server error"}', []])
      expect(gateway.log[0]!.message).toContain(`\${stageVariables.role} name no role but '${arn}'`)
      stageOf({ role: ROLE })
      expect((await call('POST', '/dev/staged', '{}')).answer.status).toBe(200)
      gateway.stages.set('abc123/dev', pointer)
    },
  )

  test('the caller’s credentials cannot be passed on where there are none', async () => {
    const { answer } = await call('POST', '/dev/caller', '{}')
    expect(answer.status).toBe(500)
    expect(seen).toEqual([])
  })

  test('a stand-in for one service is not told of roles', async () => {
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const one = await startGateway(definitionOf(sketch), {
      settings: { endpoints: { EVENTBRIDGE: at } },
      platform: { credentials: async () => own },
    })
    seen = []
    expect((await one.call('POST', '/dev/role', { body: '{}' })).status).toBe(200)
    expect(seen.map(({ key }) => key)).toEqual(['AKIDOWN'])
    await one.stop()
  })

  test('a stand-in for AWS is called without credentials; Amazon is not', async () => {
    own = null
    const { last } = await call('POST', '/dev/role', '{}')
    expect(last.key).toBe('test')
    own = { accessKeyId: 'AKIDOWN', secretAccessKey: 'own-secret' }
    const amazon = await startGateway(definitionOf(sketch))
    expect((await amazon.call('POST', '/dev/own', { body: '{}' })).status).toBe(500)
    expect(amazon.log.some(({ message }) => message.includes('no AWS credentials are configured'))).toBe(true)
    await amazon.stop()
  })
})
