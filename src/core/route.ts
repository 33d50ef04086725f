/**
 * Routing: a trie over the resources of a deployment. A literal segment wins over `{param}`, that over `{proxy+}`; a branch
 * that has no method for the verb is left for the next one, so `GET /pets` and `ANY /{proxy+}` share `POST /pets` as Amazon
 * does. Segments are split before they are decoded: an encoded slash does not split one. Case counts. One trailing slash or
 * several are ignored; an empty segment elsewhere only matches inside `{proxy+}`.
 */
import { sharedText } from './memo.ts'
import { decodePercent } from './query.ts'

/** Names with each verb: an imported API may name a variable otherwise for another verb. */
interface Leaf<T> {
  readonly target: T
  readonly names: readonly string[]
}

/** `ANY` for the rest. */
type Verbs<T> = Record<string, Leaf<T> | undefined>

/** Amazon's ANY stands for seven; nothing else is routed. A record of all, so that every resource's has the same shape. */
const NONE = {
  ANY: undefined,
  DELETE: undefined,
  GET: undefined,
  HEAD: undefined,
  OPTIONS: undefined,
  PATCH: undefined,
  POST: undefined,
  PUT: undefined,
}

/** The first literal is in the node itself: most have no other, and a table is several more places to look at. */
class Node<T> {
  literal = ''
  next: Node<T> | null = null
  others: Map<string, Node<T>> | null = null
  param: Node<T> | null = null
  verbs: Verbs<T> | null = null
  greedy: Verbs<T> | null = null

  child(segment: string): Node<T> | undefined {
    if (this.next && this.literal === segment) return this.next
    return this.others?.get(segment)
  }

  grow(segment: string): Node<T> {
    const known = this.child(segment)
    if (known) return known
    const node = new Node<T>()
    if (this.next) {
      this.others ??= new Map()
      this.others.set(segment, node)
    } else {
      this.literal = sharedText(segment)
      this.next = node
    }
    return node
  }
}

export interface Match<T> {
  target: T
  /** as the client wrote them, percent-encoded */
  parameters: Record<string, string>
}

export class Router<T> {
  readonly #root = new Node<T>()

  /** `path` as a Resource has it: `/pets/{id}/{rest+}`. */
  add(path: string, verb: string, target: T): void {
    let node = this.#root
    const names: string[] = []
    const segments = path.split('/').filter((segment) => segment !== '')
    for (const [at, segment] of segments.entries()) {
      const name = /^\{([^}+]+)(\+?)\}$/.exec(segment)
      if (!name) {
        node = node.grow(segment)
        continue
      }
      names.push(sharedText(name[1]!))
      if (name[2] && at === segments.length - 1) {
        node.greedy ??= { ...NONE }
        node.greedy[verb] = { target, names }
        return
      }
      node.param ??= new Node()
      node = node.param
    }
    node.verbs ??= { ...NONE }
    node.verbs[verb] = { target, names }
  }

  /** `path` percent-encoded, starting with `/`. */
  match(path: string, verb: string): Match<T> | null {
    if (verb === 'ANY' || !Object.hasOwn(NONE, verb)) return null
    let start = 0
    while (path.charCodeAt(start) === 47) start++
    let end = path.length
    while (end > start && path.charCodeAt(end - 1) === 47) end--
    const values: string[] = []
    const found =
      end === start ? pick(this.#root.verbs, verb) : walk(this.#root, path, start, end, verb, values)
    if (!found) return null
    const { target, names } = found
    const parameters: Record<string, string> = {}
    for (let at = 0; at < names.length; at++) parameters[names[at]!] = values[at]!
    return { target, parameters }
  }
}

const pick = <T>(verbs: Verbs<T> | null, verb: string): Leaf<T> | null => verbs?.[verb] ?? verbs?.ANY ?? null

/** `values` are those of the parameters on the way here; those of a way that leads nowhere are taken off again. */
function walk<T>(
  node: Node<T>,
  path: string,
  start: number,
  end: number,
  verb: string,
  values: string[],
): Leaf<T> | null {
  if (start > end) return pick(node.verbs, verb)
  const slash = path.indexOf('/', start)
  const stop = slash < 0 || slash > end ? end : slash
  const segment = path.slice(start, stop)
  // a literal is the same resource however its characters are written: back ends decode them, so its protection must hold
  const literal =
    node.child(segment) ?? (segment.includes('%') ? node.child(decodePercent(segment)) : undefined)
  const byLiteral = literal && walk(literal, path, stop + 1, end, verb, values)
  if (byLiteral) return byLiteral
  if (node.param && segment !== '') {
    values.push(segment)
    const byParam = walk(node.param, path, stop + 1, end, verb, values)
    if (byParam) return byParam
    values.pop()
  }
  const rest = pick(node.greedy, verb)
  if (rest) values.push(path.slice(start, end))
  return rest
}
