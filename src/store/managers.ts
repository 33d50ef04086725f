/** Who may manage, as a whole: what a change of principals means for it is told to whoever makes the change. */
import type { Policy } from '../core/policy/policy.ts'
import type { Platform } from '../platform.ts'
import { listPrincipals, principalPolicy } from './principals.ts'
import { configuredPrincipals } from './principals-config.ts'

/** `open`: no principal is known; `nobody`: some are, and none may manage; `principals`: at least one may. */
export type Managers = 'open' | 'nobody' | 'principals'

const ACTIONS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => `apigateway:${method}`)

/** EDGEWAY_PRINCIPALS counts as far as it is known here; the gateway itself may be started with another. */
export async function managersOf({
  database,
  settings,
  clock,
  env,
}: Pick<Platform, 'database' | 'settings' | 'clock' | 'env'>): Promise<Managers> {
  const now = clock.now()
  const known: { expiresAt?: number | null; policies: Policy[] }[] = [
    ...configuredPrincipals(env.EDGEWAY_PRINCIPALS, settings.accountId).values(),
    ...(await listPrincipals({ database })).map(({ expiresAt, policies }) => ({
      expiresAt,
      policies: (JSON.parse(policies) as unknown[]).map(principalPolicy),
    })),
  ]
  if (known.length === 0) return 'open'
  const manages = known.some(
    ({ expiresAt, policies }) =>
      (!expiresAt || expiresAt > now) &&
      policies.some((policy) => ACTIONS.some((action) => policy.allowsSome(action))),
  )
  return manages ? 'principals' : 'nobody'
}
