/** A resource policy as text: how it is kept, and how Amazon gives it back. */
import { partitionOf } from '../core/aws-service.ts'
import { limitOf } from '../core/limits.ts'
import { compilePolicy } from '../core/policy/policy.ts'
import { badRequest } from '../core/problem.ts'

/**
 * The policy as compact JSON, its `execute-api:/…` resources written out as ARNs of the API, as Amazon keeps it.
 * Throws Amazon's problem for what is no policy: what cannot be enforced is not taken.
 */
export function expandPolicy(policy: string, region: string, accountId: string, apiId: string): string {
  const short = `arn:${partitionOf(region).partition}:execute-api:${region}:${accountId}:${apiId}`
  const expand = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(expand)
      : typeof value === 'string'
        ? value.replace(/^execute-api:(?=\/)/, short)
        : value
  try {
    const parsed: unknown = JSON.parse(policy)
    compilePolicy(parsed, { kind: 'resource', short })
    return JSON.stringify(parsed, (key, value) => (/^(?:Not)?Resource$/.test(key) ? expand(value) : value))
  } catch {
    throw badRequest(
      'Invalid policy document. Please check the policy syntax and ensure that Principals are valid.',
    )
  }
}

/** Of the text as it is kept. */
export function checkPolicyLength(
  policy: string | undefined,
  limits: Readonly<Record<string, number>>,
): void {
  const most = limitOf('policyLength', limits)
  if (policy && policy.length > most)
    throw badRequest(`Invalid policy document, can be at most ${most} characters.`)
}

/** Amazon answers with an API's policy escaped as if it were inside a JSON string, which clients undo. */
export const shownPolicy = (policy: string): string => JSON.stringify(policy).slice(1, -1)
