/**
 * Who may manage: Signature Version 4 by a known principal, whose policies allow `apigateway:{METHOD}` on the ARN of what the
 * request names (guide: arn-format-reference, security_iam_service-with-iam). Nobody is let in on a guess.
 */
import { addressIn, clientAddress, plainAddress } from '../core/client-address.ts'
import { denialText } from '../core/policy/decision.ts'
import { evaluateAll, type Outcome } from '../core/policy/policy.ts'
import { lookIn, tagIn } from '../core/policy/request.ts'
import { Problem } from '../core/problem.ts'
import { verifyRequest } from '../core/sigv4/verify.ts'
import type { Peer, Platform } from '../platform.ts'
import { type Principal, principalsOf } from '../store/principals.ts'
import type { Store } from '../store/store.ts'
import { refusedAtOpenDoor } from './open-door.ts'

export interface Visit {
  request: Request
  peer: Peer
  operation: string
  method: string
  /** of what the operation works on, labels filled in and percent-encoded: `/restapis/abc/stages/prod` */
  path: string
  /** the permission that is asked for, where it is not named after the method; its ARN has the account in it */
  permission?: { action: string; path: string }
  region: string
  body(): Promise<Uint8Array>
}

/** Who it was, for the audit log. */
export interface Actor {
  who: string
  accessKeyId?: string
  from: string
}

/** Throws the Problem that Amazon answers. */
export async function authenticate(visit: Visit, platform: Platform, store: Store): Promise<Actor> {
  const { request, peer, region } = visit
  const { settings, clock, hashing } = platform
  const from = clientAddress(peer.address, request.headers.get('x-forwarded-for'), settings.trustedProxies)
  const principals = principalsOf(platform)
  const anybody = settings.control !== 'closed' && (await principals.any())
  if (!anybody) {
    const refusal =
      settings.control === 'open'
        ? refusedAtOpenDoor(request, peer, settings.domain)
        : 'Nobody may manage this gateway until a principal is configured'
    if (refusal) throw new Problem('AccessDeniedException', refusal)
    return { who: 'anybody on this machine', from }
  }
  const { path, query } = lineOf(request.url)
  const verified = await verifyRequest(
    { method: request.method, path, query, headers: [...request.headers], body: visit.body },
    { service: 'apigateway', region, now: clock.now(), hashing, lookUp: (id) => principals.find(id) },
  )
  if (!verified.ok) throw new Problem(verified.type, verified.message)
  await authorize(visit, verified.key, from, platform, store)
  return { who: verified.key.arn, accessKeyId: verified.accessKeyId, from }
}

/** Path and query, percent-encoding untouched. */
function lineOf(url: string): { path: string; query: string } {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  const mark = url.indexOf('?', start)
  return mark < 0
    ? { path: url.slice(start), query: '' }
    : { path: url.slice(start, mark), query: url.slice(mark + 1) }
}

async function authorize(visit: Visit, principal: Principal, from: string, platform: Platform, store: Store) {
  const { request, region, peer } = visit
  const { trustedProxies, accountId } = platform.settings
  const asks = (prefix: string) =>
    principal.policies.some(({ keys }) => [...keys].some((key) => key.startsWith(prefix)))
  const resourceTags = asks('aws:resourcetag/') ? await tagsOf(visit, store) : {}
  const requestTags = asks('aws:requesttag/') || asks('aws:tagkeys') ? sentTags(await visit.body()) : {}
  const isProxied =
    request.headers.has('x-forwarded-proto') && addressIn(plainAddress(peer.address), trustedProxies)
  const look = lookIn({
    now: platform.clock.now(),
    sourceIp: from,
    secure: isProxied ? request.headers.get('x-forwarded-proto') === 'https' : peer.tls,
    region,
    header: (name) => request.headers.get(name) ?? undefined,
    caller: principal,
    more: (key) => {
      if (key.startsWith('aws:resourcetag/')) return tagIn(resourceTags, key.slice('aws:resourcetag/'.length))
      if (key.startsWith('aws:requesttag/')) return tagIn(requestTags, key.slice('aws:requesttag/'.length))
      return key === 'aws:tagkeys' ? Object.keys(requestTags) : undefined
    },
  })
  const decide = (action: string, path: string, account = '') => {
    const resources = [...new Set([path, decodeURIComponent(path)])].map(
      (at) => `arn:aws:apigateway:${region}:${account}:${at}`,
    )
    const outcome = evaluateAll(principal.policies, { action, resources, principal, look })
    if (outcome !== 'Allow') throw denied(principal, action, resources[0]!, outcome)
  }
  const { permission } = visit
  if (permission) decide(`apigateway:${permission.action}`, permission.path, accountId)
  else decide(`apigateway:${visit.method}`, visit.path)
  if (await touchesPolicy(visit, store))
    decide('apigateway:UpdateRestApiPolicy', visit.path === '/restapis' ? '/restapis/*' : visit.path)
}

function denied({ arn }: Principal, action: string, resource: string, outcome: Outcome): Problem {
  const why = denialText({ outcome, by: 'identity' }, action)
  return new Problem(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  )
}

/** The tags of what is worked on: those of its root document, and of the stage that it is or belongs to. */
async function tagsOf({ path, region }: Visit, store: Store): Promise<Record<string, string>> {
  const target = path.startsWith('/tags/')
    ? decodeURIComponent(path.slice('/tags/'.length)).replace(/^.*?::/, '')
    : path
  const [, root, stage] = /^(\/[^/]+\/[^/]+)(\/stages\/[^/]+)?/.exec(target) ?? []
  const tags: Record<string, string> = {}
  for (const at of root === undefined ? [] : stage ? [root, root + stage] : [root])
    Object.assign(tags, (await store.documents.get<{ tags?: Record<string, string> }>(region, at))?.tags)
  return tags
}

function sentTags(body: Uint8Array): Record<string, string> {
  const tags = (parsed(new TextDecoder().decode(body)) as { tags?: unknown } | null)?.tags
  return typeof tags === 'object' && tags !== null ? (tags as Record<string, string>) : {}
}

/** Amazon asks for one more permission where a resource policy is set, or taken away. */
async function touchesPolicy(
  { operation, body, request, region, path }: Visit,
  store: Store,
): Promise<boolean> {
  if (!/^(?:Create|Update|Put|Import)RestApi$/.test(operation)) return false
  const text = new TextDecoder().decode(await body())
  // an import may spell the word with escapes, and then it is taken to be there
  if (/^(?:Put|Import)/.test(operation) && /x-amazon-apigateway-policy|\\[ux\r\n]/i.test(text)) return true
  if (operation === 'ImportRestApi') return false
  // an overwrite takes away what the definition does not have
  if (operation === 'PutRestApi')
    return (
      new URL(request.url).searchParams.getAll('mode').includes('overwrite') &&
      (await store.documents.get<{ policy?: string }>(region, path))?.policy !== undefined
    )
  const sent = parsed(text) as { policy?: unknown; patchOperations?: { path?: unknown }[] } | null
  const patches = Array.isArray(sent?.patchOperations) ? sent.patchOperations : []
  return sent?.policy !== undefined || patches.some((patch) => /^\/?policy/.test(String(patch?.path)))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // decoding it will say so
  }
}
