import type { ApiKey, UsagePlan, UsagePlanKey } from '../../core/documents.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { text } from '../../core/shape.ts'
import { kind } from '../kind.ts'
import { refer, unrefer } from '../references.ts'
import { reveal } from '../secret.ts'
import { keepApart, keyPath, planKeyOf, planPath } from '../subscriptions.ts'

const NO_KEY = 'Invalid API Key identifier specified'

export const usagePlanKey = kind<UsagePlanKey>({
  name: 'UsagePlanKey',
  path: '/usageplans/{usagePlanId}/keys/{keyId}',
  verbs: ['create', 'get', 'list', 'delete'],
  query: { list: { name: text } },
  fields: { 'keyId!': text, 'keyType!': text },
  key: 'id',
  newestFirst: true,
  absent: () => notFound(NO_KEY),
  within: { create: ['UsagePlan'], list: ['UsagePlan'], get: ['UsagePlan'], delete: ['UsagePlan'] },
  taken: ({ id }) => conflict(`API Key ${id} is already in this Usage Plan`),

  born: ({ keyId, keyType }) => ({ id: String(keyId), type: String(keyType), value: '' }),
  async check(inPlan, { tx, labels }) {
    if (inPlan.type !== 'API_KEY') throw badRequest('Invalid key type specified. Must be API_KEY')
    const key = await tx.get<ApiKey>(keyPath(inPlan.id))
    if (!key) throw notFound(NO_KEY)
    const plan = (await tx.get<UsagePlan>(planPath(labels.usagePlanId!)))!
    await keepApart(tx, plan, plan.apiStages, key.id, `Usage Plan ${plan.id}`)
    Object.assign(inPlan, planKeyOf(key, inPlan.type))
  },
  made: ({ id }, { tx, path }) => refer(tx, keyPath(id), path),
  leaving: ({ id }, { tx, path }) => unrefer(tx, keyPath(id), path),

  matches: ({ name = '' }, query) => name.startsWith((query.name as string | undefined) ?? ''),
  open: async (key, { platform }) => ({ ...key, value: await reveal(key.value, keyPath(key.id), platform) }),
})
