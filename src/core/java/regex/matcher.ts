import { JavaError, LimitError } from '../values.ts'
import { type Flags, foldWith, isLetterOrDigit, type Pred } from './charset.ts'
import { type Node, parsePattern } from './parse.ts'
import { firstOf, literalOf, widthOf } from './shape.ts'

/** One attempt's state. Shared by all patterns: matching never re-enters. */
let text = ''
let end = 0
let groups: Int32Array = new Int32Array(2)
let locals: Int32Array = new Int32Array(0)
let full = false
let from = 0
let steps = 0

/** Matches from i to the end of the pattern: the index after the match, or -1. */
type Step = (i: number) => number

/** Takes n units from the render's budget; throws LimitError when it is used up. */
export type Spend = (n: number) => void

/** The most steps between two visits to the budget. */
const SLICE = 65_536
const DEFAULT_STEPS = 20_000_000

function tick(): void {
  if (++steps > limit) outOfSteps()
}
let limit = SLICE
let spend: Spend | undefined

function outOfSteps(): void {
  if (spend) {
    spend(SLICE)
    limit = steps + SLICE
  } else if (steps < DEFAULT_STEPS) limit = steps + SLICE
  else throw new LimitError('Regular expression takes too many steps')
}

/** Steps of the last attempt that no budget was told of. */
export const stepsTaken = (): number => steps % SLICE

/** A compiled java.util.regex.Pattern. Backtracking, but every step is counted against a budget. */
export class Pattern {
  readonly groups: number
  readonly names: Map<string, number>
  /** The text this pattern stands for when it has no operators at all. */
  readonly literal: string | null
  private readonly start: Step
  private readonly first: Pred | null
  private readonly localCount: number
  private readonly wide: boolean

  constructor(source: string) {
    const { root, groups: n, names } = parsePattern(source)
    this.groups = n
    this.names = names
    this.literal = literalOf(root)
    const c = new Compiler()
    this.start = c.compile(root, (i) => (full && i !== end ? -1 : i))
    this.localCount = c.locals
    this.first = firstOf(root)
    this.wide = /[\ud800-\udbff]/.test(source)
  }

  /** The next match at or after `at` (the one before ended at `lastEnd`); the answer holds group bounds, [0] and [1] the whole. null: none. */
  find(s: string, at: number, budget?: Spend, lastEnd = at): Int32Array | null {
    this.begin(s, lastEnd, false, budget)
    try {
      for (let i = at; i <= end; i++) {
        if (this.first) {
          while (i < end && !this.first(pointAt(i))) i++
          if (i >= end) return null
        }
        groups.fill(-1)
        tick()
        const e = this.start(i)
        if (e >= 0) return this.result(i, e)
        // only a pattern that names such characters never starts inside a surrogate pair
        if (this.wide && i + 1 < end && isPair(i)) i++
      }
      return null
    } catch (e) {
      throw overflow(e)
    }
  }

  /** Does the whole text match (String.matches)? */
  matches(s: string, budget?: Spend): boolean {
    this.begin(s, 0, true, budget)
    try {
      return this.start(0) >= 0
    } catch (e) {
      throw overflow(e)
    }
  }

  private begin(s: string, lastEnd: number, whole: boolean, budget: Spend | undefined): void {
    text = s
    end = s.length
    from = lastEnd
    full = whole
    steps = 0
    limit = SLICE
    spend = budget
    groups = new Int32Array(2 * this.groups + 2).fill(-1)
    if (locals.length < this.localCount) locals = new Int32Array(this.localCount)
  }

  private result(a: number, b: number): Int32Array {
    const r = groups.slice()
    r[0] = a
    r[1] = b
    return r
  }
}

function overflow(e: unknown): unknown {
  return e instanceof RangeError
    ? new JavaError('StackOverflowError', 'Regular expression nests too deeply for this text')
    : e
}

const isPair = (i: number): boolean =>
  (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00

function pointAt(i: number): number {
  const c = text.charCodeAt(i)
  return (c & 0xfc00) === 0xd800 && i + 1 < end ? (text.codePointAt(i) as number) : c
}

class Compiler {
  locals = 0

  compile(n: Node, next: Step): Step {
    switch (n.t) {
      case 'set': {
        const p = n.p
        return (i) => {
          if (i >= end) return -1
          const c = pointAt(i)
          return p(c) ? next(c > 0xffff ? i + 2 : i + 1) : -1
        }
      }
      case 'seq':
        return n.kids.reduceRight((k, kid) => this.compile(kid, k), next)
      case 'alt': {
        const steps = n.kids.map((k) => this.compile(k, next))
        return (i) => {
          tick()
          for (const s of steps) {
            const e = s(i)
            if (e >= 0) return e
          }
          return -1
        }
      }
      case 'group':
        return this.group(n.kid, n.n, next)
      case 'atomic':
        return this.atomic(n.kid, next)
      case 'look':
        return this.look(n, next)
      case 'back':
        return backReference(n.n, n.f, next)
      case 'at':
        return anchor(n.what, n.f, next)
      case 'rep':
        if (n.max === 0) return next
        if (n.mode === 'possessive') return this.atomic({ ...n, mode: 'greedy' }, next)
        return n.kid.t === 'set' ? run(n.kid.p, n.min, n.max, n.mode === 'lazy', next) : this.loop(n, next)
    }
  }

  private group(kid: Node, n: number, next: Step): Step {
    const slot = this.locals++
    const tail: Step = (i) => {
      const a = groups[2 * n] as number
      const b = groups[2 * n + 1] as number
      groups[2 * n] = locals[slot] as number
      groups[2 * n + 1] = i
      const e = next(i)
      if (e < 0) {
        groups[2 * n] = a
        groups[2 * n + 1] = b
      }
      return e
    }
    const body = this.compile(kid, tail)
    return (i) => {
      const saved = locals[slot] as number
      locals[slot] = i
      const e = body(i)
      locals[slot] = saved
      return e
    }
  }

  private atomic(kid: Node, next: Step): Step {
    const body = this.compile(kid, (i) => i)
    return (i) => {
      const e = body(i)
      return e < 0 ? -1 : next(e)
    }
  }

  private look(n: Node & { t: 'look' }, next: Step): Step {
    if (n.ahead) {
      const body = this.compile(n.kid, (i) => i)
      if (!n.neg) return (i) => (body(i) >= 0 ? next(i) : -1)
      return (i) => (withoutGroups(() => body(i)) >= 0 ? -1 : next(i))
    }
    const [min, max] = widthOf(n.kid)
    if (max === Number.POSITIVE_INFINITY) {
      throw new JavaError(
        'PatternSyntaxException',
        'Look-behind group does not have an obvious maximum length',
      )
    }
    const slot = this.locals++
    const body = this.compile(n.kid, (i) => (i === locals[slot] ? i : -1))
    const behind = (i: number): boolean => {
      const saved = locals[slot] as number
      locals[slot] = i
      let found = false
      for (let j = i - min; !found && j >= Math.max(0, i - max); j--) {
        tick()
        found = body(j) >= 0
      }
      locals[slot] = saved
      return found
    }
    return n.neg ? (i) => (behind(i) ? -1 : next(i)) : (i) => (behind(i) ? next(i) : -1)
  }

  /** A quantified group: the count and the start of the current turn live in locals. */
  private loop(n: Node & { t: 'rep' }, next: Step): Step {
    const count = this.locals++
    const begin = this.locals++
    const { min, max } = n
    const lazy = n.mode === 'lazy'
    const turn = (i: number, c: number): number => {
      const b = locals[begin] as number
      locals[count] = c + 1
      locals[begin] = i
      const e = body(i)
      if (e < 0) {
        locals[count] = c
        locals[begin] = b
      }
      return e
    }
    const leave = (i: number): number => {
      const c = locals[count] as number
      const b = locals[begin] as number
      const e = next(i)
      locals[count] = c
      locals[begin] = b
      return e
    }
    const again: Step = (i) => {
      tick()
      // a turn that matched nothing ends the loop
      if (i === locals[begin]) return leave(i)
      const c = locals[count] as number
      if (c < min) return turn(i, c)
      if (lazy) {
        const e = leave(i)
        return e >= 0 || c >= max ? e : turn(i, c)
      }
      if (c < max) {
        const e = turn(i, c)
        if (e >= 0) return e
      }
      return leave(i)
    }
    const body = this.compile(n.kid, again)
    return (i) => {
      tick()
      const c = locals[count] as number
      const b = locals[begin] as number
      let e = -1
      if (min > 0) e = turn(i, 0)
      else if (lazy) {
        e = leave(i)
        if (e < 0) e = turn(i, 0)
      } else {
        e = turn(i, 0)
        if (e < 0) e = leave(i)
      }
      locals[count] = c
      locals[begin] = b
      return e
    }
  }
}

function withoutGroups(f: () => number): number {
  const saved = groups.slice()
  const e = f()
  groups.set(saved)
  return e
}

/** A repeated single character, without recursion. */
function run(p: Pred, min: number, max: number, lazy: boolean, next: Step): Step {
  const one = (i: number): number => {
    if (i >= end) return -1
    const c = pointAt(i)
    return p(c) ? (c > 0xffff ? i + 2 : i + 1) : -1
  }
  if (lazy) {
    return (i) => {
      for (let n = 0; ; n++) {
        tick()
        if (n >= min) {
          const e = next(i)
          if (e >= 0) return e
          if (n >= max) return -1
        }
        i = one(i)
        if (i < 0) return -1
      }
    }
  }
  return (i) => {
    let n = 0
    let j = i
    while (n < max) {
      const k = one(j)
      if (k < 0) break
      j = k
      n++
    }
    steps += n >> 3
    for (;;) {
      if (n < min) return -1
      tick()
      const e = next(j)
      if (e >= 0) return e
      if (--n < min) return -1
      j--
      if (j > i && isPair(j - 1)) j--
    }
  }
}

function backReference(n: number, f: Flags, next: Step): Step {
  const fold = foldWith(f)
  return (i) => {
    const a = groups[2 * n]
    const b = groups[2 * n + 1]
    if (a === undefined || b === undefined || a < 0) return -1
    const len = b - a
    if (i + len > end) return -1
    tick()
    for (let k = 0; k < len; k++) {
      const x = text.charCodeAt(a + k)
      const y = text.charCodeAt(i + k)
      if (x !== y && !(f.i && fold(x) === fold(y))) return -1
    }
    return next(i + len)
  }
}

const isNewline = (c: number, d: boolean): boolean =>
  c === 10 || (!d && (c === 13 || c === 0x85 || c === 0x2028 || c === 0x2029))

const isWord = (i: number): boolean => {
  if (i < 0 || i >= end) return false
  const c =
    (text.charCodeAt(i) & 0xfc00) === 0xdc00 && i > 0 && isPair(i - 1)
      ? (text.codePointAt(i - 1) as number)
      : pointAt(i)
  return c === 95 || isLetterOrDigit(c)
}

function atLineEnd(i: number, f: Flags): boolean {
  if (i >= end) return true
  const c = text.charCodeAt(i)
  if (c === 10 && !f.d && i > 0 && text.charCodeAt(i - 1) === 13) return false
  if (!isNewline(c, f.d)) return false
  if (f.m) return true
  return i === end - 1 || (i === end - 2 && c === 13 && !f.d && text.charCodeAt(i + 1) === 10)
}

function atLineStart(i: number, f: Flags): boolean {
  if (!f.m) return i === 0
  // with (?m) there is no line start at the end of the text, even of an empty one
  if (i >= end) return false
  if (i === 0) return true
  const c = text.charCodeAt(i - 1)
  return isNewline(c, f.d) && !(c === 13 && !f.d && text.charCodeAt(i) === 10)
}

function anchor(what: string, f: Flags, next: Step): Step {
  const test: (i: number) => boolean =
    what === '^'
      ? (i) => atLineStart(i, f)
      : what === '$'
        ? (i) => atLineEnd(i, f)
        : what === '\\Z'
          ? (i) => atLineEnd(i, { ...f, m: false })
          : what === '\\b'
            ? (i) => isWord(i - 1) !== isWord(i)
            : what === '\\B'
              ? (i) => isWord(i - 1) === isWord(i)
              : what === '\\A'
                ? (i) => i === 0
                : what === '\\G'
                  ? (i) => i === from
                  : (i) => i >= end
  return (i) => (test(i) ? next(i) : -1)
}
