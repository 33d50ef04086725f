/** A stage's execution log, line by line, as the words of Amazon's are recorded. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'
import { type LambdaServer, lambdaUri, startLambda } from './lambda.ts'

const KEY = 'secretabcdef'
let lambda: LambdaServer
const gateways: TestGateway[] = []

beforeAll(async () => {
  lambda = await startLambda({ ok: () => ({ statusCode: 200, body: 'hi' }), odd: () => 'odd' })
})
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await lambda.stop()
})

/** what comes before the request itself where no key is asked for */
const planned = (path: string, key = '') => [
  `Verifying Usage Plan for request: <id>. API Key: ${key} API Stage: abc123/dev`,
  `API Key ${key} authorized because method 'GET ${path}' does not require API Key. Request will not contribute to throttle or quota limits`,
  `Usage Plan check succeeded for API Key ${key} and API Stage abc123/dev`,
]

async function logged(path: string, setting: object, headers = {}): Promise<string[]> {
  const proxy = (name: string) => ({
    GET: { integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: lambdaUri(name) } },
  })
  const gateway = await startGateway(
    definitionOf(
      {
        '/ok': proxy('ok'),
        '/ok/{id}': proxy('ok'),
        '/odd': proxy('odd'),
        '/keyed': { GET: { ...proxy('ok').GET, apiKeyRequired: true } },
        '/pool': { GET: { ...proxy('ok').GET, authorizationType: 'COGNITO_USER_POOLS', authorizerId: 'a' } },
      },
      { authorizers: [{ id: 'a', name: 'a', type: 'COGNITO_USER_POOLS', providerARNs: [] }] },
    ),
    {
      settings: { endpoints: { LAMBDA: lambda.url }, onStoreFailure: 'open' },
      platform: {
        credentials: async () => ({ accessKeyId: 'k', secretAccessKey: 's', sessionToken: 'a-secret-token' }),
      },
      keys: {
        find: async (value) =>
          value === KEY ? { id: 'key1', plan: { id: 'p1', name: 'p1', apiStages: [] } } : null,
      },
      stage: { methodSettings: { '*/*': setting }, tracingEnabled: true },
    },
  )
  gateways.push(gateway)
  const id = (await gateway.call('GET', `/dev${path}`, { headers })).header('x-amzn-requestid')!
  return gateway.log
    .filter(({ fields }) => fields?.log === 'API-Gateway-Execution-Logs_abc123/dev')
    .map(({ message }) => {
      expect(message.startsWith(`(${id}) `)).toBe(true)
      return message
        .slice(id.length + 3)
        .replaceAll(id, '<id>')
        .replace(/Id: \S{16}$/, 'Id: <extended>')
        .replace(/latency: \d+ ms/, 'latency: <n> ms')
        .replace(/Root=[\da-f-]+/, 'Root=<root>')
    })
}
const url = (name: string) =>
  `https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/${/functions\/(.+)\/inv/.exec(lambdaUri(name))![1]}/invocations`

test('INFO without data', async () => {
  expect(await logged('/ok', { loggingLevel: 'INFO' })).toEqual([
    'Extended Request Id: <extended>',
    ...planned('/ok'),
    'Starting execution for request: <id>',
    'HTTP Method: GET, Resource Path: /ok',
    `Sending request to ${url('ok')}`,
    'Received response. Status: 200, Integration latency: <n> ms',
    'Successfully completed execution',
    'Method completed with status: 200',
    expect.stringMatching(/^AWS Integration Endpoint RequestId : lambda-\d+$/),
    'X-ray Tracing ID : Root=<root>',
  ])
})

test('INFO with data has what Lambda answered', async () => {
  expect(await logged('/ok', { loggingLevel: 'INFO', dataTraceEnabled: true })).toContain(
    'Endpoint response body before transformations: {"statusCode":200,"body":"hi"}',
  )
})

test('an API key is shown by its end', async () => {
  const shown = '******abcdef'
  const keyed = await logged('/keyed', { loggingLevel: 'INFO' }, { 'X-API-Key': KEY })
  expect(keyed.slice(1, 7)).toEqual([
    planned('/keyed', shown)[0],
    planned('/keyed', shown)[2],
    'Starting execution for request: <id>',
    'HTTP Method: GET, Resource Path: /keyed',
    `API Key: ${shown}`,
    'API Key ID: key1',
  ])
  const free = await logged('/ok', { loggingLevel: 'INFO' }, { 'X-API-Key': KEY })
  expect(free.slice(1, 5)).toEqual([...planned('/ok', shown), 'Starting execution for request: <id>'])
  const wrong = await logged('/keyed', { loggingLevel: 'INFO' }, { 'X-API-Key': 'short' })
  expect(wrong.slice(1, 3)).toEqual([
    planned('/keyed', '*****')[0],
    'the API key is not enabled in a usage plan of abc123/dev',
  ])
})

test('who is not known is told so', async () => {
  expect((await logged('/pool', { loggingLevel: 'INFO' })).slice(1, 4)).toEqual([
    'Starting authorizer: a for request: <id>',
    'Unauthorized request: <id>',
    'the token is missing',
  ])
})

test('a function is called as the log says, and no credentials are in it', async () => {
  const headers = {
    Authorization: 'Bearer abcdefgh',
    'x-api-key': KEY,
    'X-Amz-Security-Token': 'of-the-caller',
  }
  const lines = await logged('/ok/7', { loggingLevel: 'INFO', dataTraceEnabled: true }, headers)
  const shown = (start: string) => lines.find((line) => line.startsWith(start))!
  const received = shown('Method request headers: ')
  expect(received).toContain('Authorization=*********cdefgh')
  expect(received).toContain('x-api-key=******abcdef')
  expect(received).toContain('X-Amz-Security-Token=*******caller')
  const sent = lambda.invocations.at(-1)!.headers
  expect(shown('Endpoint request headers: ')).toBe(
    `Endpoint request headers: {Host=${sent.host}, Content-Type=application/json, Accept=application/json, User-Agent=AmazonAPIGateway_abc123, X-Amzn-Trace-Id=${sent['x-amzn-trace-id']!.toString().replace(/Root=[\da-f-]+/, 'Root=<root>')}, x-amzn-apigateway-api-id=abc123, X-Amz-Source-Arn=arn:aws:execute-api:us-east-1:000000000000:abc123/dev/GET/ok/{id}, x-amzn-lambda-integration-tag=<id>, X-Amz-Date=${sent['x-amz-date']}, X-Amz-Security-Token=********-token, Authorization=${'*'.repeat(sent.authorization!.length - 6)}${sent.authorization!.slice(-6)}}`,
  )
  expect(sent).toMatchObject({
    accept: 'application/json',
    'user-agent': 'AmazonAPIGateway_abc123',
    'x-amz-source-arn': 'arn:aws:execute-api:us-east-1:000000000000:abc123/dev/GET/ok/{id}',
    'x-amzn-lambda-integration-tag': expect.stringMatching(/^[\da-f-]{36}$/),
  })
  expect(sent.authorization).toContain('x-amz-source-arn')
})

test('ERROR has the error alone', async () => {
  expect(await logged('/ok', { loggingLevel: 'ERROR' })).toEqual([])
  expect(await logged('/odd', { loggingLevel: 'ERROR' })).toEqual([
    'Execution failed due to configuration error: Malformed Lambda proxy response (not an object)',
  ])
})

test('OFF has nothing', async () => {
  expect(await logged('/odd', { loggingLevel: 'OFF' })).toEqual([])
})

test('a canary’s lines are in groups of their own, and binary payloads in none', async () => {
  const mock = {
    integration: { type: 'MOCK', requestTemplates: { 'application/json': '{"statusCode":200}' } },
  }
  const gateway = await startGateway(
    definitionOf({ '/x': { POST: mock } }, { restApi: { binaryMediaTypes: ['image/png'] } }),
    {
      stage: {
        methodSettings: { '*/*': { loggingLevel: 'INFO', dataTraceEnabled: true } },
        accessLogSettings: {
          format: '$context.requestId',
          destinationArn: 'arn:aws:logs:us-east-1:1:log-group:a',
        },
        canarySettings: { percentTraffic: 100, deploymentId: 'dep1' },
      },
    },
  )
  gateways.push(gateway)
  await gateway.call('POST', '/dev/x', { headers: { 'Content-Type': 'image/png' }, body: 'bytes' })
  const groups = new Set(gateway.log.map(({ fields }) => fields?.destination ?? fields?.log))
  groups.delete(undefined)
  expect([...groups]).toEqual([
    'API-Gateway-Execution-Logs_abc123/dev/Canary',
    'arn:aws:logs:us-east-1:1:log-group:a/Canary',
  ])
  const lines = gateway.log.map(({ message }) => message)
  expect(lines.join('\n')).toContain('Method request body before transformations: [Binary Data]')
})
