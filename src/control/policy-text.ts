/** A resource policy as text: how it is kept, and how Amazon gives it back. */
import { badRequest } from '../core/problem.ts'

const INVALID =
  'Invalid policy document. Please check the policy syntax and ensure that Principals are valid.'

/** The policy as compact JSON, its `execute-api:/…` resources written out as ARNs of `scope` (region:account:api), as Amazon keeps it. */
export function expandPolicy(policy: string, scope: string): string {
  const short = /^execute-api:\//
  const partition = /^cn-/.test(scope) ? 'aws-cn' : /^us-gov-/.test(scope) ? 'aws-us-gov' : 'aws'
  const long = `arn:${partition}:execute-api:${scope}/`
  let parsed: unknown
  try {
    parsed = JSON.parse(policy)
  } catch {
    throw badRequest(INVALID)
  }
  const { Statement } = (parsed ?? {}) as { Statement?: unknown }
  if (typeof Statement !== 'object' || Statement === null) throw badRequest(INVALID)
  return JSON.stringify(parsed, (key, value) =>
    key === 'Resource' || key === 'NotResource'
      ? Array.isArray(value)
        ? value.map((item) => (typeof item === 'string' ? item.replace(short, long) : item))
        : typeof value === 'string'
          ? value.replace(short, long)
          : value
      : value,
  )
}

/** Amazon answers with the policy escaped as if it were inside a JSON string, which clients undo. */
export const shownPolicy = (policy: string): string => JSON.stringify(policy).slice(1, -1)
