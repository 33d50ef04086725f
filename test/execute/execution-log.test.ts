/** A stage's execution log, line by line, as the words of Amazon's are recorded. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'
import { type LambdaServer, lambdaUri, startLambda } from './lambda.ts'

let lambda: LambdaServer
const gateways: TestGateway[] = []

beforeAll(async () => {
  lambda = await startLambda({ ok: () => ({ statusCode: 200, body: 'hi' }), odd: () => 'odd' })
})
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await lambda.stop()
})

async function logged(path: string, setting: object): Promise<string[]> {
  const proxy = (name: string) => ({
    GET: { integration: { type: 'AWS_PROXY', httpMethod: 'POST', uri: lambdaUri(name) } },
  })
  const gateway = await startGateway(definitionOf({ '/ok': proxy('ok'), '/odd': proxy('odd') }), {
    settings: { endpoints: { LAMBDA: lambda.url } },
    stage: { methodSettings: { '*/*': setting }, tracingEnabled: true },
  })
  gateways.push(gateway)
  const id = (await gateway.call('GET', `/dev${path}`)).header('x-amzn-requestid')!
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

test('ERROR has the error alone', async () => {
  expect(await logged('/ok', { loggingLevel: 'ERROR' })).toEqual([])
  expect(await logged('/odd', { loggingLevel: 'ERROR' })).toEqual([
    'Execution failed due to configuration error: Malformed Lambda proxy response (not an object)',
  ])
})

test('OFF has nothing', async () => {
  expect(await logged('/odd', { loggingLevel: 'OFF' })).toEqual([])
})
