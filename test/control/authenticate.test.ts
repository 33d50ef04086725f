/** Who may manage the gateway: Amazon's own client signs, the control service checks. */
import { request as httpRequest } from 'node:http'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  DeleteRestApiCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  ImportRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  PutRestApiCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { ApiGatewayV2 } from '@aws-sdk/client-apigatewayv2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Settings } from '../../src/platform.ts'
import { type ControlServer, startControl } from './server.ts'

const allow = (Action: string | string[], Resource: string | string[], more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource, ...more }],
})
const deny = (Action: string, Resource: string, more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action, Resource, ...more }],
})
const all = allow('apigateway:*', '*')
const PRINCIPALS = {
  ADMIN: { secretAccessKey: 'admin-secret', name: 'admin', policies: [all] },
  READER: { secretAccessKey: 'r', name: 'reader', policies: [allow('apigateway:GET', '*')] },
  MAKER: {
    secretAccessKey: 'm',
    name: 'maker',
    policies: [allow(['apigateway:POST', 'apigateway:GET', 'apigateway:PATCH', 'apigateway:PUT'], '*')],
  },
  NOPROD: {
    secretAccessKey: 'n',
    name: 'noprod',
    policies: [
      all,
      deny('apigateway:DELETE', '*', { Condition: { StringEquals: { 'aws:ResourceTag/stage': 'prod' } } }),
      deny('apigateway:POST', '*', { Condition: { StringEquals: { 'aws:RequestTag/stage': 'prod' } } }),
    ],
  },
  ABROAD: {
    secretAccessKey: 'b',
    name: 'abroad',
    policies: [allow('apigateway:*', 'arn:aws:apigateway:eu-west-1::/restapis*')],
  },
  NOWHERE: {
    secretAccessKey: 'w',
    name: 'nowhere',
    policies: [allow('apigateway:*', '*', { Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } })],
  },
  RULER: {
    secretAccessKey: 'l',
    name: 'ruler',
    policies: [
      allow(
        ['apigateway:CreateRoutingRule', 'apigateway:UpdateRoutingRule', 'apigateway:ListRoutingRules'],
        'arn:aws:apigateway:us-east-1:000000000000:/domainnames/ruled.example.com/routingrules/*',
      ),
    ],
  },
  MAPPER: {
    secretAccessKey: 'p',
    name: 'mapper',
    policies: [
      allow('apigateway:*', 'arn:aws:apigateway:us-east-1::/domainnames/*/apimappings*'),
      deny('apigateway:DELETE', '*', { Condition: { StringEquals: { 'aws:ResourceTag/stage': 'prod' } } }),
    ],
  },
  SHORT: { secretAccessKey: 's', sessionToken: 'token', expiresAt: 1, name: 'short', policies: [all] },
}

let server: ControlServer
const clients: APIGatewayClient[] = []
const logged: [string, string, Record<string, unknown>][] = []

async function start(settings: Partial<Settings>, principals: object | null): Promise<ControlServer> {
  const started = await startControl({ settings })
  if (principals) started.platform.env.EDGEWAY_PRINCIPALS = JSON.stringify(principals)
  const { log } = started.platform
  started.platform.log = (level, message, fields = {}) => {
    logged.push([level, message, fields])
    log(level, message, fields)
  }
  return started
}

function as(
  accessKeyId: string,
  secretAccessKey = PRINCIPALS[accessKeyId as 'ADMIN']?.secretAccessKey ?? 'x',
  more: { region?: string; sessionToken?: string; systemClockOffset?: number } = {},
): APIGatewayClient {
  const { region = 'us-east-1', sessionToken, systemClockOffset } = more
  const client = new APIGatewayClient({
    region,
    endpoint: server.endpoint,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    maxAttempts: 1,
    ...(systemClockOffset && { systemClockOffset }),
  })
  clients.push(client)
  return client
}

/** A request whose Host and other headers are the test's own. */
function raw(
  endpoint: string,
  headers: Record<string, string>,
  method = 'GET',
  path = '/restapis',
): Promise<{ status: number; body: string; type: string | undefined }> {
  const { hostname, port } = new URL(endpoint)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, path, method, headers, agent: false },
      async (incoming) => {
        let body = ''
        for await (const chunk of incoming) body += chunk
        resolve({ status: incoming.statusCode!, body, type: incoming.headers['x-amzn-errortype'] as string })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(method === 'POST' ? '{"name":"x"}' : undefined)
  })
}

beforeAll(async () => {
  server = await start({ control: 'signed' }, PRINCIPALS)
})
afterAll(async () => {
  for (const client of clients) client.destroy()
  await server.close()
})

describe('signed', () => {
  test('an administrator makes, reads and deletes, and each change is a line of the audit log', async () => {
    const admin = as('ADMIN')
    logged.length = 0
    const { id } = await admin.send(new CreateRestApiCommand({ name: 'a' }))
    await admin.send(new GetRestApiCommand({ restApiId: id }))
    await admin.send(new DeleteRestApiCommand({ restApiId: id }))
    const audit = logged.filter(([level]) => level === 'audit').map(([, , fields]) => fields)
    expect(audit).toMatchObject([
      {
        who: 'arn:aws:iam::000000000000:user/admin',
        accessKeyId: 'ADMIN',
        from: '127.0.0.1',
        operation: 'CreateRestApi',
        path: '/restapis',
        revisions: { [`/restapis/${id}`]: 1 },
      },
      { operation: 'DeleteRestApi', path: `/restapis/${id}`, revisions: { [`/restapis/${id}`]: 2 } },
    ])
    expect(JSON.stringify(logged)).not.toContain('admin-secret')
  })

  test('what the policies do not allow', async () => {
    const reader = as('READER')
    await reader.send(new GetRestApisCommand({}))
    await expect(reader.send(new CreateRestApiCommand({ name: 'a' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:iam::000000000000:user/reader is not authorized to perform: apigateway:POST on resource: arn:aws:apigateway:us-east-1::/restapis because no identity-based policy allows the apigateway:POST action',
      $metadata: { httpStatusCode: 403 },
    })
  })

  test('nothing is changed by a call that was denied', async () => {
    logged.length = 0
    await as('READER')
      .send(new CreateRestApiCommand({ name: 'ghost' }))
      .catch(() => {})
    const { items } = await as('ADMIN').send(new GetRestApisCommand({}))
    expect(items?.map(({ name }) => name) ?? []).not.toContain('ghost')
    expect(logged.filter(([level]) => level === 'audit')).toEqual([])
  })

  test('a resource policy needs one more permission', async () => {
    const maker = as('MAKER')
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
      ],
    })
    const { id } = await maker.send(new CreateRestApiCommand({ name: 'b' }))
    const update = new UpdateRestApiCommand({
      restApiId: id,
      patchOperations: [{ op: 'replace', path: '/policy', value: policy }],
    })
    for (const attempt of [maker.send(update), maker.send(new CreateRestApiCommand({ name: 'c', policy }))])
      await expect(attempt).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: expect.stringContaining('apigateway:UpdateRestApiPolicy'),
      })
    const written = [
      'x-amazon-apigateway-policy: {}',
      '"x-amazon-apigateway-polic\\x79": {}',
      '"x-amazon-apigateway-\\\n  policy": {}',
    ]
    for (const line of written)
      await expect(
        maker.send(
          new ImportRestApiCommand({
            body: new TextEncoder().encode(
              `openapi: 3.0.1\ninfo: {title: t, version: "1"}\npaths: {}\n${line}\n`,
            ),
          }),
        ),
      ).rejects.toMatchObject({ message: expect.stringContaining('apigateway:UpdateRestApiPolicy') })
    await as('ADMIN').send(update)
    // and taking it away asks for it as well
    const body = new TextEncoder().encode('openapi: 3.0.1\ninfo: {title: t, version: "1"}\npaths: {}\n')
    const put = (mode: 'merge' | 'overwrite') =>
      maker.send(new PutRestApiCommand({ restApiId: id, mode, body }))
    await put('merge')
    await expect(put('overwrite')).rejects.toMatchObject({
      message: expect.stringContaining('apigateway:UpdateRestApiPolicy'),
    })
  })

  test('tags of the resource and of the request', async () => {
    const noprod = as('NOPROD')
    const { id } = await as('ADMIN').send(new CreateRestApiCommand({ name: 'd', tags: { stage: 'prod' } }))
    await expect(
      noprod.send(new CreateRestApiCommand({ name: 'e', tags: { Stage: 'prod' } })),
    ).rejects.toMatchObject({
      message: expect.stringContaining('with an explicit deny in an identity-based policy'),
    })
    await expect(noprod.send(new DeleteRestApiCommand({ restApiId: id }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
    await as('ADMIN').send(new DeleteRestApiCommand({ restApiId: id }))
  })

  describe('apigatewayv2', () => {
    const v2: ApiGatewayV2[] = []
    const asV2 = (accessKeyId: 'ADMIN' | 'READER' | 'RULER' | 'MAPPER') => {
      const { secretAccessKey } = PRINCIPALS[accessKeyId]
      const { endpoint } = server
      const credentials = { accessKeyId, secretAccessKey }
      const client = new ApiGatewayV2({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 })
      v2.push(client)
      return client
    }
    const ROUTING = '/domainnames/ruled.example.com/routingrules'
    let ApiId: string
    const target = () => [{ InvokeApi: { ApiId, Stage: 'dev' } }]
    const rule = (Priority = 1) => ({
      DomainName: 'ruled.example.com',
      Priority,
      Conditions: [],
      Actions: target(),
    })
    const denied = (action: string, resource: string) => ({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`to perform: apigateway:${action} on resource: ${resource} `),
      $metadata: expect.objectContaining({ httpStatusCode: 403 }),
    })

    beforeAll(async () => {
      const admin = as('ADMIN')
      const { id, rootResourceId } = await admin.send(new CreateRestApiCommand({ name: 'ruled' }))
      const method = { restApiId: id, resourceId: rootResourceId, httpMethod: 'GET' }
      await admin.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }))
      await admin.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }))
      await admin.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'dev' }))
      ApiId = id!
      for (const DomainName of ['ruled.example.com', 'prod.example.com'])
        await asV2('ADMIN').createDomainName({
          DomainName,
          DomainNameConfigurations: [{ EndpointType: 'REGIONAL' }],
          Tags: { stage: DomainName.split('.')[0]! },
        })
    })
    afterAll(() => {
      for (const client of v2) client.destroy()
    })

    test('routing rules have permissions of their own, on ARNs with the account', async () => {
      const ruler = asV2('RULER')
      logged.length = 0
      const { RoutingRuleId } = await ruler.createRoutingRule(rule())
      await ruler.putRoutingRule({ ...rule(2), RoutingRuleId })
      const at = { DomainName: 'ruled.example.com', RoutingRuleId }
      await ruler.listRoutingRules(at)
      const arn = `arn:aws:apigateway:us-east-1:000000000000:${ROUTING}`
      await expect(ruler.deleteRoutingRule(at)).rejects.toMatchObject(
        denied('DeleteRoutingRule', `${arn}/${RoutingRuleId}`),
      )
      await expect(ruler.getRoutingRule(at)).rejects.toMatchObject(
        denied('GetRoutingRule', `${arn}/${RoutingRuleId}`),
      )
      await expect(
        ruler.createRoutingRule({ ...rule(), DomainName: 'prod.example.com' }),
      ).rejects.toMatchObject({ name: 'AccessDeniedException' })
      for (const by of ['READER', 'MAPPER'] as const)
        await expect(asV2(by).listRoutingRules(at)).rejects.toMatchObject(
          denied('ListRoutingRules', `${arn}/*`),
        )
      const audit = logged.filter(([level]) => level === 'audit').map(([, , fields]) => fields)
      expect(audit).toMatchObject([
        { who: expect.stringContaining('ruler'), operation: 'CreateRoutingRule', path: ROUTING },
        { operation: 'PutRoutingRule', path: `${ROUTING}/${RoutingRuleId}`, accessKeyId: 'RULER' },
      ])
    })

    test('everything else those of the method, on ARNs without /v2', async () => {
      const mapper = asV2('MAPPER')
      const [one, two] = ['ruled.example.com', 'prod.example.com'] as const
      const mapped = await Promise.all(
        [one, two].map((DomainName) => mapper.createApiMapping({ DomainName, ApiId, Stage: 'dev' })),
      )
      await mapper.deleteApiMapping({ DomainName: one, ApiMappingId: mapped[0]!.ApiMappingId })
      await expect(
        mapper.deleteApiMapping({ DomainName: two, ApiMappingId: mapped[1]!.ApiMappingId }),
      ).rejects.toMatchObject({ message: expect.stringContaining('with an explicit deny') })
      await expect(mapper.getDomainName({ DomainName: one })).rejects.toMatchObject(
        denied('GET', `arn:aws:apigateway:us-east-1::/domainnames/${one}`),
      )
      await expect(asV2('READER').deleteDomainName({ DomainName: one })).rejects.toMatchObject(
        denied('DELETE', `arn:aws:apigateway:us-east-1::/domainnames/${one}`),
      )
      await asV2('READER').getDomainNames({})
    })

    test('nobody without a signature', async () => {
      expect(await raw(server.endpoint, {}, 'GET', '/v2/domainnames')).toMatchObject({
        status: 403,
        type: 'MissingAuthenticationTokenException',
      })
    })
  })

  test('the region of the signature is the region that is managed', async () => {
    await as('ABROAD', undefined, { region: 'eu-west-1' }).send(new GetRestApisCommand({}))
    await expect(as('ABROAD').send(new GetRestApisCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
  })

  test('from elsewhere than the policy says', async () => {
    await expect(as('NOWHERE').send(new GetRestApisCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
  })

  test.each([
    ['an unknown key', () => as('NOBODY'), 'UnrecognizedClientException'],
    ['a wrong secret', () => as('ADMIN', 'wrong'), 'InvalidSignatureException'],
    [
      'a token where there is none',
      () => as('ADMIN', undefined, { sessionToken: 't' }),
      'UnrecognizedClientException',
    ],
    ['an expired token', () => as('SHORT', undefined, { sessionToken: 'token' }), 'ExpiredTokenException'],
    [
      'a clock that is late',
      () => as('ADMIN', undefined, { systemClockOffset: -600_000 }),
      'InvalidSignatureException',
    ],
  ])('%s', async (_, client, name) => {
    await expect(client().send(new GetRestApisCommand({}))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: 403 },
    })
  })

  test.each([
    [{}, 'MissingAuthenticationTokenException'],
    [{ authorization: 'Bearer x' }, 'IncompleteSignatureException'],
    [{ authorization: 'AWS4-HMAC-SHA256 Credential=ADMIN' }, 'IncompleteSignatureException'],
    [{ 'x-forwarded-for': '127.0.0.1', 'x-amzn-requestid': 'x' }, 'MissingAuthenticationTokenException'],
  ])('headers %j', async (headers, type) => {
    expect(await raw(server.endpoint, headers as Record<string, string>)).toMatchObject({ status: 403, type })
  })
})

test('closed means closed, also with principals', async () => {
  const closed = await start({ control: 'closed' }, PRINCIPALS)
  expect(await raw(closed.endpoint, {})).toMatchObject({ status: 403, type: 'AccessDeniedException' })
  await closed.close()
})

test('signed without a principal: nobody', async () => {
  const lonely = await start({ control: 'signed' }, null)
  expect(await raw(lonely.endpoint, {})).toMatchObject({
    status: 403,
    body: '{"message":"Nobody may manage this gateway until a principal is configured"}',
  })
  await lonely.close()
})

test('open on loopback closes with the first principal', async () => {
  const known = await start({ control: 'open' }, PRINCIPALS)
  expect(await raw(known.endpoint, {})).toMatchObject({
    status: 403,
    type: 'MissingAuthenticationTokenException',
  })
  await known.close()
})

describe('open on loopback', () => {
  let open: ControlServer
  beforeAll(async () => {
    open = await start({ control: 'open', domain: 'gw.example' }, null)
  })
  afterAll(() => open.close())

  test.each([
    [{}, true],
    [{ host: 'localhost' }, true],
    [{ host: 'localhost:4600' }, true],
    [{ host: 'LOCALHOST.' }, true],
    [{ host: 'apigateway.us-east-1.localhost:4600' }, true],
    [{ host: '127.0.0.1:4600' }, true],
    [{ host: '127.1.2.3' }, true],
    [{ host: '[::1]:4600' }, true],
    [{ host: 'gw.example' }, true],
    [{ host: 'apigateway.gw.example' }, true],
    [{ host: 'evil.example' }, false],
    [{ host: 'evil.example:4600' }, false],
    [{ host: 'localhost.evil.example' }, false],
    [{ host: 'notlocalhost' }, false],
    [{ host: '127.0.0.1.evil.example' }, false],
    [{ host: '127.0.0.1.nip.io' }, false],
    [{ host: '192.0.2.1' }, false],
    [{ host: 'xgw.example' }, false],
    [{ host: 'localhost', 'sec-fetch-site': 'none' }, true],
    [{ host: 'localhost', 'sec-fetch-site': 'same-origin', origin: 'http://localhost' }, false],
    [{ host: 'localhost', 'sec-fetch-site': 'cross-site' }, false],
    [{ host: 'localhost', 'sec-fetch-site': 'same-site' }, false],
    [{ host: 'localhost', origin: 'https://evil.example' }, false],
    [{ host: 'localhost', origin: 'null' }, false],
    [{ host: 'localhost:4600', origin: 'http://localhost:3000' }, false],
    [{ host: 'localhost:4600', origin: 'http://localhost:4600' }, false],
  ])('%j: %s', async (headers, letIn) => {
    const { status, type } = await raw(open.endpoint, headers as unknown as Record<string, string>)
    expect(status).toBe(letIn ? 200 : 403)
    if (!letIn) expect(type).toBe('AccessDeniedException')
  })

  test('a form on a web page changes nothing', async () => {
    const headers = { host: 'localhost', origin: 'https://evil.example', 'content-type': 'text/plain' }
    expect((await raw(open.endpoint, headers, 'POST')).status).toBe(403)
    expect((await raw(open.endpoint, {})).body).not.toContain('"name":"x"')
  })

  test('a change is logged, as nobody in particular', async () => {
    logged.length = 0
    await raw(open.endpoint, {}, 'POST')
    expect(logged).toMatchObject([
      ['info', 'changed', { who: 'anybody on this machine', operation: 'CreateRestApi' }],
    ])
  })
})
