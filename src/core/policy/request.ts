/**
 * The condition keys of one request (guide: apigateway-resource-policies-aws-condition-keys). A key that a request does not
 * have is absent, as it is at Amazon for a call from outside a VPC. Keys are asked for in lower case.
 */
import type { Lookup } from './pattern.ts'
import type { PolicyPrincipal } from './principal.ts'

export interface KnownCaller extends PolicyPrincipal {
  /** epoch milliseconds; of temporary credentials only */
  issuedAt?: number
  tags: Record<string, string>
  organizationId?: string
}

export interface RequestFacts {
  /** epoch milliseconds */
  now: number
  sourceIp: string
  secure: boolean
  region: string
  header(name: string): string | undefined
  caller: KnownCaller | null
  /** keys of one plane only */
  more?: Lookup
}

const PRINCIPAL_TAG = 'aws:principaltag/'

const REQUEST: Record<string, (facts: RequestFacts) => string | undefined> = {
  'aws:sourceip': ({ sourceIp }) => sourceIp,
  'aws:securetransport': ({ secure }) => String(secure),
  'aws:useragent': ({ header }) => header('user-agent'),
  'aws:referer': ({ header }) => header('referer'),
  'aws:currenttime': ({ now }) => new Date(now).toISOString(),
  'aws:epochtime': ({ now }) => String(Math.floor(now / 1000)),
  'aws:requestedregion': ({ region }) => region,
}

const CALLER: Record<string, (caller: KnownCaller) => string | undefined> = {
  'aws:principalarn': ({ arn, roleArn }) => roleArn ?? arn,
  'aws:principalaccount': ({ accountId }) => accountId,
  'aws:principalorgid': ({ organizationId }) => organizationId,
  'aws:principaltype': ({ arn, roleArn }) =>
    roleArn ? 'AssumedRole' : arn.endsWith(':root') ? 'Account' : 'User',
  'aws:userid': ({ userId }) => userId,
  'aws:username': ({ arn }) => /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1],
  'aws:tokenissuetime': ({ issuedAt }) =>
    issuedAt === undefined ? undefined : new Date(issuedAt).toISOString(),
  'aws:multifactorauthpresent': ({ issuedAt }) => (issuedAt === undefined ? undefined : 'false'),
}

/** Keys of Amazon's that no request to this gateway has, as none to a public API has at Amazon. */
const ABSENT = new Set([
  'aws:multifactorauthage',
  'aws:principalorgpaths',
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:vpcsourceip',
  'aws:viaawsservice',
  'aws:federatedprovider',
])
/** Tags, by what follows the slash. */
const TAGS = [PRINCIPAL_TAG, 'aws:resourcetag/', 'aws:requesttag/']

/** Whether this gateway gives a key its meaning. A policy with any other key is refused where principals are made. */
export function isKnownKey(key: string): boolean {
  const lower = key.toLowerCase()
  return (
    Object.hasOwn(REQUEST, lower) ||
    Object.hasOwn(CALLER, lower) ||
    ABSENT.has(lower) ||
    lower === 'aws:tagkeys' ||
    TAGS.some((prefix) => lower.startsWith(prefix) && lower.length > prefix.length)
  )
}

export function lookIn(facts: RequestFacts): Lookup {
  return (key) => {
    if (Object.hasOwn(REQUEST, key)) return REQUEST[key]!(facts)
    const { caller, more } = facts
    if (caller && Object.hasOwn(CALLER, key)) return CALLER[key]!(caller)
    if (caller && key.startsWith(PRINCIPAL_TAG)) return tagIn(caller.tags, key.slice(PRINCIPAL_TAG.length))
    return more?.(key)
  }
}

/** Names of tags have no case in conditions. */
export function tagIn(tags: Record<string, string>, lowerName: string): string | undefined {
  for (const name in tags) if (name.toLowerCase() === lowerName) return tags[name]
  return undefined
}
