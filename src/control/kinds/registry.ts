/** The kinds, as Amazon names them. */
import type { Kind } from '../kind.ts'
import type { Kinds } from '../nest.ts'
import { domainNameAccessAssociation } from './access-association.ts'
import { account } from './account.ts'
import { apiKey } from './api-key.ts'
import { authorizer } from './authorizer.ts'
import { basePathMapping } from './base-path-mapping.ts'
import { clientCertificate } from './client-certificate.ts'
import { deployment } from './deployment.ts'
import { documentationPart } from './documentation-part.ts'
import { documentationVersion } from './documentation-version.ts'
import { domainName } from './domain-name.ts'
import { gatewayResponse } from './gateway-response.ts'
import { integration } from './integration.ts'
import { integrationResponse } from './integration-response.ts'
import { method } from './method.ts'
import { methodResponse } from './method-response.ts'
import { model } from './model.ts'
import { requestValidator } from './request-validator.ts'
import { resource } from './resource.ts'
import { restApi } from './rest-api.ts'
import { sdkType } from './sdk-type.ts'
import { stage } from './stage.ts'
import { usagePlan } from './usage-plan.ts'
import { usagePlanKey } from './usage-plan-key.ts'
import { vpcLink } from './vpc-link.ts'

export const KINDS: readonly Kind[] = [
  account,
  apiKey,
  authorizer,
  basePathMapping,
  clientCertificate,
  deployment,
  documentationPart,
  documentationVersion,
  domainName,
  domainNameAccessAssociation,
  gatewayResponse,
  integration,
  integrationResponse,
  method,
  methodResponse,
  model,
  requestValidator,
  resource,
  restApi,
  sdkType,
  stage,
  usagePlan,
  usagePlanKey,
  vpcLink,
]

const BY_NAME = new Map(KINDS.map((kind) => [kind.name, kind]))

const ABOVE = new Map(
  KINDS.map((kind) => [
    kind,
    KINDS.filter((other) => kind.path.startsWith(`${other.path}/`)).sort(
      (a, b) => a.path.length - b.path.length,
    ),
  ]),
)

export const kinds: Kinds = { get: (name) => BY_NAME.get(name), above: (kind) => ABOVE.get(kind) ?? [] }
