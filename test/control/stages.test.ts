import {
  CreateDeploymentCommand,
  type CreateDeploymentRequest,
  CreateRestApiCommand,
  CreateStageCommand,
  type CreateStageRequest,
  DeleteDeploymentCommand,
  DeleteStageCommand,
  FlushStageCacheCommand,
  GetDeploymentCommand,
  GetStageCommand,
  type PatchOperation,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Stage } from '../../src/core/documents.ts'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'

const SIGNS =
  "Please use values with alphanumeric characters and the symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','."

let server: ControlServer
let at: { restApiId: string; resourceId: string; httpMethod: string }
let restApiId: string
beforeAll(async () => {
  server = await startControl()
})
afterAll(() => server.close())
beforeEach(async () => {
  const api = await server.client.send(new CreateRestApiCommand({ name: 'api' }))
  restApiId = api.id!
  at = { restApiId, resourceId: api.rootResourceId!, httpMethod: 'GET' }
  await server.client.send(new PutMethodCommand({ ...at, authorizationType: 'NONE' }))
  await server.client.send(new PutIntegrationCommand({ ...at, type: 'MOCK' }))
})

const deploy = async (more: Partial<CreateDeploymentRequest> = {}) =>
  (await server.client.send(new CreateDeploymentCommand({ restApiId, ...more }))).id!
const create = (more: Partial<CreateStageRequest>) =>
  server.client.send(new CreateStageCommand({ restApiId, stageName: 'dev', deploymentId: '', ...more }))
const update = (...patchOperations: PatchOperation[]) =>
  server.client.send(new UpdateStageCommand({ restApiId, stageName: 'dev', patchOperations }))
const get = () => server.client.send(new GetStageCommand({ restApiId, stageName: 'dev' }))

describe('deployments', () => {
  test('are snapshots that a stage moves between', async () => {
    const first = await deploy({ stageName: 'dev', variables: { a: 'b' } })
    await server.client.send(
      new PutMethodCommand({ ...at, httpMethod: 'POST', authorizationType: 'AWS_IAM' }),
    )
    await server.client.send(new PutIntegrationCommand({ ...at, httpMethod: 'POST', type: 'MOCK' }))
    expect(
      Object.keys(
        (await server.store.deployments.deployed(first)).api.definition.resources[0]!.resourceMethods!,
      ),
    ).toEqual(['GET'])
    const second = await deploy({ stageName: 'dev' })
    expect(await get()).toMatchObject({ deploymentId: second, variables: { a: 'b' } })
    await update({ op: 'replace', path: '/deploymentId', value: first })
    expect(await server.store.deployments.stage(restApiId, 'dev')).toMatchObject({
      stage: { deploymentId: first },
    })
    const summary = await server.client.send(
      new GetDeploymentCommand({ restApiId, deploymentId: second, embed: ['apisummary'] }),
    )
    expect(summary.apiSummary).toEqual({
      '/': {
        GET: { authorizationType: 'NONE', apiKeyRequired: false },
        POST: { authorizationType: 'AWS_IAM', apiKeyRequired: false },
      },
    })
    const plain = await server.client.send(new GetDeploymentCommand({ restApiId, deploymentId: second }))
    expect(plain.apiSummary).toBeUndefined()
  })

  test('stay while a stage points at them', async () => {
    const id = await deploy({ stageName: 'dev' })
    const remove = () => server.client.send(new DeleteDeploymentCommand({ restApiId, deploymentId: id }))
    expect(await failure(remove())).toBe(
      'BadRequestException: Active stages pointing to this deployment must be moved or deleted',
    )
    await server.client.send(new DeleteStageCommand({ restApiId, stageName: 'dev' }))
    await remove()
    const left = await server.database.execute({ sql: 'select 1 from snapshots where id = ?', args: [id] })
    expect(left.rows).toEqual([])
    expect(await failure(remove())).toBe('NotFoundException: Invalid Deployment identifier specified')
  })

  test('need a method, and an integration for every method', async () => {
    const empty = await server.client.send(new CreateRestApiCommand({ name: 'empty' }))
    const none = new CreateDeploymentCommand({ restApiId: empty.id })
    expect(await failure(server.client.send(none))).toBe(
      "BadRequestException: The REST API doesn't contain any methods",
    )
    await server.client.send(new PutMethodCommand({ ...at, httpMethod: 'PUT', authorizationType: 'NONE' }))
    expect(await failure(deploy())).toBe('BadRequestException: No integration defined for method')
  })

  test('of a private API need a policy', async () => {
    const types = { op: 'replace', path: '/endpointConfiguration/types/EDGE', value: 'PRIVATE' } as const
    await server.client.send(new UpdateRestApiCommand({ restApiId, patchOperations: [types] }))
    expect(await failure(deploy({ stageName: 'dev' }))).toBe(
      "BadRequestException: Private REST API doesn't have a resource policy attached to it",
    )
    const Statement = [
      { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
    ]
    const value = JSON.stringify({ Version: '2012-10-17', Statement })
    const policy = { op: 'replace', path: '/policy', value } as const
    await server.client.send(new UpdateRestApiCommand({ restApiId, patchOperations: [policy] }))
    expect(await failure(deploy({ stageName: 'dev' }))).toBe('')
  })

  test('make no eleventh stage', async () => {
    const deploymentId = await deploy({ stageName: 'stage0' })
    for (let i = 1; i < 10; i++) await create({ stageName: `stage${i}`, deploymentId })
    const sentence =
      'LimitExceededException: Maximum number of Stages for this API has been reached.  Please contact AWS if you need additional Stages.'
    expect(await failure(deploy({ stageName: 'more' }))).toBe(sentence)
    expect(await failure(create({ stageName: 'more', deploymentId }))).toBe(sentence)
    expect(await failure(deploy({ stageName: 'stage1' }))).toBe('')
  })

  test('as a canary go to a stage that is there', async () => {
    const canarySettings = { percentTraffic: 10 }
    const content = 'BadRequestException: Invalid deployment content specified.'
    expect(await failure(deploy({ canarySettings }))).toBe(
      `${content}Non null and non empty stageName must be provided for canary deployment. Provided value is null`,
    )
    expect(await failure(deploy({ stageName: 'dev', canarySettings }))).toBe(
      `${content}Stage dev must already be created before making a canary release deployment`,
    )
    const first = await deploy({ stageName: 'dev' })
    const canary = await deploy({ stageName: 'dev', canarySettings })
    expect(await get()).toMatchObject({
      deploymentId: first,
      canarySettings: { deploymentId: canary, percentTraffic: 10, useStageCache: false },
    })
    expect(await failure(deploy({ stageName: 'dev' }))).toBe(
      `${content}Non canary deployment not supported on stage dev because Canary is enabled. Provide CanarySettings in deploymentInput.`,
    )
    const remove = (deploymentId: string) =>
      failure(server.client.send(new DeleteDeploymentCommand({ restApiId, deploymentId })))
    expect(await remove(canary)).toBe(
      'BadRequestException: Active stages with canary settings pointing to this deployment must be moved or deleted',
    )
    expect(await remove(first)).toBe(
      'BadRequestException: Active stages pointing to this deployment must be moved or deleted',
    )
    await update(
      { op: 'copy', from: '/canarySettings/deploymentId', path: '/deploymentId' },
      { op: 'remove', path: '/canarySettings' },
    )
    const promoted = await get()
    expect([promoted.deploymentId, promoted.canarySettings]).toEqual([canary, undefined])
  })
})

describe('stages', () => {
  test("a canary's variables come and go one by one", async () => {
    const deploymentId = await deploy()
    await create({
      deploymentId,
      canarySettings: { percentTraffic: 5, stageVariableOverrides: { var1: 'a', var2: 'b' } },
    })
    const at = '/canarySettings/stageVariableOverrides'
    const { canarySettings } = await update(
      { op: 'replace', path: `${at}/newVar`, value: 'newVal' },
      { op: 'replace', path: `${at}/var2`, value: 'val4' },
      { op: 'remove', path: `${at}/var1` },
    )
    expect(canarySettings).toMatchObject({
      percentTraffic: 5,
      stageVariableOverrides: { newVar: 'newVal', var2: 'val4' },
    })
    const all = await update({ op: 'replace', path: at, value: '{"var3":"c"}' })
    expect(all.canarySettings).toMatchObject({ percentTraffic: 5, stageVariableOverrides: { var3: 'c' } })
    expect(await failure(update({ op: 'replace', path: at, value: '["c"]' }))).toMatch(
      /^BadRequestException: Invalid canary stageVariableOverrides/,
    )
    await update({ op: 'remove', path: '/canarySettings' })
    expect(await failure(update({ op: 'remove', path: `${at}/var1` }))).toBe(
      `BadRequestException: Cannot remove method setting canarySettings/stageVariableOverrides/var1 because there is no method setting for this method `,
    )
  })

  test('names, and variables, have their lengths and numbers', async () => {
    const deploymentId = await deploy()
    expect(await failure(create({ deploymentId, stageName: 'a'.repeat(129) }))).toBe(
      'BadRequestException: Invalid stage name, can be at most 128 characters.',
    )
    const lengths =
      'BadRequestException: Invalid stage variable, its name can be at most 64 characters and its value at most 512 characters.'
    expect(await failure(create({ deploymentId, variables: { ['a'.repeat(65)]: 'b' } }))).toBe(lengths)
    expect(await failure(create({ deploymentId, variables: { a: 'b'.repeat(513) } }))).toBe(lengths)
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`v${i}`, 'x']))
    expect(await failure(create({ deploymentId, variables: many(101) }))).toBe(
      'LimitExceededException: Maximum number of Stage Variables for this stage has been reached.  Please contact AWS if you need additional Stage Variables.',
    )
    expect(
      await failure(
        create({
          deploymentId,
          stageName: 'a'.repeat(128),
          variables: { ...many(99), ['a'.repeat(64)]: 'b'.repeat(512) },
        }),
      ),
    ).toBe('')
  })

  test('defaults, and each once', async () => {
    const deploymentId = await deploy()
    const { $metadata, createdDate, lastUpdatedDate, ...stage } = await create({ deploymentId })
    expect(stage).toEqual({
      stageName: 'dev',
      deploymentId,
      cacheClusterEnabled: false,
      cacheClusterStatus: 'NOT_AVAILABLE',
      methodSettings: {},
      tracingEnabled: false,
    })
    expect(await failure(create({ deploymentId }))).toBe('ConflictException: Stage already exists')
    expect(await failure(create({ stageName: 'x', deploymentId: 'none' }))).toBe(
      'BadRequestException: Deployment id does not exist',
    )
    expect(await failure(create({ stageName: 'a b', deploymentId }))).toContain(
      'BadRequestException: Stage name',
    )
  })

  test('method settings are answered whole', async () => {
    await deploy({ stageName: 'dev' })
    await update({ op: 'replace', path: '/*/*/throttling/rateLimit', value: '100.5' })
    const { methodSettings } = await update({
      op: 'replace',
      path: '/~1pets~1{id}/GET/logging/loglevel',
      value: 'INFO',
    })
    expect(methodSettings).toEqual({
      '*/*': expect.objectContaining({
        throttlingRateLimit: 100.5,
        cacheTtlInSeconds: 300,
        cachingEnabled: false,
      }),
      '~1pets~1{id}/GET': expect.objectContaining({ throttlingRateLimit: 100.5, loggingLevel: 'INFO' }),
    })
    const { methodSettings: after } = await update({ op: 'remove', path: '/*/*' })
    expect(Object.keys(after!)).toEqual(['~1pets~1{id}/GET'])
    expect(await failure(update({ op: 'remove', path: '/*/*' }))).toBe(
      'BadRequestException: Cannot remove method setting */* because there is no method setting for this method ',
    )
  })

  test('access logs, variables and the cache cluster', async () => {
    await deploy({ stageName: 'dev' })
    const stage = await update(
      { op: 'add', path: '/accessLogSettings/destinationArn', value: 'arn:aws:logs:us-east-1:1:log-group:x' },
      { op: 'replace', path: '/accessLogSettings/format', value: '$context.requestId' },
      { op: 'replace', path: '/variables/a', value: 'b c' },
      { op: 'replace', path: '/cacheClusterEnabled', value: 'true' },
    )
    expect(stage).toMatchObject({
      accessLogSettings: {
        destinationArn: 'arn:aws:logs:us-east-1:1:log-group:x',
        format: '$context.requestId',
      },
      variables: { a: 'b c' },
      cacheClusterEnabled: true,
      cacheClusterSize: '0.5',
      cacheClusterStatus: 'AVAILABLE',
    })
    const destinationArn = 'arn:aws:firehose:us-east-1:1:deliverystream/amazon-apigateway-x'
    const format = '{"id":"$context.extendedRequestId"}\n'
    const streamed = await update(
      { op: 'replace', path: '/accessLogSettings/destinationArn', value: destinationArn },
      { op: 'replace', path: '/accessLogSettings/format', value: format },
    )
    expect(streamed.accessLogSettings).toEqual({ destinationArn, format })
    const bare = await update(
      { op: 'remove', path: '/accessLogSettings' },
      { op: 'replace', path: '/variables/b', value: 'c' },
      { op: 'remove', path: '/variables' },
    )
    expect([bare.accessLogSettings, bare.variables]).toEqual([undefined, undefined])
  })

  test('a flush raises the generation that is never shown', async () => {
    await deploy({ stageName: 'dev' })
    await server.client.send(new FlushStageCacheCommand({ restApiId, stageName: 'dev' }))
    await server.client.send(new FlushStageCacheCommand({ restApiId, stageName: 'dev' }))
    const stored = await server.store.documents.get<Stage>('us-east-1', `/restapis/${restApiId}/stages/dev`)
    expect(stored?.cacheGeneration).toBe(2)
    expect(await get()).not.toHaveProperty('cacheGeneration')
  })

  const logs =
    'Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]'
  const noSetting = (op: string, path: string) =>
    `Cannot ${op} method setting ${path} because there is no method setting for this method `
  const from = '/canarySettings/deploymentId'
  test.each<[PatchOperation, string]>([
    [{ op: 'add', path: '/accessLogSettings/x', value: 'y' }, logs],
    [{ op: 'replace', path: '/accessLogSettings', value: 'y' }, logs],
    [{ op: 'remove', path: '/accessLogSettings/format' }, noSetting('remove', 'accessLogSettings/format')],
    [
      { op: 'replace', path: '/accessLogSettings/format', value: '$context.requestId\n$context.status' },
      "Access Log format must be single line, new line character is allowed only at end of the format: '$context.requestId\n$context.status'",
    ],
    [
      { op: 'replace', path: '/accessLogSettings/format', value: '$context.requestIds $context.status' },
      "Access Log format must include either $context.requestId or $context.extendedRequestId : '$context.requestIds $context.status'",
    ],
    [
      { op: 'replace', path: '/accessLogSettings/destinationArn', value: 'arn:aws:s3:::bucket' },
      'Invalid ARN specified in the request',
    ],
    [
      { op: 'replace', path: '/accessLogSettings/destinationArn', value: 'stdout' },
      "Invalid ARN specified in the request. ARNs must start with 'arn:': stdout",
    ],
    [{ op: 'replace', path: '/accessLogSettings/format', value: '' }, 'Access Log value must not be empty'],
    [
      { op: 'add', path: '/canarySettings/percentTraffic', value: '5' },
      'Invalid add operation with path: /canarySettings/percentTraffic',
    ],
    [{ op: 'add', path: '/canarySettings', value: '5' }, noSetting('add', 'canarySettings')],
    [{ op: 'copy', path: '/deploymentId', from }, 'Promotion not available. Canary does not exist.'],
    [
      { op: 'copy', path: '/description', from },
      `Invalid copy operation with path: /description and from ${from}. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]`,
    ],
    [{ op: 'replace', path: '/deploymentId', value: 'none' }, 'Deployment id does not exist'],
    [
      { op: 'replace', path: '/variables/a-b', value: 'x' },
      'Invalid stage variable name: a-b.  Please use names with only word characters.',
    ],
    [
      { op: 'replace', path: '/variables/a', value: '$LATEST' },
      `Invalid stage variable value: $LATEST.  ${SIGNS}`,
    ],
    [{ op: 'replace', path: '/variables/a', value: '' }, `Invalid stage variable value: .  ${SIGNS}`],
    [
      { op: 'replace', path: '/canarySettings/stageVariableOverrides/a', value: '$' },
      `Invalid stage variable value: $.  ${SIGNS}`,
    ],
  ])('refuse %j', async (operation, sentence) => {
    await deploy({ stageName: 'dev' })
    expect(await failure(update(operation))).toBe(`BadRequestException: ${sentence}`)
  })

  test('an unknown path is answered with all that there are', async () => {
    await deploy({ stageName: 'dev' })
    const told = await failure(update({ op: 'replace', path: '/nothing', value: 'x' }))
    expect(told).toMatch(
      /^BadRequestException: Invalid method setting path: \/nothing\. Must be one of: \[\/deploymentId, \/description, /,
    )
    expect(told).toMatch(/, \/variables\/\{variable_name\}, \/tracingEnabled\]$/)
  })
})

test('tracing is refused where the runtime has no tracer', async () => {
  await deploy({ stageName: 'dev' })
  const traced = { op: 'replace', path: '/tracingEnabled', value: 'true' } as const
  expect(await update(traced)).toMatchObject({ tracingEnabled: true })
  await update({ ...traced, value: 'false' })
  const without = await startControl()
  delete without.platform.tracer
  try {
    const send = without.client.send.bind(without.client)
    const api = await send(new CreateRestApiCommand({ name: 'api' }))
    const where = { restApiId: api.id!, resourceId: api.rootResourceId!, httpMethod: 'GET' }
    await send(new PutMethodCommand({ ...where, authorizationType: 'NONE' }))
    await send(new PutIntegrationCommand({ ...where, type: 'MOCK' }))
    const refusal = 'BadRequestException: X-Ray tracing is not supported by this runtime of the gateway'
    const at = { restApiId: api.id!, stageName: 'dev' }
    expect(await failure(send(new CreateDeploymentCommand({ ...at, tracingEnabled: true })))).toBe(refusal)
    await send(new CreateDeploymentCommand(at))
    expect(await failure(send(new UpdateStageCommand({ ...at, patchOperations: [traced] })))).toBe(refusal)
  } finally {
    await without.close()
  }
})
