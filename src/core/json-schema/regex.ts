/**
 * The regular expressions of schemas: ECMA 262 without the `u` flag, found anywhere in the text. Callers choose the texts, and
 * many an everyday expression takes a backtracking engine minutes for a text that is made for it. So the runtime's engine gets
 * what must be cheap; all else goes to the one that counts its steps, in its own dialect, and one body has so many steps.
 */
import { Pattern, stepsTaken } from '../java/regex/matcher.ts'
import { JavaError } from '../java/values.ts'
import { spend, spendNative } from './budget.ts'
import { SchemaError } from './terms.ts'

export interface Expression {
  /** Throws RangeError when the body has used up its steps. */
  test(text: string): boolean
}

/** Steps of the cheapest match. */
const CALL = 10
/** A step of a match is some 40 ns. */
const matching = (count: number): void => spend(8 * count)

export function regex(source: string): Expression {
  let fast: RegExp
  try {
    fast = new RegExp(source)
  } catch (cause) {
    throw new SchemaError(`"${source}" is not a regular expression`, { cause })
  }
  const degree = degreeOf(source)
  let counted: Pattern | undefined
  return {
    test(text) {
      spend(CALL + (text.length >> 3))
      if (spendNative((text.length + 1) ** degree)) return fast.test(text)
      try {
        counted ??= new Pattern(inJava(source))
        const found = counted.find(text, 0, matching) !== null
        matching(stepsTaken())
        return found
      } catch (error) {
        throw error instanceof JavaError ? new RangeError(error.message, { cause: error }) : error
      }
    },
  }
}

/** Escapes, classes, group openings, quantifiers, and any other character. */
const TOKEN = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\((?:\?(?:<?[=!]|:|<\w+>))?|\{\d+(?:,\d*)?\}|[\s\S]/g

/**
 * A bound for the steps of a match: text length to the power of this. Each quantifier and choice adds one, as does the place
 * where a match may start. Repeated groups that hold any of them have no such bound.
 */
function degreeOf(source: string): number {
  let degree = 2
  /** degrees at the start of the groups around, and of the group that ended last */
  const open: number[] = []
  let ended: number | undefined
  for (const [token] of source.matchAll(TOKEN)) {
    const repeats = token === '*' || token === '+' || /^\{\d+(?:,\d*)?\}$/.test(token)
    if (repeats && ended !== undefined && degree > ended) return Number.POSITIVE_INFINITY
    ended = undefined
    if (token[0] === '(') open.push(degree)
    else if (token === ')') ended = open.pop()
    else if (repeats ? !/^\{\d+\}$/.test(token) : token === '?' || token === '|') degree++
  }
  return degree
}

const SPACES = '\\s\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff'
const WORD_END = '(?:(?<=\\w)(?!\\w)|(?<!\\w)(?=\\w))'
const NO_WORD_END = '(?:(?<=\\w)(?=\\w)|(?<!\\w)(?!\\w))'
const PLAIN: Record<string, string> = {
  '.': '[^\\n\\r\\u2028\\u2029]',
  $: '\\z',
  '{': '\\{',
  '}': '\\}',
  ']': '\\]',
}

/** The same expression as java.util.regex would have it written. */
function inJava(source: string): string {
  const named = /\(\?<[A-Za-z]/.test(source)
  return source.replace(TOKEN, (token, at: number) => {
    if (token === '[]') return '(?!)'
    if (token === '[^]') return '[\\s\\S]'
    if (token.length > 1 && token[0] === '[') return classOf(token)
    if (token[0] === '\\') {
      if (token === '\\b') return WORD_END
      if (token === '\\B') return NO_WORD_END
      if (/[1-9]/.test(token) || (token === '\\k' && named)) return token
      return escaped(token, source.slice(at + 2), false)
    }
    return PLAIN[token] ?? token
  })
}

function classOf(token: string): string {
  const negated = token.startsWith('[^')
  const inner = token.slice(negated ? 2 : 1, -1)
  const body = inner.replace(/\\[\s\S]|[[&^]/g, (part, at: number) =>
    part[0] === '\\' ? escaped(part, inner.slice(at + 2), true) : `\\${part}`,
  )
  return `[${negated ? '^' : ''}${body}]`
}

/** An escape, by what follows it: letters that mean nothing to ECMA 262 stand for themselves. */
function escaped(token: string, rest: string, inClass: boolean): string {
  const char = token[1]!
  if (char === 's') return inClass ? SPACES : `[${SPACES}]`
  if (char === 'S') return `[^${SPACES}]`
  if (char === 'b') return '\\x08'
  if (char === 'v') return '\\x0b'
  if (char === '0') return '\\x00'
  if (char === 'x' && !/^[\da-f]{2}/i.test(rest)) return char
  if (char === 'u' && !/^[\da-f]{4}/i.test(rest)) return char
  return /[A-Za-z]/.test(char) && !/[dDwWtnrfxuc]/.test(char) ? char : token
}
