/**
 * Stages with tracing: what goes to X-Ray and what integrations are told. X-Ray itself cannot be had: a server of the test takes what
 * is sent to PutTraceSegments and checks the signature; everything else is real.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { socketOutbound } from '../../src/adapters/outbound-sockets.ts'
import { xrayTracer } from '../../src/adapters/tracer-xray.ts'
import { settingsOf } from '../../src/config.ts'
import { verifyRequest } from '../../src/core/sigv4/verify.ts'
import { type Backends, startBackends } from './backends.ts'
import { definitionOf, type Line, startGateway, type TestGateway } from './gateway.ts'
import { type LambdaServer, lambdaUri, startLambda } from './lambda.ts'

const OWN = { accessKeyId: 'AKIDGATEWAY000000', secretAccessKey: 'its-secret' }

interface Segment {
  [member: string]: unknown
  id: string
  trace_id: string
  parent_id?: string
  subsegments?: { [member: string]: unknown; id: string }[]
}

let xray: Server
let url: string
let segments: Segment[]
let batches: number[]
/** what the server answers */
let answer: { status: number; body: string }
let back: Backends
let lambda: LambdaServer

beforeAll(async () => {
  back = await startBackends()
  lambda = await startLambda({ hello: () => ({ statusCode: 201, body: 'hi' }) })
  xray = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', async () => {
      const body = Buffer.concat(chunks)
      const headers: [string, string][] = []
      for (let at = 0; at < request.rawHeaders.length; at += 2)
        headers.push([request.rawHeaders[at]!, request.rawHeaders[at + 1]!])
      const verified = await verifyRequest(
        { method: request.method!, path: request.url!, query: '', headers, body: async () => body },
        {
          service: 'xray',
          region: 'us-east-1',
          now: Date.now(),
          lookUp: () => OWN,
        },
      )
      const { TraceSegmentDocuments: documents } = JSON.parse(body.toString())
      if (request.url === '/TraceSegments' && verified.ok) {
        batches.push(documents.length)
        segments.push(...documents.map((text: string) => JSON.parse(text)))
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => xray.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(xray.address() as AddressInfo).port}`
})
afterAll(async () => {
  await back.stop()
  await lambda.stop()
  await new Promise((done) => xray.close(done))
})
beforeEach(() => {
  segments = []
  batches = []
  answer = { status: 200, body: '{"UnprocessedTraceSegments":[]}' }
})

interface Traced {
  gateway: TestGateway
  log: Line[]
  /** ends the gateway; what was recorded has been delivered then */
  stop(): Promise<void>
}

interface Trouble {
  answer?: { status: number; body: string }
  credentials?: null
  endpoint?: string
}

/** `random` is what sampling draws: 0 takes every call, 255 only the first of a second. */
async function started(
  options: { random?: number; credentials?: typeof OWN | null; stage?: object; endpoint?: string } = {},
): Promise<Traced> {
  const { random = 0, credentials = OWN, endpoint = url } = options
  const log: Line[] = []
  const outbound = socketOutbound()
  const settings = settingsOf(
    { AWS_ENDPOINT_URL_XRAY: endpoint, AWS_ENDPOINT_URL_LAMBDA: lambda.url },
    'open',
  )
  const tracer = xrayTracer({
    outbound,
    credentials: async () => credentials,
    clock: { now: () => Date.now() },
    random: {
      bytes: (length) =>
        length === 2 ? new Uint8Array(length).fill(random) : crypto.getRandomValues(new Uint8Array(length)),
    },
    defer: (work) => void work,
    log: (level, message, fields) => log.push({ level, message, fields }),
    settings,
  })
  const http = (path: string) => ({
    integration: { type: 'HTTP_PROXY', httpMethod: 'ANY', uri: `${back.http}${path}` },
  })
  const gateway = await startGateway(
    definitionOf(
      {
        '/echo': { ANY: http('/echo') },
        '/down': {
          GET: { integration: { type: 'HTTP_PROXY', httpMethod: 'GET', uri: `${back.refused}/` } },
        },
        '/hello': {
          GET: {
            integration: {
              type: 'AWS_PROXY',
              httpMethod: 'POST',
              uri: lambdaUri('hello'),
            },
          },
        },
        '/key': { GET: { ...http('/echo'), apiKeyRequired: true } },
      },
      { restApi: { name: 'pets <shop>' } },
    ),
    {
      stage: { tracingEnabled: true, ...options.stage },
      settings,
      platform: { tracer, credentials: async () => OWN },
    },
  )
  return {
    gateway,
    log,
    async stop() {
      await gateway.stop()
      await tracer.close()
      await outbound.close()
    },
  }
}

const headerAt = (text: string) =>
  new Map(
    (JSON.parse(text).headers as [string, string][]).map(([name, value]) => [name.toLowerCase(), value]),
  )

describe('a call that is recorded', () => {
  test('becomes the segment that API Gateway writes, and the integration is told of it', async () => {
    const { gateway, stop } = await started()
    const answered = await gateway.call('POST', '/dev/echo?a=1', {
      headers: { 'User-Agent': 'a test' },
      body: 'hello',
    })
    await stop()
    const told = headerAt(answered.text).get('x-amzn-trace-id')!
    expect(told).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$/)
    const [segment] = segments
    expect(segments).toHaveLength(1)
    const stage = { 'aws:api_id': 'abc123', 'aws:api_stage': 'dev' }
    const requestId = answered.header('x-amzn-requestid')
    expect(segment).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      name: 'pets shop/dev',
      start_time: expect.any(Number),
      end_time: expect.any(Number),
      trace_id: /Root=([^;]+)/.exec(told)![1],
      http: {
        request: {
          url: 'http://abc123.execute-api.us-east-1.localhost/dev/echo?a=1',
          method: 'POST',
          user_agent: 'a test',
          client_ip: '127.0.0.1',
          x_forwarded_for: true,
        },
        response: { status: 200, content_length: answered.body.length },
      },
      aws: {
        xray: { sampling_rule_name: 'Default' },
        api_gateway: {
          account_id: '000000000000',
          rest_api_id: 'abc123',
          stage: 'dev',
          request_id: requestId,
        },
      },
      annotations: stage,
      metadata: {
        default: { extended_request_id: answered.header('x-amz-apigw-id'), request_id: requestId },
      },
      origin: 'AWS::ApiGateway::Stage',
      resource_arn: 'arn:aws:apigateway:us-east-1::/restapis/abc123/stages/dev',
      subsegments: [
        {
          id: /Parent=(\w+)/.exec(told)![1],
          name: new URL(back.http).host,
          namespace: 'remote',
          start_time: expect.any(Number),
          end_time: expect.any(Number),
          http: {
            request: { url: `${back.http}/echo?a=1`, method: 'POST' },
            response: { status: 200 },
          },
        },
      ],
    })
    const { start_time, end_time } = segment as unknown as Record<string, number>
    expect(Math.abs(start_time! - Date.now() / 1000)).toBeLessThan(600)
    expect(end_time).toBeGreaterThanOrEqual(start_time!)
  })

  test('names the function, and flags what went wrong', async () => {
    const { gateway, stop } = await started()
    const hello = await gateway.call('GET', '/dev/hello')
    await gateway.call('GET', '/dev/down')
    await gateway.call('GET', '/dev/key')
    await gateway.call('GET', '/dev/nowhere')
    await gateway.call('GET', '/dev/echo?status=429')
    await stop()
    expect(hello.header('x-amzn-trace-id')).toContain('Sampled=1')
    expect(lambda.invocations.at(-1)!.headers['x-amzn-trace-id']).toBe(hello.header('x-amzn-trace-id'))
    const by = (path: string) =>
      segments.find(({ http }) => (http as { request: { url: string } }).request.url.includes(path))!
    expect(by('/hello').subsegments).toMatchObject([
      {
        name: 'Lambda',
        namespace: 'aws',
        aws: { function_name: 'hello', region: 'us-east-1', operation: 'Invoke', resource_names: ['hello'] },
        http: { request: { method: 'POST' }, response: { status: 201 } },
      },
    ])
    expect(by('/down')).toMatchObject({ fault: true, subsegments: [{ fault: true }] })
    expect(by('/key')).toMatchObject({ error: true, http: { response: { status: 403 } } })
    expect(by('/key').subsegments).toBeUndefined()
    expect(by('/nowhere')).toMatchObject({ error: true })
    expect(by('/echo')).toMatchObject({ error: true, throttle: true, subsegments: [{ throttle: true }] })
    expect(by('/hello').error ?? by('/hello').fault).toBeUndefined()
  })
})

describe('which calls are recorded', () => {
  test('those that a caller records, under the parent that it names; not those that it does not', async () => {
    const { gateway, stop } = await started({ random: 255 })
    const call = (header: string) =>
      gateway.call('GET', '/dev/echo', { headers: { 'X-Amzn-Trace-Id': header } })
    const root = '1-5759e988-bd862e3fe1be46a994272793'
    const yes = await call(`Root=${root};Parent=53995c3f42cd8ad8;Sampled=1`)
    const no = await call(`Root=${root};Parent=53995c3f42cd8ad8;Sampled=0`)
    await stop()
    expect(segments).toMatchObject([{ trace_id: root, parent_id: '53995c3f42cd8ad8' }])
    const [segment] = segments
    expect(headerAt(yes.text).get('x-amzn-trace-id')).toBe(
      `Root=${root};Parent=${segment!.subsegments![0]!.id};Sampled=1`,
    )
    expect(headerAt(no.text).get('x-amzn-trace-id')).toBe(`Root=${root};Parent=53995c3f42cd8ad8;Sampled=0`)
  })

  test('else the first of each second, and a share of the others', async () => {
    const every = await started({ random: 12 })
    for (let calls = 0; calls < 20; calls++) await every.gateway.call('GET', '/dev/echo')
    await every.stop()
    expect(segments).toHaveLength(20)

    segments = []
    const few = await started({ random: 13 })
    const before = Math.floor(Date.now() / 1000)
    for (let calls = 0; calls < 20; calls++) await few.gateway.call('GET', '/dev/echo')
    const after = Math.floor(Date.now() / 1000)
    await few.stop()
    expect(segments.length).toBeGreaterThanOrEqual(1)
    expect(segments.length).toBeLessThanOrEqual(after - before + 1)
  })

  test('none of a stage without tracing, whatever the caller says', async () => {
    const { gateway, stop } = await started({ stage: { tracingEnabled: false } })
    const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'
    const answered = await gateway.call('GET', '/dev/echo', { headers: { 'X-Amzn-Trace-Id': header } })
    await stop()
    expect(segments).toEqual([])
    expect(headerAt(answered.text).get('x-amzn-trace-id')).toBe(header)
  })
})

describe('delivery', () => {
  const lostOf = (gateway: TestGateway) =>
    /edgeway_segment_lost_count\{[^}]*\} (\d+)/.exec(gateway.execute.metrics())?.[1] ?? '0'

  test('goes in batches', async () => {
    const { gateway, stop } = await started()
    await Promise.all(Array.from({ length: 120 }, () => gateway.call('GET', '/dev/echo')))
    await stop()
    expect(batches.reduce((sum, size) => sum + size, 0)).toBe(120)
    expect(Math.max(...batches)).toBe(50)
  })

  test.each<[string, Trouble, RegExp]>([
    ['X-Ray refuses', { answer: { status: 400, body: '{"message":"no"}' } }, /^400 .*no/],
    [
      'X-Ray refuses a part',
      {
        answer: {
          status: 200,
          body: '{"UnprocessedTraceSegments":[{"ErrorCode":"InvalidSegment","Message":"odd"},{"ErrorCode":"InvalidSegment","Message":"odd"},{"ErrorCode":"InvalidSegment","Message":"odd"}]}',
        },
      },
      /InvalidSegment: odd/,
    ],
    ['nobody answers', { endpoint: 'http://127.0.0.1:9' }, /127\.0\.0\.1:9|refused|connect/i],
    ['there are no credentials', { credentials: null, endpoint: '' }, /no AWS credentials/],
  ])('is counted and said once where %s', async (_, { answer: given, ...options }, said) => {
    if (given) answer = given
    const { gateway, log, stop } = await started(options)
    for (let calls = 0; calls < 3; calls++) expect((await gateway.call('GET', '/dev/echo')).status).toBe(200)
    await stop()
    expect(lostOf(gateway)).toBe('3')
    const lines = log.filter(({ message }) => message === 'X-Ray segments are lost')
    expect(lines).toHaveLength(1)
    expect(String(lines[0]!.fields!.error)).toMatch(said)
  })

  test('a stand-in for X-Ray is asked without credentials, too', async () => {
    const { gateway, log, stop } = await started({ credentials: null })
    await gateway.call('GET', '/dev/echo')
    await stop()
    expect(log).toEqual([])
  })
})
