/**
 * API mappings: base path mappings under an id, and of several levels (guide: rest-api-mappings). The document is that of
 * kinds/base-path-mapping.ts, so that each API shows what the other has made.
 */
import type { BasePathMapping, DomainName, Strings } from '../../core/documents.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { text } from '../../core/shape.ts'
import { parentOf } from '../../store/documents.ts'
import type { Call, Desk } from '../desk.ts'
import { type Kind, kind, without } from '../kind.ts'
import { checkMapped, isBasePath, basePathMapping as untyped } from '../kinds/base-path-mapping.ts'
import { collection, fill } from '../paths.ts'
import { checkManaged } from './domain-name.ts'

const first = untyped as object as Kind<BasePathMapping>
const COLLECTION = '/domainnames/{domainName}/apimappings'
const ONE = `${COLLECTION}/{apiMappingId}`

const absent = () => notFound('Invalid API mapping identifier specified')
const idOf = ({ apiMappingId, basePath }: BasePathMapping): string => apiMappingId ?? basePath

export const apiMapping = kind<BasePathMapping>({
  ...first,
  addressed: undefined,
  query: {},
  routes: { create: COLLECTION, list: COLLECTION, get: ONE, update: ONE, delete: ONE },
  status: { delete: 204 },
  fields: { 'apiId!': text, apiMappingKey: text, 'stage!': text },
  changes: { 'apiId!': text, apiMappingKey: text, stage: text },
  absent,
  taken: () => conflict('ApiMapping key already exists for this domain name'),
  born: ({ apiId, apiMappingKey, stage }, scope) =>
    first.born!({ basePath: apiMappingKey, restApiId: apiId, stage }, scope),
  merge: (mapping, { apiId, apiMappingKey, stage }) => ({
    apiMappingId: idOf(mapping),
    basePath: ((apiMappingKey ?? mapping.basePath) as string) || '(none)',
    restApiId: apiId as string,
    stage: (stage as string | undefined) ?? mapping.stage,
  }),
  async check(mapping, { tx, path, labels }, before) {
    checkIsNamed(before, labels)
    checkManaged((await tx.get<DomainName>(parentOf(parentOf(path))))!)
    if (mapping.basePath !== '(none)' && !isBasePath(mapping.basePath))
      throw badRequest("An ApiMapping key may contain only letters, numbers and one of $-_.+!*'(),")
    if (!mapping.stage) throw badRequest('Invalid stage identifier specified')
    await checkMapped(mapping, tx)
  },
  leaving(mapping, scope) {
    checkIsNamed(mapping, scope.labels)
    return first.leaving!(mapping, scope)
  },
  view: (mapping) =>
    without({
      apiId: mapping.restApiId,
      apiMappingId: idOf(mapping),
      apiMappingKey: mapping.basePath === '(none)' ? '' : mapping.basePath,
      stage: mapping.stage,
    }),
})

/** The labels of a mapping's document, where a request names it by its id. */
export async function byId({ region, labels }: Call, { store }: Desk): Promise<Strings> {
  if (labels.apiMappingId === undefined) return labels
  const rows = await store.documents.list<BasePathMapping>(region, fill(collection(first.path), labels))
  const found = rows.find(({ body }) => idOf(body) === labels.apiMappingId)
  return { ...labels, basePath: found?.body.basePath ?? '' }
}

/** Between the look-up by id and the write another may have taken the mapping's path. */
function checkIsNamed(mapping: BasePathMapping | undefined, { apiMappingId }: Strings): void {
  if (mapping && idOf(mapping) !== apiMappingId) throw absent()
}
