import {
  CreateResourceCommand,
  CreateRestApiCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
beforeAll(async () => {
  server = await startControl()
})
afterAll(() => server.close())

test('100 simultaneous patches of one API lose nothing', async () => {
  const { client } = server
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'busy' }))
  const types = Array.from({ length: 100 }, (_, i) => `image/${i}`)
  await Promise.all(
    types.map((type) =>
      client.send(
        new UpdateRestApiCommand({
          restApiId,
          patchOperations: [{ op: 'add', path: `/binaryMediaTypes/${type.replace('/', '~1')}` }],
        }),
      ),
    ),
  )
  const { binaryMediaTypes } = await client.send(new GetRestApiCommand({ restApiId }))
  expect(binaryMediaTypes?.sort()).toEqual(types.sort())
})

test('of 50 simultaneous creates of the same path part one wins', async () => {
  const { client } = server
  const { id: restApiId, rootResourceId } = await client.send(new CreateRestApiCommand({ name: 'race' }))
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, () =>
      failure(
        client.send(new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: 'pets' })),
      ),
    ),
  )
  expect(outcomes.filter((outcome) => outcome === '')).toHaveLength(1)
  expect(new Set(outcomes.filter(Boolean))).toEqual(
    new Set(['ConflictException: Another resource with the same parent already has this name: pets']),
  )
  const { items } = await client.send(new GetResourcesCommand({ restApiId }))
  expect(items?.map(({ path }) => path)).toEqual(['/', '/pets'])
})

test('50 simultaneous creates of APIs all get an id of their own', async () => {
  const { client } = server
  const apis = await Promise.all(
    Array.from({ length: 50 }, () => client.send(new CreateRestApiCommand({ name: 'same' }))),
  )
  expect(new Set(apis.map(({ id }) => id)).size).toBe(50)
})
