/** Two gateways on one database file: what one commits, the other serves; and what a database that is gone or hangs leaves. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memoryCache } from '../../src/adapters/cache-memory.ts'
import { openLibsql } from '../../src/adapters/database-libsql.ts'
import { workersJoin } from '../../src/adapters/join-workers.ts'
import { sha256 } from '../../src/core/sigv4/hash.ts'
import type { Database } from '../../src/platform.ts'
import { Changes } from '../../src/store/changes.ts'
import { Deployments } from '../../src/store/deployments.ts'
import { Documents, type Transaction } from '../../src/store/documents.ts'
import { Keys } from '../../src/store/keys.ts'

let folder: string
let open: Awaited<ReturnType<typeof openLibsql>>
let now = 1_000_000
const log: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edgeway-changes-'))
  open = await openLibsql({ url: `file:${folder}/edgeway.db`, migrations: 'migrations' })
  log.length = 0
})
afterEach(async () => {
  open.close()
  await rm(folder, { recursive: true, force: true })
})

/** The database, with every select counted, and answered as `how` says. */
function counted(how: { down?: boolean; hangs?: boolean } = {}) {
  const counts = { selects: 0 }
  const database = new Proxy(open.database, {
    get(target, name) {
      if (name !== 'select') return Reflect.get(target, name)
      return (...given: []) => {
        counts.selects++
        if (how.hangs) return { from: () => new Promise(() => {}) }
        if (how.down) return { from: () => Promise.reject(new Error('the database is down')) }
        return target.select(...given)
      }
    },
  }) as Database
  return { database, counts, how }
}

function partsOver(database: Database) {
  return {
    database,
    cache: memoryCache(),
    clock: { now: () => now },
    defer: (work: Promise<unknown>) => void work.catch(() => {}),
    join: <T>(work: Promise<T>) => work,
    log: (_level: unknown, message: string) => void log.push(message),
  }
}

async function commit(path: string, body: object): Promise<void> {
  const root = path.split('/').slice(0, 3).join('/')
  await new Documents(open.database).write('us-east-1', root, async (tx) => {
    await tx.get(root)
    tx.put(path, 'Stage', body)
  })
}

describe('stages', () => {
  test('one look a second stands for all, and finds what another process committed', async () => {
    for (const id of ['a', 'b', 'c']) await commit(`/restapis/${id}/stages/dev`, { stageName: 'dev', n: 1 })
    const { database, counts } = counted()
    const parts = partsOver(database)
    const deployments = new Deployments(parts, new Documents(database), new Changes(parts))
    const all = () => Promise.all(['a', 'b', 'c'].map((id) => deployments.stage(id, 'dev')))
    const first = await all()
    counts.selects = 0
    for (let second = 0; second < 5; second++) {
      now += 2500
      const again = await all()
      expect(again.map((pointer) => pointer?.stage)).toEqual(first.map((pointer) => pointer?.stage))
      for (const [i, pointer] of again.entries()) expect(pointer?.stage).toBe(first[i]?.stage)
    }
    expect(counts.selects).toBe(5)
    await commit('/restapis/b/stages/dev', { stageName: 'dev', n: 2 })
    now += 2500
    expect((await all()).map((pointer) => pointer?.stage)).toMatchObject([{ n: 1 }, { n: 2 }, { n: 1 }])
    // those that have not changed are the same objects still
    expect((await deployments.stage('a', 'dev'))?.stage).toBe(first[0]?.stage)
  })

  test.each([
    ['down', { down: true }],
    ['silent', { hangs: true }],
  ])('a database that is %s leaves what was last known', async (_, trouble) => {
    await commit('/restapis/a/stages/dev', { stageName: 'dev' })
    const { database, how } = counted()
    const parts = partsOver(database)
    const deployments = new Deployments(parts, new Documents(database), new Changes(parts))
    expect(await deployments.stage('a', 'dev')).not.toBeNull()
    Object.assign(how, trouble)
    for (let i = 0; i < 3; i++) {
      now += 5000
      expect((await deployments.stage('a', 'dev'))?.stage.stageName).toBe('dev')
    }
    if (how.down) expect(log).toContain('the database does not answer; serving what was last known')
  })
})

test('a key that is taken away while it is looked up is not remembered', async () => {
  const hash = await sha256('a value of a key')
  const documents = new Documents(open.database)
  const write = (root: string, work: (tx: Transaction) => void) =>
    documents.write('us-east-1', root, async (tx) => {
      await tx.get(root)
      work(tx)
    })
  await write('/usageplans/p', (tx) =>
    tx.put('/usageplans/p', 'UsagePlan', { id: 'p', apiStages: [{ apiId: 'a', stage: 'dev' }] }),
  )
  const key = (enabled: boolean) => (tx: Transaction) => tx.put('/apikeys/k', 'ApiKey', { id: 'k', enabled })
  await write('/apikeys/k', (tx) => {
    key(true)(tx)
    tx.claim('apikey', hash, '/apikeys/k')
    tx.put('/apikeys/k/places/p', 'Reference', { from: '/usageplans/p/keys/k' })
  })
  const parts = partsOver(open.database)
  const held = Object.create(documents) as Documents
  let go = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  // the old rows are read at once and come late
  held.range = async (region, path) => {
    const rows = await documents.range(region, path)
    await gate
    return rows
  }
  held.onCommit = (listener) => documents.onCommit(listener)
  held.claim = (space, name) => documents.claim(space, name)
  const keys = new Keys(parts, held, new Changes(parts))
  const early = keys.find('a value of a key', 'us-east-1', 'a', 'dev')
  await new Promise((resolve) => setTimeout(resolve, 50))
  await write('/apikeys/k', key(false))
  go()
  expect((await early)?.id).toBe('k')
  expect(await keys.find('a value of a key', 'us-east-1', 'a', 'dev')).toBeNull()
})

test('whoever joins work gets its outcome, whenever it comes', async () => {
  await expect(workersJoin(Promise.resolve(1))).resolves.toBe(1)
  await expect(workersJoin(new Promise((resolve) => setTimeout(() => resolve(2), 30)))).resolves.toBe(2)
  await expect(workersJoin(Promise.reject(new Error('no')))).rejects.toThrow('no')
})
