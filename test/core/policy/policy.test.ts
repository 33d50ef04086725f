/** The policy language by written cases: test/vectors/policy. */
import { describe, expect, test } from 'vitest'
import { compilePolicy, type PolicyRequest } from '../../../src/core/policy/policy.ts'
import type { PolicyPrincipal } from '../../../src/core/policy/principal.ts'
import { PolicyError } from '../../../src/core/policy/problem.ts'
import conditions from '../../vectors/policy/conditions.json' with { type: 'json' }
import malformed from '../../vectors/policy/malformed.json' with { type: 'json' }
import statements from '../../vectors/policy/statements.json' with { type: 'json' }

const API = 'arn:aws:execute-api:us-east-1:123456789012:'

interface Case {
  action?: string
  resource?: string
  also?: string[]
  arn?: string
  principal?: string | null
  account?: string
  keys?: Record<string, string | string[]>
}

function principalOf({ principal, account = '123456789012' }: Case): PolicyPrincipal | null {
  if (!principal) return null
  const role = /^assumed-role\/([^/]+)\//.exec(principal)
  return {
    arn: role ? `arn:aws:sts::${account}:${principal}` : `arn:aws:iam::${account}:${principal}`,
    accountId: account,
    ...(role && { roleArn: `arn:aws:iam::${account}:role/${role[1]}` }),
  }
}

const requestOf = (one: Case): PolicyRequest => ({
  action: one.action ?? 'execute-api:Invoke',
  resources: [
    one.arn ?? `${API}${one.resource ?? 'api1/prod/GET/pets'}`,
    ...(one.also ?? []).map((path) => `${API}${path}`),
  ],
  principal: principalOf(one),
  look: (key) => one.keys?.[key],
})

const SHORT = `${API}api1`

describe.each(statements)('$about', (group) => {
  const {
    version = '2012-10-17',
    single,
    kind = 'identity',
  } = group as { version?: string | null; single?: boolean; kind?: 'identity' | 'resource' }
  const policy = compilePolicy(
    { ...(version && { Version: version }), Statement: single ? group.statements[0] : group.statements },
    { kind, short: SHORT },
  )
  test.each(group.cases as [string, Case, string][])('%s', (_, one, outcome) => {
    expect(policy.evaluate(requestOf(one))).toBe(outcome)
  })
})

describe('conditions', () => {
  test.each(conditions as [string, unknown, string | string[] | null, boolean][])(
    '%s %j of %j: %s',
    (operator, wanted, value, holds) => {
      const statement = { Action: '*', Resource: '*', Condition: { [operator]: { 'aws:Key': wanted } } }
      const look = (key: string) => (key === 'aws:key' ? (value ?? undefined) : undefined)
      const evaluate = (Effect: string) =>
        compilePolicy(
          { Version: '2012-10-17', Statement: { Effect, ...statement } },
          { kind: 'identity' },
        ).evaluate({
          ...requestOf({}),
          look,
        })
      expect(evaluate('Allow')).toBe(holds ? 'Allow' : 'Neither')
      expect(evaluate('Deny')).toBe(holds ? 'Deny' : 'Neither')
    },
  )
})

describe('malformed', () => {
  test.each(malformed as [string, unknown][])('%s', (_, document) => {
    const policy = typeof document === 'string' ? document : { Version: '2012-10-17', Statement: [document] }
    expect(() => compilePolicy(policy, { kind: 'resource' })).toThrow(PolicyError)
  })

  test('an identity policy has no principal', () => {
    const Statement = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }
    expect(() => compilePolicy({ Statement }, { kind: 'identity' })).toThrow(PolicyError)
    expect(compilePolicy({ Statement }, { kind: 'resource' }).evaluate(requestOf({}))).toBe('Allow')
  })
})

test('a pattern of wildcards is no burden', () => {
  const pattern = `${'*a'.repeat(200)}*b`
  const policy = compilePolicy(
    { Statement: { Effect: 'Allow', Action: '*', Resource: pattern } },
    { kind: 'identity' },
  )
  expect(policy.evaluate({ ...requestOf({}), resources: ['a'.repeat(4000)] })).toBe('Neither')
})
