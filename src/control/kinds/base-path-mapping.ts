import type { BasePathMapping } from '../../core/documents.ts'
import { listedPaths, type PatchRule } from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { text } from '../../core/shape.ts'
import { label, parentOf, type Transaction } from '../../store/documents.ts'
import { freshRandomId } from '../ids.ts'
import { kind, without } from '../kind.ts'
import { refer, unrefer } from '../references.ts'
import { addressed, mapped } from './domain-name.ts'

const WITH_ID = { domainNameId: text }
const DOMAIN = ['DomainName']

const put = (name: keyof BasePathMapping, whenEmpty?: string): PatchRule => ({
  ops: ['replace'],
  apply(draft, { value }) {
    draft[name] = value || whenEmpty
  },
})

export const basePathMapping = kind<BasePathMapping>({
  name: 'BasePathMapping',
  path: '/domainnames/{domainName}/basepathmappings/{basePath}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  addressed,
  query: { create: WITH_ID, get: WITH_ID, list: WITH_ID, update: WITH_ID, delete: WITH_ID },
  fields: { basePath: text, 'restApiId!': text, stage: text },
  key: 'basePath',
  limit: 'basePathMappings',
  absent: () => notFound('Invalid base path mapping identifier specified'),
  within: { create: DOMAIN, list: DOMAIN, get: DOMAIN, update: DOMAIN, delete: DOMAIN },
  taken: () => conflict('Base path already exists for this domain name'),

  born: ({ basePath, restApiId, stage }, { platform }) =>
    without<BasePathMapping>(
      {
        apiMappingId: freshRandomId(6, platform.random),
        basePath: (basePath as string) || '(none)',
        restApiId: restApiId as string,
        stage: stage as string | undefined,
      },
      'stage',
    ),
  patch: {
    refusal: listedPaths,
    rules: {
      '/basePath': put('basePath', '(none)'),
      '/restapiId': put('restApiId'),
      '/stage': put('stage'),
      // as the table of patch operations spells it
      '/basepath': put('basePath', '(none)'),
    },
  },
  async check(mapping, { tx }, before) {
    const { basePath } = mapping
    // one of several levels, made by apigatewayv2, may keep its path
    if (basePath.includes('/') && basePath !== before?.basePath)
      throw badRequest(
        "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.",
      )
    if (!isBasePath(basePath))
      throw badRequest("Base path can only contain letters, numbers and the characters $-_.+!*'()")
    await checkMapped(mapping, tx)
  },
  made: (mapping, { tx, path }) => refer(tx, mapped(mapping), path),
  changed(mapping, { tx, path }, before) {
    unrefer(tx, mapped(before), `${parentOf(path)}/${label(before.basePath)}`)
    refer(tx, mapped(mapping), path)
  },
  leaving: (mapping, { tx, path }) => unrefer(tx, mapped(mapping), path),
  view: ({ apiMappingId: _, ...shown }) => shown,
})

/** Up to 300 characters, in levels that are not empty (guide: rest-api-mappings). */
export const isBasePath = (basePath: string): boolean =>
  basePath.length <= 300 && /^[\w$.+!*'()-]+(?:\/[\w$.+!*'()-]+)*$/.test(basePath)

/** Throws unless the API and the stage that it maps are there. */
export async function checkMapped({ restApiId, stage }: BasePathMapping, tx: Transaction): Promise<void> {
  const api = `/restapis/${label(restApiId)}`
  if (!restApiId || !(await tx.get(api))) throw badRequest('Invalid REST API identifier specified')
  if (stage && !(await tx.get(`${api}/stages/${label(stage)}`)))
    throw badRequest('Invalid stage identifier specified')
}
