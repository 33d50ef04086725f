import { JavaError } from '../values.ts'
import { work } from '../work.ts'
import { Pattern, type Spend } from './matcher.ts'

const cache = new Map<string, Pattern>()
const CACHE_SIZE = 200

/** What compiling a character of a pattern costs. */
const COMPILE = 64

/** Pattern.compile with a small cache: templates use a handful of patterns, again and again. */
export function patternOf(regex: string): Pattern {
  let p = cache.get(regex)
  if (!p) {
    work(COMPILE * regex.length)
    p = new Pattern(regex)
    if (cache.size >= CACHE_SIZE) cache.clear()
    cache.set(regex, p)
  }
  return p
}

export function matches(s: string, regex: string, spend?: Spend): boolean {
  return patternOf(regex).matches(s, spend)
}

/** String.replaceAll, or replaceFirst with `once`. */
export function replace(s: string, regex: string, replacement: string, once: boolean, spend?: Spend): string {
  const p = patternOf(regex)
  const plain = !/[\\$]/.test(replacement)
  if (p.literal !== null && plain) {
    work(2 * s.length)
    if (!once) return s.replaceAll(p.literal, replacement)
    const at = s.indexOf(p.literal)
    return at < 0 ? s : s.slice(0, at) + replacement + s.slice(at + p.literal.length)
  }
  let out = ''
  let last = 0
  let at = 0
  while (at <= s.length) {
    const m = p.find(s, at, spend, last)
    if (!m) break
    const [a, b] = m as unknown as [number, number]
    out += s.slice(last, a)
    out += plain ? replacement : expand(p, replacement, s, m)
    last = b
    if (once) break
    at = b === a ? b + 1 : b
  }
  return last === 0 && out === '' ? s : out + s.slice(last)
}

/** Matcher.appendReplacement: $n, ${name} and backslash escapes. */
function expand(p: Pattern, r: string, s: string, m: Int32Array): string {
  const group = (n: number): string => {
    const a = m[2 * n] as number
    return a < 0 ? '' : s.slice(a, m[2 * n + 1])
  }
  let out = ''
  for (let i = 0; i < r.length; i++) {
    const c = r[i] as string
    if (c === '\\') {
      if (++i >= r.length)
        throw new JavaError('IllegalArgumentException', 'character to be escaped is missing')
      out += r[i]
    } else if (c === '$') {
      const d = r[i + 1]
      if (d === undefined)
        throw new JavaError('IllegalArgumentException', 'Illegal group reference: group index is missing')
      if (d === '{') {
        const name = /^[A-Za-z0-9]+/.exec(r.slice(i + 2, i + 202))?.[0]
        if (!name || r[i + 2 + name.length] !== '}' || /^\d/.test(name)) {
          throw new JavaError('IllegalArgumentException', "named capturing group is missing trailing '}'")
        }
        const n = p.names.get(name)
        if (n === undefined) throw new JavaError('IllegalArgumentException', `No group with name {${name}}`)
        out += group(n)
        i += name.length + 2
      } else {
        if (d < '0' || d > '9') throw new JavaError('IllegalArgumentException', 'Illegal group reference')
        let n = Number(d)
        if (n > p.groups) throw new JavaError('IndexOutOfBoundsException', `No group ${n}`)
        i++
        for (let e = r[i + 1]; e !== undefined && e >= '0' && e <= '9'; e = r[i + 1]) {
          if (n * 10 + Number(e) > p.groups) break
          n = n * 10 + Number(e)
          i++
        }
        out += group(n)
      }
    } else out += c
  }
  return out
}

/** String.split: no empty leading part from an empty match, trailing empty parts dropped when limit is 0. */
export function split(s: string, regex: string, limit: number, spend?: Spend): string[] {
  const p = patternOf(regex)
  const parts: string[] = []
  let index = 0
  let at = 0
  let end = 0
  while (at <= s.length) {
    const m = p.find(s, at, spend, end)
    if (!m) break
    const [a, b] = m as unknown as [number, number]
    end = b
    at = b === a ? b + 1 : b
    if (limit <= 0 || parts.length < limit - 1) {
      if (index === 0 && a === 0 && b === 0) continue
      parts.push(s.slice(index, a))
      index = b
    } else break
  }
  if (index === 0 && parts.length === 0) return [s]
  parts.push(s.slice(index))
  if (limit === 0) while (parts.length > 0 && parts[parts.length - 1] === '') parts.pop()
  return parts
}
