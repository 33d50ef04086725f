/**
 * The interpreter of patchOperations. Amazon's dialect is not RFC 6902: values are strings, `~1` stands for a slash, the
 * member of a set is named in the path (`/binaryMediaTypes/image~1png`), and each kind of resource has a table of the paths
 * that it takes and the operations that each path takes. A table is data; this file knows no kind.
 */
import { badRequest, notFound, type Problem } from './problem.ts'

export const OPS = ['add', 'remove', 'move', 'test', 'replace', 'copy'] as const
export type Op = (typeof OPS)[number]

export interface PatchOperation {
  op?: Op
  path?: string
  value?: string
  from?: string
}

export type Draft = Record<string, unknown>

/** One operation, matched against a pattern: `/a/*` and `/a/b~1c` give at = [a], keys = [b/c]. */
export interface Change {
  op: Op
  path: string
  value: string | undefined
  from: string | undefined
  /** the literal segments of the pattern */
  at: string[]
  /** what stood for each `*`, unescaped */
  keys: string[]
}

export interface PatchRule {
  ops: readonly Op[]
  apply(draft: Draft, change: Change): void
}

/** Pattern -> rule; a pattern's `*` stands for one segment, `**` for one or more. The order is the order in which Amazon lists the paths. */
export type PatchRules = Readonly<Record<string, PatchRule>>

/** The sentences for a path that is not there, and for an operation that the path does not take. */
export interface Refusal {
  path(operation: Refused, rules: PatchRules): Problem
  op(operation: Refused, rules: PatchRules, rule: PatchRule): Problem
}

export type Refused = PatchOperation & { path: string }

export interface PatchTable {
  rules: PatchRules
  refusal: Refusal
}

/** Applies all operations to a copy, or throws and applies none. */
export function applyPatch<T>(table: PatchTable, document: T, operations: readonly PatchOperation[]): T {
  const draft = structuredClone(document) as Draft
  for (const operation of operations) {
    const { op, path = 'null', value, from } = operation
    const refused = { ...operation, path }
    const match = matchRule(table.rules, path)
    if (!match) throw table.refusal.path(refused, table.rules)
    const [rule, at, keys] = match
    if (op === undefined || !rule.ops.includes(op)) throw table.refusal.op(refused, table.rules, rule)
    rule.apply(draft, { op, path, value, from, at, keys })
  }
  return draft as T
}

function matchRule(rules: PatchRules, path: string): [PatchRule, string[], string[]] | undefined {
  for (const [pattern, rule] of Object.entries(rules)) {
    const wanted = pattern.split('/')
    const given = folded(path.split('/'), wanted)
    if (wanted.length !== given.length) continue
    if (!wanted.every((segment, i) => segment.startsWith('*') || segment === given[i])) continue
    const keys = given.filter((_, i) => wanted[i]!.startsWith('*')).map(unescapeSegment)
    return [rule, wanted.filter((segment) => !segment.startsWith('*') && segment !== ''), keys]
  }
  return undefined
}

/** What stands for a pattern's `**`, as one segment. */
function folded(given: string[], wanted: string[]): string[] {
  const at = wanted.indexOf('**')
  const surplus = given.length - wanted.length
  if (at < 0 || surplus < 1) return given
  return [
    ...given.slice(0, at),
    given.slice(at, at + surplus + 1).join('/'),
    ...given.slice(at + surplus + 1),
  ]
}

export const unescapeSegment = (segment: string) => segment.replaceAll('~1', '/').replaceAll('~0', '~')

// How strings become values. Whatever is not `true` is false (recorded: apiKeyRequired "whatever").

export type Coerce = (value: string) => unknown
export const asText: Coerce = (value) => value
export const asFlag: Coerce = (value) => value.toLowerCase() === 'true'
export const asWhole =
  (complaint: string): Coerce =>
  (value) => {
    if (!/^[+-]?\d+$/.test(value.trim())) throw badRequest(complaint)
    return Number(value)
  }
export const asReal =
  (complaint: string): Coerce =>
  (value) => {
    if (value.trim() === '' || !Number.isFinite(Number(value))) throw badRequest(complaint)
    return Number(value)
  }
export const asOneOf =
  (complaint: string, ...values: string[]): Coerce =>
  (value) => {
    if (!values.includes(value)) throw badRequest(complaint)
    return value
  }

/** One member, e.g. `/name`. An empty value takes it away, or is refused with the sentence `empty`. */
export function member(
  as: Coerce = asText,
  options: { ops?: readonly Op[]; empty?: string; keepEmpty?: true } = {},
): PatchRule {
  return {
    ops: options.ops ?? ['replace'],
    apply(draft, { op, at, value }) {
      const [holder, name] = holderOf(draft, at)
      if (op !== 'remove' && as === asFlag) holder[name] = asFlag(value ?? '')
      else if (op !== 'remove' && (value || (options.keepEmpty && value === ''))) holder[name] = as(value)
      else if (options.empty && op !== 'remove') throw badRequest(options.empty)
      else delete holder[name]
    },
  }
}

/** One entry of a map, e.g. `/requestParameters/*`. Changing one that is not there is refused with the sentence `missing`. */
export function entry(
  as: Coerce = asText,
  options: { ops?: readonly Op[]; missing?: string; empty?: string } = {},
): PatchRule {
  return {
    ops: options.ops ?? ['add', 'remove', 'replace'],
    apply(draft, { op, at, keys, value }) {
      const [holder, name] = holderOf(draft, at)
      const entries = (holder[name] ?? {}) as Draft
      const key = keys.join('/')
      if (op !== 'add' && options.missing && !Object.hasOwn(entries, key)) throw notFound(options.missing)
      const { [key]: _, ...rest } = entries
      if (op !== 'remove' && value === undefined && options.empty) throw badRequest(options.empty)
      const next = op === 'remove' ? rest : { ...entries, [key]: as(value ?? '') }
      if (Object.keys(next).length > 0) holder[name] = next
      else delete holder[name]
    },
  }
}

/** A member of a set that the path names, e.g. `/binaryMediaTypes/*`. A replacement goes to the end (recorded). */
export const element: PatchRule = {
  ops: ['add', 'remove', 'replace'],
  apply(draft, { op, at, keys, value }) {
    const [holder, name] = holderOf(draft, at)
    const key = keys.join('/')
    const rest = ((holder[name] ?? []) as string[]).filter((item) => item !== key)
    keep(holder, name, op === 'remove' ? rest : union(rest, op === 'add' ? key : (value ?? '')))
  },
}

/** A member of a set that the value names, e.g. `/authorizationScopes`. Values may come as one comma-separated string. */
export const listed: PatchRule = {
  ops: ['add', 'remove', 'replace'],
  apply(draft, { op, at, value }) {
    const [holder, name] = holderOf(draft, at)
    const values = (value ?? '').split(',').filter((item) => item !== '')
    const now = (holder[name] ?? []) as string[]
    if (op === 'remove' && values.length > 0)
      keep(
        holder,
        name,
        now.filter((item) => !values.includes(item)),
      )
    else keep(holder, name, op === 'add' ? union(now, ...values) : op === 'replace' ? values : [])
  },
}

const union = (items: string[], ...more: string[]) => [...new Set([...items, ...more])]

function keep(holder: Draft, name: string, items: string[]): void {
  if (items.length > 0) holder[name] = items
  else delete holder[name]
}

/** The object that a member lives in, made on the way where it is missing. */
function holderOf(draft: Draft, at: readonly string[]): [holder: Draft, name: string] {
  let holder = draft
  for (const segment of at.slice(0, -1)) {
    holder[segment] ??= {}
    holder = holder[segment] as Draft
  }
  return [holder, at.at(-1)!]
}

/** `Invalid patch path /x` and the operations that the path takes (RestApi, Method). */
export const namedPath: Refusal = {
  path: ({ path }) => badRequest(`Invalid patch path ${path}`),
  op: (_operation, _rules, rule) =>
    badRequest(`Invalid patch operation specified. Must be one of: [${rule.ops.join(', ')}]`),
}

/** `Invalid patch path /x` for either (MethodResponse, GatewayResponse). */
export const onlyPath: Refusal = { path: namedPath.path, op: namedPath.path }

/** The paths that take the operation, if any does (Resource, Model, RequestValidator …). */
export const listedPaths: Refusal = { path: listPaths, op: listPaths }

function listPaths({ op, path }: Refused, rules: PatchRules): Problem {
  const paths = Object.keys(rules).filter((pattern) => rules[pattern]!.ops.includes(op as Op))
  const hint =
    paths.length > 0 ? `Must be one of: [${paths.join(', ')}]` : 'Please choose supported operations'
  return badRequest(`Invalid patch path  '${path}' specified for op '${op ?? 'null'}'. ${hint}`)
}
