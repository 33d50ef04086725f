import { TemplateSyntaxError } from './errors.ts'
import { literal, type Node } from './nodes.ts'
import type { MacroNames } from './parser.ts'
import { Source, stringLiteral } from './source.ts'

/** Amazon's quota for a mapping template is 300 KB. */
const MAX_SOURCE = 300 * 1024

/** Runs what reads a template, within the bounds of every template. */
export function reading<T>(source: string, read: () => T): T {
  if (source.length > MAX_SOURCE) throw new TemplateSyntaxError('Template exceeds 300 KB', 1, 1)
  try {
    return read()
  } catch (e) {
    if (e instanceof RangeError) throw new TemplateSyntaxError('Template is too deeply nested', 1, 1)
    throw e
  }
}

/**
 * Throws what compileTemplate would throw for a template that does not parse: TemplateSyntaxError with line and column.
 * It needs the parser alone, not what renders, so that a bundle that never renders stays small.
 */
export function checkTemplate(source: string): void {
  const defined = new Set<string>()
  const names: MacroNames = { declared: new Set(), defined: (name) => defined.has(name) }
  const check = (s: Source) => walk(s, s.tree(names))
  const walk = (s: Source, n: Node): void => {
    if (n.type === 'string') {
      const { template } = stringLiteral(s, n)
      if (template) check(new Source(template.source, template.origin, s.depth + 1))
    }
    if (n.type === 'directive') obey(s, n)
    for (const kid of n.kids) walk(s, kid)
    if (n.type === 'directive' && n.name === 'macro') defined.add(n.kids[0]!.first.image)
  }
  reading(source, () => check(new Source(source, { line: 1, column: 1 }, 0)))
}

/** What a directive must have though the grammar does not ask for it. Errors: TemplateSyntaxError. */
export function obey(s: Source, n: Node): void {
  const wrong = misuse(n)
  if (wrong) throw s.syntaxError(wrong.at ?? n, wrong.message)
}

function misuse({ name, kids }: Node): { message: string; at?: Node } | null {
  const [first, second] = kids
  switch (name) {
    case 'foreach':
      return first ? null : { message: '#foreach needs a variable and a list' }
    case 'define':
      return second && kids.length === 2 ? null : { message: '#define needs one reference' }
    case 'literal':
      if (!first) return { message: '#literal needs parentheses' }
      return hasText(first) ? null : { message: '#literal is empty' }
    case 'break':
      return kids.length > 1 ? { message: '#break takes one scope at most' } : null
    case 'stop':
      return kids.length > 1 ? { message: '#stop takes one message at most' } : null
    case 'evaluate':
      if (!first || kids.length > 1) return { message: '#evaluate() requires exactly one argument' }
      if (first.type === 'string' || first.type === 'reference') return null
      return { message: '#evaluate() argument must be a string literal or reference', at: first }
    default:
      return null
  }
}

function hasText(n: Node): boolean {
  try {
    literal(n)
    return true
  } catch {
    return false
  }
}
