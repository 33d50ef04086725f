/** What a caller's policies and a resource's say together, and in Amazon's words why a call is denied. */
import type { Outcome } from './policy.ts'

export interface Decision {
  outcome: Outcome
  /** the kind of policy that decided */
  by: 'identity' | 'resource'
}

/**
 * In the resource's own account either kind may allow, from another account both must; a deny in either wins (guide:
 * apigateway-authorization-flow).
 */
export function combined(identity: Outcome, resource: Outcome, sameAccount: boolean): Decision {
  if (identity === 'Deny') return { outcome: 'Deny', by: 'identity' }
  if (resource === 'Deny') return { outcome: 'Deny', by: 'resource' }
  const [mine, theirs] = [identity === 'Allow', resource === 'Allow']
  if (sameAccount ? mine || theirs : mine && theirs)
    return { outcome: 'Allow', by: mine ? 'identity' : 'resource' }
  return { outcome: 'Neither', by: mine ? 'resource' : 'identity' }
}

/** The end of the sentence that says what is not allowed. */
export const denialText = ({ outcome, by }: Decision, action: string): string =>
  outcome === 'Deny'
    ? `with an explicit deny in ${by === 'identity' ? 'an' : 'a'} ${by}-based policy`
    : `because no ${by}-based policy allows the ${action} action`
