/**
 * EDGEWAY_PRINCIPALS: principals by configuration, as a JSON object by access key id.
 *
 *   {"AKIAEXAMPLE0000000CI":{"secretAccessKey":"…","name":"ci","policies":[{…}]}}
 *
 * Besides: accountId, arn, userId, sessionToken, expiresAt (epoch milliseconds), tags, organizationId.
 */
import { type Principal, principalPolicy, roleOf } from './principals.ts'

const MEMBERS = new Set([
  'secretAccessKey',
  'name',
  'policies',
  'accountId',
  'arn',
  'userId',
  'sessionToken',
  'expiresAt',
  'tags',
  'organizationId',
])

/** Throws a one-line Error that says what is wrong, and never what a secret is. */
export function configuredPrincipals(text: string | undefined, accountId: string): Map<string, Principal> {
  const known = new Map<string, Principal>()
  if (!text) return known
  for (const [accessKeyId, value] of Object.entries(parse(text))) {
    const fail = (what: string) => new Error(`EDGEWAY_PRINCIPALS: ${accessKeyId}: ${what}`)
    if (!/^\w{4,128}$/.test(accessKeyId)) throw fail('an access key id has letters, digits and _ only')
    if (value === null || typeof value !== 'object') throw fail('must be an object')
    const given = value as Partial<Record<keyof Principal, unknown>>
    for (const name of Object.keys(given)) if (!MEMBERS.has(name)) throw fail(`has no member ${name}`)
    const text = (name: keyof Principal, fallback?: string): string => {
      const found = given[name] ?? fallback
      if (typeof found !== 'string' || found === '') throw fail(`${name} must be a text`)
      return found
    }
    const name = text('name', accessKeyId)
    const account = text('accountId', accountId)
    if (!/^\d{12}$/.test(account)) throw fail('accountId must have 12 digits')
    const arn = text('arn', `arn:aws:iam::${account}:user/${name}`)
    if (given.expiresAt !== undefined && typeof given.expiresAt !== 'number')
      throw fail('expiresAt must be a number of milliseconds')
    if (!Array.isArray(given.policies)) throw fail('policies must be a list of policies')
    known.set(accessKeyId, {
      accessKeyId,
      name,
      accountId: account,
      arn,
      roleArn: roleOf(arn),
      userId: text('userId', accessKeyId),
      secretAccessKey: text('secretAccessKey'),
      sessionToken: given.sessionToken === undefined ? undefined : text('sessionToken'),
      expiresAt: given.expiresAt as number | undefined,
      issuedAt: given.sessionToken === undefined ? undefined : 0,
      tags: tagsOf(given.tags, fail),
      policies: given.policies.map((policy) => {
        try {
          return principalPolicy(policy)
        } catch (error) {
          throw fail((error as Error).message)
        }
      }),
      organizationId: given.organizationId === undefined ? undefined : text('organizationId'),
    })
  }
  return known
}

function tagsOf(value: unknown, fail: (what: string) => Error): Record<string, string> {
  const tags = (value ?? {}) as Record<string, string>
  if (typeof tags !== 'object' || Object.values(tags).some((tag) => typeof tag !== 'string'))
    throw fail('tags must be texts by name')
  return tags
}

function parse(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text)
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value
  } catch {
    // said below
  }
  throw new Error('EDGEWAY_PRINCIPALS must be a JSON object by access key id')
}
