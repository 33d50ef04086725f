import {
  CreateModelCommand,
  CreateRestApiCommand,
  GetModelCommand,
  UpdateModelCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
let restApiId: string
beforeAll(async () => {
  server = await startControl()
})
beforeEach(async () => {
  restApiId = (await server.client.send(new CreateRestApiCommand({ name: 'models' }))).id!
})
afterAll(() => server.close())

const create = (schema: unknown, contentType = 'application/json', name = 'Pet') =>
  server.client.send(
    new CreateModelCommand({
      restApiId,
      name,
      contentType,
      schema: typeof schema === 'string' ? schema : JSON.stringify(schema),
    }),
  )

const update = (schema: unknown) =>
  server.client.send(
    new UpdateModelCommand({
      restApiId,
      modelName: 'Pet',
      patchOperations: [{ op: 'replace', path: '/schema', value: JSON.stringify(schema) }],
    }),
  )

const refused = (errors: string) =>
  `BadRequestException: Invalid model specified: Validation Result: warnings : [], errors : [${errors}]`

const url = (name: string) => `https://apigateway.amazonaws.com/restapis/${restApiId}/models/${name}`

test.each([
  '{"type":',
  [],
  'null',
  { type: 'text' },
  { type: [] },
  { required: [] },
  { required: true },
  { required: ['a', 'a'] },
  { properties: ['a'] },
  { properties: { a: true } },
  { enum: [] },
  { enum: [{ a: 1 }, { a: 1 }] },
  { pattern: '(' },
  { patternProperties: { '(': {} } },
  { minLength: -1 },
  { maximum: '3' },
  { exclusiveMinimum: 3 },
  { multipleOf: 0 },
  { anyOf: [] },
  { items: { not: { title: 1 } } },
  { definitions: { a: { dependencies: { b: 'c' } } } },
])('%j is no schema', async (schema) => {
  expect(await failure(create(schema))).toBe(refused('Invalid model schema specified'))
})

test('keywords that draft 4 does not know are refused, all that a schema knows are taken', async () => {
  const schema = { nullable: true, properties: { a: { example: 1 }, example: {} } }
  expect(await failure(create(schema))).toBe(
    refused('Invalid model schema specified. Unsupported keyword(s): ["example","nullable"]'),
  )
  const whole = {
    $schema: 'http://json-schema.org/draft-04/schema#',
    id: 'http://example.com/pet',
    title: 'Pet',
    description: 'a pet',
    type: ['object', 'null'],
    default: null,
    required: ['name'],
    minProperties: 1,
    maxProperties: 9,
    additionalProperties: false,
    patternProperties: { '^x-': {} },
    dependencies: { a: ['b'], c: { required: ['d'] } },
    properties: {
      name: { type: 'string', format: 'any', pattern: '^a', minLength: 1, maxLength: 5 },
      age: { minimum: 0, exclusiveMinimum: true, maximum: 99, exclusiveMaximum: false, multipleOf: 0.5 },
      tags: { items: [{}], additionalItems: { $ref: '#/definitions/tag' }, minItems: 0, uniqueItems: true },
      one: { oneOf: [{}], anyOf: [{}, {}], allOf: [{ $ref: '#/properties/name' }], not: { enum: [1, '1'] } },
    },
    definitions: { tag: { type: 'string' } },
  }
  await create(whole)
  const read = await server.client.send(new GetModelCommand({ restApiId, modelName: 'Pet' }))
  expect(JSON.parse(read.schema!)).toEqual(whole)
})

test('a reference names a model that is there, or leads into the schema', async () => {
  for (const $ref of ['Tag', '#/components/schemas/Tag', 'https://example.com/tag.json', `${url('Tag')}#/a`])
    expect(await failure(create({ properties: { a: { $ref } } }))).toBe(
      refused('Model reference must be in canonical form'),
    )
  expect(await failure(create({ required: [], items: { $ref: 'Tag' } }))).toBe(
    refused('Invalid model schema specified, Model reference must be in canonical form'),
  )
  expect(await failure(create({ items: { $ref: url('Tag') } }))).toBe(refused('Invalid model specified: Tag'))
  await create({ type: 'string' }, 'application/json', 'Tag')
  await create({ items: { $ref: url('Tag') }, not: { $ref: url('Pet') } })
})

test('an update is held to the same, and another content type to nothing', async () => {
  await create('no JSON', 'text/plain')
  await create({ type: 'object' }, 'application/json', 'Other')
  expect(await failure(update('{'))).toBe('')
  const change = new UpdateModelCommand({
    restApiId,
    modelName: 'Other',
    patchOperations: [{ op: 'replace', path: '/schema', value: '{"type":"o"}' }],
  })
  expect(await failure(server.client.send(change))).toBe(refused('Invalid model schema specified'))
})
