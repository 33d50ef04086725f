/** The tree of resources that paths make. Amazon allows one variable at a place; see `refuseClash`. */
import type { Resource } from '../documents.ts'
import { BAD_PART, belowGreedy, isGreedy, isPathPart } from '../rules/path-part.ts'
import { segmentsOf } from './base-path.ts'
import type { Findings } from './findings.ts'
import { unreadable } from './parse.ts'

/** A path with its variables' names left out: what it matches. */
export const shapeOf = (path: string): string => path.replace(/\{[^{}/]*?(\+?)\}/g, '{$1}')

/** What Amazon says of a path that another of the same shape is there already. */
export function clashing(path: string, other: string): string {
  const mine = segmentsOf(path)
  const sibling = segmentsOf(other).find((part, index) => part !== mine[index])
  return (
    `Unable to create resource at path '${path}': A sibling (${sibling}) of this resource already has a variable path ` +
    'part -- only one is allowed'
  )
}

/** Each resource holds its whole path, so that the length of one costs its square. */
const DEEPEST = 40
const LONGEST = 2048

export class Resources {
  readonly list: Resource[] = []
  readonly root: Resource
  readonly #byPath = new Map<string, Resource>()
  /** parent path -> its child that is a variable */
  readonly #variables = new Map<string, string>()
  /** verb and path with variables' names left out -> the path that has that method */
  readonly #shapes = new Map<string, string>()
  readonly #findings: Findings
  readonly #newId: (length: 6 | 10) => string

  constructor(findings: Findings, newId: (length: 6 | 10) => string) {
    this.#findings = findings
    this.#newId = newId
    this.root = { id: newId(10), path: '/' }
    this.list.push(this.root)
    this.#byPath.set('/', this.root)
  }

  /** The resource at `path`, with those above it. @param pointer where the path is written */
  at(path: string, pointer: string): Resource {
    let parent = this.root
    const parts = segmentsOf(path)
    if (parts.length > DEEPEST || path.length > LONGEST)
      throw unreadable(pointer.slice(0, 200), `A path has at most ${DEEPEST} parts and ${LONGEST} characters`)
    for (const part of parts) {
      const full = parent === this.root ? `/${part}` : `${parent.path}/${part}`
      parent = this.#byPath.get(full) ?? this.#add(part, full, parent, pointer)
    }
    return parent
  }

  #add(part: string, path: string, parent: Resource, pointer: string): Resource {
    if (isGreedy(parent.pathPart ?? ''))
      this.#findings.error(
        `Unable to create resource at path '${path}': ${belowGreedy(parent.pathPart!)}`,
        pointer,
      )
    if (!isPathPart(part))
      this.#findings.warn(`Resource at path '${path}': ${BAD_PART}. It is matched as it is written.`)
    if (part.startsWith('{')) {
      const sibling = this.#variables.get(parent.path)
      if (sibling === undefined) this.#variables.set(parent.path, part)
      else
        this.#findings.note(
          'A resource with another variable path part beside it, of which Amazon allows only one, is kept',
          pointer,
        )
    }
    const resource: Resource = { id: this.#newId(6), parentId: parent.id, pathPart: part, path }
    this.list.push(resource)
    this.#byPath.set(path, resource)
    return resource
  }

  /** Two methods whose paths differ in nothing but their variables' names match the same calls: refused, as Amazon does. */
  refuseClash(verb: string, { path }: Resource, pointer: string): void {
    const shape = `${verb} ${shapeOf(path)}`
    const other = this.#shapes.get(shape)
    if (other === undefined) this.#shapes.set(shape, path)
    else if (other !== path) this.#findings.error(clashing(path, other), pointer)
  }
}
