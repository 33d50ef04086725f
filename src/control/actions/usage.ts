/** GetUsage and UpdateUsage: what the meter and the daily record know of a plan's keys. */
import type { UsagePlan, UsagePlanKey } from '../../core/documents.ts'
import { applyPatch, asWhole, listedPaths, member, OPS, type PatchOperation } from '../../core/patch.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import { DAY_MS } from '../../core/quota.ts'
import { list, oneOf, record, text, whole } from '../../core/shape.ts'
import { label } from '../../store/documents.ts'
import { pageSize } from '../crud.ts'
import type { Call, Desk, Operation } from '../desk.ts'
import { pathAt, positionOf } from '../position.ts'
import { planPath } from '../subscriptions.ts'

const WRONG = 'Invalid remaining quota specified. It must be an integer of at least 0'
/** how far one call may look, in days: the record's own length */
const MAX_DAYS = 400

const remaining = {
  refusal: listedPaths,
  rules: { '/remaining': member(asWhole(WRONG), { empty: WRONG }) },
}

async function planOf({ region, labels }: Call, { store }: Desk): Promise<UsagePlan> {
  const plan = await store.documents.get<UsagePlan>(region, planPath(labels.usagePlanId!))
  if (!plan) throw notFound('Invalid Usage Plan ID specified')
  return plan
}

/** The ids of a plan's keys: the one that is asked for, or all. */
async function keysOf(plan: UsagePlan, asked: string | undefined, { region }: Call, { store }: Desk) {
  const keys = await store.documents.list<UsagePlanKey>(region, `${planPath(plan.id)}/keys`)
  const ids = keys.map(({ body }) => body.id).filter((id) => asked === undefined || id === asked)
  if (asked !== undefined && ids.length === 0) throw notFound('Invalid API Key identifier specified')
  return ids
}

function dateOf(name: string, value: unknown): string {
  const date = String(value)
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(date) ? new Date(`${date}T00:00:00Z`) : undefined
  if (!parsed || Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== date)
    throw badRequest(`Invalid ${name} specified: ${date}. It must be a date of the form yyyy-mm-dd`)
  return date
}

async function getUsage(call: Call, desk: Desk) {
  const plan = await planOf(call, desk)
  const { keyId, position, limit } = call.query as { keyId?: string; position?: string; limit?: number }
  const startDate = dateOf('startDate', call.query.startDate)
  const endDate = dateOf('endDate', call.query.endDate)
  const days = (Date.parse(endDate) - Date.parse(startDate)) / DAY_MS
  if (days < 0) throw badRequest('The end date must not be before the start date')
  if (days > MAX_DAYS) throw badRequest(`Usage can be asked for at most ${MAX_DAYS} days at once`)
  const keys = `${planPath(plan.id)}/keys`
  const after = pathAt(position, keys)
  const all = await keysOf(plan, keyId, call, desk)
  const ids = all.filter((id) => !after || `${keys}/${label(id)}` > after)
  const keyIds = ids.slice(0, pageSize(limit))
  const values = await desk.store.usage.of({ region: call.region, plan, keyIds, startDate, endDate })
  const more = ids.length > keyIds.length ? { position: positionOf(`${keys}/${label(keyIds.at(-1)!)}`) } : {}
  return { usagePlanId: plan.id, startDate, endDate, values, ...more }
}

async function updateUsage(call: Call, desk: Desk) {
  const plan = await planOf(call, desk)
  const [keyId] = (await keysOf(plan, call.labels.keyId, call, desk)) as [string]
  const operations = (call.body.patchOperations ?? []) as PatchOperation[]
  const { remaining: left } = applyPatch<{ remaining?: number }>(remaining, {}, operations)
  if (left === undefined || left < 0) throw badRequest(WRONG)
  if (plan.quota?.limit === undefined)
    throw badRequest(`Usage Plan ${plan.id} has no quota, so that nothing remains of it to be changed`)
  const { items, ...dates } = await desk.store.usage.grant({
    region: call.region,
    plan,
    keyId,
    remaining: left,
  })
  return { usagePlanId: plan.id, ...dates, values: items }
}

export const USAGE: readonly Operation[] = [
  {
    name: 'GetUsage',
    method: 'GET',
    path: '/usageplans/{usagePlanId}/usage',
    status: 200,
    input: {
      query: { keyId: text, 'startDate!': text, 'endDate!': text, position: text, limit: whole },
    },
    run: getUsage,
  },
  {
    name: 'UpdateUsage',
    method: 'PATCH',
    path: '/usageplans/{usagePlanId}/keys/{keyId}/usage',
    status: 200,
    input: {
      body: { patchOperations: list(record({ op: oneOf(...OPS), path: text, value: text, from: text })) },
    },
    run: updateUsage,
  },
]
