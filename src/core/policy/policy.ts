/**
 * One evaluator for resource policies, the policies that authorizers return, and the policies of principals.
 * Compiled once into closures, then asked for each call. Pure; no regular expression runs over a caller's text.
 *
 * Where two readings of a path are possible (percent-encoding) a request has more than one spelling of its resource:
 * an Allow must cover every one of them, a Deny any one. The same care holds for colons: in an Allow, a wildcard does
 * not make the colons of a path pass for the colons of an ARN.
 */
import { type Condition, condition } from './conditions.ts'
import { type Lookup, type Matcher, matcher, structured } from './pattern.ts'
import { type PolicyPrincipal, type PrincipalTest, principalTest } from './principal.ts'
import { PolicyError } from './problem.ts'

export type Outcome = 'Allow' | 'Deny' | 'Neither'

export interface PolicyRequest {
  /** e.g. `execute-api:Invoke` */
  action: string
  /** the ARN in every spelling that a reader may take for the same thing; mostly one */
  resources: readonly string[]
  /** null for somebody whom IAM does not know */
  principal: PolicyPrincipal | null
  look: Lookup
}

export interface Policy {
  /** every condition key that it asks for, also as a variable; in lower case */
  readonly keys: ReadonlySet<string>
  evaluate(request: PolicyRequest): Outcome
  /** whether a statement allows the action on anything at all, whatever its conditions */
  allowsSome(action: string): boolean
}

interface Statement {
  deny: boolean
  actions: Matcher[]
  notActions: boolean
  resources: Matcher[]
  notResources: boolean
  /** resources without wildcards or variables: who names a spelling exactly means it */
  exact: ReadonlySet<string>
  /** whether colons were structured in its resource patterns */
  strict: boolean
  principal: PrincipalTest | null
  conditions: Condition[]
}

export interface CompileOptions {
  /** a resource policy names principals, an identity policy never does */
  kind: 'resource' | 'identity'
  /** the ARN that `execute-api:/…` is short for, without its slash: `arn:aws:execute-api:{region}:{account}:{api}` */
  short?: string
}

const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])

/** A policy document, as JSON text or as its value. Throws PolicyError. */
export function compilePolicy(document: unknown, options: CompileOptions): Policy {
  const value = typeof document === 'string' ? parseJson(document) : document
  const { Version, Statement: list, ...rest } = record(value, 'a policy')
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17')
    throw new PolicyError(`'${String(Version)}' is no version of the policy language`)
  for (const name of Object.keys(rest))
    if (name !== 'Id') throw new PolicyError(`a policy has no element '${name}'`)
  const statements = (Array.isArray(list) ? list : [list]).map((statement) =>
    compileStatement(record(statement, 'a statement'), Version === '2012-10-17', options),
  )
  if (statements.length === 0) throw new PolicyError('a policy needs a statement')
  return new CompiledPolicy(statements, keysIn(list))
}

function keysIn(statements: unknown): Set<string> {
  const keys = new Set<string>()
  for (const { Condition = {} } of (Array.isArray(statements) ? statements : [statements]) as {
    Condition?: object
  }[])
    for (const block of Object.values(Condition))
      for (const key of Object.keys(block)) keys.add(key.toLowerCase())
  for (const [, key] of JSON.stringify(statements).matchAll(/\$\{([^},]{2,})/g))
    keys.add(key!.trim().toLowerCase())
  return keys
}

/** Few actions are ever asked for: which statements speak of them is worked out once. */
const MAX_ACTIONS = 32

class CompiledPolicy implements Policy {
  readonly #statements: Statement[]
  readonly #byAction = new Map<string, Statement[]>()

  readonly keys: ReadonlySet<string>

  constructor(statements: Statement[], keys: ReadonlySet<string>) {
    this.#statements = statements
    this.keys = keys
  }

  evaluate(request: PolicyRequest): Outcome {
    const { resources, principal, look } = request
    const strict = resources.map(structured)
    let outcome: Outcome = 'Neither'
    for (const statement of this.#about(request.action)) {
      if (outcome === 'Allow' && !statement.deny) continue
      if (statement.principal && !statement.principal(principal)) continue
      if (!covers(statement, resources[0]!, statement.strict ? strict : resources, look)) continue
      if (!allHold(statement.conditions, look)) continue
      if (statement.deny) return 'Deny'
      outcome = 'Allow'
    }
    return outcome
  }

  allowsSome(action: string): boolean {
    return this.#about(action).some(({ deny }) => !deny)
  }

  #about(action: string): Statement[] {
    let about = this.#byAction.get(action)
    if (!about) {
      const name = action.toLowerCase()
      about = this.#statements.filter(
        ({ actions, notActions }) => actions.some((matches) => matches(name, () => undefined)) !== notActions,
      )
      if (this.#byAction.size < MAX_ACTIONS) this.#byAction.set(action, about)
    }
    return about
  }
}

function allHold(conditions: readonly Condition[], look: Lookup): boolean {
  for (const holds of conditions) if (!holds(look)) return false
  return true
}

/** An Allow needs every spelling of the resource, or the ARN itself to the letter; a Deny one. */
function covers(statement: Statement, name: string, spellings: readonly string[], look: Lookup): boolean {
  if (statement.exact.has(name)) return true
  for (const spelling of spellings)
    if ((namedBy(statement.resources, spelling, look) !== statement.notResources) === statement.deny)
      return statement.deny
  return !statement.deny
}

function namedBy(resources: readonly Matcher[], spelling: string, look: Lookup): boolean {
  for (const matches of resources) if (matches(spelling, look)) return true
  return false
}

/** What several policies of one principal say together. */
export function evaluateAll(policies: readonly Policy[], request: PolicyRequest): Outcome {
  let outcome: Outcome = 'Neither'
  for (const policy of policies) {
    const said = policy.evaluate(request)
    if (said === 'Deny') return 'Deny'
    if (said === 'Allow') outcome = 'Allow'
  }
  return outcome
}

function compileStatement(
  statement: Record<string, unknown>,
  variables: boolean,
  { kind, short }: CompileOptions,
): Statement {
  for (const name of Object.keys(statement))
    if (!ELEMENTS.has(name)) throw new PolicyError(`a statement has no element '${name}'`)
  const { Effect } = statement
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new PolicyError('Effect must be Allow or Deny')
  const deny = Effect === 'Deny'
  const [actions, notActions] = either(statement, 'Action', 'NotAction')
  const [resources, notResources] = either(statement, 'Resource', 'NotResource')
  for (const action of actions)
    if (action !== '*' && !/^[\w-]+:[\w*?]+$/.test(action)) throw new PolicyError(`'${action}' is no action`)
  // in doubt, less access: what an Allow covers and what a Deny leaves out is read narrowly
  const strict = deny === notResources
  const names = resources.map((text) => {
    const full = short !== undefined && text.startsWith('execute-api:/') ? short + text.slice(12) : text
    if (full !== '*' && !/^(?:arn|\*|\$\{)/.test(full)) throw new PolicyError(`'${text}' is no resource`)
    return full
  })
  return {
    deny,
    actions: actions.map((text) => matcher(text.toLowerCase(), { wildcards: true, variables: false })),
    notActions,
    resources: names.map((name) =>
      matcher(strict ? structuredPattern(name) : name, { wildcards: true, variables }),
    ),
    exact: new Set(notResources ? [] : names.filter((name) => !/[*?]|\$\{/.test(name))),
    notResources,
    strict,
    principal: compilePrincipal(statement, kind),
    conditions: compileConditions(statement.Condition, variables),
  }
}

/** As `structured`, but colons inside `${…}` are the variable's own. */
function structuredPattern(text: string): string {
  const held: string[] = []
  const hidden = text.replace(/\$\{[^}]*\}/g, (variable) => `\u0001${held.push(variable) - 1}\u0001`)
  return structured(hidden).replace(/\u0001(\d+)\u0001/g, (_, index) => held[Number(index)]!)
}

function compilePrincipal(
  statement: Record<string, unknown>,
  kind: CompileOptions['kind'],
): PrincipalTest | null {
  const { Principal, NotPrincipal } = statement
  if (kind === 'identity') {
    if (Principal !== undefined || NotPrincipal !== undefined)
      throw new PolicyError('only a resource policy has a Principal')
    return null
  }
  if ((Principal === undefined) === (NotPrincipal === undefined))
    throw new PolicyError('a statement needs either Principal or NotPrincipal')
  if (Principal !== undefined) return principalTest(Principal)
  const excepted = principalTest(NotPrincipal)
  return (principal) => !excepted(principal)
}

function compileConditions(block: unknown, variables: boolean): Condition[] {
  if (block === undefined) return []
  return Object.entries(record(block, 'a Condition')).flatMap(([operator, keys]) =>
    Object.entries(record(keys, `the condition ${operator}`)).map(([key, value]) =>
      condition(operator, key, scalars(value, key), variables),
    ),
  )
}

function either(
  statement: Record<string, unknown>,
  yes: string,
  no: string,
): [texts: string[], negated: boolean] {
  const negated = statement[yes] === undefined
  if (negated === (statement[no] === undefined))
    throw new PolicyError(`a statement needs either ${yes} or ${no}`)
  const name = negated ? no : yes
  const value = statement[name]
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0 || !list.every((one): one is string => typeof one === 'string'))
    throw new PolicyError(`${name} must be a text or a list of texts`)
  return [list, negated]
}

function scalars(value: unknown, key: string): string[] {
  return (Array.isArray(value) ? value : [value]).map((one) => {
    if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') return String(one)
    throw new PolicyError(`the values of ${key} must be texts, numbers or booleans`)
  })
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new PolicyError(`${what} must be an object`)
  return value as Record<string, unknown>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new PolicyError('a policy must be JSON')
  }
}
