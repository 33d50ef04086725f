/**
 * The main job, the same on every runtime: import a definition, deploy it, call it by all three URL forms, restart, call it
 * again. It knows nothing of the runtime but how to start it.
 */
import { readFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  ImportRestApiCommand,
  TestInvokeMethodCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { ApiGatewayV2 } from '@aws-sdk/client-apigatewayv2'
import { afterAll, beforeAll, expect, test } from 'vitest'

export interface Running {
  /** e.g. http://127.0.0.1:4600 */
  endpoint: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  stop(): Promise<void>
}
/** Starts the gateway; the second start must find what the first one kept. */
export type Launch = () => Promise<Running>

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** A call with any Host header, which `fetch` does not allow. */
export function call(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { hostname, port, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: hostname,
        port,
        path: pathname + search,
        method: options.method ?? 'GET',
        headers: options.headers,
        agent: false,
      },
      async (incoming) => {
        const chunks: Buffer[] = []
        for await (const chunk of incoming) chunks.push(chunk as Buffer)
        resolve({
          status: incoming.statusCode!,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

export function runtimeSuite(launch: Launch): void {
  let running: Running
  let client: APIGatewayClient
  let backend: Server
  let api: string

  const connect = async () => {
    running = await launch()
    client = new APIGatewayClient({
      endpoint: running.endpoint,
      region: 'us-east-1',
      credentials: running.credentials,
      maxAttempts: 1,
    })
  }

  beforeAll(async () => {
    backend = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks).toString()
      outgoing.setHeader('set-cookie', ['a=1', 'b=2'])
      outgoing.writeHead(201, { 'content-type': 'application/json', 'x-backend': 'yes' })
      outgoing.end(JSON.stringify({ method: incoming.method, url: incoming.url, body }))
    })
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
    await connect()
  })
  afterAll(async () => {
    await running?.stop()
    backend.close()
  })

  test('health answers', async () => {
    const answer = await call(`${running.endpoint}/_edgeway/health`)
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body).status).toBe('ok')
  })

  test('a definition is imported, deployed and called by all three URL forms', async () => {
    const imported = await client.send(
      new ImportRestApiCommand({ body: await readFile('examples/petstore.json') }),
    )
    api = imported.id!
    expect(api).toMatch(/^[a-z0-9]{10}$/)
    const resources = await client.send(new GetResourcesCommand({ restApiId: api }))
    expect(resources.items!.map((item) => item.path).sort()).toEqual([
      '/',
      '/pets',
      '/pets/{id}',
      '/proxy',
      '/proxy/{path+}',
    ])
    await client.send(
      new CreateDeploymentCommand({
        restApiId: api,
        stageName: 'dev',
        variables: { backend: `127.0.0.1:${(backend.address() as AddressInfo).port}` },
      }),
    )
    const { endpoint } = running
    const list = {
      kind: 'dogs',
      pets: [
        { id: 1, name: 'Rex' },
        { id: 2, name: 'Tom' },
      ],
    }
    for (const [url, host] of [
      [`${endpoint}/_aws/execute-api/${api}/dev/pets?kind=dogs`],
      [`${endpoint}/restapis/${api}/dev/_user_request_/pets?kind=dogs`],
      [`${endpoint}/dev/pets?kind=dogs`, `${api}.execute-api.us-east-1.localhost`],
    ]) {
      const answer = await call(url!, { headers: host ? { host } : {} })
      expect(answer.status, `${url} ${answer.body}`).toBe(200)
      expect(JSON.parse(answer.body)).toEqual(list)
      expect(answer.headers['x-total']).toBe('2')
      expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  test('a template decides the status', async () => {
    const missing = await call(`${running.endpoint}/_aws/execute-api/${api}/dev/pets/7`)
    expect([missing.status, missing.body]).toEqual([404, '{"message": "no pet 7"}'])
  })

  test('an HTTP back end gets the call and its answer comes back', async () => {
    const answer = await call(`${running.endpoint}/_aws/execute-api/${api}/dev/proxy/deep/er?q=1`, {
      method: 'POST',
      body: 'hällo',
    })
    expect(answer.status).toBe(201)
    expect(JSON.parse(answer.body)).toEqual({ method: 'POST', url: '/deep/er?q=1', body: 'hällo' })
    expect(answer.headers['x-backend']).toBe('yes')
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  })

  test('a method is tested as it stands, with the log of its execution', async () => {
    const { items } = await client.send(new GetResourcesCommand({ restApiId: api }))
    const resourceId = items!.find(({ path }) => path === '/pets')!.id
    const tested = await client.send(
      new TestInvokeMethodCommand({
        restApiId: api,
        resourceId,
        httpMethod: 'GET',
        pathWithQueryString: '/pets?kind=cats',
      }),
    )
    expect(tested.status, tested.log).toBe(200)
    expect(JSON.parse(tested.body!)).toMatchObject({ kind: 'cats', pets: [{ id: 1 }, { id: 2 }] })
    expect(tested.headers).toMatchObject({ 'x-total': '2' })
    expect(tested.log).toContain('Method completed with status: 200')
  })

  /** Imports a definition and serves it on stage dev; gives the API's id. */
  async function deploy(definition: object): Promise<string> {
    const { id } = await client.send(
      new ImportRestApiCommand({ body: new TextEncoder().encode(JSON.stringify(definition)) }),
    )
    await client.send(new CreateDeploymentCommand({ restApiId: id!, stageName: 'dev' }))
    return id!
  }

  test('the server frames an answer, whatever a definition says of its length and trailers', async () => {
    const framing = {
      Trailer: "'x-checksum'",
      'Transfer-Encoding': "'chunked'",
      'Content-Length': "'3'",
    }
    const parameters = (prefix: string) =>
      Object.fromEntries(Object.entries(framing).map(([name, value]) => [`${prefix}.header.${name}`, value]))
    const definition = {
      openapi: '3.0.1',
      info: { title: 'framed', version: '1' },
      paths: {
        '/mock': {
          get: {
            responses: {
              200: {
                description: '',
                headers: { Trailer: { schema: { type: 'string' } } },
              },
            },
            'x-amazon-apigateway-integration': {
              type: 'mock',
              requestTemplates: { 'application/json': '{"statusCode": 200}' },
              responses: {
                default: {
                  statusCode: '200',
                  responseParameters: { 'method.response.header.Trailer': framing.Trailer },
                  responseTemplates: { 'application/json': 'all of it' },
                },
              },
            },
          },
        },
      },
      'x-amazon-apigateway-gateway-responses': {
        MISSING_AUTHENTICATION_TOKEN: { responseParameters: parameters('gatewayresponse') },
      },
    }
    const id = await deploy(definition)
    const at = `${running.endpoint}/_aws/execute-api/${id}/dev`
    const framed = async (path: string) => {
      const { status, headers, body } = await call(at + path)
      return [status, body, headers['content-length'], headers.trailer]
    }
    // once with what the stage is read from the database for, once without a turn of the event loop
    for (let n = 0; n < 2; n++) expect(await framed('/mock')).toEqual([200, 'all of it', '9', undefined])
    const missing = '{"message":"Missing Authentication Token"}'
    expect(await framed('/nothing')).toEqual([403, missing, String(missing.length), undefined])
  })

  test('a call is for the host of its request target, whatever a Host header says beside it', async () => {
    const definition = {
      openapi: '3.0.1',
      info: { title: 'hosts', version: '1' },
      paths: {
        '/host': {
          get: {
            responses: { 200: { description: '' } },
            'x-amazon-apigateway-integration': {
              type: 'mock',
              requestTemplates: { 'application/json': '{"statusCode": 200}' },
              responses: {
                default: {
                  statusCode: '200',
                  responseTemplates: { 'application/json': 'called: $context.domainName' },
                },
              },
            },
          },
        },
      },
    }
    const id = await deploy(definition)
    const { hostname, port } = new URL(running.endpoint)
    const said = (target: string, host: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connectSocket(Number(port), hostname)
        let text = ''
        socket.on('data', (bytes) => {
          text += bytes
        })
        socket.on('error', reject)
        socket.on('close', () => resolve(/called: .*/.exec(text)?.[0] ?? text))
        socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      })
    const host = `${id}.execute-api.us-east-1.localhost`
    expect(await said('/dev/host', host)).toBe(`called: ${host}`)
    expect(await said(`http://${host}/dev/host`, host)).toBe(`called: ${host}`)
    expect(await said(`http://${host}/dev/host`, 'elsewhere.example')).not.toContain('elsewhere.example')
  })

  test("what no API defines gets Amazon's answer", async () => {
    const answer = await call(`${running.endpoint}/_aws/execute-api/${api}/dev/nothing`)
    expect([answer.status, answer.body]).toEqual([403, '{"message":"Missing Authentication Token"}'])
    expect(answer.headers['x-amzn-errortype']).toBe('MissingAuthenticationTokenException')
    await expect(client.send(new GetRestApiCommand({ restApiId: 'nosuchapi0' }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Invalid API identifier specified 000000000000:nosuchapi0',
    })
  })

  test('a custom domain name finds its API by a routing rule, then by a mapping of several levels', async () => {
    const { endpoint, credentials } = running
    const v2 = new ApiGatewayV2({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
    const DomainName = 'pets.example.com'
    await v2.createDomainName({
      DomainName,
      RoutingMode: 'ROUTING_RULE_THEN_API_MAPPING',
      DomainNameConfigurations: [{ EndpointType: 'REGIONAL' }],
    })
    await v2.createApiMapping({ DomainName, ApiMappingKey: 'shop/v1', ApiId: api, Stage: 'dev' })
    await v2.createRoutingRule({
      DomainName,
      Priority: 1,
      Conditions: [{ MatchHeaders: { AnyOf: [{ Header: 'x-version', ValueGlob: 'beta*' }] } }],
      Actions: [{ InvokeApi: { ApiId: api, Stage: 'dev' } }],
    })
    v2.destroy()
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await call(endpoint + path, { headers: { host: DomainName, ...headers } })).status
    expect(await status('/pets/1', { 'x-version': 'beta2' })).toBe(200)
    expect(await status('/shop/v1/pets/1')).toBe(200)
    expect(await status('/pets/1')).toBe(403)
  })

  test('calls that come together while what is known is looked up again are all answered', async () => {
    const url = `${running.endpoint}/_aws/execute-api/${api}/dev/proxy/x`
    const statuses = new Set<number>()
    for (let round = 0; round < 4; round++) {
      const answers = await Promise.all(Array.from({ length: 24 }, () => call(url)))
      for (const { status } of answers) statuses.add(status)
      await new Promise((resolve) => setTimeout(resolve, 700))
    }
    expect([...statuses]).toEqual([201])
  })

  test('a change of the stage is served', async () => {
    const patch = { op: 'replace', path: '/variables/backend', value: '127.0.0.1:1' } as const
    await client.send(new UpdateStageCommand({ restApiId: api, stageName: 'dev', patchOperations: [patch] }))
    await expect
      .poll(async () => (await call(`${running.endpoint}/_aws/execute-api/${api}/dev/proxy/x`)).status, {
        timeout: 10_000,
      })
      .toBe(504)
  })

  test('everything is still there after a restart', async () => {
    await running.stop()
    await connect()
    const answer = await call(`${running.endpoint}/_aws/execute-api/${api}/dev/pets/1`)
    expect([answer.status, answer.body]).toEqual([200, '{"id": 1, "name": "Rex"}'])
    expect((await client.send(new GetRestApiCommand({ restApiId: api }))).name).toBe('Pets')
  })
}
