/** What every database must do for the store: one suite, run against libSQL embedded, libSQL over HTTP, and D1. */
import { expect, test } from 'vitest'
import { Problem } from '../../src/core/problem.ts'
import type { Database } from '../../src/platform.ts'
import { Documents } from '../../src/store/documents.ts'

const REGION = 'us-east-1'

export function databaseContract(database: () => Database): void {
  const fresh = () => new Documents(database())
  const api = (id: string) => `/restapis/${id}`

  test('a write set is read back, in path order and by range', async () => {
    const store = fresh()
    await store.write(REGION, api('a1'), async (tx) => {
      tx.put(api('a1'), 'RestApi', { name: 'ünïcode “quotes”' })
      tx.put(`${api('a1')}/models/B`, 'Model', { n: 2 })
      tx.put(`${api('a1')}/models/A`, 'Model', { n: 1 })
      tx.put(`${api('a10')}/models/A`, 'Model', { n: 3 })
    })
    expect(await store.get(REGION, api('a1'))).toEqual({ name: 'ünïcode “quotes”' })
    expect((await store.list(REGION, `${api('a1')}/models`)).map((row) => row.path.at(-1))).toEqual([
      'A',
      'B',
    ])
    expect((await store.list(REGION, `${api('a1')}/models`, { after: `${api('a1')}/models/A` })).length).toBe(
      1,
    )
    expect((await store.range(REGION, api('a1'))).map((row) => row.kind)).toEqual([
      'RestApi',
      'Model',
      'Model',
    ])
    expect(await store.get('eu-west-1', api('a1'))).toBeUndefined()
  })

  test('deleting takes everything below, and nothing beside', async () => {
    const store = fresh()
    await store.write(REGION, api('b1'), async (tx) => {
      tx.put(api('b1'), 'RestApi', {})
      tx.put(`${api('b1')}/stages/s`, 'Stage', {})
    })
    await store.write(REGION, api('b12'), async (tx) => tx.put(api('b12'), 'RestApi', {}))
    await store.write(REGION, api('b1'), async (tx) => tx.delete(api('b1')))
    expect(await store.range(REGION, api('b1'))).toEqual([])
    expect(await store.get(REGION, api('b12'))).toEqual({})
  })

  test('a failing operation leaves nothing', async () => {
    const store = fresh()
    const attempt = store.write(REGION, api('c1'), async (tx) => {
      tx.put(api('c1'), 'RestApi', {})
      throw new Error('no')
    })
    await expect(attempt).rejects.toThrow('no')
    expect(await store.get(REGION, api('c1'))).toBeUndefined()
  })

  test('writers of several processes lose no update', async () => {
    // two Documents share no queue, as two processes do not
    const [one, two] = [fresh(), fresh()]
    await one.write(REGION, api('d1'), async (tx) => tx.put(api('d1'), 'RestApi', { n: 0 }))
    const increment = (store: Documents) =>
      store.write(REGION, api('d1'), async (tx) => {
        const body = (await tx.get<{ n: number }>(api('d1')))!
        tx.put(api('d1'), 'RestApi', { n: body.n + 1 })
      })
    await Promise.all(Array.from({ length: 20 }, (_, at) => increment(at % 2 ? one : two)))
    expect(await one.get(REGION, api('d1'))).toEqual({ n: 20 })
  })

  test('a writer that read a deleted root does not bring parts of it back', async () => {
    const [one, two] = [fresh(), fresh()]
    await one.write(REGION, api('e1'), async (tx) => tx.put(api('e1'), 'RestApi', {}))
    let first = true
    const late = one.write(REGION, api('e1'), async (tx) => {
      const root = await tx.get(api('e1'))
      if (first) await two.write(REGION, api('e1'), async (other) => other.delete(api('e1')))
      first = false
      if (root) tx.put(`${api('e1')}/models/M`, 'Model', {})
    })
    await late
    expect(await one.range(REGION, api('e1'))).toEqual([])
  })

  test('a claimed name belongs to one document until it is deleted', async () => {
    const store = fresh()
    const take = (id: string) =>
      store.write(REGION, `/apikeys/${id}`, async (tx) => {
        tx.claim('apikey', 'hash', `/apikeys/${id}`)
        tx.put(`/apikeys/${id}`, 'ApiKey', {})
      })
    await take('k1')
    await expect(take('k2')).rejects.toBeInstanceOf(Problem)
    expect(await store.get(REGION, '/apikeys/k2')).toBeUndefined()
    expect((await store.claim('apikey', 'hash'))?.path).toBe('/apikeys/k1')
    await store.write(REGION, '/apikeys/k1', async (tx) => tx.delete('/apikeys/k1'))
    await take('k2')
  })

  test('a transaction reads what it has put and not what it has deleted', async () => {
    const store = fresh()
    await store.write(REGION, api('f1'), async (tx) => {
      tx.put(`${api('f1')}/models/A`, 'Model', { v: 1 })
      tx.put(`${api('f1')}/models/B`, 'Model', { v: 1 })
    })
    await store.write(REGION, api('f1'), async (tx) => {
      tx.delete(`${api('f1')}/models/A`)
      tx.put(`${api('f1')}/models/C`, 'Model', { v: 2 })
      expect(await tx.get(`${api('f1')}/models/A`)).toBeUndefined()
      expect((await tx.list(`${api('f1')}/models`)).map((row) => row.path.at(-1))).toEqual(['B', 'C'])
      expect((await tx.range(api('f1'))).map((row) => row.path.at(-1))).toEqual(['B', 'C'])
    })
  })

  test('a write set of three thousand rows and a snapshot of three megabytes are one batch', async () => {
    const store = fresh()
    const blob = JSON.stringify({ text: 'é'.repeat(1_500_000) })
    await store.write(REGION, api('g1'), async (tx) => {
      for (let at = 0; at < 3000; at++)
        tx.put(`${api('g1')}/models/M${at}`, 'Model', { schema: 'x'.repeat(500) })
      tx.snapshot('dep1', 'g1', blob)
    })
    expect((await store.list(REGION, `${api('g1')}/models`)).length).toBe(3000)
  })
}
