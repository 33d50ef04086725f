/** API keys in usage plans. Below each key lie references to its places in plans, so that both ends know of each other. */
import type { ApiKey, ApiStage, UsagePlan, UsagePlanKey } from '../core/documents.ts'
import { conflict } from '../core/problem.ts'
import { label, type Transaction } from '../store/documents.ts'
import { refer, referrers } from './references.ts'

export const keyPath = (keyId: string) => `/apikeys/${label(keyId)}`
export const planPath = (planId: string) => `/usageplans/${label(planId)}`

export const stageName = ({ apiId, stage }: ApiStage) => `${apiId}:${stage}`
export const stagePath = ({ apiId, stage }: ApiStage) => `/restapis/${label(apiId)}/stages/${label(stage)}`

export const planKeyOf = ({ id, name, value }: ApiKey, type = 'API_KEY'): UsagePlanKey => ({
  id,
  type,
  ...(name ? { name } : {}),
  value,
})

/** The plans that a key is in, but for one. */
async function otherPlans(tx: Transaction, keyId: string, but: string): Promise<UsagePlan[]> {
  const places = await referrers(tx, keyPath(keyId))
  const paths = new Set(places.map((place) => place.replace(/\/keys\/[^/]*$/, '')))
  paths.delete(planPath(but))
  const plans = await Promise.all([...paths].map((path) => tx.get<UsagePlan>(path)))
  return plans.filter((plan) => plan !== undefined)
}

/** guide, usage plans: a key can be in only one plan for each stage. `newcomer` is what Amazon's sentence begins with. */
export async function keepApart(
  tx: Transaction,
  plan: UsagePlan,
  stages: readonly ApiStage[],
  keyId: string,
  newcomer: string,
): Promise<void> {
  const taken = new Set<string>()
  for (const other of await otherPlans(tx, keyId, plan.id))
    for (const stage of other.apiStages) taken.add(stageName(stage))
  const shared = stages.map(stageName).find((name) => taken.has(name))
  if (shared)
    throw conflict(
      `${newcomer} cannot be added because API Key ${keyId} cannot reference multiple Usage Plans with the same API stage: ${shared}`,
    )
}

/** Puts a key into a plan. */
export async function subscribe(tx: Transaction, plan: UsagePlan, key: ApiKey): Promise<void> {
  await keepApart(tx, plan, plan.apiStages, key.id, `Usage Plan ${plan.id}`)
  const path = `${planPath(plan.id)}/keys/${label(key.id)}`
  tx.put(path, 'UsagePlanKey', planKeyOf(key))
  refer(tx, keyPath(key.id), path)
}

/** An API that goes takes its stages out of a plan. */
export async function leavePlan(tx: Transaction, path: string, apiId: string): Promise<void> {
  const plan = await tx.get<UsagePlan>(path)
  if (plan)
    tx.put(path, 'UsagePlan', { ...plan, apiStages: plan.apiStages.filter((stage) => stage.apiId !== apiId) })
}
