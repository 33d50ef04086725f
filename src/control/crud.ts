/** Create, put, get, list, update and delete over any kind: what its descriptor says, in one write set. */
import type { Strings } from '../core/documents.ts'
import { applyPatch, type PatchOperation } from '../core/patch.ts'
import { conflict } from '../core/problem.ts'
import type { Values } from '../core/shape.ts'
import { rootOf, type Transaction } from '../store/documents.ts'
import { type Call, type Desk, epochSeconds } from './desk.ts'
import { freshId } from './ids.ts'
import type { Kind, Scope, Sight, Verb } from './kind.ts'
import { keepLimit } from './limits.ts'
import { type Kinds, nest } from './nest.ts'
import { collection, fill, lastLabel } from './paths.ts'
import { pathAt, positionOf } from './position.ts'
import { checkTags } from './tags.ts'

type Run = (call: Call, desk: Desk) => Promise<unknown>

export function crud(kinds: Kinds, kind: Kind): Record<Verb, Run> {
  return {
    create: (call, desk) => make(kinds, kind, 'create', call, desk),
    put: (call, desk) => make(kinds, kind, 'put', call, desk),
    get: (call, desk) => get(kinds, kind, call, desk),
    list: (call, desk) => list(kinds, kind, call, desk),
    update: (call, desk) => update(kinds, kind, call, desk),
    delete: (call, desk) => remove(kinds, kind, call, desk),
  }
}

type Read = (path: string) => Promise<Values | undefined>

function sightOf(verb: Verb, call: Call, { platform }: Desk): Sight {
  const { region, labels, query } = call
  return { verb, region, labels, query, platform, accountId: platform.settings.accountId }
}

const scopeOf = (kinds: Kinds, sight: Sight, tx: Transaction, path: string): Scope => ({
  ...sight,
  kinds,
  tx,
  path,
  now: epochSeconds(sight.platform),
})

/** Throws for the first document above that Amazon would miss. */
async function requireAbove(kinds: Kinds, kind: Kind, sight: Sight, read: Read, byDefault: readonly Kind[]) {
  const { verb, labels } = sight
  const within = kind.within?.[verb]?.map((name) => kinds.get(name)!) ?? byDefault
  for (const above of within)
    if (!(await read(fill(above.path, labels))))
      throw kind.orphan?.[verb]?.(sight) ?? above.absent(labels[lastLabel(above.path)] ?? '', sight)
}

async function absent(kinds: Kinds, kind: Kind, sight: Sight, read: Read): Promise<never> {
  await requireAbove(kinds, kind, sight, read, [])
  throw kind.absent(sight.labels[lastLabel(kind.path)] ?? '', sight)
}

async function show(kind: Kind, document: Values, sight: Sight): Promise<Values> {
  const opened = kind.open ? await kind.open(document, sight) : document
  return kind.view?.(opened, sight) ?? opened
}

/** A made id that another writer took first: another is made. */
class IdTaken extends Error {}

async function make(kinds: Kinds, kind: Kind, verb: 'create' | 'put', call: Call, desk: Desk) {
  checkTags(call.body.tags as Strings | undefined)
  const sight = sightOf(verb, call, desk)
  const { documents } = desk.store
  const parent = fill(collection(kind.path), call.labels)
  for (;;) {
    const { idLength } = kind
    const id =
      verb === 'create' &&
      idLength &&
      (await freshId(documents, call.region, parent, idLength, desk.platform.random))
    try {
      return await documents.write(call.region, rootOf(`${parent}/${id ?? ''}`), async (tx) => {
        const last = lastLabel(kind.path)
        await requireAbove(kinds, kind, sight, (path) => tx.get(path), kinds.above(kind).slice(-1))
        const given = id ? { [kind.key]: id } : call.labels[last] ? { [kind.key]: call.labels[last] } : {}
        const labels = { ...call.labels, ...(id ? { [last]: id } : {}) }
        const scope = scopeOf(kinds, { ...sight, labels }, tx, fill(kind.path, labels))
        const sent = { ...call.body, ...given }
        const document = kind.born?.(sent, scope) ?? sent
        labels[last] = String(document[kind.key] ?? '')
        scope.path = fill(kind.path, labels)
        await kind.check?.(document, scope)
        const before = await tx.get<Values>(scope.path)
        if (before && id && id === document[kind.key]) throw new IdTaken()
        if (before && (verb === 'create' || kind.taken))
          throw kind.taken?.(document) ?? conflict(`${kind.name} already exists`)
        if (before) {
          await kind.leaving?.(before, scope)
          tx.delete(scope.path)
        }
        if (kind.limit && !before) {
          const count = async () => (await documents.count(call.region, parent)) + 1
          await keepLimit(kind.limit, desk.platform, count)
        }
        tx.put(scope.path, kind.name, document)
        await kind.made?.(document, scope, call.body)
        return show(kind, document, sight)
      })
    } catch (error) {
      if (!(error instanceof IdTaken)) throw error
    }
  }
}

async function get(kinds: Kinds, kind: Kind, call: Call, desk: Desk) {
  const sight = sightOf('get', call, desk)
  const { documents } = desk.store
  const path = fill(kind.path, call.labels)
  const read: Read = (at) => documents.get(call.region, at)
  if (kind.nests) {
    const found = nest(await documents.range(call.region, path), kinds, sight).get(path)
    return found ?? absent(kinds, kind, sight, read)
  }
  const found = await read(path)
  if (found) return show(kind, found, sight)
  if (!kind.standing) return absent(kinds, kind, sight, read)
  await requireAbove(kinds, kind, sight, read, [])
  return show(kind, await standing(kind, call, desk), sight)
}

/** A document that exists without being stored. */
async function standing(kind: Kind, call: Call, desk: Desk): Promise<Values> {
  const rows = await desk.store.documents.list<Values>(call.region, fill(collection(kind.path), call.labels))
  return kind.standing!.make(call.labels[lastLabel(kind.path)] ?? '', keyed(kind, rows))
}

const keyed = (kind: Kind, rows: { body: Values }[]) =>
  new Map(rows.map(({ body }) => [String(body[kind.key]), body]))

async function list(kinds: Kinds, kind: Kind, call: Call, desk: Desk) {
  const sight = sightOf('list', call, desk)
  const { documents } = desk.store
  const parent = fill(collection(kind.path), call.labels)
  await requireAbove(kinds, kind, sight, (at) => documents.get(call.region, at), kinds.above(kind).slice(-1))
  const after = pathAt(call.query.position as string | undefined, parent)
  const limit = pageSize(call.query.limit as number | undefined)
  const among = await kind.among?.(sight, (path) => documents.range(call.region, path))
  const { newestFirst = false } = kind
  const narrowed =
    among || kind.sifts || (kind.matches && Object.keys(call.query).some((name) => !(name in PAGE)))
  if (!(narrowed || kind.unpaged || kind.standing || kind.nests)) {
    const rows = await documents.list<Values>(call.region, parent, { after, limit: limit + 1, newestFirst })
    return page(await shown(kind, rows, sight), limit)
  }
  const rows = (await everything(kinds, kind, parent, sight, call, desk)).filter(
    ({ path, body }) =>
      (after === undefined || (newestFirst ? path < after : path > after)) &&
      (kind.matches?.(body, call.query) ?? true) &&
      (among?.has(String(body[kind.key])) ?? true),
  )
  if (newestFirst) rows.reverse()
  const cut = kind.unpaged ? rows : rows.slice(0, limit + 1)
  const answered = kind.nests ? cut : await shown(kind, cut, sight)
  return kind.unpaged ? { item: answered.map(({ body }) => body) } : page(answered, limit)
}

const PAGE = { position: true, limit: true }

const shown = (kind: Kind, rows: { path: string; body: Values }[], sight: Sight) =>
  Promise.all(rows.map(async ({ path, body }) => ({ path, body: await show(kind, body, sight) })))

/** All documents of a collection in path order; those that nest are shown already. */
async function everything(kinds: Kinds, kind: Kind, parent: string, sight: Sight, call: Call, desk: Desk) {
  const { documents } = desk.store
  const unstored = await kind.unstored?.(sight, (path) => documents.range(call.region, path), kinds)
  // numbered in their order, so that pages can be cut
  if (unstored) return unstored.map((body, i) => ({ path: `${parent}/${String(i).padStart(8, '0')}`, body }))
  if (kind.nests) {
    const rows = await documents.range(call.region, parent)
    const own = new Set(rows.filter((row) => row.kind === kind.name).map((row) => row.path))
    const nested = nest(rows, kinds, sight)
    return [...own].map((path) => ({ path, body: nested.get(path)! }))
  }
  const rows = await documents.list<Values>(call.region, parent)
  if (!kind.standing) return rows
  const stored = keyed(kind, rows)
  return [...kind.standing.keys].sort().map((key) => ({
    path: `${parent}/${key}`,
    body: stored.get(key) ?? kind.standing!.make(key, stored),
  }))
}

/** One page: `position` names the last document that it shows. */
function page(rows: { path: string; body: Values }[], limit: number): Values {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    item: shown.map(({ body }) => body),
    ...(rows.length > limit && last ? { position: positionOf(last.path) } : {}),
  }
}

/** 25 unless told, 500 at most; a number that makes no sense is as good as none (recorded for GetApiKeys). */
export const pageSize = (limit: number | undefined): number =>
  limit === undefined || limit < 1 ? 25 : Math.min(limit, 500)

async function update(kinds: Kinds, kind: Kind, call: Call, desk: Desk) {
  const sight = sightOf('update', call, desk)
  const path = fill(kind.path, call.labels)
  return desk.store.documents.write(call.region, rootOf(path), async (tx) => {
    const read: Read = (at) => tx.get(at)
    const stored = await read(path)
    if (!stored && !kind.standing) await absent(kinds, kind, sight, read)
    if (!stored) await requireAbove(kinds, kind, sight, read, [])
    const before = stored ?? (await standing(kind, call, desk))
    const operations = (call.body.patchOperations ?? []) as PatchOperation[]
    const next = kind.merge
      ? kind.merge(before, call.body)
      : kind.patch
        ? applyPatch(kind.patch, before, operations)
        : before
    const key = lastLabel(kind.path)
    const labels = key ? { ...call.labels, [key]: String(next[kind.key] ?? call.labels[key]) } : call.labels
    const scope = scopeOf(kinds, { ...sight, labels }, tx, fill(kind.path, labels))
    // without operations nothing is written: what stands unset stays unset
    if (operations.length > 0 || kind.merge) {
      await kind.check?.(next, scope, before)
      if (scope.path !== path) {
        if (kind.taken && (await read(scope.path))) throw kind.taken(next)
        tx.delete(path)
      }
      tx.put(scope.path, kind.name, next)
      await kind.changed?.(next, scope, before)
    }
    if (kind.nests) return nest(await tx.range(scope.path), kinds, sight).get(scope.path)
    return show(kind, next, sight)
  })
}

async function remove(kinds: Kinds, kind: Kind, call: Call, desk: Desk): Promise<void> {
  const sight = sightOf('delete', call, desk)
  const path = fill(kind.path, call.labels)
  await desk.store.documents.write(call.region, rootOf(path), async (tx) => {
    const read: Read = (at) => tx.get(at)
    const stored = await read(path)
    if (!stored) return absent(kinds, kind, sight, read)
    await kind.leaving?.(stored, scopeOf(kinds, sight, tx, path))
    tx.delete(path)
  })
}
