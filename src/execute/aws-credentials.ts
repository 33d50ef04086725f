/** The credentials that a call to an AWS service is signed with, and the endpoint it goes to. */
import { endpointOf } from '../core/aws-service.ts'
import type { Caller } from '../core/call.ts'
import type { Strings } from '../core/documents.ts'
import { configurationFault } from '../core/fault.ts'
import { isCaller, namesRole } from '../core/rules/arn.ts'
import type { SigningCredentials } from '../core/sigv4/sign.ts'
import { withStageVariables } from '../core/uri.ts'
import { assumeRole } from './assume-role.ts'
import type { Gateway } from './gateway.ts'

/** What an emulator takes where nobody configured credentials: it does not look at them. */
const ANY: SigningCredentials = { accessKeyId: 'test', secretAccessKey: 'test' }

export interface Requester {
  /** the `credentials` member of an integration or authorizer */
  credentials: string | undefined
  stageVariables: Strings
  caller?: Caller
}

/**
 * None: the gateway's own. `arn:aws:iam::*:user/*`: the caller's. A role: assumed through STS.
 * `override` is true where the endpoint is not Amazon's. A stand-in for a service is not told of roles unless STS has a
 * stand-in, too: Amazon's STS would be asked for credentials that are then shown to somebody else. And it may be called
 * without credentials: what a signature is worth is its own affair.
 */
export async function awsCredentials(
  { credentials, stageVariables, caller }: Requester,
  override: boolean,
  on: Gateway,
): Promise<SigningCredentials> {
  const arn = credentials && withStageVariables(credentials, stageVariables)
  if (arn && isCaller(arn)) {
    if (caller?.credentials) return caller.credentials
    throw configurationFault(
      "the caller's credentials are asked for, but the call has none that can be passed on",
    )
  }
  // a stage that names no role must not leave the call with the gateway's own rights
  if (credentials && !namesRole(arn!))
    throw configurationFault(`the credentials ${credentials} name no role but '${arn}'`)
  const own = await on.platform.credentials()
  const { region } = on.platform.settings
  if (own && arn && (!override || awsEndpoint('sts', region, on).override))
    return assumeRole(arn, own, on.platform)
  if (own) return own
  if (override) return ANY
  throw configurationFault('no AWS credentials are configured for calls to AWS services')
}

/** `https://lambda.us-east-1.amazonaws.com`, or what AWS_ENDPOINT_URL_LAMBDA or AWS_ENDPOINT_URL says. */
export const awsEndpoint = (
  service: string,
  region: string,
  on: Gateway,
): { url: string; override: boolean } => endpointOf({ service, region }, on.platform.settings.endpoints)
