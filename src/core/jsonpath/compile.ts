import { javaTrim } from '../java/json.ts'
import { JavaError } from '../java/values.ts'
import { type Filter, parseFilter } from './filter.ts'
import type { PathDialect } from './path.ts'

export type Slice = 'index' | 'indexes' | 'size' | 'from' | 'to' | 'between'

/** One step of a path. The root `$` is not kept: a path without tokens is the document. */
export type PathToken = { definite: boolean } & (
  | { t: 'property'; names: string[] }
  | { t: 'array'; op: Slice; n: number[]; lenient: boolean }
  | { t: 'wildcard' }
  | { t: 'scan' }
  | { t: 'filter'; filter: Filter }
  | { t: 'function'; name: string }
  | { t: 'root' }
)

export const invalidPath = (m: string): JavaError => new JavaError('InvalidPathException', m)

/** Functions later versions of JsonPath know at the end of a path. */
const FUNCTIONS = /^(length|size|min|max|avg|sum|keys)\(\)$/

export function compileTokens(text: string, dialect: PathDialect): PathToken[] {
  if (text === '') throw new JavaError('IllegalArgumentException', 'path can not be null or empty')
  let path = javaTrim(text)
  if (path.endsWith('..')) throw invalidPath('A path can not end with a scan.')
  if (path === '') throw invalidPath('Path may not be empty')
  if (path[0] !== '$' && path[0] !== '@') path = `$.${path}`
  if (path.length > 1 && path[1] !== '.' && path[1] !== '[') throw invalidPath(`Invalid path ${path}`)
  const tokens: PathToken[] = []
  let i = 1
  while (i < path.length) {
    const c = path[i]
    switch (c) {
      case ' ':
        throw invalidPath('Space not allowed in path')
      case '$':
        // a second root inside a path is a step that stays where it is
        tokens.push({ t: 'root', definite: true })
        i++
        continue
      case '[': {
        const end = closing(path, i)
        tokens.push(fragment(path.slice(i, end), dialect))
        i = end
        continue
      }
      case '*':
        tokens.push({ t: 'wildcard', definite: false })
        i++
        continue
      case '.':
        i++
        if (i >= path.length) throw invalidPath('Path ends with a dot')
        if (path[i] === '.') {
          tokens.push({ t: 'scan', definite: false })
          i++
          continue
        }
    }
    const end = wordEnd(path, i)
    if (end === i) continue
    const word = path.slice(i, end)
    if (c === '.' && word === '*') tokens.push({ t: 'wildcard', definite: false })
    else if (dialect === 'extended' && end === path.length && FUNCTIONS.test(word)) {
      tokens.push({ t: 'function', name: word.slice(0, -2), definite: true })
    } else tokens.push(fragment(`['${word}']`, dialect))
    i = end
  }
  return tokens
}

function wordEnd(s: string, i: number): number {
  while (i < s.length && s[i] !== '.' && s[i] !== '[' && s[i] !== ' ') i++
  return i
}

/** The index after the bracket that closes the one at i (or the end of the text). */
function closing(s: string, i: number): number {
  let nested = 0
  for (i++; i < s.length; i++) {
    if (s[i] === ']' && nested === 0) return i + 1
    if (s[i] === '[') nested++
    if (s[i] === ']') nested--
  }
  return i
}

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9'

/** What stands in brackets: names, indexes, a slice, a wildcard or a filter. */
function fragment(f: string, dialect: PathDialect): PathToken {
  if (f === '[*]') return { t: 'wildcard', definite: false }
  if (/^\[\s*\?\s*[,\s*?]*?\s*\]$/.test(f)) return { t: 'filter', filter: missingFilter, definite: false }
  if (dialect === 'extended') f = f.replace(/"([^"\\]*)"/g, (_, s: string) => `'${s}'`)
  for (let i = 0; i < f.length; i++) {
    const c = f[i] as string
    if (c === '?')
      return { t: 'filter', filter: parseFilter(f.slice(...filterBounds(f, i))), definite: false }
    if (c === "'") return { t: 'property', names: names(f, i), definite: true }
    if (isDigit(c) || c === ':' || c === '-' || c === '@') return array(f, i, dialect)
  }
  throw invalidPath(`Could not analyze path component: ${f}`)
}

const missingFilter: Filter = () => {
  throw new JavaError('NullPointerException', 'null')
}

function filterBounds(f: string, at: number): [number, number] {
  let start = at
  while (f[start] !== '[') if (--start < 0) throw invalidPath('Filter without bracket')
  let quoted = false
  let square = 0
  let round = 0
  let before = ' '
  for (let i = start; ; i++) {
    const c = f[i]
    if (c === undefined) throw invalidPath('Filter brackets are not balanced')
    if (c === "'" && before !== '\\') quoted = !quoted
    else if (!quoted) {
      if (c === '(') round++
      else if (c === ')') round--
      else if (c === '[') square++
      else if (c === ']') {
        square--
        if (round === 0) {
          if (square !== 0) throw invalidPath('Filter brackets are not balanced')
          return [start, i + 1]
        }
      }
    }
    before = c
  }
}

function names(f: string, at: number): string[] {
  const out: string[] = []
  let open = -1
  for (let i = at; f[i] !== ']'; i++) {
    if (i >= f.length) throw invalidPath(`Could not analyze path component: ${f}`)
    if (f[i] !== "'") continue
    if (open >= 0) {
      out.push(f.slice(open, i))
      open = -1
    } else open = i + 1
  }
  return out
}

/** Integer.parseInt for the digits and signs a slice is made of. */
function int(s: string): number {
  const n = /^[+-]?\d+$/.test(s) ? Number(s) : Number.NaN
  if (!(n >= -2147483648 && n <= 2147483647)) throw invalidPath(`For input string: "${s}"`)
  return n
}

function array(f: string, at: number, dialect: PathDialect): PathToken {
  const lenient = dialect === 'extended'
  if (f[at] === '@') return { t: 'array', op: 'size', n: [contextSize(f, at)], definite: true, lenient }
  const n: number[] = []
  let buffer = ''
  let op: Slice | '' = ''
  let i = at
  const next = (): string => {
    const c = f[++i]
    if (c === undefined) throw invalidPath(`Could not analyze path component: ${f}`)
    return c
  }
  let c = f[i] as string
  while (isDigit(c) || c === ',' || c === ' ' || c === ':' || c === '-') {
    if (c === ':') {
      const to = buffer === ''
      if (!to) n.push(int(buffer))
      buffer = ''
      for (c = next(); isDigit(c) || c === ' ' || c === '-'; c = next()) if (c !== ' ') buffer += c
      if (to) {
        op = 'to'
        n.push(int(buffer))
      } else if (buffer === '') op = op === 'indexes' ? op : 'from'
      else {
        if (op !== 'indexes') op = 'between'
        n.push(int(buffer))
      }
      buffer = ''
    } else if (c === ',') {
      n.push(int(buffer))
      buffer = ''
      op = 'indexes'
    } else if (c !== ' ') buffer += c
    if (c === ']') break
    c = next()
  }
  if (buffer !== '') n.push(int(buffer))
  if (n.length === 1 && op !== 'to' && op !== 'from') op = 'index'
  if (op === '') throw invalidPath(`Could not analyze path component: ${f}`)
  return { t: 'array', op, n, definite: op === 'index', lenient }
}

/** [(@.length-1)] and [(@.size()-1)]. */
function contextSize(f: string, at: number): number {
  let i = at + 2
  let name = ''
  for (; f[i] !== '-'; i++) {
    const c = f[i]
    if (c === undefined) throw invalidPath(`Could not analyze path component: ${f}`)
    if (c !== ' ' && c !== '(' && c !== ')') name += c
  }
  if (name !== 'size' && name !== 'length') throw invalidPath(`Invalid function: @.${name}`)
  let digits = ''
  for (; f[i] !== ')'; i++) {
    if (f[i] === undefined) throw invalidPath(`Could not analyze path component: ${f}`)
    if (f[i] !== ' ') digits += f[i]
  }
  return int(digits)
}
