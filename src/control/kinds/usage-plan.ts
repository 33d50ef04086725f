import type { ApiStage, ThrottleSettings, UsagePlan, UsagePlanKey } from '../../core/documents.ts'
import {
  asOneOf,
  asReal,
  asText,
  asWhole,
  type Change,
  type Coerce,
  type Draft,
  listedPaths,
  member,
  type Op,
  type PatchRule,
  type PatchRules,
  type Refused,
} from '../../core/patch.ts'
import { badRequest, notFound, type Problem } from '../../core/problem.ts'
import { list, map, oneOf, read, real, record, text, textMap, whole } from '../../core/shape.ts'
import { kind, type Scope, without } from '../kind.ts'
import { refer, referrers, unrefer } from '../references.ts'
import { keepApart, keyPath, stageName, stagePath } from '../subscriptions.ts'

const PERIODS = ['DAY', 'WEEK', 'MONTH']
/** the last day on which a period may start; a day starts at midnight */
const LAST_OFFSET: Record<string, number> = { DAY: 0, WEEK: 6, MONTH: 27 }

const throttle = record({ burstLimit: whole, rateLimit: real })
const rate = asReal('Usage Plan throttle rate limit must be a number')
const burst = asWhole('Usage Plan throttle burst limit must be an integer')
const quotaNumber = asWhole('Usage Plan quota limit and offset must be integers')

const settable = (as: Coerce) => member(as, { ops: ['add', 'replace'] })
const removable: PatchRule = { ops: ['remove'], apply: (draft, { at }) => void delete draft[at[0]!] }

export const usagePlan = kind<UsagePlan>({
  name: 'UsagePlan',
  path: '/usageplans/{usagePlanId}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  query: { list: { keyId: text } },
  fields: {
    'name!': text,
    description: text,
    apiStages: list(record({ apiId: text, stage: text, throttle: map(throttle) })),
    throttle,
    quota: record({ limit: whole, offset: whole, period: oneOf(...PERIODS) }),
    tags: textMap,
  },
  key: 'id',
  idLength: 6,
  limit: 'usagePlans',
  absent: () => notFound('Invalid Usage Plan ID specified'),

  born: (sent) => ({ ...(sent as object as UsagePlan), apiStages: (sent.apiStages ?? []) as ApiStage[] }),
  patch: {
    refusal: { path: spelled, op: spelled },
    rules: {
      '/apiStages': { ops: ['add', 'remove'], apply: changeStages },
      '/name': member(asText, { empty: 'Usage Plan name must be non-empty' }),
      '/description': member(asText, { keepEmpty: true }),
      '/quota': removable,
      '/throttle': removable,
      '/productCode': member(asText, { ops: ['add', 'replace', 'remove'] }),
      '/apiStages/*/throttle/**/rateLimit': stageThrottle(['add', 'replace'], setLimit('rateLimit', rate)),
      '/apiStages/*/throttle/**/burstLimit': stageThrottle(['add', 'replace'], setLimit('burstLimit', burst)),
      '/apiStages/*/throttle/**': stageThrottle(
        ['remove'],
        (stage, { key }) => void delete stage.throttle?.[key],
      ),
      '/apiStages/*/throttle': stageThrottle(['add', 'replace', 'remove'], setThrottle),
      '/quota/limit': settable(quotaNumber),
      '/quota/offset': settable(quotaNumber),
      '/quota/period': settable(
        asOneOf(`Invalid quota period specified. Must be one of: [${PERIODS.join(', ')}]`, ...PERIODS),
      ),
      '/throttle/rateLimit': settable(rate),
      '/throttle/burstLimit': settable(burst),
    },
  },

  async check(plan, scope, before) {
    if (!plan.name) throw badRequest('Usage Plan name must be non-empty')
    checkQuota(plan)
    checkThrottles(plan)
    await checkStages(plan, scope, before)
  },
  made({ apiStages }, { tx, path }) {
    for (const stage of apiStages) refer(tx, stagePath(stage), path)
  },
  changed(plan, { tx, path }, before) {
    for (const stage of before.apiStages) unrefer(tx, stagePath(stage), path)
    for (const stage of plan.apiStages) refer(tx, stagePath(stage), path)
  },
  async leaving({ id, apiStages }, { tx, path }) {
    if (apiStages.length > 0)
      throw badRequest(
        `Cannot delete Usage Plan ${id} because there are API Stages associated with it, including ${stageName(apiStages[0]!)}`,
      )
    for (const { body } of await tx.list<UsagePlanKey>(`${path}/keys`))
      unrefer(tx, keyPath(body.id), `${path}/keys/${body.id}`)
  },

  /** `keyId`: the plans that a key is in */
  async among({ query }, range) {
    if (query.keyId === undefined) return undefined
    const places = await referrers({ range }, keyPath(String(query.keyId)))
    return new Set(places.map((place) => place.split('/')[2]!))
  },
  view(plan, { verb }) {
    const shown = without(plan, 'tags', 'throttle', 'quota')
    // recorded: one plan by itself always has tags
    if (verb === 'get' || verb === 'update') shown.tags ??= {}
    return { ...shown }
  },
})

/** Amazon names a path's variables where its answer lists the paths. */
function spelled(operation: Refused, rules: PatchRules): Problem {
  const named = Object.entries(rules).map(([pattern, rule]) => [
    pattern.replace('**', '<resourcePath>/<httpMethod>').replace('*', '<apidId:stageName>'),
    rule,
  ])
  return listedPaths.path(operation, Object.fromEntries(named))
}

const noStage = ({ id }: UsagePlan, stage: ApiStage) =>
  notFound(`Invalid API Stage {api: ${stage.apiId}, stage: ${stage.stage}} specified for usageplan ${id}`)

function parseStage(name = ''): ApiStage {
  const [apiId, stage] = name.split(':')
  if (!apiId || !stage) throw badRequest('Invalid API Stage specified')
  return { apiId, stage }
}

function changeStages(draft: Draft, { op, value }: Change): void {
  const plan = draft as object as UsagePlan
  const stage = parseStage(value)
  const others = plan.apiStages.filter((other) => stageName(other) !== stageName(stage))
  if (op === 'remove' && others.length === plan.apiStages.length) throw noStage(plan, stage)
  // one that is there already stays as it is, limits and all
  if (op === 'remove') plan.apiStages = others
  else if (others.length === plan.apiStages.length) plan.apiStages.push(stage)
}

/** What is set of a stage: the method's key, and the value. */
interface Set {
  op: Op
  key: string
  value: string
}

function stageThrottle(ops: PatchRule['ops'], apply: (stage: ApiStage, set: Set) => void): PatchRule {
  return {
    ops,
    apply(draft, { op, keys: [name, key = ''], value = '' }) {
      const plan = draft as object as UsagePlan
      const stage = parseStage(name)
      const found = plan.apiStages.find((other) => stageName(other) === stageName(stage))
      if (!found) throw noStage(plan, stage)
      apply(found, { op, key: keyAmong(found.throttle, key), value })
    },
  }
}

/** `/pets/GET`, and `//GET` of the root resource, however many slashes a patch path has before it. */
const methodKey = (key: string): string => {
  const bare = key.replace(/^\/+/, '')
  return bare.includes('/') ? `/${bare}` : `//${bare}`
}

/** The key under which the method's limits are there already, else its usual one. */
function keyAmong(throttle: ApiStage['throttle'], key: string): string {
  const wanted = methodKey(key)
  return Object.keys(throttle ?? {}).find((known) => methodKey(known) === wanted) ?? wanted
}

function setLimit(limit: keyof ThrottleSettings, as: Coerce) {
  return (stage: ApiStage, { key, value }: Set) => {
    stage.throttle = { ...stage.throttle, [key]: { ...stage.throttle?.[key], [limit]: as(value) as number } }
  }
}

/** All limits of a stage's methods as JSON, also as the guide's shell example quotes it: JSON within JSON. */
function setThrottle(stage: ApiStage, { op, value }: Set): void {
  if (op === 'remove') return void delete stage.throttle
  const violations: string[] = []
  try {
    const once: unknown = JSON.parse(value)
    const given = typeof once === 'string' ? JSON.parse(once) : once
    const limits = read(map(throttle), given, 'throttle', violations) as NonNullable<ApiStage['throttle']>
    stage.throttle = op === 'add' ? { ...stage.throttle, ...limits } : limits
  } catch {
    throw badRequest('Usage Plan throttle must be a map of method paths to rate and burst limits in JSON')
  }
}

function checkQuota({ quota }: UsagePlan): void {
  if (!quota || Object.keys(quota).length === 0) return
  const { limit, period = '' } = quota
  const last = LAST_OFFSET[period]
  if (last === undefined || limit === undefined)
    throw badRequest('Usage Plan quota must have a limit and a period')
  if (limit < 0) throw badRequest('Usage Plan quota limit must not be negative')
  quota.offset ??= 0
  if (quota.offset >= 0 && quota.offset <= last) return
  const allowed = last === 0 ? 'zero' : `between 0 and ${last} inclusive`
  throw badRequest(`Usage Plan quota offset must be ${allowed} in the ${period} period`)
}

function checkThrottles({ apiStages, throttle }: UsagePlan): void {
  for (const stage of apiStages) {
    const keys = Object.keys(stage.throttle ?? {})
    if (keys.length > 0 && !throttle)
      throw badRequest('Can not define fine grain throttling if usage plan throttle is not defined.')
    const wrong = keys.find(
      (key) => !/^\/(?:.*\/)?(?:GET|PUT|POST|DELETE|PATCH|HEAD|OPTIONS|ANY|\*)$/.test(key),
    )
    if (wrong)
      throw badRequest(`Invalid method specified: ${wrong}. Must be of the form /{resourcePath}/{httpMethod}`)
    if (keys.length === 0) delete stage.throttle
  }
}

/** Amazon leaves its placeholders unfilled. */
const UNFILLED = 'Invalid API Stage {api: %s, stage: %s} specified for usageplan %s'

/** Stages that are new to a plan must be there, and none of its keys may reach them through another plan. */
async function checkStages(plan: UsagePlan, { tx, path }: Scope, before?: UsagePlan): Promise<void> {
  const known = new Set(before?.apiStages.map(stageName))
  const added = plan.apiStages.filter((stage) => !known.has(stageName(stage)))
  for (const stage of added) {
    if (!stage.apiId || !stage.stage) throw badRequest(UNFILLED)
    if (!(await tx.get(stagePath(stage)))) throw notFound(`API Stage not found: ${stageName(stage)}`)
  }
  if (added.length === 0 || !before) return
  for (const { body } of await tx.list<UsagePlanKey>(`${path}/keys`))
    await keepApart(tx, plan, added, body.id, `API Stage ${stageName(added[0]!)}`)
}
