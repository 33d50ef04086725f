import type { BasePathMapping } from '../../core/documents.ts'
import { listedPaths, type PatchRule } from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { text } from '../../core/shape.ts'
import { label, parentOf } from '../../store/documents.ts'
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

  born: ({ basePath, restApiId, stage }) =>
    without<BasePathMapping>(
      {
        basePath: (basePath as string) || '(none)',
        restApiId: restApiId as string,
        stage: stage as string | undefined,
      },
      'stage',
    ),
  patch: {
    refusal: listedPaths,
    rules: { '/basePath': put('basePath', '(none)'), '/restapiId': put('restApiId'), '/stage': put('stage') },
  },
  async check({ basePath, restApiId, stage }, { tx }) {
    if (/^\/|\/$|\/\//.test(basePath))
      throw badRequest(
        "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.",
      )
    if (basePath.length > 300 || !/^[\w$.+!*'()/-]+$/.test(basePath))
      throw badRequest("Base path can only contain letters, numbers and the characters $-_.+!*'()")
    const api = `/restapis/${label(restApiId)}`
    if (!restApiId || !(await tx.get(api))) throw badRequest('Invalid REST API identifier specified')
    if (stage && !(await tx.get(`${api}/stages/${label(stage)}`)))
      throw badRequest('Invalid stage identifier specified')
  },
  made: (mapping, { tx, path }) => refer(tx, mapped(mapping), path),
  changed(mapping, { tx, path }, before) {
    unrefer(tx, mapped(before), `${parentOf(path)}/${label(before.basePath)}`)
    refer(tx, mapped(mapping), path)
  },
  leaving: (mapping, { tx, path }) => unrefer(tx, mapped(mapping), path),
})
