/**
 * The table of all operations: the regular ones derived from the kinds, the irregular ones from actions/. Making the table
 * fails if one of Amazon's operations is missing or one is there twice.
 */
import { OPS } from '../core/patch.ts'
import { type Fields, list, oneOf, record, text, whole } from '../core/shape.ts'
import { ACTIONS } from './actions/registry.ts'
import { crud } from './crud.ts'
import type { Operation } from './desk.ts'
import type { Kind, Verb } from './kind.ts'
import { KINDS, kinds } from './kinds/registry.ts'
import { collection } from './paths.ts'

/** Amazon's operations (2015-07-09), in the order of its service model. */
const NAMES = `
CreateApiKey CreateAuthorizer CreateBasePathMapping CreateDeployment CreateDocumentationPart CreateDocumentationVersion
CreateDomainName CreateDomainNameAccessAssociation CreateModel CreateRequestValidator CreateResource CreateRestApi CreateStage
CreateUsagePlan CreateUsagePlanKey CreateVpcLink DeleteApiKey DeleteAuthorizer DeleteBasePathMapping DeleteClientCertificate
DeleteDeployment DeleteDocumentationPart DeleteDocumentationVersion DeleteDomainName DeleteDomainNameAccessAssociation
DeleteGatewayResponse DeleteIntegration DeleteIntegrationResponse DeleteMethod DeleteMethodResponse DeleteModel
DeleteRequestValidator DeleteResource DeleteRestApi DeleteStage DeleteUsagePlan DeleteUsagePlanKey DeleteVpcLink
FlushStageAuthorizersCache FlushStageCache GenerateClientCertificate GetAccount GetApiKey GetApiKeys GetAuthorizer
GetAuthorizers GetBasePathMapping GetBasePathMappings GetClientCertificate GetClientCertificates GetDeployment GetDeployments
GetDocumentationPart GetDocumentationParts GetDocumentationVersion GetDocumentationVersions GetDomainName
GetDomainNameAccessAssociations GetDomainNames GetExport GetGatewayResponse GetGatewayResponses GetIntegration
GetIntegrationResponse GetMethod GetMethodResponse GetModel GetModelTemplate GetModels GetRequestValidator
GetRequestValidators GetResource GetResources GetRestApi GetRestApis GetSdk GetSdkType GetSdkTypes GetStage GetStages GetTags
GetUsage GetUsagePlan GetUsagePlanKey GetUsagePlanKeys GetUsagePlans GetVpcLink GetVpcLinks ImportApiKeys
ImportDocumentationParts ImportRestApi PutGatewayResponse PutIntegration PutIntegrationResponse PutMethod PutMethodResponse
PutRestApi RejectDomainNameAccessAssociation TagResource TestInvokeAuthorizer TestInvokeMethod UntagResource UpdateAccount
UpdateApiKey UpdateAuthorizer UpdateBasePathMapping UpdateClientCertificate UpdateDeployment UpdateDocumentationPart
UpdateDocumentationVersion UpdateDomainName UpdateGatewayResponse UpdateIntegration UpdateIntegrationResponse UpdateMethod
UpdateMethodResponse UpdateModel UpdateRequestValidator UpdateResource UpdateRestApi UpdateStage UpdateUsage UpdateUsagePlan
UpdateVpcLink`
  .trim()
  .split(/\s+/)

/** HTTP method, first word of the name and status of the regular operations. */
const VERBS: Record<Verb, [method: string, says: string, status: number]> = {
  create: ['POST', 'Create', 201],
  put: ['PUT', 'Put', 201],
  get: ['GET', 'Get', 200],
  list: ['GET', 'Get', 200],
  update: ['PATCH', 'Update', 200],
  delete: ['DELETE', 'Delete', 202],
}

export const PAGE: Fields = { position: text, limit: whole }

export const PATCH: Fields = {
  patchOperations: list(record({ op: oneOf(...OPS), path: text, value: text, from: text })),
}

/** The operations of a kind. */
export function regular(kind: Kind): Operation[] {
  const runs = crud(kinds, kind)
  return kind.verbs.map((verb) => {
    const [method, says, status] = VERBS[verb]
    const whole = kind.path
    const paged = verb === 'list' && !kind.unpaged ? PAGE : {}
    return {
      name: `${kind.says?.[verb] ?? says}${verb === 'list' ? (kind.plural ?? `${kind.name}s`) : kind.name}`,
      method,
      path: kind.routes?.[verb] ?? (verb === 'create' || verb === 'list' ? collection(whole) : whole),
      status: kind.status?.[verb] ?? status,
      input: {
        ...(kind.labels ? { labels: kind.labels } : {}),
        query: { ...paged, ...kind.query?.[verb] },
        ...(verb === 'update' ? { body: kind.changes ?? PATCH } : {}),
        ...(verb === 'create' || verb === 'put' ? { body: kind.fields ?? {} } : {}),
      },
      run: kind.addressed
        ? (call, desk) => runs[verb]({ ...call, labels: kind.addressed!(call.labels, call.query) }, desk)
        : runs[verb],
    }
  })
}

/** All operations of apigateway by name. Throws when Amazon's list and what is built differ. */
export function operationTable(): ReadonlyMap<string, Operation> {
  const table = new Map<string, Operation>()
  for (const operation of [...KINDS.flatMap(regular), ...ACTIONS]) {
    if (!NAMES.includes(operation.name)) throw new Error(`${operation.name} is no operation of Amazon's`)
    if (table.has(operation.name)) throw new Error(`${operation.name} is there twice`)
    table.set(operation.name, operation)
  }
  const missing = NAMES.filter((name) => !table.has(name))
  if (missing.length > 0) throw new Error(`not implemented: ${missing.join(', ')}`)
  return table
}
