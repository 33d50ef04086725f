import type { ApiKey, UsagePlanKey } from '../../core/documents.ts'
import { asFlag, asText, listed, listedPaths, member } from '../../core/patch.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import { isSealed } from '../../core/seal.ts'
import { flag, list, record, text, textMap, type Values } from '../../core/shape.ts'
import { sha256 } from '../../core/sigv4/hash.ts'
import type { Random } from '../../platform.ts'
import type { Transaction } from '../../store/documents.ts'
import { kind, type Scope, type Sight, without } from '../kind.ts'
import { referrers } from '../references.ts'
import { conceal, reveal } from '../secret.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export const TOO_SHORT = 'API Key value should be at least 20 characters'

export const apiKey = kind<ApiKey>({
  name: 'ApiKey',
  path: '/apikeys/{apiKey}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  query: {
    get: { includeValue: flag },
    list: { name: text, customerId: text, includeValues: flag },
  },
  fields: {
    name: text,
    description: text,
    enabled: flag,
    generateDistinctId: flag,
    value: text,
    stageKeys: list(record({ restApiId: text, stageName: text })),
    customerId: text,
    tags: textMap,
  },
  key: 'id',
  idLength: 10,
  limit: 'apiKeys',
  newestFirst: true,
  absent: () => notFound('Invalid API Key identifier specified'),

  born: (sent, { now, platform }) => newApiKey(sent, now, platform.random),
  patch: {
    refusal: listedPaths,
    rules: {
      '/description': member(asText, { keepEmpty: true }),
      '/enabled': member(asFlag),
      '/name': member(),
      '/customerId': member(),
      '/labels': { ...listed, ops: ['add', 'remove'] },
      '/stages': { ...listedAs('stageKeys'), ops: ['add', 'remove'] },
    },
  },
  check: checkApiKey,
  made: claimValue,
  changed: (key, { tx, path }, before) => renameInPlans(key, before, tx, path),
  async leaving(_, { tx, path }) {
    for (const at of await referrers(tx, path)) tx.delete(at)
  },

  matches: ({ name = '', customerId }, query) =>
    name.startsWith((query.name as string | undefined) ?? '') &&
    (query.customerId === undefined || customerId === query.customerId),
  open: async (key, sight) =>
    isShown(sight) ? { ...key, value: await reveal(key.value, `/apikeys/${key.id}`, sight.platform) } : key,
  view(key, sight) {
    const { value, labels: _, ...shown } = without(key, 'name', 'tags')
    if (sight.verb === 'update') shown.tags ??= {}
    return { ...shown, ...(isShown(sight) ? { value } : {}) }
  },
})

/** The value is answered on creation, and else only to who asks for it. */
const isShown = ({ verb, query }: Sight): boolean =>
  verb === 'create' || query.includeValue === true || query.includeValues === true

/** A set under another name than its patch path. */
function listedAs(name: string): typeof listed {
  return { ...listed, apply: (draft, change) => listed.apply(draft, { ...change, at: [name] }) }
}

/** From what CreateApiKey or a line of an import sets. A value is made where none is given. */
export function newApiKey(sent: Values, now: number, random: Random): ApiKey {
  const { generateDistinctId: _, stageKeys, ...set } = sent
  const given = set as object as ApiKey
  return {
    ...given,
    value: given.value || [...random.bytes(40)].map((byte) => LETTERS[byte % LETTERS.length]).join(''),
    enabled: given.enabled === true,
    createdDate: now,
    lastUpdatedDate: now,
    stageKeys: ((stageKeys ?? []) as Values[]).map(({ restApiId, stageName }) => `${restApiId}/${stageName}`),
  }
}

export function checkApiKey(key: ApiKey, { verb, now }: Pick<Scope, 'verb' | 'now'>, before?: ApiKey): void {
  const { name = '', description = '', value } = key
  if (name.length > 1024) throw badRequest('Invalid API Key name, can be at most 1024 characters.')
  if (!before && value.length > 128) throw badRequest('API Key value exceeds maximum size of 128 characters')
  if (!before && value.length < 20) throw badRequest(TOO_SHORT)
  if (!before && isSealed(value)) throw badRequest('Invalid API Key value specified')
  if (description.length > 125_000) throw badRequest('Invalid API Key description specified.')
  key.stageKeys ??= []
  if (verb === 'update') key.lastUpdatedDate = now
}

/** The execution service finds a key by its value's hash; the value itself is sealed where that is configured. */
export async function claimValue(key: ApiKey, scope: Pick<Scope, 'tx' | 'path' | 'platform'>): Promise<void> {
  const { tx, path, platform } = scope
  tx.claimConflict = 'API Key already exists'
  tx.claim('apikey', await sha256(key.value), path)
  key.value = await conceal(key.value, path, platform)
}

/** A key's name stands in its plans, too. */
export async function renameInPlans(
  { name }: ApiKey,
  before: ApiKey,
  tx: Transaction,
  path: string,
): Promise<void> {
  if (name === before.name) return
  for (const at of await referrers(tx, path)) {
    const { name: _, ...inPlan } = (await tx.get<UsagePlanKey>(at))!
    tx.put(at, 'UsagePlanKey', { ...inPlan, ...(name ? { name } : {}) })
  }
}
