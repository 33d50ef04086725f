/** The guide's way to DynamoDB, against dynalite. */
import type { Server } from 'node:http'
import dynalite from 'dynalite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { close, listen } from '../support/listen.ts'
import { aws, template } from './aws-integration.ts'
import { type ApiSketch, definitionOf, startGateway, type TestGateway } from './gateway.ts'

const until = (done: () => Promise<boolean>) => expect.poll(done, { timeout: 5000 }).toBe(true)

describe('DynamoDB', () => {
  let server: Server
  let gateway: TestGateway
  beforeAll(async () => {
    server = dynalite({ createTableMs: 0 })
    gateway = await startGateway(definitionOf(table()), {
      settings: { endpoints: { DYNAMODB: await listen(server) } },
    })
  })
  afterAll(async () => {
    await gateway.stop()
    await close(server)
  })

  /** A table of pets: put, get, query with a list made by the response template; errors chosen by status. */
  function table(): ApiSketch {
    const action = (name: string, text: string, responses: object = { 200: { statusCode: '200' } }) => ({
      integration: aws(`dynamodb:action/${name}`, { ...template(text), integrationResponses: responses }),
    })
    return {
      '/tables': { POST: action('CreateTable', "$input.json('$')") },
      '/tables/{name}': { GET: action('DescribeTable', '{"TableName": "$input.params(\'name\')"}') },
      '/pets': {
        POST: action(
          'PutItem',
          '{"TableName": "pets", "Item": {"id": {"S": "$input.path(\'$.id\')"}, "price": {"N": "$input.path(\'$.price\')"}}}',
          {
            201: {
              statusCode: '201',
              selectionPattern: '2\\d{2}',
              responseTemplates: { 'application/json': '{"stored": true}' },
            },
            422: {
              statusCode: '422',
              selectionPattern: '4\\d{2}',
              responseTemplates: { 'application/json': '{"why": $input.json(\'$.message\')}' },
            },
          },
        ),
        GET: action('Scan', '{"TableName": "pets"}', {
          200: {
            statusCode: '200',
            responseTemplates: {
              'application/json':
                '[#foreach($item in $input.path(\'$.Items\')){"id":"$item.id.S","price":$item.price.N}#if($foreach.hasNext),#end#end]',
            },
          },
        }),
      },
      '/pets/{id}': {
        GET: action('GetItem', '{"TableName": "pets", "Key": {"id": {"S": "$input.params(\'id\')"}}}'),
      },
    }
  }

  test('a table is made, written, read and its errors are mapped', async () => {
    const made = await gateway.call('POST', '/dev/tables', {
      body: JSON.stringify({
        TableName: 'pets',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    })
    expect(made.status, made.text).toBe(200)
    await until(async () => (await gateway.call('GET', '/dev/tables/pets')).text.includes('"ACTIVE"'))

    const put = await gateway.call('POST', '/dev/pets', { body: '{"id":"rex ü","price":12.5}' })
    expect([put.status, put.text]).toEqual([201, '{"stored": true}'])
    const got = await gateway.call('GET', `/dev/pets/${encodeURIComponent('rex ü')}`)
    expect(got.json()).toEqual({ Item: { id: { S: 'rex ü' }, price: { N: '12.5' } } })
    expect((await gateway.call('GET', '/dev/pets')).json()).toEqual([{ id: 'rex ü', price: 12.5 }])

    const refused = await gateway.call('POST', '/dev/pets', { body: '{"id":"x","price":"much"}' })
    expect(refused.status).toBe(422)
    expect((refused.json() as { why: string }).why).toContain('cannot be converted to a numeric value')
  })
})
