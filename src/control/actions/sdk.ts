/** GetSdk: no SDKs are generated yet, and its answer says so once all that was asked for is there. */
import { badRequest, notFound } from '../../core/problem.ts'
import { textMap } from '../../core/shape.ts'
import type { Operation } from '../desk.ts'
import { makeSdkType } from '../kinds/sdk-type.ts'
import { fill } from '../paths.ts'

export const SDK: Operation = {
  name: 'GetSdk',
  method: 'GET',
  path: '/restapis/{restApiId}/stages/{stageName}/sdks/{sdkType}',
  status: 200,
  input: { query: { parameters: textMap } },
  async run({ region, labels, query }, { store }) {
    const stage = await store.documents.get(region, fill('/restapis/{restApiId}/stages/{stageName}', labels))
    if (!stage) throw notFound('Invalid stage identifier specified')
    const { configurationProperties } = makeSdkType(labels.sdkType ?? '')
    const given = (query.parameters ?? {}) as Record<string, string>
    const missing = configurationProperties.find(({ name, required }) => required && !given[name])
    if (missing) throw badRequest(`Missing required parameter ${missing.name}`)
    throw badRequest(
      'This version of Edgeway does not generate SDKs. GetExport gives the OpenAPI definition that generators read.',
    )
  },
}
