import type { Pred } from './charset.ts'
import type { Node } from './parse.ts'

/** What a pattern stands for when it has no operators at all, or null. */
export function literalOf(n: Node): string | null {
  const kids = n.t === 'seq' ? n.kids : [n]
  let s = ''
  for (const k of kids) {
    if (k.t !== 'set' || k.lit === undefined) return null
    s += String.fromCodePoint(k.lit)
  }
  return s || null
}

/** What a match must start with, where that is certain: lets find() skip quickly. */
export function firstOf(n: Node): Pred | null {
  switch (n.t) {
    case 'set':
      return n.p
    case 'seq':
      return n.kids[0] ? firstOf(n.kids[0]) : null
    case 'group':
    case 'atomic':
      return firstOf(n.kid)
    case 'rep':
      return n.min > 0 ? firstOf(n.kid) : null
    case 'alt': {
      const ps = n.kids.map(firstOf)
      return ps.every((p) => p !== null) ? (c) => (ps as Pred[]).some((p) => p(c)) : null
    }
    default:
      return null
  }
}

/** [shortest, longest] text a node can match; Infinity when unbounded. */
export function widthOf(n: Node): [number, number] {
  switch (n.t) {
    case 'set':
      return [1, 2]
    case 'seq':
      return n.kids.map(widthOf).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0])
    case 'alt':
      return n.kids.map(widthOf).reduce(([a, b], [c, d]) => [Math.min(a, c), Math.max(b, d)])
    case 'rep': {
      const [a, b] = widthOf(n.kid)
      return [a * n.min, b === 0 ? 0 : b * n.max]
    }
    case 'group':
    case 'atomic':
      return widthOf(n.kid)
    case 'back':
      return [0, Number.POSITIVE_INFINITY]
    default:
      return [0, 0]
  }
}
