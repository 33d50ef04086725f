/** GetExport: the API as a stage serves it, in the documentation version that the stage publishes. */
import type { ApiDefinition, DocumentationPart, Stage } from '../../core/documents.ts'
import { type ExportType, writeOpenApi } from '../../core/openapi/write.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import { textMap } from '../../core/shape.ts'
import type { Operation } from '../desk.ts'
import { fill } from '../paths.ts'
import { Download } from '../wire.ts'

const STAGE = '/restapis/{restApiId}/stages/{stageName}'
const VERSION = '/restapis/{restApiId}/documentation/versions/{documentationVersion}'

/** JSON unless YAML is asked for; a header that takes anything takes JSON. */
function formatOf(accept: string | null): string {
  const asked = (accept ?? '').toLowerCase()
  if (asked.includes('yaml')) return 'application/yaml'
  if (
    asked === '' ||
    asked.includes('json') ||
    asked.includes('*/*') ||
    asked.includes('application/octet-stream')
  )
    return 'application/json'
  throw badRequest(`Unsupported media type '${accept}'. Valid options are application/json, application/yaml`)
}

export const EXPORT: Operation = {
  name: 'GetExport',
  method: 'GET',
  path: `${STAGE}/exports/{exportType}`,
  status: 200,
  input: { query: { parameters: textMap } },
  async run({ region, labels, query, headers }, { store }) {
    const { documents, deployments } = store
    const { restApiId = '', stageName = '' } = labels
    const stage = await documents.get<Stage>(region, fill(STAGE, labels))
    if (!stage) throw notFound('Invalid stage identifier specified')
    const { api } = await deployments.deployed(stage.deploymentId)
    const version =
      stage.documentationVersion === undefined
        ? undefined
        : await documents.get<{ version: string; createdDate: number; parts?: DocumentationPart[] }>(
            region,
            fill(VERSION, { ...labels, documentationVersion: stage.documentationVersion }),
          )
    const parameters = (query.parameters ?? {}) as Record<string, string | undefined>
    const exported = writeOpenApi(api.definition as ApiDefinition, {
      exportType: labels.exportType as ExportType,
      accepts: formatOf(headers.get('accept')),
      extensions: new Set((parameters.extensions ?? '').split(',').map((name) => name.trim().toLowerCase())),
      stage: stageName,
      region,
      host: `${restApiId}.execute-api.${region}.amazonaws.com`,
      ...(version && { documentation: { ...version, parts: version.parts ?? [] } }),
    })
    return new Download(exported.body, {
      'content-type': exported.contentType,
      'content-disposition': exported.contentDisposition,
    })
  },
}
