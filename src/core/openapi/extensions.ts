/** Amazon's vendor extensions, by where they may stand. Any other `x-amazon-apigateway-*` is told of, not dropped in silence. */
import type { Findings } from './findings.ts'
import { at, entriesOf } from './value.ts'

const PREFIX = 'x-amazon-apigateway-'

export const X = {
  anyMethod: `${PREFIX}any-method`,
  apiKeySource: `${PREFIX}api-key-source`,
  auth: `${PREFIX}auth`,
  authorizer: `${PREFIX}authorizer`,
  authtype: `${PREFIX}authtype`,
  binaryMediaTypes: `${PREFIX}binary-media-types`,
  cors: `${PREFIX}cors`,
  documentation: `${PREFIX}documentation`,
  endpointAccessMode: `${PREFIX}endpoint-access-mode`,
  endpointConfiguration: `${PREFIX}endpoint-configuration`,
  gatewayResponses: `${PREFIX}gateway-responses`,
  importExportVersion: `${PREFIX}importexport-version`,
  integration: `${PREFIX}integration`,
  integrations: `${PREFIX}integrations`,
  minimumCompressionSize: `${PREFIX}minimum-compression-size`,
  policy: `${PREFIX}policy`,
  requestValidator: `${PREFIX}request-validator`,
  requestValidators: `${PREFIX}request-validators`,
  securityPolicy: `${PREFIX}security-policy`,
  tagValue: `${PREFIX}tag-value`,
} as const

const KNOWN = {
  document: [
    X.apiKeySource,
    X.binaryMediaTypes,
    X.cors,
    X.documentation,
    X.endpointAccessMode,
    X.endpointConfiguration,
    X.gatewayResponses,
    X.importExportVersion,
    X.minimumCompressionSize,
    X.policy,
    X.requestValidator,
    X.requestValidators,
    X.securityPolicy,
  ],
  path: [X.anyMethod],
  operation: [X.auth, X.integration, X.requestValidator],
  scheme: [X.authorizer, X.authtype],
} satisfies Record<string, string[]>

export function noteUnknown(
  value: unknown,
  place: keyof typeof KNOWN,
  pointer: string,
  findings: Findings,
): void {
  for (const [key] of entriesOf(value))
    if (key.startsWith(PREFIX) && !(KNOWN[place] as string[]).includes(key))
      findings.note(`Extension ${key} is not supported here`, at(pointer, key))
}
