import type { Method, Resource } from '../../core/documents.ts'
import { listedPaths, type PatchRule } from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { BAD_PART, belowGreedy, isGreedy, isPathPart } from '../../core/rules/path-part.ts'
import { text, texts, type Values } from '../../core/shape.ts'
import { parentOf } from '../../store/documents.ts'
import { kind, type Scope } from '../kind.ts'
import { up } from '../paths.ts'

const noResource = () => notFound('Invalid Resource identifier specified')

const isVariable = (part: string) => part.startsWith('{')

const own: PatchRule = {
  ops: ['replace'],
  apply(draft, { at, value = '' }) {
    const [name] = at as [string]
    if (draft.parentId === undefined) throw badRequest(`Root resource cannot update its ${name}.`)
    draft[name] = value
  },
}

export const resource = kind<Resource>({
  name: 'Resource',
  path: '/restapis/{restApiId}/resources/{resourceId}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  routes: { create: '/restapis/{restApiId}/resources/{parentId}' },
  query: { get: { embed: texts }, list: { embed: texts } },
  fields: { 'pathPart!': text },
  key: 'id',
  idLength: 6,
  limit: 'resources',
  absent: noResource,
  orphan: { create: noResource },
  nests: true,
  born: ({ id, pathPart }, { labels }) => ({
    id: id as string,
    parentId: labels.parentId,
    path: '',
    pathPart: pathPart as string,
  }),
  patch: { refusal: listedPaths, rules: { '/parentId': own, '/pathPart': own } },
  check,

  /** the paths of all below follow a move */
  async changed(resource, { tx, path }, before) {
    if (before.path === resource.path) return
    for (const below of descendants(resource.id, await siblings(tx, path)))
      tx.put(`${parentOf(path)}/${below.id}`, 'Resource', {
        ...below,
        path: resource.path + below.path.slice(before.path.length),
      })
  },

  async leaving(resource, { tx, path }) {
    if (resource.parentId === undefined) throw badRequest('Root resource cannot be deleted')
    for (const below of descendants(resource.id, await siblings(tx, path)))
      tx.delete(`${parentOf(path)}/${below.id}`)
  },

  /** without `embed=methods` the methods are named, no more (recorded) */
  view(resource, { verb, query }) {
    const methods = resource.resourceMethods
    const embedded = ((query.embed ?? []) as string[]).includes('methods')
    if (!methods || (embedded && verb !== 'update')) return resource as object as Values
    return {
      ...resource,
      resourceMethods: Object.fromEntries(Object.keys(methods).map((verb) => [verb, {}])),
    }
  },
})

/** Completes the path, and holds Amazon's rules on path parts. */
async function check(resource: Resource, { tx, path }: Scope, before?: Resource): Promise<void> {
  const { id, parentId, pathPart = '' } = resource
  if (parentId === undefined || (before && before.parentId === parentId && before.pathPart === pathPart))
    return
  const all = await siblings(tx, path)
  const parent = all.find((other) => other.id === parentId)
  if (!parent) throw noResource()
  if (!pathPart) throw badRequest("Resource's path part must be specified")
  if (!isPathPart(pathPart)) throw badRequest(BAD_PART)
  if (isGreedy(parent.pathPart ?? '')) throw badRequest(belowGreedy(parent.pathPart!))
  const below = descendants(id, all)
  if (parentId === id || below.includes(parent)) throw badRequest('Resources cannot be cyclical.')
  if (isGreedy(pathPart) && below.length > 0) throw badRequest(belowGreedy(pathPart))
  for (const other of all) {
    if (other.parentId !== parentId || other.id === id) continue
    if (other.pathPart === pathPart)
      throw conflict(`Another resource with the same parent already has this name: ${pathPart}`)
    if (isVariable(pathPart) && isVariable(other.pathPart ?? ''))
      throw badRequest(
        `A sibling (${other.pathPart}) of this resource already has a variable path part -- only one is allowed`,
      )
  }
  resource.path = `${parent.path === '/' ? '' : parent.path}/${pathPart}`
}

/** All resources of the API, without their methods. */
async function siblings(tx: Scope['tx'], path: string): Promise<Resource[]> {
  return (await tx.list<Resource>(parentOf(path))).map(({ body }) => body)
}

function descendants(id: string, all: readonly Resource[]): Resource[] {
  const children = all.filter((other) => other.parentId === id)
  return children.flatMap((child) => [child, ...descendants(child.id, all)])
}

/** Every method of an API with its resource's path, for rules that ask who uses something. */
export async function methodsOf(
  tx: Scope['tx'],
  apiPath: string,
): Promise<{ path: string; where: string; method: Method; responses: Values[] }[]> {
  const rows = await tx.range(`${apiPath}/resources`)
  const paths = new Map<string, string>()
  const responses = new Map<string, Values[]>()
  for (const { kind, path, body } of rows) {
    if (kind === 'Resource') paths.set(path, (body as Resource).path)
    if (kind !== 'MethodResponse') continue
    const method = up(path, 2)
    responses.set(method, [...(responses.get(method) ?? []), body as Values])
  }
  return rows
    .filter((row) => row.kind === 'Method')
    .map(({ path: at, body }) => {
      const method = body as Method
      const path = paths.get(up(at, 2))!
      return { path, where: `${path}/${method.httpMethod}`, method, responses: responses.get(at) ?? [] }
    })
}
