/** `edgeway principal create | list | revoke`: who may manage the gateway, and call its AWS_IAM methods. */
import type { Platform } from './platform.ts'
import { managersOf } from './store/managers.ts'
import { addPrincipal, listPrincipals, mustOpen, revokePrincipals } from './store/principals.ts'

export interface PrincipalIo {
  platform: Pick<Platform, 'database' | 'settings' | 'random' | 'clock' | 'env'>
  /** one line to the user */
  say(line: string): void
  /** one line that something is wrong */
  complain(line: string): void
  readText(path: string): Promise<string>
}

const PRINCIPAL_HELP = [
  'edgeway principal create NAME [options]     makes an access key and shows its secret once',
  '  --manage                 may do everything that the control service offers',
  '  --invoke                 may call every method that asks for AWS_IAM',
  '  --policy FILE            an IAM policy, as JSON; may be given several times',
  '  --account ID             its account; by default that of the gateway',
  '  --role ROLE              a session of this role instead of a user',
  '  --tag NAME=VALUE         a tag, for aws:PrincipalTag; may be given several times',
  '  --organization ID        for aws:PrincipalOrgID',
  '  --expires HOURS          temporary credentials, with a session token',
  'edgeway principal list                       shows who is known',
  'edgeway principal revoke KEY-ID | NAME       ends an access key, or all of a name',
]

/** Its arguments come after `principal`. Gives the exit code. */
export async function runPrincipal(argv: readonly string[], io: PrincipalIo): Promise<number> {
  const [command, ...rest] = argv
  try {
    if (command === 'create') return await create(rest, io)
    if (command === 'list' && rest.length === 0) return await list(io)
    if (command === 'revoke' && rest.length === 1) return await revoke(rest[0]!, io)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    io.complain(`edgeway: ${error.message}`)
    return 1
  }
  for (const line of PRINCIPAL_HELP) (command === '--help' ? io.say : io.complain)(line)
  return command === '--help' ? 0 : 1
}

const MANAGE = { Effect: 'Allow', Action: 'apigateway:*', Resource: '*' }
const INVOKE = { Effect: 'Allow', Action: 'execute-api:*', Resource: '*' }
const policyOf = (statement: object) => ({ Version: '2012-10-17', Statement: [statement] })

interface Wishes {
  name: string
  account: string
  role?: string
  organization?: string
  hours?: number
  tags: Record<string, string>
  policies: unknown[]
}

async function read(argv: readonly string[], io: PrincipalIo): Promise<Wishes> {
  const wishes: Wishes = { name: '', account: io.platform.settings.accountId, tags: {}, policies: [] }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    if (word === '--manage') wishes.policies.push(policyOf(MANAGE))
    else if (word === '--invoke') wishes.policies.push(policyOf(INVOKE))
    else if (!word.startsWith('--')) {
      if (wishes.name) throw new Error(`one name only, not ${wishes.name} and ${word}`)
      wishes.name = word
    } else {
      const value = argv[++at]
      if (value === undefined) throw new Error(`${word} needs a value`)
      await take(wishes, word, value, io)
    }
  }
  if (!/^[\w+=,.@-]{1,64}$/.test(wishes.name))
    throw new Error('a principal needs a name of 1 to 64 letters, digits or +=,.@-_')
  if (wishes.policies.length === 0)
    throw new Error('say what it may do: --manage, --invoke, or --policy FILE')
  return wishes
}

async function take(wishes: Wishes, word: string, value: string, io: PrincipalIo): Promise<void> {
  if (word === '--policy') {
    try {
      wishes.policies.push(JSON.parse(await io.readText(value)))
    } catch (error) {
      throw new Error(`cannot read the policy ${value}: ${(error as Error).message}`)
    }
  } else if (word === '--account') {
    if (!/^\d{12}$/.test(value)) throw new Error('an account has 12 digits')
    wishes.account = value
  } else if (word === '--tag') {
    const at = value.indexOf('=')
    if (at < 1) throw new Error('a tag is NAME=VALUE')
    wishes.tags[value.slice(0, at)] = value.slice(at + 1)
  } else if (word === '--expires') {
    const hours = Number(value)
    if (!(hours > 0 && hours <= 8760)) throw new Error('--expires takes 0 to 8760 hours')
    wishes.hours = hours
  } else if (word === '--role') wishes.role = value
  else if (word === '--organization') wishes.organization = value
  else throw new Error(`${word} is not an option of principal create`)
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

async function create(argv: readonly string[], io: PrincipalIo): Promise<number> {
  const wishes = await read(argv, io)
  const { random, clock } = io.platform
  const id = (prefix: string, length: number) =>
    prefix + Array.from(random.bytes(length), (byte) => BASE32[byte & 31]).join('')
  const secret = (bytes: number) => btoa(String.fromCharCode(...random.bytes(bytes)))
  const temporary = wishes.hours !== undefined
  const { name, account, role } = wishes
  const principal = {
    accessKeyId: id(temporary ? 'ASIA' : 'AKIA', 16),
    name,
    accountId: account,
    arn: role
      ? `arn:aws:sts::${account}:assumed-role/${role}/${name}`
      : `arn:aws:iam::${account}:user/${name}`,
    userId: role ? `${id('AROA', 17)}:${name}` : id('AIDA', 17),
    secretAccessKey: secret(30),
    sessionToken: temporary ? secret(96) : undefined,
    expiresAt: temporary ? clock.now() + Math.round(wishes.hours! * 3_600_000) : undefined,
    createdAt: clock.now(),
    tags: wishes.tags,
    policies: wishes.policies,
    organizationId: wishes.organization,
  }
  const before = await managersOf(io.platform)
  await mustOpen(io.platform)
  await addPrincipal(io.platform, principal)
  io.say(`${principal.arn}`)
  io.say(`AWS_ACCESS_KEY_ID=${principal.accessKeyId}`)
  io.say(`AWS_SECRET_ACCESS_KEY=${principal.secretAccessKey}`)
  if (principal.sessionToken) io.say(`AWS_SESSION_TOKEN=${principal.sessionToken}`)
  io.say('The secret is not shown again.')
  const after = await managersOf(io.platform)
  if (before === 'open') io.say(CLOSED)
  if (after === 'nobody') io.complain(NOBODY)
  return 0
}

const CLOSED =
  'It is the first principal: from now on the gateway is managed with the signature of a principal only, also from this machine.'
const NOBODY =
  'Warning: no principal may manage the gateway, so every management request is refused. To make one that may: npm start -- principal create NAME --manage'
const OPENED =
  'Nobody is known any more: on loopback the gateway is managed without a principal again, elsewhere it does not start.'

async function list(io: PrincipalIo): Promise<number> {
  const rows = await listPrincipals(io.platform)
  if (rows.length === 0) io.say('nobody yet: edgeway principal create NAME --manage')
  const now = io.platform.clock.now()
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
  for (const row of rows) {
    const ends =
      row.expiresAt === null ? '' : row.expiresAt <= now ? '  expired' : `  until ${day(row.expiresAt)}`
    const policies = (JSON.parse(row.policies) as unknown[]).length
    io.say(`${row.accessKeyId}  ${row.arn}  ${policies} policies  since ${day(row.createdAt)}${ends}`)
  }
  return 0
}

async function revoke(keyOrName: string, io: PrincipalIo): Promise<number> {
  const before = await managersOf(io.platform)
  const ended = await revokePrincipals(io.platform, keyOrName)
  for (const id of ended) io.say(`revoked ${id}`)
  const after = await managersOf(io.platform)
  if (after === 'open' && ended.length > 0) io.say(OPENED)
  else if (after === 'nobody' && before === 'principals') io.complain(NOBODY)
  if (ended.length === 0) io.complain(`edgeway: no principal has the key id or name ${keyOrName}`)
  return ended.length === 0 ? 1 : 0
}
