import { javaTrim } from '../java/json.ts'
import { compareDecimals, isNumber, parseDecimal } from '../java/number.ts'
import { patternOf } from '../java/regex/strings.ts'
import { toJavaString } from '../java/text.ts'
import { JavaError, type Value } from '../java/values.ts'
import { matching, work } from '../java/work.ts'
import { compileTokens, invalidPath, type PathToken } from './compile.ts'
import { evaluate, MISSING, type Visit } from './evaluate.ts'

/** Does a value pass? `root` is the whole document. */
export type Filter = (item: Value, root: Value, visit?: Visit) => boolean

/** What asking a criterion costs, and comparing by decimals besides. */
const CRITERION = 30
const DECIMALS = 150

/** Thrown where two values cannot be compared; the comparison is then false. */
const INCOMPARABLE = new JavaError('ValueCompareException', 'values can not be compared')

/** `[?( criteria && criteria || ... )]` in Jayway 2.0.0's grammar, which has no parentheses of its own. */
export function parseFilter(text: string): Filter {
  let f = javaTrim(text)
  if (!f.startsWith('[') || !f.endsWith(']'))
    throw invalidPath(`Filter must start with '[' and end with ']'. ${f}`)
  f = javaTrim(f.slice(1, -1))
  if (!f.startsWith('?')) throw invalidPath(`Filter must start with '[?' and end with ']'. ${f}`)
  f = javaTrim(f.slice(1))
  if (!f.startsWith('(') || !f.endsWith(')'))
    throw invalidPath(`Filter must start with '[?(' and end with ')]'. ${f}`)
  f = javaTrim(f.slice(1, -1))
  const operators: string[] = []
  const criteria: Filter[] = []
  for (const piece of f.split(/(&&|\|\|)/)) {
    if (piece === '') continue
    const exp = javaTrim(piece)
    if (exp === '&&' || exp === '||') operators.push(exp)
    else criteria.push(parseCriteria(clean(exp)))
  }
  if (criteria.length !== operators.length + 1) throw invalidPath(`Invalid operators ${f}`)
  // alternatives of conjunctions, the last criterion evaluated first
  const any: Filter[][] = [[criteria.pop() as Filter]]
  while (operators.length > 0) {
    const c = criteria.pop() as Filter
    if (operators.pop() === '&&') any[any.length - 1]?.push(c)
    else any.push([c])
  }
  return (item, root, visit) => any.some((all) => all.every((c) => c(item, root, visit)))
}

function clean(s: string): string {
  const t = s.replace(/^[[?( ]+/, '').replace(/[) ]+$/, '')
  if (t === '') throw invalidPath('Empty criteria')
  return t
}

const OPERATORS = ['==', '>=', '<=', '!=', '<', '>', '=~'] as const
type Operator = (typeof OPERATORS)[number]

class Regex {
  readonly source: string
  constructor(s: string) {
    const end = s.lastIndexOf('/')
    if (end < 1) throw invalidPath(`Invalid pattern ${s}`)
    this.source = `${s.endsWith('i') ? '(?i)' : ''}${s.slice(1, end)}`
    patternOf(this.source)
  }
}

interface SubPath {
  root: boolean
  tokens: PathToken[]
}

type Operand = string | Regex | SubPath

function parseCriteria(s: string): Filter {
  const op = OPERATORS.find((o) => s.includes(o))
  const at = op ? s.indexOf(op) : s.length
  let leftText = javaTrim(s.slice(0, at))
  const rightText = op ? javaTrim(s.slice(at + op.length)) : ''
  const negated = leftText.startsWith('!@')
  if (negated) leftText = leftText.slice(1)
  const left = operand(leftText)
  if (rightText.startsWith('!@'))
    throw invalidPath('Invalid negation! Can only be used for existence check e.g [?(!@.foo)]')
  const right = operand(rightText)
  if (!op) {
    if (typeof left === 'string' || left instanceof Regex)
      throw invalidPath(`CriteriaType can not be parsed: ${s}`)
    return (item, root, visit) => exists(left, item, root, visit) !== negated
  }
  return (item, root, visit) => {
    work(CRITERION)
    try {
      return compare(op, operandValue(right, item, root, visit), operandValue(left, item, root, visit))
    } catch (e) {
      if (e === INCOMPARABLE || e === MISSING) return false
      throw e
    }
  }
}

function operand(s: string): Operand {
  if (s.startsWith('$') || s.startsWith('@')) {
    const tokens = compileTokens(s, 'classic')
    if (!tokens.every((t) => t.definite)) throw invalidPath(`the predicate path: ${s} is not definite`)
    return { root: s.startsWith('$'), tokens }
  }
  if (s.startsWith("'") && s.endsWith("'")) {
    if (s.length < 2) throw invalidPath(`Invalid string ${s}`)
    return s.slice(1, -1)
  }
  if (s.startsWith('/') && (s.endsWith('/') || s.endsWith('/i'))) return new Regex(s)
  return s
}

/** Existence means: found and not null. */
function exists(p: SubPath, item: Value, root: Value, visit?: Visit): boolean {
  work(CRITERION)
  try {
    // Jayway evaluates existence on the item, also for a path that starts at the root
    return evaluate(p.tokens, true, item, root, visit) !== null
  } catch (e) {
    if (e === MISSING) return false
    throw e
  }
}

function operandValue(o: Operand, item: Value, root: Value, visit?: Visit): Value | Regex {
  if (typeof o === 'string' || o instanceof Regex) return o
  return evaluate(o.tokens, true, o.root ? root : item, root, visit)
}

function compare(op: Operator, right: Value | Regex, left: Value | Regex): boolean {
  if (op === '=~') {
    const [pattern, target] = left instanceof Regex ? [left, right] : [right, left]
    if (!(pattern instanceof Regex)) throw new JavaError('ClassCastException', 'not a pattern')
    if (target === null) return false
    return patternOf(pattern.source).matches(
      target instanceof Regex ? target.source : toJavaString(target),
      matching,
    )
  }
  if (op === '==' || op === '!=') return (order(right, left) === 0) === (op === '==')
  if ((right === null) !== (left === null)) return false
  const c = order(right, left)
  return op === '>' ? c < 0 : op === '>=' ? c <= 0 : op === '<' ? c > 0 : c >= 0
}

const nullish = (v: Value | Regex): boolean => v === null || v === 'null'

/** An integer as it is mostly written. */
const PLAIN = /^-?\d{1,9}$/

function order(a: Value | Regex, b: Value | Regex): number {
  if (a === b) return 0
  const an = nullish(a)
  const bn = nullish(b)
  if (an || bn) return an && bn ? 0 : an ? -1 : 1
  if (a instanceof Regex || b instanceof Regex) throw INCOMPARABLE
  if (typeof a === 'string' && typeof b === 'string') {
    work(a.length >> 4)
    const s = a.replaceAll("\\'", "'")
    return s < b ? -1 : s > b ? 1 : 0
  }
  if (isNumber(b) && (typeof a === 'string' || isNumber(a))) {
    if (typeof b === 'number' && (typeof a === 'number' || PLAIN.test(a as string))) return Number(a) - b
    work(DECIMALS)
    const x = parseDecimal(toJavaString(a))
    const y = parseDecimal(toJavaString(b))
    if (!x || !y) throw new JavaError('NumberFormatException', 'null')
    return compareDecimals(x, y)
  }
  if (typeof b === 'boolean' && (typeof a === 'string' || typeof a === 'boolean')) {
    return Number(typeof a === 'string' ? a.toLowerCase() === 'true' : a) - Number(b)
  }
  throw INCOMPARABLE
}
