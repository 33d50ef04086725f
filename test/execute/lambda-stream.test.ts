import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { EventStreamReader } from '../../src/core/event-stream.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'
import { type LambdaServer, startLambda } from './lambda.ts'

let lambda: LambdaServer
let gateway: TestGateway

/** One message of AWS's event stream; checksums are left zero, since the transport has its own. */
function message(headers: Record<string, string>, payload: string | Uint8Array): Buffer {
  const body = Buffer.from(payload)
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const bytes = Buffer.alloc(4 + name.length + value.length)
      bytes.writeUInt8(name.length, 0)
      bytes.write(name, 1)
      bytes.writeUInt8(7, 1 + name.length)
      bytes.writeUInt16BE(value.length, 2 + name.length)
      bytes.write(value, 4 + name.length)
      return bytes
    }),
  )
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(16 + head.length + body.length, 0)
  prelude.writeUInt32BE(head.length, 4)
  return Buffer.concat([prelude, head, body, Buffer.alloc(4)])
}
const chunk = (payload: string) =>
  message({ ':message-type': 'event', ':event-type': 'PayloadChunk' }, payload)
const complete = (payload = '{}') =>
  message({ ':message-type': 'event', ':event-type': 'InvokeComplete' }, payload)

const HEAD = '{"statusCode":201,"headers":{"X-A":"a"},"cookies":["a=1","b=2"]}'
const NULS = '\0'.repeat(8)
const RESULTS: Record<string, Buffer[]> = {
  whole: [chunk(`${HEAD}${NULS}hello `), chunk('streamed '), chunk('world'), complete()],
  split: [chunk(HEAD.slice(0, 20)), chunk(`${HEAD.slice(20)}\0\0\0`), chunk('\0\0\0\0\0body'), complete()],
  headless: [chunk('just text'), complete()],
  fails: [complete('{"ErrorCode":"Runtime.ExitError","ErrorDetails":"boom"}')],
  'bad-head': [chunk(`[1]${NULS}x`), complete()],
  bodied: [chunk(`{"statusCode":200,"body":"x"}${NULS}`), complete()],
  long: [chunk(`{"headers":{"a":"${'x'.repeat(16 * 1024)}"}}${NULS}x`), complete()],
  'bad-status': [chunk(`{"statusCode":"x"}${NULS}x`), complete()],
}

beforeAll(async () => {
  lambda = await startLambda({
    stream: (event: { pathParameters: { name: string } }) =>
      Buffer.concat(RESULTS[event.pathParameters.name]!),
  })
  gateway = await startGateway(
    definitionOf(
      {
        '/{name}': {
          GET: {
            integration: {
              type: 'AWS_PROXY',
              httpMethod: 'POST',
              uri: 'arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/arn:aws:lambda:us-east-1:000000000000:function:stream/response-streaming-invocations',
              responseTransferMode: 'STREAM',
            },
          },
        },
      },
      { restApi: { minimumCompressionSize: 0 } },
    ),
    { settings: { endpoints: { LAMBDA: lambda.url } } },
  )
})
beforeEach(() => {
  gateway.log.length = 0
})
afterAll(async () => {
  await gateway.stop()
  await lambda.stop()
})

test.each([
  ['whole', 'hello streamed world'],
  ['split', 'body'],
])('a streamed response: %s', async (name, body) => {
  const answer = await gateway.call('GET', `/dev/${name}`)
  expect([answer.status, answer.text, answer.header('x-a')]).toEqual([201, body, 'a'])
  expect(
    answer.headers.filter(([given]) => given.toLowerCase() === 'set-cookie').map(([, value]) => value),
  ).toEqual(['a=1', 'b=2'])
  expect(lambda.invocations.at(-1)!.path).toMatch(
    /^\/2021-11-15\/functions\/[^/]+\/response-streaming-invocations$/,
  )
})

test.each([
  ['headless', /Malformed Lambda proxy response/],
  ['fails', /Lambda execution failed while streaming: .*boom/],
  ['bad-head', /Malformed Lambda proxy response/],
  ['bad-status', /Malformed Lambda proxy response/],
  ['bodied', /Malformed Lambda proxy response \(unknown member body\)/],
  ['long', /no head within 16 KB/],
])('a stream that is none: %s', async (name, reason) => {
  const answer = await gateway.call('GET', `/dev/${name}`)
  expect([answer.status, answer.text]).toEqual([
    name === 'fails' ? 502 : 500,
    '{"message": "Internal server error"}',
  ])
  expect(gateway.log.map(({ message }) => message)).toEqual([expect.stringMatching(reason)])
})

test('what is streamed is not compressed', async () => {
  const answer = await gateway.call('GET', '/dev/whole', { headers: { 'Accept-Encoding': 'gzip' } })
  expect([answer.text, answer.header('content-encoding')]).toEqual(['hello streamed world', undefined])
})

test('messages are put together whatever the pieces', () => {
  const bytes = Buffer.concat([chunk('one'), chunk('two'), complete()])
  for (const size of [1, 7, 50, 1000]) {
    const reader = new EventStreamReader()
    const payloads: string[] = []
    for (let at = 0; at < bytes.length; at += size)
      for (const { headers, payload } of reader.push(bytes.subarray(at, at + size)))
        payloads.push(`${headers[':event-type']} ${Buffer.from(payload)}`)
    expect(payloads).toEqual(['PayloadChunk one', 'PayloadChunk two', 'InvokeComplete {}'])
  }
  expect(() => new EventStreamReader().push(Buffer.from('HTTP/1.1 500 no stream'))).toThrow('no event stream')
})
