/** What a kind of resource says of itself. `crud.ts` does the rest; no kind's name stands there. */
import type { Strings } from '../core/documents.ts'
import type { PatchTable } from '../core/patch.ts'
import type { Problem } from '../core/problem.ts'
import type { Fields, Values } from '../core/shape.ts'
import type { Platform } from '../platform.ts'
import type { Row, Transaction } from '../store/documents.ts'
import type { Counted } from './limits.ts'
import type { Kinds } from './nest.ts'

export type Verb = 'create' | 'put' | 'get' | 'list' | 'update' | 'delete'

/** What a kind's rules may know of the request; `tx` reads and writes inside the operation's one write set. */
export interface Scope {
  verb: Verb
  region: string
  accountId: string
  /** epoch seconds */
  now: number
  labels: Strings
  query: Values
  /** the document's own path */
  path: string
  tx: Transaction
  platform: Platform
  kinds: Kinds
}

/** The part of a scope that there is on reading. */
export type Sight = Omit<Scope, 'tx' | 'path' | 'now' | 'kinds'>

export interface Kind<Doc = Values> {
  /** as Amazon names it: `Model` makes CreateModel, GetModel, GetModels, UpdateModel, DeleteModel */
  name: string
  plural?: string
  /** the document's path; labels are Amazon's member names */
  path: string
  verbs: readonly Verb[]
  /** other first words than the verb, e.g. { create: 'Generate' } */
  says?: Partial<Record<Verb, string>>
  /** other paths than the document's (get, put, update, delete) or its collection's (create, list) */
  routes?: Partial<Record<Verb, string>>
  /** other statuses than 201 (create, put), 200 (get, list, update) and 202 (delete) */
  status?: Partial<Record<Verb, number>>
  /** the document's own labels, where a request's labels and query name it together */
  addressed?(labels: Strings, query: Values): Strings
  /** constraints on labels; text by default */
  labels?: Fields
  query?: Partial<Record<Verb, Fields>>
  /** the body of create or put */
  fields?: Fields

  /** the member that is the last label of the path */
  key: string
  /** how many characters a made id has; without it the key is given */
  idLength?: number
  /** how many there may be in one collection */
  limit?: Counted

  /** the problem of a document that is not there */
  absent(label: string, sight: Sight): Problem
  /** kinds whose absence is told before, outermost first; by default the parent for create, put and list, none for the others */
  within?: Partial<Record<Verb, readonly string[]>>
  /** other words for a missing parent */
  orphan?: Partial<Record<Verb, (sight: Sight) => Problem>>
  /** the problem of creating one that is there; without it a put replaces the document and all below it, once that may go */
  taken?(doc: Doc): Problem

  /** the document from what was sent: defaults, and what is made once (id, dates) */
  born?(sent: Values, scope: Scope): Doc
  patch?: PatchTable
  /** the body of an update that names members, as apigatewayv2 has it, in place of patch operations; and what it makes */
  changes?: Fields
  merge?(doc: Doc, sent: Values): Doc
  /** rules on the whole document, after create and update alike */
  check?(doc: Doc, scope: Scope, before?: Doc): void | Promise<void>
  /** what else is made with a new one, in the same write set; `sent` is the request's body */
  made?(doc: Doc, scope: Scope, sent: Values): void | Promise<void>
  /** what else changes with a changed one */
  changed?(doc: Doc, scope: Scope, before: Doc): void | Promise<void>
  /** may it go? and what goes with it */
  leaving?(doc: Doc, scope: Scope): void | Promise<void>

  /** documents that exist without being stored: all keys of a collection, and each as it is, given what is stored */
  standing?: { keys: readonly string[]; make(key: string, stored: ReadonlyMap<string, Doc>): Doc }
  /** how it hangs in its parent's answer: in a map by its key, or as the one value of a member */
  inside?: { member: string; as: 'map' | 'value' }
  /** its answer holds the documents below it */
  nests?: boolean
  /** lists are not cut into pages */
  unpaged?: boolean
  /** lists begin with what was made last */
  newestFirst?: boolean
  /** the keys that a list is narrowed to; undefined for all */
  among?(sight: Sight, range: (path: string) => Promise<Row[]>): Promise<ReadonlySet<string> | undefined>
  /** what a list shows in place of what is stored, where the query asks for that */
  unstored?(
    sight: Sight,
    range: (path: string) => Promise<Row[]>,
    kinds: Kinds,
  ): Promise<Partial<Doc>[] | undefined>
  /** does a list show it? Asked where the query names more than a page, or always with `sifts` */
  matches?(doc: Doc, query: Values): boolean
  sifts?: boolean
  /** opens what is sealed at rest, as far as it will be answered; not for kinds that hang in their parent's answer */
  open?(doc: Doc, sight: Sight): Promise<Doc>
  /** what Amazon adds, hides or computes on answering */
  view?(doc: Doc, sight: Sight): Values
}

/** A descriptor whose hooks are typed by its document, as the table holds it. */
export const kind = <Doc extends object>(descriptor: Kind<Doc>): Kind => descriptor as unknown as Kind

/** Members that are neither undefined nor, as far as they are named, empty. */
export function without<T extends object>(doc: T, ...empty: (keyof T)[]): T {
  const result = { ...doc }
  for (const name of Object.keys(result) as (keyof T)[]) if (result[name] === undefined) delete result[name]
  for (const name of empty) {
    const value = result[name]
    const bare = typeof value === 'object' && value !== null && Object.keys(value).length === 0
    if (bare || value === '' || value === null) delete result[name]
  }
  return result
}
