import type { DocumentationPart, Stage } from '../../core/documents.ts'
import { listedPaths, member } from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { text } from '../../core/shape.ts'
import { kind } from '../kind.ts'
import { fill } from '../paths.ts'

interface DocumentationVersion {
  version: string
  createdDate: number
  description?: string
  /** the parts as they were, for exports of stages that publish this version; never shown */
  parts?: DocumentationPart[]
}

export const documentationVersion = kind<DocumentationVersion>({
  name: 'DocumentationVersion',
  path: '/restapis/{restApiId}/documentation/versions/{documentationVersion}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  fields: { 'documentationVersion!': text, stageName: text, description: text },
  key: 'version',
  limit: 'documentationVersions',
  absent: () => notFound('Invalid Documentation version specified'),
  taken: () => conflict('Documentation version already exists'),
  born: ({ documentationVersion, description }, { now }) => ({
    version: documentationVersion as string,
    createdDate: now,
    ...(description ? { description: description as string } : {}),
  }),
  patch: { refusal: listedPaths, rules: { '/description': member() } },
  check({ version }) {
    if (!version) throw badRequest('Documentation version must be non-empty')
  },
  async made(version, { tx, labels, path, now }, sent) {
    const stageName = sent.stageName as string | undefined
    const parts = await tx.list<DocumentationPart>(fill('/restapis/{restApiId}/documentation/parts', labels))
    tx.put(path, 'DocumentationVersion', { ...version, parts: parts.map(({ body }) => body) })
    if (!stageName) return
    const stagePath = fill('/restapis/{restApiId}/stages/{stageName}', { ...labels, stageName })
    const stage = await tx.get<Stage>(stagePath)
    if (!stage) throw notFound('Invalid stage identifier specified')
    tx.put(stagePath, 'Stage', { ...stage, documentationVersion: version.version, lastUpdatedDate: now })
  },
  async leaving({ version }, { tx, labels }) {
    for (const { body } of await tx.list<Stage>(fill('/restapis/{restApiId}/stages', labels)))
      if (body.documentationVersion === version)
        throw badRequest(`Documentation version ${version} is published to stage ${body.stageName}`)
  },
  view: ({ parts, ...shown }) => shown,
})
