/** The guide's Kinesis proxy, against kinesalite. */
import type { Server } from 'node:http'
import kinesalite from 'kinesalite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { close, listen } from '../support/listen.ts'
import { aws, template } from './aws-integration.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'

const until = (done: () => Promise<boolean>) => expect.poll(done, { timeout: 5000 }).toBe(true)

describe('Kinesis', () => {
  let server: Server
  let gateway: TestGateway
  beforeAll(async () => {
    server = kinesalite({ createStreamMs: 0 })
    const stream = `"StreamName": "$input.params('stream')"`
    const action = (name: string, text: string) => ({
      integration: aws(`kinesis:action/${name}`, {
        ...template(text),
        requestParameters: { 'integration.request.header.Content-Type': "'application/x-amz-json-1.1'" },
      }),
    })
    gateway = await startGateway(
      definitionOf({
        '/streams': { GET: action('ListStreams', '{}') },
        '/streams/{stream}': {
          POST: action('CreateStream', `{"ShardCount": 1, ${stream}}`),
          GET: action('DescribeStream', `{${stream}}`),
        },
        '/streams/{stream}/record': {
          PUT: action(
            'PutRecord',
            `{${stream}, "Data": "$util.base64Encode($input.json('$.Data'))", "PartitionKey": "$input.path('$.Key')"}`,
          ),
        },
        '/streams/{stream}/sharditerator': {
          GET: action(
            'GetShardIterator',
            `{${stream}, "ShardId": "$input.params('shard-id')", "ShardIteratorType": "TRIM_HORIZON"}`,
          ),
        },
        '/streams/{stream}/records': {
          GET: action('GetRecords', `{"ShardIterator": "$input.params('Shard-Iterator')"}`),
        },
      }),
      { settings: { endpoints: { '': await listen(server) } } },
    )
  })
  afterAll(async () => {
    await gateway.stop()
    await close(server)
  })

  test('a stream is made, written and read', async () => {
    expect((await gateway.call('POST', '/dev/streams/clicks')).status).toBe(200)
    await until(async () => (await gateway.call('GET', '/dev/streams/clicks')).text.includes('"ACTIVE"'))
    expect((await gateway.call('GET', '/dev/streams')).json()).toMatchObject({ StreamNames: ['clicks'] })
    const put = await gateway.call('PUT', '/dev/streams/clicks/record', {
      body: '{"Data":{"n":1},"Key":"k"}',
    })
    const { ShardId } = put.json() as { ShardId: string }
    const iterator = await gateway.call('GET', `/dev/streams/clicks/sharditerator?shard-id=${ShardId}`)
    const { ShardIterator } = iterator.json() as { ShardIterator: string }
    const read = await gateway.call('GET', '/dev/streams/clicks/records', {
      headers: { 'Shard-Iterator': ShardIterator },
    })
    const { Records } = read.json() as { Records: { Data: string }[] }
    expect(Records.map(({ Data }) => Buffer.from(Data, 'base64').toString())).toEqual(['{"n":1}'])
  })
})
