/** Generated from the operations table: whatever is wrong with a request, the answer is documented and nothing has changed. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operation } from '../../src/control/desk.ts'
import { operationTable } from '../../src/control/operations.ts'
import type { Fields, Shape, Values } from '../../src/core/shape.ts'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
let fixture: Record<string, string>
beforeAll(async () => {
  server = await startControl()
  fixture = await makeFixture()
})
afterAll(() => server.close())

const SHAPES = [
  'BadRequestException',
  'UnauthorizedException',
  'NotFoundException',
  'ConflictException',
  'LimitExceededException',
  'TooManyRequestsException',
  'ServiceUnavailableException',
  // not in the model, but what the real service answers to what its model forbids (recorded)
  'ValidationException',
  'SerializationException',
]

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; type: string | null; json: Values }> {
  const response = await fetch(server.endpoint + path, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get('x-amzn-errortype'),
    json: text === '' ? {} : (JSON.parse(text) as Values),
  }
}

/** One of each, so that labels can be right while the rest is wrong. */
async function makeFixture(): Promise<Record<string, string>> {
  const api = (await call('POST', '/restapis', { name: 'fixture' })).json as {
    id: string
    rootResourceId: string
  }
  const at = `/restapis/${api.id}`
  const method = `${at}/resources/${api.rootResourceId}/methods/GET`
  await call('PUT', method, { authorizationType: 'NONE' })
  await call('PUT', `${method}/responses/200`, {})
  await call('PUT', `${method}/integration`, { type: 'MOCK' })
  await call('PUT', `${method}/integration/responses/200`, {})
  await call('POST', `${at}/deployments`, { stageName: 'dev' })
  return {
    restApiId: api.id,
    resourceId: api.rootResourceId,
    parentId: api.rootResourceId,
    httpMethod: 'GET',
    statusCode: '200',
    modelName: 'Empty',
    stageName: 'dev',
    responseType: 'DEFAULT_4XX',
  }
}

async function stored(): Promise<unknown> {
  const rows = await Promise.all(
    ['documents', 'claims', 'snapshots'].map((table) =>
      server.database.execute(`select * from ${table} order by 1, 2`),
    ),
  )
  return rows.map(({ rows }) => rows.map((row) => ({ ...row })))
}

const operations = [...operationTable().values()]

const pathOf = (operation: Operation, labels: Record<string, string>) =>
  operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(labels[name] ?? 'absent0')) +
  (operation.mode ? `?mode=${operation.mode}` : '')

/** A value of a shape, as good as the shape alone can tell. */
function good(shape: Shape): unknown {
  if (shape.is === 'record') return goodRecord(shape.fields)
  if (shape.is === 'list') return [good(shape.of)]
  if (shape.is === 'map') return { a: good(shape.of) }
  if (shape.is === 'text') return shape.oneOf?.[0] ?? (shape.pattern ? '200' : 'text')
  return shape.is === 'flag' ? true : 1
}
const goodRecord = (fields: Fields): Values =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name.endsWith('!'))
      .map(([name, shape]) => [name.slice(0, -1), good(shape)]),
  )

/** Bodies that break exactly one rule of the fields. */
function* broken(
  fields: Fields,
  around: (value: Values) => Values = (value) => value,
): Generator<[string, Values]> {
  const base = goodRecord(fields)
  for (const [declared, shape] of Object.entries(fields)) {
    const name = declared.replace('!', '')
    const put = (value: unknown) => around({ ...base, [name]: value })
    if (declared !== name) {
      const { [name]: _, ...rest } = base
      yield [`without ${name}`, around(rest)]
    }
    const wrong = {
      text: [1, true, [], {}],
      whole: ['x', true, [], {}],
      real: ['x', {}],
      flag: ['yes', 1, {}],
    }
    for (const value of wrong[shape.is as keyof typeof wrong] ?? ['text', 7])
      yield [`${name} = ${JSON.stringify(value)}`, put(value)]
    if (shape.is === 'text' && shape.oneOf) yield [`${name} = no such value`, put('no-such-value')]
    if (shape.is === 'record') yield* broken(shape.fields, put as (value: Values) => Values)
    if (shape.is === 'list' && shape.of.is === 'record')
      yield* broken(shape.of.fields, (value) => put([value]))
  }
}

const expectDocumented = ({ status, type, json }: Awaited<ReturnType<typeof call>>, what: string) => {
  expect({
    what,
    status: status >= 400 && status < 500,
    type: SHAPES.includes(type ?? ''),
    message: typeof json.message,
  }).toEqual({
    what,
    status: true,
    type: true,
    message: 'string',
  })
}

test.each(operations.filter(({ path }) => path.includes('{')))('$name of unknown ids', async (operation) => {
  const before = await stored()
  const { input } = operation
  const body = input.body === 'bytes' ? '{}' : input.body && goodRecord(input.body)
  const known = { httpMethod: 'GET', statusCode: '200', responseType: 'DEFAULT_4XX' }
  expectDocumented(await call(operation.method, pathOf(operation, known), body), 'unknown ids')
  expect(await stored()).toEqual(before)
  expect(server.errors).toEqual([])
})

test.each(operations.filter(({ input }) => typeof input.body === 'object'))(
  '$name with bodies that are wrong',
  async (operation) => {
    const before = await stored()
    const path = pathOf(operation, fixture)
    const bodies: [string, unknown][] = [
      ['no JSON', '{"'],
      ['a list', '[]'],
      ['a string', '"text"'],
      ['a number', '7'],
      ['bytes that are no text', '\u0000\ud800'],
      ...broken(operation.input.body as Fields),
    ]
    for (const [what, body] of bodies) expectDocumented(await call(operation.method, path, body), what)
    expect(await stored()).toEqual(before)
    expect(server.errors).toEqual([])
  },
)

test.each(operations.filter(({ method }) => method === 'PATCH'))(
  '$name with operations that no path takes',
  async (operation) => {
    const before = await stored()
    for (const patch of [
      { op: 'replace', path: '/no/such/path/at/all' },
      { op: 'move', path: '/name', from: '/description' },
      { op: 'replace' },
      { path: '/description' },
      {},
    ])
      expectDocumented(
        await call('PATCH', pathOf(operation, fixture), { patchOperations: [patch] }),
        JSON.stringify(patch),
      )
    expect(await stored()).toEqual(before)
    expect(server.errors).toEqual([])
  },
)

test('a body of more than 10 MB is refused', async () => {
  const { status, type } = await call('POST', '/restapis', `{"name":"${'x'.repeat(10 * 1024 * 1024)}"}`)
  expect([status, type]).toEqual([413, 'RequestEntityTooLargeException'])
})

test('so is one that does not say how long it is', async () => {
  const chunk = new Uint8Array(1024 * 1024).fill(120)
  let sent = 0
  const body = new ReadableStream({
    pull: (controller) => (sent++ < 64 ? controller.enqueue(chunk) : controller.close()),
  })
  const answer = await fetch(`${server.endpoint}/restapis`, {
    method: 'POST',
    body,
    duplex: 'half',
  } as RequestInit).then(
    (response) => response.status,
    // the connection may be closed before all is sent
    () => 413,
  )
  expect(answer).toBe(413)
  expect(sent).toBeLessThan(64)
})

test('paths that no operation has', async () => {
  expect(await call('GET', '/nothing')).toMatchObject({
    status: 403,
    type: 'MissingAuthenticationTokenException',
    json: { message: 'Missing Authentication Token' },
  })
})
