import type { APIGateway, PatchOperation } from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deployApi, gatewayOf } from './deployed.ts'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
let gateway: APIGateway
let apiId: string
let dev: string
beforeAll(async () => {
  server = await startControl()
  gateway = gatewayOf(server)
})
afterAll(async () => {
  gateway.destroy()
  await server.close()
})
beforeEach(async () => {
  apiId = await deployApi(gateway)
  dev = `${apiId}:dev`
})

const THROTTLE = { rateLimit: 10.5, burstLimit: 20 }
const create = async (more: object = {}) => (await gateway.createUsagePlan({ name: 'plan', ...more })).id!
const onDev = () => ({ apiStages: [{ apiId, stage: 'dev' }] })
const get = (usagePlanId: string) => gateway.getUsagePlan({ usagePlanId })
const update = (usagePlanId: string, ...patchOperations: PatchOperation[]) =>
  gateway.updateUsagePlan({ usagePlanId, patchOperations })
const addKey = (usagePlanId: string, keyId: string) =>
  gateway.createUsagePlanKey({ usagePlanId, keyId, keyType: 'API_KEY' })
const newKey = async (name = 'key') => (await gateway.createApiKey({ name })).id!

describe('a usage plan', () => {
  test('reads back as it was made', async () => {
    const quota = { limit: 100, offset: 2, period: 'WEEK' } as const
    const stages = [{ apiId, stage: 'dev', throttle: { '/pets/{id}/GET': THROTTLE } }]
    const made = await gateway.createUsagePlan({
      name: 'whole',
      description: 'd',
      apiStages: stages,
      throttle: THROTTLE,
      quota,
    })
    const { $metadata: _, ...plan } = await get(made.id!)
    expect(made.tags).toBeUndefined()
    expect(plan).toEqual({
      id: made.id,
      name: 'whole',
      description: 'd',
      apiStages: stages,
      throttle: THROTTLE,
      quota,
      tags: {},
    })
    const bare = await get(await create())
    expect(bare).toMatchObject({ name: 'plan', apiStages: [] })
    expect(bare.quota ?? bare.throttle).toBeUndefined()
  })

  test.each([
    [{ quota: { limit: 1, period: 'DAY', offset: 1 } }, 'quota offset must be zero in the DAY period'],
    [
      { quota: { limit: 1, period: 'WEEK', offset: 7 } },
      'quota offset must be between 0 and 6 inclusive in the WEEK period',
    ],
    [
      { quota: { limit: 1, period: 'MONTH', offset: 28 } },
      'quota offset must be between 0 and 27 inclusive in the MONTH period',
    ],
    [{ quota: { limit: 1 } }, 'quota must have a limit and a period'],
  ])('keeps the rules of quotas: %#', async (wrong, message) => {
    expect(await failure(create(wrong))).toBe(`BadRequestException: Usage Plan ${message}`)
  })

  test('points only at stages that are there', async () => {
    expect(await failure(create({ apiStages: [{ apiId, stage: 'prod' }] }))).toBe(
      `NotFoundException: API Stage not found: ${apiId}:prod`,
    )
    for (const stage of [{ apiId }, { stage: 'dev' }])
      expect(await failure(create({ apiStages: [stage] }))).toBe(
        'BadRequestException: Invalid API Stage {api: %s, stage: %s} specified for usageplan %s',
      )
    const id = await create()
    expect(await failure(update(id, { op: 'add', path: '/apiStages', value: 'abc:dev' }))).toBe(
      'NotFoundException: API Stage not found: abc:dev',
    )
    expect(await failure(update(id, { op: 'remove', path: '/apiStages', value: 'abc:dev' }))).toBe(
      `NotFoundException: Invalid API Stage {api: abc, stage: dev} specified for usageplan ${id}`,
    )
    expect(await failure(update(id, { op: 'remove', path: '/apiStages', value: 'abc' }))).toBe(
      'BadRequestException: Invalid API Stage specified',
    )
    expect((await get(id)).apiStages).toEqual([])
  })

  test('changes member by member', async () => {
    const id = await create()
    const changed = await update(
      id,
      { op: 'replace', path: '/name', value: 'renamed' },
      { op: 'replace', path: '/description', value: 'described' },
      { op: 'add', path: '/productCode', value: 'code' },
      { op: 'replace', path: '/quota/limit', value: '50' },
      { op: 'replace', path: '/quota/period', value: 'MONTH' },
      { op: 'add', path: '/quota/offset', value: '27' },
      { op: 'replace', path: '/throttle/rateLimit', value: '1.5' },
      { op: 'replace', path: '/throttle/burstLimit', value: '3' },
      { op: 'add', path: '/apiStages', value: dev },
    )
    expect(changed).toMatchObject({
      name: 'renamed',
      description: 'described',
      productCode: 'code',
      quota: { limit: 50, period: 'MONTH', offset: 27 },
      throttle: { rateLimit: 1.5, burstLimit: 3 },
      apiStages: [{ apiId, stage: 'dev' }],
      tags: {},
    })
    const cleared = await update(
      id,
      { op: 'remove', path: '/productCode' },
      { op: 'remove', path: '/quota' },
      { op: 'remove', path: '/throttle' },
      { op: 'remove', path: '/apiStages', value: dev },
    )
    expect(cleared.productCode ?? cleared.quota ?? cleared.throttle).toBeUndefined()
    expect(cleared.apiStages).toEqual([])
  })

  test('limits single methods, by either spelling of their paths', async () => {
    const id = await create({ ...onDev(), throttle: THROTTLE })
    const at = `/apiStages/${dev}/throttle`
    const changed = await update(
      id,
      { op: 'replace', path: `${at}/~1pets~1{id}/GET/rateLimit`, value: '1' },
      { op: 'replace', path: `${at}/~1pets~1{id}/GET/burstLimit`, value: '2' },
      { op: 'add', path: `${at}//pets/POST/rateLimit`, value: '0.5' },
    )
    expect(changed.apiStages![0]!.throttle).toEqual({
      '/pets/{id}/GET': { rateLimit: 1, burstLimit: 2 },
      '/pets/POST': { rateLimit: 0.5 },
    })
    const less = await update(id, { op: 'remove', path: `${at}/~1pets~1{id}/GET` })
    expect(less.apiStages![0]!.throttle).toEqual({ '/pets/POST': { rateLimit: 0.5 } })
    expect((await update(id, { op: 'remove', path: at })).apiStages![0]!.throttle).toBeUndefined()
  })

  test('limits methods of the root, which are written //GET', async () => {
    const apiStages = [{ apiId, stage: 'dev', throttle: { '//GET': THROTTLE } }]
    const id = await create({ apiStages, throttle: THROTTLE })
    const at = `/apiStages/${dev}/throttle`
    const changed = await update(
      id,
      { op: 'replace', path: `${at}///GET/rateLimit`, value: '1' },
      { op: 'replace', path: `${at}/~1/GET/burstLimit`, value: '2' },
      { op: 'add', path: `${at}///POST/rateLimit`, value: '3' },
    )
    expect(changed.apiStages![0]!.throttle).toEqual({
      '//GET': { rateLimit: 1, burstLimit: 2 },
      '//POST': { rateLimit: 3 },
    })
    const less = await update(id, { op: 'remove', path: `${at}///GET` })
    expect(less.apiStages![0]!.throttle).toEqual({ '//POST': { rateLimit: 3 } })
  })

  test('takes the limits of all methods in JSON', async () => {
    const id = await create({ ...onDev(), throttle: THROTTLE })
    const path = `/apiStages/${dev}/throttle`
    const limits = { '/pets/GET': { rateLimit: 1, burstLimit: 1 }, '//GET': { rateLimit: 2 } }
    for (const value of [JSON.stringify(limits), JSON.stringify(JSON.stringify(limits))])
      expect((await update(id, { op: 'replace', path, value })).apiStages![0]!.throttle).toEqual(limits)
    for (const value of ['x', '[]', '{"/pets/GET": {"rateLimit": "fast"}}', '{"pets": {}}'])
      expect(await failure(update(id, { op: 'replace', path, value }))).toContain('BadRequestException: ')
    expect((await get(id)).apiStages![0]!.throttle).toEqual(limits)
  })

  test('limits single methods only under a limit of its own', async () => {
    const apiStages = [{ apiId, stage: 'dev', throttle: { '/a/GET': THROTTLE } }]
    expect(await failure(create({ apiStages }))).toBe(
      'BadRequestException: Can not define fine grain throttling if usage plan throttle is not defined.',
    )
  })

  test("names Amazon's paths where one is wrong", async () => {
    const id = await create(onDev())
    expect(await failure(update(id, { op: 'remove', path: `/apiStages/${dev}` }))).toBe(
      `BadRequestException: Invalid patch path  '/apiStages/${dev}' specified for op 'remove'. Must be one of: [/apiStages, /quota, /throttle, /productCode, /apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>, /apiStages/<apidId:stageName>/throttle]`,
    )
  })

  test('is deleted only without stages, and holds them', async () => {
    const id = await create(onDev())
    expect(await failure(gateway.deleteUsagePlan({ usagePlanId: id }))).toBe(
      `BadRequestException: Cannot delete Usage Plan ${id} because there are API Stages associated with it, including ${dev}`,
    )
    expect(await failure(gateway.deleteStage({ restApiId: apiId, stageName: 'dev' }))).toBe(
      `BadRequestException: Cannot delete stage 'dev' because it is associated with usage plan '${id}'`,
    )
    await update(id, { op: 'remove', path: '/apiStages', value: dev })
    await gateway.deleteStage({ restApiId: apiId, stageName: 'dev' })
    await gateway.deleteUsagePlan({ usagePlanId: id })
    expect(await failure(get(id))).toBe('NotFoundException: Invalid Usage Plan ID specified')
  })

  test('loses the stages of an API that is deleted', async () => {
    const id = await create(onDev())
    await gateway.deleteRestApi({ restApiId: apiId })
    expect((await get(id)).apiStages).toEqual([])
    await gateway.deleteUsagePlan({ usagePlanId: id })
  })
})

describe('keys in usage plans', () => {
  test('come and go, and a plan is found by its key', async () => {
    const plan = await create()
    const { id, value } = await gateway.createApiKey({ name: 'named' })
    const { $metadata: _, ...added } = await addKey(plan, id!)
    expect(added).toEqual({ id, type: 'API_KEY', name: 'named', value })
    expect(await gateway.getUsagePlanKey({ usagePlanId: plan, keyId: id })).toMatchObject(added)
    expect((await gateway.getUsagePlanKeys({ usagePlanId: plan, nameQuery: 'na' })).items).toEqual([added])
    expect((await gateway.getUsagePlanKeys({ usagePlanId: plan, nameQuery: 'x' })).items).toEqual([])
    expect((await gateway.getUsagePlans({ keyId: id })).items?.map((found) => found.id)).toEqual([plan])
    expect((await gateway.getUsagePlans({ keyId: 'none' })).items).toEqual([])
    expect(await failure(addKey(plan, id!))).toMatch(/^ConflictException: /)
    await gateway.updateApiKey({
      apiKey: id,
      patchOperations: [{ op: 'replace', path: '/name', value: 'new' }],
    })
    expect((await gateway.getUsagePlanKey({ usagePlanId: plan, keyId: id })).name).toBe('new')
    await gateway.deleteUsagePlanKey({ usagePlanId: plan, keyId: id })
    expect((await gateway.getUsagePlans({ keyId: id })).items).toEqual([])
  })

  test('go with the key, and with the plan', async () => {
    const [first, second] = [await create(), await create()]
    const key = await newKey()
    await addKey(first, key)
    await addKey(second, key)
    await gateway.deleteUsagePlan({ usagePlanId: first })
    expect((await gateway.getUsagePlans({ keyId: key })).items?.map(({ id }) => id)).toEqual([second])
    await gateway.deleteApiKey({ apiKey: key })
    expect((await gateway.getUsagePlanKeys({ usagePlanId: second })).items).toEqual([])
  })

  test('reach a stage through one plan only', async () => {
    const [first, second] = [await create(onDev()), await create(onDev())]
    const key = await newKey()
    await addKey(first, key)
    const words = `cannot be added because API Key ${key} cannot reference multiple Usage Plans with the same API stage: ${dev}`
    expect(await failure(addKey(second, key))).toBe(`ConflictException: Usage Plan ${second} ${words}`)
    await update(second, { op: 'remove', path: '/apiStages', value: dev })
    await addKey(second, key)
    expect(await failure(update(second, { op: 'add', path: '/apiStages', value: dev }))).toBe(
      `ConflictException: API Stage ${dev} ${words}`,
    )
  })

  test('reach a stage through one plan only, also when both are asked at once', async () => {
    const plans = [await create(onDev()), await create(onDev())]
    const key = await newKey()
    const failures = await Promise.all(plans.map((plan) => failure(addKey(plan, key))))
    expect(failures.filter((message) => message === '')).toHaveLength(1)
    expect(failures.join('')).toMatch(/^ConflictException: Usage Plan/)
  })

  test('must be there, like the plan', async () => {
    const [plan, key] = [await create(), await newKey()]
    const noPlan = 'NotFoundException: Invalid Usage Plan ID specified'
    const noKey = 'NotFoundException: Invalid API Key identifier specified'
    expect(await failure(addKey('none', key))).toBe(noPlan)
    expect(await failure(addKey(plan, 'none'))).toBe(noKey)
    expect(await failure(gateway.getUsagePlanKey({ usagePlanId: 'none', keyId: key }))).toBe(noPlan)
    expect(await failure(gateway.getUsagePlanKey({ usagePlanId: plan, keyId: key }))).toBe(noKey)
    expect(await failure(gateway.getUsagePlanKeys({ usagePlanId: 'none' }))).toBe(noPlan)
  })
})

describe('usage', () => {
  const today = () => new Date(server.platform.clock.now()).toISOString().slice(0, 10)

  test('is what the meter counted, day by day and key by key', async () => {
    const id = await create({ quota: { limit: 10, period: 'DAY' } })
    const [first, second] = [await newKey(), await newKey()]
    await addKey(id, first)
    await addKey(id, second)
    const plan = { id, quota: { limit: 10, offset: 0, period: 'DAY' } }
    const now = server.platform.clock.now()
    const { meter } = server.platform
    const client = server.store.usage.client('us-east-1', plan, first, now)
    await meter.take([], client.quotas, now)
    await meter.take([], client.quotas, now)
    const asked = { usagePlanId: id, startDate: today(), endDate: today() }
    const usage = await gateway.getUsage(asked)
    expect(usage).toMatchObject({ ...asked, items: { [first]: [[2, 8]], [second]: [[0, 10]] } })
    expect((await gateway.getUsage({ ...asked, keyId: first })).items).toEqual({ [first]: [[2, 8]] })
    const page = await gateway.getUsage({ ...asked, limit: 1 })
    expect(page.items).toEqual({ [first]: [[2, 8]] })
    const rest = await gateway.getUsage({ ...asked, limit: 1, position: page.position })
    expect(rest.items).toEqual({ [second]: [[0, 10]] })
    expect(rest.position).toBeUndefined()
    expect(await failure(gateway.getUsage({ ...asked, position: 'zzz' }))).toBe(
      'BadRequestException: Invalid position parameter specified',
    )
  })

  test('can be extended for one key', async () => {
    const id = await create({ quota: { limit: 10, period: 'MONTH' } })
    const keyId = await newKey()
    await addKey(id, keyId)
    const left = (value: string, op: 'replace' | 'add' = 'replace') =>
      gateway.updateUsage({ usagePlanId: id, keyId, patchOperations: [{ op, path: '/remaining', value }] })
    expect((await left('25')).items).toEqual({ [keyId]: [[0, 25]] })
    expect(await failure(left('1', 'add'))).toMatch(
      /^BadRequestException: Invalid patch path {2}'\/remaining'/,
    )
    expect(await failure(left('many'))).toMatch(/^BadRequestException: Invalid remaining quota/)
    await update(id, { op: 'remove', path: '/quota' })
    expect(await failure(left('1'))).toMatch(/^BadRequestException: Usage Plan \w+ has no quota/)
  })

  test('wants dates that are dates', async () => {
    const usagePlanId = await create()
    const of = (startDate: string, endDate: string) =>
      failure(gateway.getUsage({ usagePlanId, startDate, endDate }))
    expect(await of('2026-02-30', '2026-03-01')).toMatch(/^BadRequestException: Invalid startDate/)
    expect(await of('2026-03-02', '2026-03-01')).toMatch(/^BadRequestException: The end date/)
    expect(await of('2026-03-01', '2026-03-02')).toBe('')
  })
})
