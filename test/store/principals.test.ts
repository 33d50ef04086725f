/** Principals in a database file: made by the command, found by the planes, gone when revoked. */
import { mkdtempSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openLibsql } from '../../src/adapters/database-libsql.ts'
import type { Database, Settings } from '../../src/platform.ts'
import { runPrincipal } from '../../src/principals-cli.ts'
import { Principals } from '../../src/store/principals.ts'

const folder = mkdtempSync(join(tmpdir(), 'edgeway-principals-'))
const url = `file:${folder}/edgeway.db`
const encryptionKey = btoa('0123456789abcdef0123456789abcdef')
let open: { database: Database; close(): void }
let now = Date.UTC(2026, 10, 23)
const said: string[] = []
const complained: string[] = []

const platform = (settings: Partial<Settings> = { encryptionKey }, env: Record<string, string> = {}) => ({
  database: open.database,
  settings: { accountId: '123456789012', ...settings } as Settings,
  random: { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) },
  clock: { now: () => now },
  join: <T>(work: Promise<T>) => work,
  env,
})
const run = (line: string, settings?: Partial<Settings>, env?: Record<string, string>) =>
  runPrincipal(line.split(' '), {
    platform: platform(settings, env),
    say: (text) => said.push(text),
    complain: (text) => complained.push(text),
    readText: (path) => readFile(path, 'utf8'),
  })
const shown = (name: string) => said.find((line) => line.startsWith(`${name}=`))!.slice(name.length + 1)

beforeAll(async () => {
  open = await openLibsql({ url, migrations: 'migrations' })
})
afterAll(() => open.close())
beforeEach(() => {
  said.length = 0
  complained.length = 0
})

describe('edgeway principal', () => {
  test('create, find, list, revoke', async () => {
    const known = new Principals(platform())
    expect(await known.any()).toBe(false)
    expect(await run('create alice --manage --tag team=blue --organization o-1')).toBe(0)
    const id = shown('AWS_ACCESS_KEY_ID')
    const secret = shown('AWS_SECRET_ACCESS_KEY')
    expect(id).toMatch(/^AKIA[A-Z2-7]{16}$/)

    now += 1000
    expect(await known.any()).toBe(true)
    expect(await known.find(id)).toMatchObject({
      name: 'alice',
      arn: 'arn:aws:iam::123456789012:user/alice',
      secretAccessKey: secret,
      tags: { team: 'blue' },
      organizationId: 'o-1',
    })
    const raw = await createClient({ url }).execute('select * from principals')
    expect(JSON.stringify(raw.rows)).not.toContain(secret)

    said.length = 0
    await run('list')
    expect(said.join()).toContain(`${id}  arn:aws:iam::123456789012:user/alice`)
    expect(said.join()).not.toContain(secret)

    expect(await run('revoke alice')).toBe(0)
    now += 1000
    expect(await known.find(id)).toBeNull()
    expect(await run('revoke alice')).toBe(1)
  })

  test('the first one closes management, and says so; one that may not manage is warned of', async () => {
    expect(await run('create app --invoke')).toBe(0)
    expect(said.at(-1)).toMatch(/^It is the first principal: .* signature/)
    expect(complained.join()).toMatch(
      /no principal may manage .* npm start -- principal create NAME --manage/,
    )

    said.length = complained.length = 0
    expect(await run('create ci --manage')).toBe(0)
    expect(said.at(-1)).toBe('The secret is not shown again.')
    expect(complained).toEqual([])

    expect(await run('create web --invoke')).toBe(0)
    expect(complained).toEqual([])

    expect(await run('revoke ci')).toBe(0)
    expect(complained.join()).toContain('no principal may manage')
    said.length = complained.length = 0
    await run('revoke web')
    expect(said).toHaveLength(1)
    await run('revoke app')
    expect(said.at(-1)).toMatch(/^Nobody is known any more/)
  })

  test('an expired one does not manage, one by configuration does', async () => {
    await run('create brief --manage --expires 1')
    expect(complained).toEqual([])
    now += 3_600_000
    await run('create app --invoke')
    expect(complained.join()).toContain('no principal may manage')

    complained.length = 0
    const policies = [{ Statement: { Effect: 'Allow', Action: 'apigateway:G*', Resource: '*' } }]
    const configured = JSON.stringify({ AKIACONFIGURED: { secretAccessKey: 's', policies } })
    await run('create web --invoke', undefined, { EDGEWAY_PRINCIPALS: configured })
    expect(complained).toEqual([])
    for (const name of ['brief', 'app', 'web']) await run(`revoke ${name}`)
  })

  test('temporary credentials of a role', async () => {
    await run('create s1 --invoke --role dev --expires 2 --account 999999999999')
    const found = await new Principals(platform()).find(shown('AWS_ACCESS_KEY_ID'))
    expect(found).toMatchObject({
      arn: 'arn:aws:sts::999999999999:assumed-role/dev/s1',
      roleArn: 'arn:aws:iam::999999999999:role/dev',
      sessionToken: shown('AWS_SESSION_TOKEN'),
      expiresAt: now + 7_200_000,
      issuedAt: now,
    })
  })

  test.each([
    ['create bob', 'say what it may do'],
    ['create --manage', 'needs a name'],
    ['create a b --manage', 'one name only'],
    ['create bob --manage --account 12', '12 digits'],
    ['create bob --manage --tag team', 'NAME=VALUE'],
    ['create bob --manage --expires never', '8760'],
    ['create bob --manage --frobnicate x', 'not an option'],
    ['create bob --policy', 'needs a value'],
    ['create bob --policy /nowhere.json', 'cannot read the policy'],
    ['create bob --policy package.json', 'a policy has no element'],
    ['frobnicate', 'edgeway principal create'],
    ['revoke', 'edgeway principal create'],
  ])('%s', async (line, message) => {
    expect(await run(line)).toBe(1)
    expect(complained.join('\n')).toContain(message)
  })

  test('needs a key to encrypt with', async () => {
    expect(await run('create bob --manage', {})).toBe(1)
    expect(complained.join()).toContain('EDGEWAY_ENCRYPTION_KEY')
    expect(await run('create bob --manage', { encryptionKey: 'abc' })).toBe(1)
    expect(complained.join()).toContain('32 bytes')
  })

  test('another key does not open it', async () => {
    await run('create carol --manage')
    const known = new Principals(platform({ encryptionKey: btoa('x'.repeat(32)) }))
    await expect(known.find(shown('AWS_ACCESS_KEY_ID'))).rejects.toThrow('cannot be opened')
    // nor does it seal others beside it, which one gateway could not open together
    expect(await run('create dave --manage', { encryptionKey: btoa('x'.repeat(32)) })).toBe(1)
    expect(complained.join()).toContain('sealed with another EDGEWAY_ENCRYPTION_KEY')
  })
})

describe('principals by configuration', () => {
  const policies = [{ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }]
  const configured = (value: unknown) =>
    new Principals(
      platform({}, { EDGEWAY_PRINCIPALS: typeof value === 'string' ? value : JSON.stringify(value) }),
    )

  test('are found without the database', async () => {
    const known = configured({ AKIAWORKER: { secretAccessKey: 's', name: 'ci', policies } })
    expect(await known.any()).toBe(true)
    expect(await known.find('AKIAWORKER')).toMatchObject({
      secretAccessKey: 's',
      arn: 'arn:aws:iam::123456789012:user/ci',
    })
  })

  test.each([
    ['[]', 'must be a JSON object'],
    ['{', 'must be a JSON object'],
    [{ AKIA: 1 }, 'must be an object'],
    [{ AKIA: { secretAccessKey: 'hush', policies, scret: 1 } }, 'has no member scret'],
    [{ AKIA: { policies } }, 'secretAccessKey must be a text'],
    [{ AKIA: { secretAccessKey: 'hush' } }, 'policies must be a list'],
    [{ AKIA: { secretAccessKey: 'hush', policies: [{}] } }, 'must be an object'],
    [{ AKIA: { secretAccessKey: 'hush', policies, accountId: '1' } }, '12 digits'],
    [{ AKIA: { secretAccessKey: 'hush', policies, expiresAt: 'x' } }, 'expiresAt'],
    [{ AKIA: { secretAccessKey: 'hush', policies, tags: { a: 1 } } }, 'tags'],
    [{ 'A KEY': { secretAccessKey: 'hush', policies } }, 'letters, digits'],
    [
      {
        AKIA: {
          secretAccessKey: 'hush',
          policies: [
            {
              Statement: {
                Effect: 'Allow',
                Action: '*',
                Resource: '*',
                Condition: { StringEqualsIfExists: { 'apigateway:Request/EndpointType': 'PRIVATE' } },
              },
            },
          ],
        },
      },
      "does not know the condition key 'apigateway:request/endpointtype'",
    ],
  ])('%j is refused', (value, message) => {
    expect(() => configured(value)).toThrow(message)
    try {
      configured(value)
    } catch (error) {
      expect((error as Error).message).not.toContain('hush')
    }
  })
})

test('a key that was revoked is refused a second later, one that is asked for again costs one read', async () => {
  await run('create dave --invoke')
  const id = shown('AWS_ACCESS_KEY_ID')
  const known = new Principals(platform())
  const first = await known.find(id)
  expect(await known.find(id)).toBe(first)
  await run(`revoke ${id}`)
  expect(await known.find(id)).toBe(first)
  now += 1000
  expect(await known.find(id)).toBeNull()
})

test('what is no key id asks no database', async () => {
  const broken = { ...platform(), database: {} as Database }
  expect(await new Principals(broken).find("' or 1=1")).toBeNull()
  expect(await new Principals(broken).find('x'.repeat(1000))).toBeNull()
})
