/**
 * Routing: a trie over the resources of a deployment. A literal segment wins over `{param}`, that over `{proxy+}`; a branch
 * that has no method for the verb is left for the next one, so `GET /pets` and `ANY /{proxy+}` share `POST /pets` as Amazon
 * does. Segments are split before they are decoded: an encoded slash does not split one. Case counts. One trailing slash or
 * several are ignored; an empty segment elsewhere only matches inside `{proxy+}`.
 */
import { decodePercent } from './query.ts'

export interface Route<T> {
  /** by verb; `ANY` for the rest. Names with each: an imported API may name a variable otherwise for another verb. */
  verbs: Map<string, { target: T; names: string[] }>
}

interface Node<T> {
  literals: Map<string, Node<T>>
  param?: Node<T>
  greedy?: Route<T>
  route?: Route<T>
}

export interface Match<T> {
  target: T
  /** as the client wrote them, percent-encoded */
  parameters: Record<string, string>
}

/** Amazon's ANY stands for these seven; nothing else is routed. */
const VERBS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'])

export class Router<T> {
  readonly #root: Node<T> = { literals: new Map() }

  /** `path` as a Resource has it: `/pets/{id}/{rest+}`. */
  add(path: string, verb: string, target: T): void {
    let node = this.#root
    const names: string[] = []
    const segments = path.split('/').filter((segment) => segment !== '')
    for (const [at, segment] of segments.entries()) {
      const name = /^\{([^}+]+)(\+?)\}$/.exec(segment)
      if (!name) {
        const next: Node<T> = node.literals.get(segment) ?? { literals: new Map() }
        node.literals.set(segment, next)
        node = next
        continue
      }
      names.push(name[1]!)
      if (name[2] && at === segments.length - 1) {
        node.greedy ??= { verbs: new Map() }
        node.greedy.verbs.set(verb, { target, names })
        return
      }
      node.param ??= { literals: new Map() }
      node = node.param
    }
    node.route ??= { verbs: new Map() }
    node.route.verbs.set(verb, { target, names })
  }

  /** `path` percent-encoded, starting with `/`. */
  match(path: string, verb: string): Match<T> | null {
    if (!VERBS.has(verb)) return null
    let start = 0
    while (path.charCodeAt(start) === 47) start++
    let end = path.length
    while (end > start && path.charCodeAt(end - 1) === 47) end--
    const values: string[] = []
    const found =
      end === start ? pick(this.#root.route, verb, []) : walk(this.#root, path, start, end, verb, values)
    if (!found) return null
    const parameters: Record<string, string> = {}
    found.names.forEach((name, at) => {
      parameters[name] = found.values[at]!
    })
    return { target: found.target, parameters }
  }
}

interface Found<T> {
  target: T
  names: string[]
  values: string[]
}

function pick<T>(route: Route<T> | undefined, verb: string, values: string[]): Found<T> | null {
  const found = route?.verbs.get(verb) ?? route?.verbs.get('ANY')
  return found ? { ...found, values } : null
}

function walk<T>(
  node: Node<T>,
  path: string,
  start: number,
  end: number,
  verb: string,
  values: string[],
): Found<T> | null {
  if (start > end) return pick(node.route, verb, values)
  const slash = path.indexOf('/', start)
  const stop = slash < 0 || slash > end ? end : slash
  const segment = path.slice(start, stop)
  // a literal is the same resource however its characters are written: back ends decode them, so its protection must hold
  const literal =
    node.literals.get(segment) ??
    (segment.includes('%') ? node.literals.get(decodePercent(segment)) : undefined)
  const byLiteral = literal && walk(literal, path, stop + 1, end, verb, values)
  if (byLiteral) return byLiteral
  const byParam =
    node.param && segment !== '' && walk(node.param, path, stop + 1, end, verb, [...values, segment])
  if (byParam) return byParam
  return pick(node.greedy, verb, [...values, path.slice(start, end)])
}
