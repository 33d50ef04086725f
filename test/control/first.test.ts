import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetMethodCommand,
  GetResourcesCommand,
  GetStagesCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
beforeAll(async () => {
  server = await startControl()
})
afterAll(() => server.close())

test('an API from nothing to a stage', async () => {
  const { client } = server
  const api = await client.send(new CreateRestApiCommand({ name: 'pets', tags: { a: 'b' } }))
  expect(api).toMatchObject({ apiKeySource: 'HEADER', disableExecuteApiEndpoint: false, tags: { a: 'b' } })
  expect(api.id).toMatch(/^[a-z0-9]{10}$/)
  const restApiId = api.id!
  const resource = await client.send(
    new CreateResourceCommand({ restApiId, parentId: api.rootResourceId!, pathPart: 'pets' }),
  )
  expect(resource.path).toBe('/pets')
  const at = { restApiId, resourceId: resource.id!, httpMethod: 'GET' }
  await client.send(new PutMethodCommand({ ...at, authorizationType: 'NONE' }))
  await client.send(new PutIntegrationCommand({ ...at, type: 'MOCK' }))
  const method = await client.send(new GetMethodCommand(at))
  expect(method.methodIntegration).toMatchObject({
    type: 'MOCK',
    timeoutInMillis: 29000,
    cacheKeyParameters: [],
  })
  const resources = await client.send(new GetResourcesCommand({ restApiId, embed: ['methods'] }))
  expect(resources.items?.map((item) => item.path)).toEqual(['/', '/pets'])
  expect(resources.items?.[1]?.resourceMethods?.GET?.methodIntegration?.type).toBe('MOCK')
  const deployment = await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  const stages = await client.send(new GetStagesCommand({ restApiId }))
  expect(stages.item).toMatchObject([{ stageName: 'dev', deploymentId: deployment.id }])
  const stage = await client.send(
    new UpdateStageCommand({
      restApiId,
      stageName: 'dev',
      patchOperations: [{ op: 'replace', path: '/~1pets/GET/throttling/rateLimit', value: '5' }],
    }),
  )
  expect(stage.methodSettings?.['~1pets/GET']).toMatchObject({
    throttlingRateLimit: 5,
    throttlingBurstLimit: 5000,
  })
  expect(server.errors).toEqual([])
})
