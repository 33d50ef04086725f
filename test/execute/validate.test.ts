/** Request validation on the wire: the guide's sample (required parameters, a model with enum and maximum), and its edges. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Model } from '../../src/core/documents.ts'
import { type Backends, startBackends } from './backends.ts'
import { definitionOf, type MethodSketch, startGateway, type TestGateway } from './gateway.ts'

const model = (name: string, schema: object): Model => ({
  id: name.toLowerCase(),
  name,
  contentType: 'application/json',
  schema: JSON.stringify({ $schema: 'http://json-schema.org/draft-04/schema#', title: name, ...schema }),
})
const validator = (id: string, validateRequestBody: boolean, validateRequestParameters: boolean) => ({
  id,
  name: id,
  validateRequestBody,
  validateRequestParameters,
})

let backends: Backends
let gateway: TestGateway
beforeAll(async () => {
  backends = await startBackends()
  const proxy = (method: MethodSketch): MethodSketch => ({
    ...method,
    integration: { type: 'HTTP_PROXY', httpMethod: 'POST', uri: `${backends.http}/echo` },
  })
  const body = { 'application/json': 'Pet' }
  gateway = await startGateway(
    definitionOf(
      {
        '/pets': {
          GET: proxy({
            requestValidatorId: 'params',
            requestParameters: {
              'method.request.querystring.q1': true,
              'method.request.querystring.q2': false,
            },
          }),
          POST: proxy({
            requestValidatorId: 'all',
            requestParameters: { 'method.request.header.h1': true, 'method.request.querystring.page': true },
            requestModels: body,
          }),
          PUT: proxy({
            requestValidatorId: 'body',
            requestModels: body,
            requestParameters: { 'method.request.header.h1': true },
          }),
          PATCH: proxy({ requestValidatorId: 'none', requestModels: body }),
          DELETE: proxy({ requestValidatorId: 'body' }),
        },
        '/any': {
          PUT: proxy({
            requestValidatorId: 'body',
            requestModels: { $default: 'Pet', 'text/plain': 'Anything' },
          }),
        },
        '/many': {
          PUT: proxy({
            requestValidatorId: 'body',
            requestModels: { $default: 'Many', 'text/plain': 'Maze' },
          }),
        },
        '/broken': {
          PUT: proxy({ requestValidatorId: 'body', requestModels: { 'application/json': 'Gone' } }),
        },
      },
      {
        requestValidators: [
          validator('all', true, true),
          validator('params', false, true),
          validator('body', true, false),
          validator('none', false, false),
        ],
        models: [
          model('Price', { type: 'number', minimum: 25, maximum: 500 }),
          model('Pet', {
            type: 'object',
            required: ['name', 'price', 'type'],
            properties: {
              id: { type: 'integer' },
              type: { type: 'string', enum: ['dog', 'cat', 'fish'] },
              name: { type: 'string' },
              price: { $ref: 'https://apigateway.amazonaws.com/restapis/abc123/models/Price' },
            },
          }),
          { id: 'any', name: 'Anything', contentType: 'text/plain' },
          model('Many', { type: 'array', items: { type: 'string' } }),
          // each level of nesting is looked into twice
          model('Maze', { properties: { a: { $ref: '#' } }, patternProperties: { a: { $ref: '#' } } }),
        ],
        gatewayResponses: [
          {
            responseType: 'BAD_REQUEST_BODY',
            responseTemplates: {
              'application/json':
                '{"message":$context.error.messageString,"why":"$context.error.validationErrorString"}',
            },
          },
        ],
      },
    ),
    { settings: { limits: { validationSteps: 10_000 } } },
  )
})
afterAll(async () => {
  await gateway.stop()
  await backends.stop()
})

const PET = '{"name":"Marco","type":"dog","price":260}'
const json = { 'Content-Type': 'application/json' }

describe('required parameters', () => {
  test.each<[string, string, Record<string, string>, string | null]>([
    ['GET', '/dev/pets?q1=cat', {}, null],
    ['GET', '/dev/pets', {}, '[q1]'],
    ['GET', '/dev/pets?q1=', {}, '[q1]'],
    ['GET', '/dev/pets?q1=%20', {}, '[q1]'],
    ['GET', '/dev/pets?Q1=cat', {}, '[q1]'],
    ['GET', '/dev/pets?q2=1&q1=0', {}, null],
    ['POST', '/dev/pets?page=1', { H1: 'v1' }, null],
    ['POST', '/dev/pets?page=1', {}, '[h1]'],
    ['POST', '/dev/pets?page=1', { h1: ' ' }, '[h1]'],
    ['POST', '/dev/pets', {}, '[h1, page]'],
  ])('%s %s %j', async (method, path, headers, missing) => {
    const calls = backends.calls.length
    const { status, text } = await gateway.call(method, path, {
      headers: { ...json, ...headers },
      body: method === 'POST' ? PET : undefined,
    })
    if (missing) {
      expect([status, JSON.parse(text)]).toEqual([
        400,
        { message: `Missing required request parameters: ${missing}` },
      ])
      expect(backends.calls.length).toBe(calls)
    } else expect(status).toBe(200)
  })
})

describe('bodies', () => {
  const REQUIRED = 'object has missing required properties'
  test.each<[string, string, string | null]>([
    ['valid', PET, null],
    [
      'no member of the enum',
      '{"name":"Molly","type":"bird","price":269}',
      '[instance value ("bird") not found in enum (possible values: ["dog","cat","fish"])]',
    ],
    [
      'too dear',
      '{"name":"Molly","type":"cat","price":501}',
      '[numeric instance is greater than the required maximum (maximum: 500, found: 501)]',
    ],
    [
      'two faults',
      '{"name":1,"type":"cat","price":1}',
      '[instance type (integer) does not match any allowed primitive type (allowed: ["string"]), numeric instance is lower than the required minimum (minimum: 25, found: 1)]',
    ],
    ['no members', '{}', `[${REQUIRED} (["name","price","type"])]`],
    ['no body', '', '[Unknown error parsing request body]'],
    ['no JSON', '{"name":', '[Unknown error parsing request body]'],
    [
      'another type',
      '[]',
      '[instance type (array) does not match any allowed primitive type (allowed: ["object"])]',
    ],
  ])('%s', async (_, body, why) => {
    const calls = backends.calls.length
    const answer = await gateway.call('PUT', '/dev/pets', { headers: json, body })
    if (why === null) {
      expect(answer.status).toBe(200)
      expect((answer.json() as { body: string }).body).toBe(body)
    } else {
      expect(answer.status).toBe(400)
      expect(answer.text).toBe(`{"message":"Invalid request body","why":"${why}"}`)
      expect(backends.calls.length).toBe(calls)
    }
  })

  test('which model: by content type without case and parameters, JSON where there is none, $default for the rest', async () => {
    const status = async (path: string, type: string | undefined, body: string) =>
      (await gateway.call('PUT', path, { headers: type ? { 'Content-Type': type } : {}, body })).status
    expect(await status('/dev/pets', 'Application/JSON; charset=utf-8', '{}')).toBe(400)
    expect(await status('/dev/pets', undefined, '{}')).toBe(400)
    expect(await status('/dev/pets', 'text/xml', '<pet/>')).toBe(200)
    expect(await status('/dev/any', 'text/xml', '<pet/>')).toBe(400)
    expect(await status('/dev/any', 'application/json', PET)).toBe(200)
    expect(await status('/dev/any', 'text/plain', '[1]')).toBe(200)
  })

  test.each<[string | string[], number]>([
    [['application/json', 'text/plain'], 400],
    [['text/plain', 'application/json'], 400],
    [['application/json', 'application/json; charset=utf-8'], 400],
    [['application/json', 'application/json'], 200],
    ['application/json, text/plain', 400],
    ['text/plain, application/json', 400],
    ['text/plain; a="b", application/json', 400],
    ['application/json text/plain', 400],
    ['json', 400],
    ['text/', 400],
    ['text/plain; charset=utf-8; a="b, \\"c"', 200],
    ['text/plain;', 200],
    ['', 200],
  ])('one media type, or no body of any: %j', async (type, status) => {
    const calls = backends.calls.length
    const sent = { headers: { 'Content-Type': type }, body: PET }
    const answer = await gateway.call('PUT', '/dev/pets', sent)
    expect(answer.status).toBe(status)
    if (status === 400) expect(answer.json()).toMatchObject({ message: 'Invalid request body' })
    expect(backends.calls.length - calls).toBe(status === 200 ? 1 : 0)
    // nothing is asked of bodies without a model
    expect((await gateway.call('DELETE', '/dev/pets', sent)).status).toBe(200)
  })

  test('a validator that is off, and a method without models, look at nothing', async () => {
    expect((await gateway.call('PATCH', '/dev/pets', { headers: json, body: 'x' })).status).toBe(200)
    expect(
      (await gateway.call('DELETE', '/dev/pets', { headers: { ...json, 'Content-Length': '1' }, body: 'x' }))
        .status,
    ).toBe(200)
  })

  test('a body with too many faults is told a hundred of them', async () => {
    const body = `[${Array(3000).fill(1)}]`
    const answer = await gateway.call('PUT', '/dev/many', { headers: json, body })
    expect(answer.status).toBe(400)
    expect(answer.text.match(/instance type/g)).toHaveLength(100)
  })

  test('a body that takes too many steps is refused, which the setting bounds', async () => {
    const headers = { 'Content-Type': 'text/plain' }
    const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    expect((await gateway.call('PUT', '/dev/many', { headers, body: nested(5) })).status).toBe(200)
    const answer = await gateway.call('PUT', '/dev/many', { headers, body: nested(12) })
    expect([answer.status, answer.json()]).toEqual([
      400,
      { message: 'Invalid request body', why: '[Unknown error parsing request body]' },
    ])
  })

  test('a model that is not there is a configuration error', async () => {
    const answer = await gateway.call('PUT', '/dev/broken', { headers: json, body: '{}' })
    expect([answer.status, answer.text]).toEqual([500, '{"message": "Internal server error"}'])
  })

  test('a body nested beyond reason is refused, and nothing crashes', async () => {
    const deep = '['.repeat(200_000)
    expect((await gateway.call('PUT', '/dev/pets', { headers: json, body: deep })).status).toBe(400)
    expect((await gateway.call('PUT', '/dev/pets', { headers: json, body: PET })).status).toBe(200)
  })
})
