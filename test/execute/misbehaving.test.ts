/** Back ends that misbehave, behind HTTP_PROXY and HTTP: Amazon's answer, one log line, and the gateway goes on. */
import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Step, scripted } from '../support/script.ts'
import { startScripted } from '../support/scripted.ts'
import { type Backends, startBackends } from './backends.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'

const NETWORK = [504, '{"message": "Network error communicating with endpoint"}'] as const
const TIMEOUT = [504, '{"message": "Endpoint request timed out"}'] as const
const INTERNAL = [500, '{"message": "Internal server error"}'] as const

let backends: Backends
let script: Awaited<ReturnType<typeof startScripted>>
let gateway: TestGateway
beforeAll(async () => {
  backends = await startBackends()
  script = await startScripted()
  const to = (type: string, base: string, timeoutInMillis = 29_000) => ({
    integration: {
      type,
      httpMethod: 'POST',
      uri: `${base}/{behaviour}`,
      timeoutInMillis,
      requestParameters: {
        'integration.request.path.behaviour': 'method.request.path.behaviour',
        'integration.request.querystring.count': 'method.request.querystring.count',
      },
      integrationResponses: { 200: { statusCode: '200' } },
    },
  })
  gateway = await startGateway(
    definitionOf({
      '/proxy/{behaviour}': { POST: to('HTTP_PROXY', backends.http) },
      '/custom/{behaviour}': { POST: to('HTTP', backends.http) },
      '/brief-proxy/{behaviour}': { POST: to('HTTP_PROXY', backends.http, 300) },
      '/brief-custom/{behaviour}': { POST: to('HTTP', backends.http, 300) },
      '/scripted-proxy/{behaviour}': { POST: to('HTTP_PROXY', script.url) },
      '/scripted-custom/{behaviour}': { POST: to('HTTP', script.url) },
      '/refused/{behaviour}': { POST: to('HTTP_PROXY', backends.refused) },
      '/nowhere/{behaviour}': { POST: to('HTTP_PROXY', 'http://no-such-host.invalid') },
    }),
    { settings: { maxPayloadBytes: 1024 * 1024 } },
  )
})
afterAll(async () => {
  await gateway.stop()
  await backends.stop()
  await script.stop()
})
beforeEach(() => {
  gateway.log.length = 0
})

describe.each(['proxy', 'custom'])('%s', (kind) => {
  test.each<[string, readonly [number, string]]>([
    ['reset', NETWORK],
    ['reset-in-body', NETWORK],
    ['short', NETWORK],
    ['garbage', NETWORK],
    ['two-lengths', NETWORK],
    ['hang', TIMEOUT],
    ['hang-in-body', TIMEOUT],
  ])('%s', async (behaviour, [status, text]) => {
    const resource = behaviour.startsWith('hang') ? `brief-${kind}` : kind
    const answer = await gateway.call('POST', `/dev/${resource}/${behaviour}`, { body: '{}' })
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(answer.header('x-amzn-errortype')).toBe('InternalServerErrorException')
    expect(gateway.log.length).toBe(1)
    expect(gateway.log[0]!.level).toBe('warn')
  })

  test('more than was declared is cut off where the length says', async () => {
    const answer = await gateway.call('POST', `/dev/${kind}/long`, { body: '{}' })
    expect([answer.status, answer.text]).toEqual([200, 'four'])
  })

  test('a thousand headers are taken', async () => {
    expect((await gateway.call('POST', `/dev/${kind}/headers`, { body: '{}' })).status).toBe(200)
  })

  test('a gzip bomb is not unpacked', async () => {
    const answer = await gateway.call('POST', `/dev/${kind}/bomb`, { body: '{}' })
    expect(answer.status).toBe(200)
    expect(answer.body.length).toBeLessThan(100_000)
  })
})

test('nobody listens', async () => {
  const answer = await gateway.call('POST', '/dev/refused/x', { body: '{}' })
  expect([answer.status, answer.text]).toEqual(NETWORK)
})

test('a name that does not resolve is a configuration error', async () => {
  const answer = await gateway.call('POST', '/dev/nowhere/x', { body: '{}' })
  expect([answer.status, answer.text]).toEqual(INTERNAL)
  expect(gateway.log[0]!.message).toContain('Invalid endpoint address')
})

test('a stream that breaks off breaks off for the client, whole chunks only', async () => {
  const outcome = await new Promise<string>((resolve) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: gateway.port,
        method: 'POST',
        path: '/dev/proxy/reset-in-chunks',
        headers: { Host: 'abc123.execute-api.us-east-1.localhost' },
      },
      (response) => {
        response.resume()
        response.on('end', () => resolve('ended'))
        response.on('error', () => resolve('broken'))
      },
    )
    sent.on('error', () => resolve('broken'))
    sent.end('{}')
  })
  expect(outcome).toBe('broken')
})

test('a drip that takes longer than the integration may is broken off', async () => {
  const attempt = gateway.call('POST', '/dev/brief-proxy/drip?count=1000', { body: '{}' })
  await expect(attempt.then(({ status }) => status)).rejects.toThrow()
  await expect.poll(() => backends.abandoned()).toBeGreaterThan(0)
})

test('a client that goes away takes the call to the back end with it', async () => {
  const before = backends.abandoned()
  const sent = request({
    host: '127.0.0.1',
    port: gateway.port,
    method: 'POST',
    path: '/dev/proxy/events',
    headers: { Host: 'abc123.execute-api.us-east-1.localhost' },
  })
  sent.on('response', (response) => {
    response.on('error', () => {})
    response.once('data', () => sent.destroy())
  })
  sent.on('error', () => {})
  sent.end()
  await expect.poll(() => backends.abandoned()).toBeGreaterThan(before)
})

describe.each(['scripted-proxy', 'scripted-custom'])('%s', (kind) => {
  const play = (...steps: Step[]) =>
    gateway
      .call('POST', scripted(`/dev/${kind}`, steps), { body: '{}' })
      .then(({ status, text }) => [status, text])
  const answer = (body: string, ...lines: string[]) =>
    ['HTTP/1.1 200 OK', ...lines, `Content-Length: ${body.length}`, '', body].join('\r\n')

  test.each<[string, Step[]]>([
    ['two framings', [answer('0\r\n\r\n', 'Transfer-Encoding: chunked')]],
    ['a length twice', [answer('hello', 'Content-Length: 5')]],
    ['a folded line', [answer('hello', 'X: a', ' b')]],
    ['a line feed alone', [answer('hello', 'X: a\nContent-Length: 1')]],
    ['a NUL', [answer('hello', 'X: a\0b')]],
    ['another protocol', ['HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n']],
    ['a head without end', [{ say: `X: ${'y'.repeat(1000)}\r\n`, times: 200 }]],
    ['a break in the head', ['HTTP/1.1 200 OK\r\nX', 10, 'RESET']],
    ['no answer', ['END']],
  ])('%s', async (_, steps) => {
    expect(await play(...steps)).toEqual(NETWORK)
    expect(await play(answer('"next"'))).toEqual([200, '"next"'])
  })

  test('what follows an answer answers nobody', async () => {
    const evil = answer('"evil"')
    for (const steps of [
      [answer('"first"') + evil],
      [answer('"first"'), 5, evil],
      [`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(evil.length)}`, 20, `\r\nContent-Length: 7\r\n\r\n"first"${evil}`],
    ]) {
      expect(await play(...steps)).toEqual([200, '"first"'])
      // once the call after it is on its way, nobody can tell whose answer comes
      await new Promise((resolve) => setTimeout(resolve, 30))
      expect(await play(answer('"next"'))).toEqual([200, '"next"'])
    }
  })

  test('every call gets its own answer, whatever becomes of its neighbours', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const broken = [['RESET'], ['NOT HTTP\r\n\r\n'], [answer('"own"').slice(0, -3), 2, 'END']][n % 5] as
          | Step[]
          | undefined
        const [status, text] = await play(...(broken ?? [n % 3, answer(`"${n}"`)]))
        return broken ? status === 504 : status === 200 && text === `"${n}"`
      }),
    )
    expect(outcomes.indexOf(false)).toBe(-1)
  })

  test('trailers that a back end announces do not break the answer', async () => {
    const body = '5\r\n"abc"\r\n0\r\nX-Checksum: 1\r\n\r\n'
    const head = 'HTTP/1.1 200 OK\r\nTrailer: X-Checksum\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect(await play(head + body)).toEqual([200, '"abc"'])
    expect(await play(answer('"abc"', 'Trailer: X-Checksum'))).toEqual([200, '"abc"'])
  })
})
