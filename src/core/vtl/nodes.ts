import type { Token } from './tokens.ts'

export type NodeType =
  | 'process'
  | 'block'
  | 'reference'
  | 'comment'
  | 'textblock'
  | 'text'
  | 'escape'
  | 'escapedDirective'
  | 'set'
  | 'directive'
  | 'if'
  | 'elseif'
  | 'else'
  | 'expression'
  | 'string'
  | 'integer'
  | 'float'
  | 'range'
  | 'map'
  | 'list'
  | 'true'
  | 'false'
  | 'word'
  | 'identifier'
  | 'method'
  | 'index'
  | 'not'
  | '&&'
  | '||'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'

/** A node of the tree; `first` and `last` are the tokens it spans (both inclusive). */
export interface Node {
  type: NodeType
  first: Token
  last: Token
  kids: Node[]
  /** The directive's name, or the text an escape prints. */
  name: string
}

/** Characters of a text with references or directives in it that count as one node. */
const TEXT_NODE = 1

/** What a call of a method counts, against any other node. */
const METHOD = 10

/**
 * What rendering a node once costs: its nodes, also those of branches that are not taken, and a loop's body once (its turns pay for
 * themselves).
 */
export function weight(n: Node): number {
  if (n.type === 'string')
    return 1 + (/[$#]/.test(n.first.image) ? Math.ceil(n.first.image.length / TEXT_NODE) : 0)
  let nodes = n.type === 'method' ? METHOD : 1
  for (const kid of n.kids) nodes += weight(kid)
  return nodes
}

/** What Velocity prints for a token: its image after the `$`, `#` and `\$` of the special tokens before it. */
export function tokenLiteral(t: Token): string {
  const special = t.special
  if (special === null || special[special.length - 1]?.startsWith('##')) return t.image
  let s = ''
  for (const st of special) {
    for (let i = 0; i < st.length; i++) {
      const c = st[i] as string
      if (c === '#' || c === '$') s += c
      if (c === '\\') {
        const m = /^\\+\$/.exec(st.slice(i))
        if (m) {
          s += m[0]
          i += m[0].length
        }
      }
    }
  }
  return s + t.image
}

/** The template text of a node, as Velocity prints it for references that have no value. */
export function literal(n: Node): string {
  let s = tokenLiteral(n.first)
  for (let t = n.first; t !== n.last; ) {
    if (t.next === null) throw new RangeError('node without text')
    t = t.next
    s += tokenLiteral(t)
  }
  return s
}
