import {
  CreateResourceCommand,
  CreateRestApiCommand,
  DeleteResourceCommand,
  GetResourceCommand,
  GetResourcesCommand,
  type PatchOperation,
  PutMethodCommand,
  UpdateResourceCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
let restApiId: string
let root: string
beforeAll(async () => {
  server = await startControl()
})
afterAll(() => server.close())
beforeEach(async () => {
  const api = await server.client.send(new CreateRestApiCommand({ name: 'api' }))
  restApiId = api.id!
  root = api.rootResourceId!
})

const add = async (parentId: string, pathPart: string) =>
  (await server.client.send(new CreateResourceCommand({ restApiId, parentId, pathPart }))).id!
const update = (resourceId: string, ...patchOperations: PatchOperation[]) =>
  server.client.send(new UpdateResourceCommand({ restApiId, resourceId, patchOperations }))
const paths = async () =>
  (await server.client.send(new GetResourcesCommand({ restApiId }))).items!.map(({ path }) => path)

test('the tree grows, moves and shrinks', async () => {
  const pets = await add(root, 'pets')
  const pet = await add(pets, '{id}')
  await add(pet, '{proxy+}')
  expect(await paths()).toEqual(['/', '/pets', '/pets/{id}', '/pets/{id}/{proxy+}'])
  await update(pets, { op: 'replace', path: '/pathPart', value: 'dogs' })
  expect(await paths()).toEqual(['/', '/dogs', '/dogs/{id}', '/dogs/{id}/{proxy+}'])
  await update(pet, { op: 'replace', path: '/parentId', value: root })
  expect(await paths()).toEqual(['/', '/dogs', '/{id}', '/{id}/{proxy+}'])
  await server.client.send(new DeleteResourceCommand({ restApiId, resourceId: pet }))
  expect(await paths()).toEqual(['/', '/dogs'])
})

test('methods are named without embed=methods and whole with it', async () => {
  await server.client.send(
    new PutMethodCommand({ restApiId, resourceId: root, httpMethod: 'GET', authorizationType: 'NONE' }),
  )
  const get = (embed?: string[]) =>
    server.client.send(new GetResourceCommand({ restApiId, resourceId: root, embed }))
  expect((await get()).resourceMethods).toEqual({ GET: {} })
  expect((await get(['methods'])).resourceMethods).toEqual({
    GET: { httpMethod: 'GET', authorizationType: 'NONE', apiKeyRequired: false },
  })
})

describe('refuses', () => {
  test('no path part', async () => {
    expect(await failure(add(root, ''))).toBe("BadRequestException: Resource's path part must be specified")
  })

  test.each(['/a', 'a/b', 'a{b', 'a b', '{}', '{a', 'a+', '{a+}}', '{+}', 'a\u00e9'])(
    'the path part %j',
    async (part) => {
      expect(await failure(add(root, part))).toBe(
        "BadRequestException: Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end",
      )
    },
  )

  test.each(['a', 'A.b_c-d:e', 'a,b', '{a}', '{a+}', '{a.b}'])('not the path part %j', async (part) => {
    await add(root, part)
    expect(await paths()).toEqual(['/', `/${part}`])
  })

  test('siblings that cannot be told apart, and children of greedy ones', async () => {
    const proxy = await add(root, '{proxy+}')
    await add(root, 'pets')
    expect(await failure(add(root, 'pets'))).toBe(
      'ConflictException: Another resource with the same parent already has this name: pets',
    )
    expect(await failure(add(root, '{other}'))).toBe(
      'BadRequestException: A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed',
    )
    expect(await failure(add(proxy, 'x'))).toBe(
      'BadRequestException: Cannot create a child of a resource with a greedy path variable: {proxy+}',
    )
  })

  test('circles, changes of the root, parents that are not there', async () => {
    const a = await add(root, 'a')
    const b = await add(a, 'b')
    expect(await failure(update(a, { op: 'replace', path: '/parentId', value: b }))).toBe(
      'BadRequestException: Resources cannot be cyclical.',
    )
    expect(await failure(update(a, { op: 'replace', path: '/parentId', value: a }))).toBe(
      'BadRequestException: Resources cannot be cyclical.',
    )
    expect(await failure(update(root, { op: 'replace', path: '/pathPart', value: 'x' }))).toBe(
      'BadRequestException: Root resource cannot update its pathPart.',
    )
    expect(
      await failure(server.client.send(new DeleteResourceCommand({ restApiId, resourceId: root }))),
    ).toContain('BadRequestException')
    const absent = 'NotFoundException: Invalid Resource identifier specified'
    expect(await failure(update(a, { op: 'replace', path: '/parentId', value: 'x' }))).toBe(absent)
    expect(await failure(add('x', 'y'))).toBe(absent)
    expect(await paths()).toEqual(['/', '/a', '/a/b'])
  })

  test('the 301st resource', async () => {
    const small = await startControl({ settings: { limits: { resources: 3 } } })
    try {
      const api = await small.client.send(new CreateRestApiCommand({ name: 'small' }))
      const make = (pathPart: string) =>
        small.client.send(
          new CreateResourceCommand({ restApiId: api.id, parentId: api.rootResourceId, pathPart }),
        )
      await make('a')
      await make('b')
      expect(await failure(make('c'))).toContain('LimitExceededException')
    } finally {
      await small.close()
    }
  })
})
