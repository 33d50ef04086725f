import { JavaError } from '../values.ts'

/** Does a code point belong to the class? */
export type Pred = (c: number) => boolean

export interface Flags {
  i: boolean
  m: boolean
  s: boolean
  d: boolean
  u: boolean
  x: boolean
  U: boolean
}

const range =
  (a: number, b: number): Pred =>
  (c) =>
    c >= a && c <= b
const any =
  (...ps: Pred[]): Pred =>
  (c) =>
    ps.some((p) => p(c))
export const not =
  (p: Pred): Pred =>
  (c) =>
    !p(c)
const oneOf = (s: string): Pred => {
  const set = new Set([...s].map((x) => x.codePointAt(0)))
  return (c) => set.has(c)
}

const lower = range(97, 122)
const upper = range(65, 90)
const digit = range(48, 57)
const alpha = any(lower, upper)
const alnum = any(alpha, digit)
const space = any(range(9, 13), (c) => c === 32)
const word = any(alnum, (c) => c === 95)
const punct = any(range(33, 47), range(58, 64), range(91, 96), range(123, 126))
const horizontal = any(oneOf(' \t\u00a0\u1680\u180e\u202f\u205f\u3000'), range(0x2000, 0x200a))
const vertical = any(range(10, 13), oneOf('\u0085\u2028\u2029'))

const POSIX: Record<string, Pred> = {
  Lower: lower,
  Upper: upper,
  ASCII: range(0, 127),
  Alpha: alpha,
  Digit: digit,
  Alnum: alnum,
  Punct: punct,
  Graph: any(alnum, punct),
  Print: range(32, 126),
  Blank: oneOf(' \t'),
  Cntrl: any(range(0, 31), (c) => c === 127),
  XDigit: any(digit, range(97, 102), range(65, 70)),
  Space: space,
  L1: range(0, 255),
  all: () => true,
}

/** \p{java…} and \p{Is…} names that JavaScript's property escapes spell differently. */
const ALIASES: Record<string, string> = {
  javaLowerCase: 'Lowercase',
  javaUpperCase: 'Uppercase',
  javaWhitespace: 'White_Space',
  javaLetter: 'L',
  javaDigit: 'Nd',
  javaAlphabetic: 'Alphabetic',
  javaTitleCase: 'Lt',
  Alphabetic: 'Alphabetic',
  Ideographic: 'Ideographic',
  Letter: 'L',
  Lowercase: 'Lowercase',
  Uppercase: 'Uppercase',
  Titlecase: 'Lt',
  Punctuation: 'P',
  White_Space: 'White_Space',
  Digit: 'Nd',
  LC: 'LC',
}

/** Categories of one case, which (?i) widens to all cases. */
const CASES = /^(Is)?L[ult]$|^Lower$|^Upper$/

/** Java calls Latin-1 control characters and such "digits" in many ways; \p goes through JavaScript's own tables. */
export function property(name: string, anyCase = false): Pred {
  if (anyCase && CASES.test(name))
    return name.length > 2 ? alpha : any(unicode('Lu', name), unicode('Ll', name), unicode('Lt', name))
  const posix = POSIX[name]
  if (posix) return posix
  if (name === 'javaLetterOrDigit') return isLetterOrDigit
  const eq = name.indexOf('=')
  if (eq > 0) {
    const key = name.slice(0, eq).toLowerCase()
    const v = name.slice(eq + 1)
    if (key === 'sc' || key === 'script') return unicode(`Script=${v}`, name)
    if (key === 'gc' || key === 'general_category') return unicode(`gc=${v}`, name)
    throw unknown(name)
  }
  const alias = ALIASES[name.startsWith('Is') ? name.slice(2) : name]
  if (alias) return unicode(alias, name)
  if (name.startsWith('Is')) {
    const n = name.slice(2)
    return n.length <= 2
      ? unicode(n, name)
      : unicode(`Script=${n[0]?.toUpperCase()}${n.slice(1).toLowerCase()}`, name)
  }
  if (name.length <= 2) return unicode(name, name)
  throw unknown(name)
}

const unknown = (name: string): JavaError =>
  new JavaError('PatternSyntaxException', `Unknown character property name {${name}}`)

const cache = new Map<string, Pred>()

function unicode(spec: string, name: string): Pred {
  let p = cache.get(spec)
  if (!p) {
    let re: RegExp
    try {
      re = new RegExp(`^\\p{${spec}}$`, 'u')
    } catch {
      throw unknown(name)
    }
    p = (c) => re.test(String.fromCodePoint(c))
    cache.set(spec, p)
  }
  return p
}

const letterOrDigit = /^[\p{L}\p{Nd}]$/u
export function isLetterOrDigit(c: number): boolean {
  return c < 128 ? alnum(c) : letterOrDigit.test(String.fromCodePoint(c))
}

/** The class behind \d \w \s \h \v and their negations, or null for another letter. */
export function shorthand(letter: string, f: Flags): Pred | null {
  const p = shorthandOf(letter.toLowerCase(), f)
  return p && letter < 'a' ? not(p) : p
}

function shorthandOf(l: string, f: Flags): Pred | null {
  switch (l) {
    case 'd':
      return f.U ? unicode('Nd', 'Nd') : digit
    case 'w':
      return f.U ? any(isLetterOrDigit, unicode('M', 'M'), unicode('Pc', 'Pc')) : word
    case 's':
      return f.U ? unicode('White_Space', 'White_Space') : space
    case 'h':
      return horizontal
    case 'v':
      return vertical
    default:
      return null
  }
}

/** A single character under the case flags: (?i) folds ASCII only, (?iu) folds all. */
export function single(c: number, f: Flags): Pred {
  if (!f.i) return (x) => x === c
  const fold = foldWith(f)
  const k = fold(c)
  return (x) => x === c || fold(x) === k
}

export function charRange(a: number, b: number, f: Flags): Pred {
  if (!f.i) return range(a, b)
  if (f.u) {
    return (x) => {
      if (x >= a && x <= b) return true
      const s = String.fromCodePoint(x)
      const up = s.toUpperCase().codePointAt(0) as number
      const low = s.toLowerCase().codePointAt(0) as number
      return (up >= a && up <= b) || (low >= a && low <= b)
    }
  }
  return (x) => {
    if (x >= a && x <= b) return true
    const y = upper(x) ? x + 32 : lower(x) ? x - 32 : x
    return y >= a && y <= b
  }
}

export function foldWith(f: Flags): (c: number) => number {
  return f.u
    ? (c) => String.fromCodePoint(c).toUpperCase().toLowerCase().codePointAt(0) as number
    : (c) => (upper(c) ? c + 32 : c)
}

/** The same class with its answers for ASCII looked up instead of computed. */
export function tabled(p: Pred): Pred {
  const t = new Uint8Array(128)
  for (let c = 0; c < 128; c++) t[c] = p(c) ? 1 : 0
  return (c) => (c < 128 ? t[c] === 1 : p(c))
}
