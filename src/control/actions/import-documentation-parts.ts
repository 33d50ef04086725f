/** ImportDocumentationParts: the documentation of a definition, over what an API has. */
import type { DocumentationPart } from '../../core/documents.ts'
import { mergeDocumentation, type PutMode } from '../../core/openapi/merge.ts'
import { readDocumentationParts } from '../../core/openapi/read.ts'
import { notFound } from '../../core/problem.ts'
import { flag, oneOf } from '../../core/shape.ts'
import { apiPath } from '../definition.ts'
import type { Operation } from '../desk.ts'
import { idMaker, textOf } from './import-rest-api.ts'

export const IMPORT_DOCUMENTATION_PARTS: Operation = {
  name: 'ImportDocumentationParts',
  method: 'PUT',
  path: '/restapis/{restApiId}/documentation/parts',
  status: 200,
  input: { query: { mode: oneOf('merge', 'overwrite'), failonwarnings: flag }, body: 'bytes' },
  async run(call, desk) {
    const { restApiId = '' } = call.labels
    const root = apiPath(restApiId)
    return desk.store.documents.write(call.region, root, async (tx) => {
      const stored = await tx.list<DocumentationPart>(`${root}/documentation/parts`)
      const existing = stored.map(({ body }) => body)
      const { parts, warnings } = readDocumentationParts(textOf(call.bytes), {
        failOnWarnings: call.query.failonwarnings === true,
        newId: idMaker(desk, existing),
      })
      if (!(await tx.get(root)))
        throw notFound(`Invalid API identifier specified ${desk.platform.settings.accountId}:${restApiId}`)
      const merged = mergeDocumentation(existing, parts, (call.query.mode ?? 'merge') as PutMode)
      const kept = new Set(merged.map((part) => part.id))
      for (const { path, body } of stored) if (!kept.has(body.id)) tx.delete(path)
      for (const part of merged) tx.put(`${root}/documentation/parts/${part.id}`, 'DocumentationPart', part)
      const ids = merged.slice(merged.length - parts.length).map((part) => part.id)
      return warnings.length ? { ids, warnings } : { ids }
    })
  },
}
