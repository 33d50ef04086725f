import type { Account } from '../../core/documents.ts'
import { asText, listedPaths, member, type PatchRule } from '../../core/patch.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import { kind } from '../kind.ts'

const USAGE_PLANS = 'UsagePlans'

const features: PatchRule = {
  ops: ['add', 'remove'],
  apply(draft, { op, value }) {
    if (op === 'remove' && value === USAGE_PLANS)
      throw badRequest('Usage Plans cannot be disabled once enabled')
    const others = (draft.features as string[]).filter((feature) => feature !== value)
    draft.features = op === 'add' && value ? [...others, value] : others
  },
}

export const account = kind<Account>({
  name: 'Account',
  path: '/account',
  verbs: ['get', 'update'],
  key: '',
  absent: () => notFound('No account found'),
  standing: { keys: [], make: () => ({ features: [USAGE_PLANS], apiKeyVersion: '4' }) },
  patch: {
    refusal: listedPaths,
    rules: {
      // the role writes no logs here: where logs go is configured. It is kept for the tools that set it
      '/cloudwatchRoleArn': member(asText, { ops: ['replace', 'remove'] }),
      '/features': features,
    },
  },
  view: (account, { platform }) => ({ ...account, throttleSettings: platform.settings.accountThrottle }),
})
