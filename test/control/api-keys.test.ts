import type { APIGateway, PatchOperation } from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../../src/core/sigv4/hash.ts'
import { gatewayOf } from './deployed.ts'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'

const SIGNS = 'can only contain letters, numbers, spaces, and these characters: . : + = @ _ / -'

let server: ControlServer
let gateway: APIGateway
beforeAll(async () => {
  server = await startControl()
  gateway = gatewayOf(server)
})
afterAll(async () => {
  gateway.destroy()
  await server.close()
})

const update = (apiKey: string, ...patchOperations: PatchOperation[]) =>
  gateway.updateApiKey({ apiKey, patchOperations })

describe('an API key', () => {
  test('is made with a value, which is told once and then on demand', async () => {
    const made = await gateway.createApiKey({
      name: 'mine',
      description: 'd',
      customerId: 'c1',
      stageKeys: [{ restApiId: 'abc', stageName: 'dev' }],
    })
    expect(made).toMatchObject({
      name: 'mine',
      description: 'd',
      customerId: 'c1',
      enabled: false,
      stageKeys: ['abc/dev'],
    })
    expect(made.value).toMatch(/^[A-Za-z0-9]{40}$/)
    expect(made.tags).toBeUndefined()
    const id = made.id!
    expect((await gateway.getApiKey({ apiKey: id })).value).toBeUndefined()
    expect((await gateway.getApiKey({ apiKey: id, includeValue: true })).value).toBe(made.value)
    const listed = await gateway.getApiKeys({ nameQuery: 'mi' })
    expect(listed.items?.map(({ id, value }) => [id, value])).toEqual([[id, undefined]])
    const [withValue] = (await gateway.getApiKeys({ customerId: 'c1', includeValues: true })).items!
    expect(withValue?.value).toBe(made.value)
    expect((await gateway.getApiKeys({ nameQuery: 'mine2' })).items).toEqual([])
  })

  test('is found by the hash of its value until it is deleted', async () => {
    const value = 'a value of more than 20 characters'
    const { id } = await gateway.createApiKey({ value })
    const hash = await sha256(value)
    expect(await server.store.documents.claim('apikey', hash)).toEqual({
      region: 'us-east-1',
      path: `/apikeys/${id}`,
    })
    expect(await failure(gateway.createApiKey({ value }))).toBe('ConflictException: API Key already exists')
    await gateway.deleteApiKey({ apiKey: id })
    expect(await server.store.documents.claim('apikey', hash)).toBeUndefined()
    expect((await gateway.createApiKey({ value })).value).toBe(value)
  })

  test.each([
    [{ value: 'x'.repeat(19) }, 'API Key value should be at least 20 characters'],
    [{ value: 'x'.repeat(129) }, 'API Key value exceeds maximum size of 128 characters'],
    [{ name: 'x'.repeat(1025) }, 'Invalid API Key name, can be at most 1024 characters.'],
    [{ description: 'x'.repeat(125_001) }, 'Invalid API Key description specified.'],
    [{ tags: { 'Aws:x': 'y' } }, "Invalid tag key. Tag keys cannot start with 'aws:' (case insensitive)"],
    [{ tags: { 'a,b': 'y' } }, `Invalid tag key. Tag keys ${SIGNS}`],
    [{ tags: { a: '<y>' } }, `Invalid tag value. Tag values ${SIGNS}`],
  ])('keeps its limits: %#', async (wrong, message) => {
    expect(await failure(gateway.createApiKey(wrong))).toBe(`BadRequestException: ${message}`)
  })

  test('changes by patches on four paths', async () => {
    const { id } = await gateway.createApiKey({ name: 'before' })
    const changed = await update(
      id!,
      { op: 'replace', path: '/name', value: 'after' },
      { op: 'replace', path: '/enabled', value: 'true' },
      { op: 'replace', path: '/description', value: 'new' },
      { op: 'replace', path: '/customerId', value: 'c2' },
    )
    expect(changed).toMatchObject({
      name: 'after',
      enabled: true,
      description: 'new',
      customerId: 'c2',
      tags: {},
    })
    expect(changed.value).toBeUndefined()
    expect(await failure(update(id!, { op: 'replace', path: '/value', value: 'x'.repeat(30) }))).toBe(
      "BadRequestException: Invalid patch path  '/value' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]",
    )
    await update(
      id!,
      { op: 'add', path: '/labels', value: 'a' },
      { op: 'remove', path: '/labels', value: 'a' },
    )
    const stages = await update(id!, { op: 'add', path: '/stages', value: 'abc/dev' })
    expect(stages.stageKeys).toEqual(['abc/dev'])
    expect((await update(id!, { op: 'remove', path: '/stages', value: 'abc/dev' })).stageKeys).toEqual([])
  })

  test('that is not there is told so', async () => {
    const gone = 'NotFoundException: Invalid API Key identifier specified'
    expect(await failure(gateway.getApiKey({ apiKey: 'none' }))).toBe(gone)
    expect(await failure(update('none', { op: 'replace', path: '/name', value: 'x' }))).toBe(gone)
    expect(await failure(gateway.deleteApiKey({ apiKey: 'none' }))).toBe(gone)
  })

  test('is made once where many ask for the same value at once', async () => {
    const value = 'wanted by many at the same time'
    const failures = await Promise.all(
      Array.from({ length: 20 }, () => failure(gateway.createApiKey({ value }))),
    )
    expect(failures.filter((message) => message === '')).toHaveLength(1)
    expect(new Set(failures)).toEqual(new Set(['', 'ConflictException: API Key already exists']))
    const others = await Promise.all(Array.from({ length: 20 }, () => gateway.createApiKey({})))
    expect(new Set(others.map(({ id }) => id)).size).toBe(20)
  })

  test('comes first in lists when it is the newest, page by page', async () => {
    const west = gatewayOf(server, 'us-west-2')
    for (const name of ['one', 'two', 'three']) await west.createApiKey({ name })
    const names: (string | undefined)[] = []
    let position: string | undefined
    do {
      const page = await west.getApiKeys({ limit: 1, position })
      names.push(...page.items!.map(({ name }) => name))
      position = page.position
    } while (position)
    // of another list, and of nothing
    const other = (await west.getApiKeys({ limit: 1 })).position
    for (const wrong of ['MDAwMDAwMDA', '0123456789', '%', other])
      expect(await failure(gateway.getUsagePlans({ position: wrong }))).toBe(
        'BadRequestException: Invalid position parameter specified',
      )
    west.destroy()
    expect(names).toEqual(['three', 'two', 'one'])
  })
})

describe('values at rest', () => {
  test('are sealed where a key is configured, and open for those who ask', async () => {
    const sealing = await startControl({ settings: { encryptionKey: btoa('k'.repeat(32)) } })
    const client = gatewayOf(sealing)
    const value = 'secret secret secret secret'
    const { id, value: answered } = await client.createApiKey({ value })
    const { id: plan } = await client.createUsagePlan({ name: 'plan' })
    await client.createUsagePlanKey({ usagePlanId: plan, keyId: id, keyType: 'API_KEY' })
    await client.generateClientCertificate({})
    expect(answered).toBe(value)
    expect((await client.getApiKey({ apiKey: id, includeValue: true })).value).toBe(value)
    expect((await client.getUsagePlanKey({ usagePlanId: plan, keyId: id })).value).toBe(value)
    const { rows } = await sealing.database.execute('select body from documents')
    const stored = rows.map(({ body }) => body).join()
    expect(stored).not.toContain('secret secret')
    expect(stored).not.toContain('PRIVATE KEY')
    client.destroy()
    await sealing.close()
  })
})

describe('an import of API keys', () => {
  const load = (csv: string, failOnWarnings?: boolean) =>
    gateway.importApiKeys({ format: 'csv', body: new TextEncoder().encode(csv), failOnWarnings })

  test('takes columns in any order and case, and quotes', async () => {
    const { id: a } = await gateway.createUsagePlan({ name: 'a' })
    const { id: b } = await gateway.createUsagePlan({ name: 'b' })
    const { ids, warnings } = await load(
      `Enabled,name,KEY,UsageplanIds,description,other
false,First,imported-1-abcdefghij0123456789,"${a},${b}",'one, and more',x

TRUE,"Sec""ond",imported-2-abcdefghij0123456789,,,`,
    )
    expect(warnings).toEqual([])
    const [first, second] = await Promise.all(ids!.map((apiKey) => gateway.getApiKey({ apiKey })))
    expect(first).toMatchObject({ name: 'First', enabled: false, description: 'one, and more' })
    expect(second).toMatchObject({ name: 'Sec"ond', enabled: true })
    for (const usagePlanId of [a, b])
      expect((await gateway.getUsagePlanKeys({ usagePlanId })).items).toEqual([
        { id: first!.id, name: 'First', type: 'API_KEY', value: 'imported-1-abcdefghij0123456789' },
      ])
  })

  test('overwrites a key of the same value, also in its plans', async () => {
    const value = 'imported-3-abcdefghij0123456789'
    const { id: plan } = await gateway.createUsagePlan({ name: 'c' })
    const { ids } = await load(`key,name,usageplanids\n${value},before,${plan}`)
    const again = await load(`key,name\n${value},after`)
    expect(again.ids).toEqual(ids)
    expect((await gateway.getApiKey({ apiKey: ids![0], includeValue: true })).value).toBe(value)
    expect((await gateway.getUsagePlanKeys({ usagePlanId: plan })).items).toMatchObject([{ name: 'after' }])
  })

  test('warns, or does nothing at all', async () => {
    const before = (await gateway.getApiKeys({ limit: 500 })).items!.length
    const csv = 'name,key,usageplanids\ngood,imported-4-abcdefghij0123456789,noplan\nbad,short,'
    expect(await failure(load(csv, true))).toMatch(
      /^BadRequestException: Warnings found during import:\n\tAPI Key \w+, Usage Plan noplan: .+\n\tLine 3: .+$/,
    )
    expect((await gateway.getApiKeys({ limit: 500 })).items).toHaveLength(before)
    const { ids, warnings } = await load(csv, false)
    expect(ids).toHaveLength(1)
    expect(warnings).toEqual([
      `API Key ${ids![0]}, Usage Plan noplan: Invalid Usage Plan ID specified`,
      'Line 3: API Key value should be at least 20 characters',
    ])
  })

  test('goes on behind lines whose last field is empty, and makes no value of its own', async () => {
    const csv =
      'name,key,description\na,imported-5-abcdefghij0123456789,\nb,,none\nc,imported-6-abcdefghij0123456789,\n\n'
    const { ids, warnings } = await load(csv)
    const names = await Promise.all(ids!.map(async (apiKey) => (await gateway.getApiKey({ apiKey })).name))
    expect(names).toEqual(['a', 'c'])
    expect(warnings).toEqual(['Line 3: API Key value should be at least 20 characters'])
  })

  test.each([
    ['name\nx', "Missing required column 'Key'"],
    ['key\nx', "Missing required column 'Name'"],
  ])('needs its columns: %s', async (csv, message) => {
    expect(await failure(load(csv))).toBe(`BadRequestException: ${message}`)
  })
})
