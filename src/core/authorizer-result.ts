/** What a Lambda authorizer answers (guide: api-gateway-lambda-authorizer-output). */
import { compilePolicy, type Policy } from './policy/policy.ts'

export interface AuthorizerResult {
  principalId: string
  policy: Policy
  /** the policy's own text, for test invocations */
  document: string
  /** stringified, as `$context.authorizer` and Lambda events show it */
  context: Record<string, string | null>
  usageIdentifierKey?: string
}

/** Amazon's limits: the size of a result in bytes, and of a statement's Resource in characters. */
export const MAX_RESULT = 8192
const MAX_RESOURCE = 512

const MEMBERS = new Set(['principalId', 'policyDocument', 'context', 'usageIdentifierKey'])

/** Throws an Error that says what is wrong with the answer. */
export function readAuthorizerResult(text: string): AuthorizerResult {
  const result = object(JSON.parse(text), 'the result')
  // a misspelt or misplaced member must not be taken for one that is left out
  for (const name of Object.keys(result))
    if (!MEMBERS.has(name)) throw new Error(`Unrecognized field "${name}" , not marked as ignorable`)
  const { principalId, policyDocument, context, usageIdentifierKey } = result
  // an empty one passes (recorded), and a number is taken for its text
  if (typeof principalId !== 'string' && typeof principalId !== 'number')
    throw new Error('principalId must be a text')
  const { Statement } = object(policyDocument, 'policyDocument')
  for (const statement of Array.isArray(Statement) ? Statement : [Statement])
    for (const resource of [object(statement, 'a statement').Resource].flat())
      if (typeof resource === 'string' && resource.length > MAX_RESOURCE)
        throw new Error(`a Resource has more than ${MAX_RESOURCE} characters`)
  if (usageIdentifierKey != null && typeof usageIdentifierKey !== 'string')
    throw new Error('usageIdentifierKey must be a text')
  return {
    principalId: String(principalId),
    policy: compilePolicy(policyDocument, { kind: 'identity' }),
    document: JSON.stringify(policyDocument),
    context: scalars(context),
    usageIdentifierKey: usageIdentifierKey ?? undefined,
  }
}

/** Texts, numbers and booleans only. What the gateway itself says under `$context.authorizer` cannot be said by a function. */
function scalars(context: unknown): Record<string, string | null> {
  const out: Record<string, string | null> = {}
  if (context === undefined || context === null) return out
  for (const [name, value] of Object.entries(object(context, 'context'))) {
    if (typeof value === 'object' && value !== null)
      throw new Error(`context value ${name} must be a text, a number or a boolean`)
    if (name !== 'principalId' && name !== 'claims' && name !== 'integrationLatency')
      out[name] = value === null ? null : String(value)
  }
  return out
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} must be an object`)
  return value as Record<string, unknown>
}
