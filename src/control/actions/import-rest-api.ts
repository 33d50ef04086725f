/** ImportRestApi and PutRestApi: a definition to documents, in one write set or not at all. */
import type { ApiDefinition } from '../../core/documents.ts'
import { mergeDefinition, type PutMode } from '../../core/openapi/merge.ts'
import type { BasePathMode, Imported, ReadOptions } from '../../core/openapi/options.ts'
import { readOpenApi } from '../../core/openapi/read.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import { checkAccessMode } from '../../core/rules/security-policy.ts'
import { flag, oneOf, text, textMap } from '../../core/shape.ts'
import { apiPath, loadDefinition, storeDefinition } from '../definition.ts'
import { type Call, type Desk, epochSeconds, type Operation } from '../desk.ts'
import { freshId, idAfter } from '../ids.ts'
import { kinds } from '../kinds/registry.ts'
import { newRestApi, rootId, showRestApi } from '../kinds/rest-api.ts'
import { checkPolicyLength } from '../policy-text.ts'

const QUERY = { failonwarnings: flag, parameters: textMap }

/** A body's text. What is not UTF-8 becomes replacement characters, which no key of OpenAPI has. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Ids of each length in ascending order, behind those that are there: lists come in the order of the definition. */
export function idMaker(desk: Desk, used: readonly { id: string }[] = []): ReadOptions['newId'] {
  const last: Record<number, string | undefined> = {}
  for (const { id } of used) if (!last[id.length] || id > last[id.length]!) last[id.length] = id
  return (length) => {
    if (length === 10) return rootId(desk.platform)
    const id = idAfter(last[length], length, desk.platform.random)
    last[length] = id
    return id
  }
}

function read(call: Call, desk: Desk, restApiId: string, used: readonly { id: string }[] = []): Imported {
  const { basepath, ignore, endpointConfigurationTypes, vpcEndpointIds } = (call.query.parameters ??
    {}) as Record<string, string | undefined>
  const imported = readOpenApi(textOf(call.bytes), {
    restApiId,
    region: call.region,
    accountId: desk.platform.settings.accountId,
    basepath: basepath?.toLowerCase() as BasePathMode | undefined,
    ignore: ignore === 'documentation' ? ignore : undefined,
    failOnWarnings: call.query.failonwarnings === true,
    endpointConfigurationTypes,
    vpcEndpointIds: vpcEndpointIds?.split(','),
    oidcAuthorizers: desk.platform.settings.oidcAuthorizers,
    maxTimeoutMs: desk.platform.settings.maxTimeoutMs,
    newId: idMaker(desk, used),
  })
  checkPolicyLength(imported.definition.restApi.policy, desk.platform.settings.limits)
  return imported
}

/** What an import may ask for and Amazon does not know. */
function checkParameters({ query }: Call): void {
  const { basepath, endpointConfigurationTypes } = (query.parameters ?? {}) as Record<
    string,
    string | undefined
  >
  if (basepath !== undefined && !['ignore', 'prepend', 'split'].includes(basepath.toLowerCase()))
    throw badRequest(`Invalid basepath mode '${basepath}'. Valid options are ignore, prepend, split`)
  if (
    endpointConfigurationTypes !== undefined &&
    !['EDGE', 'REGIONAL', 'PRIVATE'].includes(endpointConfigurationTypes)
  )
    throw badRequest('Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE')
}

async function importRestApi(call: Call, desk: Desk) {
  checkParameters(call)
  const { documents } = desk.store
  const id = await freshId(documents, call.region, '/restapis', 10, desk.platform.random)
  const { definition, warnings } = read(call, desk, id)
  const { rootResourceId, ...settings } = definition.restApi
  const made = newRestApi(
    { ...settings, id, name: settings.name || id },
    epochSeconds(desk.platform),
    rootResourceId!,
  )
  checkAccessMode(made)
  // models and the policy name the API by this id already
  const restApi = { ...made, id }
  const path = apiPath(id)
  await documents.write(call.region, path, async (tx) => {
    tx.claimConflict = `The RestApiId '${restApi.id}' is already in use`
    tx.claim('restapi', restApi.id, path)
    await storeDefinition(tx, { ...definition, restApi } as ApiDefinition)
  })
  return showRestApi({ ...restApi, warnings }, { verb: 'create' })
}

async function putRestApi(call: Call, desk: Desk) {
  checkParameters(call)
  const { restApiId = '' } = call.labels
  const mode = (call.query.mode ?? 'merge') as PutMode
  return desk.store.documents.write(call.region, apiPath(restApiId), async (tx) => {
    const existing = await loadDefinition(kinds, tx, restApiId)
    // a definition that does not parse is told before an API that is not there (recorded)
    const { definition, warnings } = read(call, desk, restApiId, existing && everythingWithId(existing))
    if (!existing)
      throw notFound(`Invalid API identifier specified ${desk.platform.settings.accountId}:${restApiId}`)
    const merged = mergeDefinition(existing, definition, mode)
    checkAccessMode(merged.restApi)
    await storeDefinition(tx, merged, { replace: true })
    return showRestApi({ ...merged.restApi, warnings }, { verb: 'put' })
  })
}

const everythingWithId = (api: ApiDefinition): { id: string }[] => [
  ...api.resources,
  ...api.models,
  ...api.requestValidators,
  ...api.authorizers,
  ...api.documentationParts,
]

export const IMPORT_REST_API: Operation[] = [
  {
    name: 'ImportRestApi',
    method: 'POST',
    path: '/restapis',
    mode: 'import',
    status: 201,
    input: { query: { ...QUERY, mode: text }, body: 'bytes' },
    run: importRestApi,
  },
  {
    name: 'PutRestApi',
    method: 'PUT',
    path: '/restapis/{restApiId}',
    status: 200,
    input: { query: { ...QUERY, mode: oneOf('merge', 'overwrite') }, body: 'bytes' },
    run: putRestApi,
  },
]
