import type { Account } from '../../core/documents.ts'
import { listedPaths, member, type PatchRule } from '../../core/patch.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import { kind } from '../kind.ts'

const USAGE_PLANS = 'UsagePlans'

const features: PatchRule = {
  ops: ['add', 'remove'],
  apply(_draft, { op, value }) {
    if (value !== USAGE_PLANS) throw badRequest(`Invalid feature specified. Valid options are ${USAGE_PLANS}`)
    if (op === 'remove') throw badRequest('Usage Plans cannot be disabled once enabled')
  },
}

/** The role writes no logs here: where logs go is configured. It is kept for the tools that set it. */
function asRole(value: string): string {
  if (!/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(value))
    throw badRequest('Invalid CloudWatch Logs role ARN specified')
  return value
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
      '/cloudwatchRoleArn': member(asRole as (value: string) => unknown, { ops: ['replace', 'remove'] }),
      '/features': features,
    },
  },
  view: (account, { platform }) => ({ ...account, throttleSettings: platform.settings.accountThrottle }),
})
