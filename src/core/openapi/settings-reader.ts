/** What a definition says of the API as a whole: its name and the extensions at the root. */
import type {
  EndpointConfiguration,
  GatewayResponse,
  RequestValidator,
  RestApi,
  Strings,
} from '../documents.ts'
import { GATEWAY_RESPONSES } from '../fault.ts'
import { checkResponseParameters } from '../rules/gateway-response.ts'
import { X } from './extensions.ts'
import type { Findings } from './findings.ts'
import { partitionOf, type ReadOptions } from './options.ts'
import { at, type Doc, defined, docOf, entriesOf, isDoc, listOf, textOf, upper } from './value.ts'

export function readSettings(
  root: Doc,
  text: string,
  options: ReadOptions,
  findings: Findings,
): Partial<RestApi> & { name: string } {
  const info = docOf(root.info)
  const endpoint = endpointOf(root)
  const size = root[X.minimumCompressionSize]
  const media = root[X.binaryMediaTypes]
  if (root[X.cors] !== undefined)
    findings.note('CORS by extension is for HTTP APIs: add OPTIONS methods and headers', at('#', X.cors))
  const version = textOf(root[X.importExportVersion])
  if (version !== undefined && Number(version) !== 1)
    findings.warn(`Unsupported import and export version '${version}'. Ignoring.`)
  const policy = root[X.policy]
  return defined<Partial<RestApi> & { name: string }>({
    name: titleOf(info, findings),
    description: textOf(info.description),
    version: versionOf(info.version, text),
    binaryMediaTypes: Array.isArray(media) ? media.map((type) => textOf(type) ?? '') : undefined,
    minimumCompressionSize: compressionSize(size, findings),
    apiKeySource: apiKeySource(root, findings),
    endpointConfiguration: endpointConfiguration(endpoint, options),
    policy: policy === undefined || policy === null ? undefined : policyText(policy, options, findings),
    tags: tagsOf(root),
    disableExecuteApiEndpoint:
      endpoint.disableExecuteApiEndpoint === undefined
        ? undefined
        : endpoint.disableExecuteApiEndpoint === true,
    securityPolicy: textOf(root[X.securityPolicy]),
    endpointAccessMode: textOf(root[X.endpointAccessMode]),
  })
}

function titleOf(info: Doc, findings: Findings): string {
  const title = textOf(info.title)?.trim()
  if (!title) findings.note('A definition without a title', '#/info/title')
  return title ?? ''
}

function compressionSize(size: unknown, findings: Findings): number | undefined {
  if (size === undefined || size === null || size === '') return undefined
  const bytes = Number(size)
  if (Number.isInteger(bytes) && bytes >= 0 && bytes <= 10_485_760) return bytes
  findings.error(
    'Invalid minimum compression size, must be between 0 and 10485760',
    at('#', X.minimumCompressionSize),
  )
  return undefined
}

function apiKeySource(root: Doc, findings: Findings): string | undefined {
  const source = upper(root[X.apiKeySource])
  if (source === undefined || source === 'HEADER' || source === 'AUTHORIZER') return source
  findings.error(
    'Invalid API Key Source specified. Valid options are HEADER,AUTHORIZER',
    at('#', X.apiKeySource),
  )
  return undefined
}

/** YAML makes 1 of an unquoted 1.0; the version is what the author wrote. */
function versionOf(version: unknown, text: string): string | undefined {
  if (typeof version !== 'number') return textOf(version)
  for (const [, written] of text.matchAll(/^[ \t]+["']?version["']?\s*:\s*(-?\d[\d.]*)\s*(?:,|#|\}|$)/gm))
    if (Number(written) === version) return written
  return String(version)
}

/** At the root in Swagger, with a server in OpenAPI 3; either is taken. */
function endpointOf(root: Doc): Doc {
  const own = root[X.endpointConfiguration]
  if (isDoc(own)) return own
  for (const server of listOf(root.servers)) {
    const found = docOf(server)[X.endpointConfiguration]
    if (isDoc(found)) return found
  }
  return {}
}

function endpointConfiguration(endpoint: Doc, options: ReadOptions): EndpointConfiguration | undefined {
  const ids = options.vpcEndpointIds ?? listOf(endpoint.vpcEndpointIds).map((id) => textOf(id) ?? '')
  const written = Array.isArray(endpoint.types) ? endpoint.types.map((type) => upper(type) ?? '') : undefined
  const types =
    options.endpointConfigurationTypes?.split(',') ?? written ?? (ids.length ? ['PRIVATE'] : undefined)
  if (!types) return undefined
  return defined<EndpointConfiguration>({
    types,
    ipAddressType: textOf(endpoint.ipAddressType) ?? (types.includes('PRIVATE') ? 'dualstack' : 'ipv4'),
    vpcEndpointIds: ids.length ? ids : undefined,
  })
}

/** As text, with `execute-api:/…` made the ARN of this API (guide: openapi-extensions-policy). */
function policyText(policy: unknown, options: ReadOptions, findings: Findings): string | undefined {
  const { region, accountId, restApiId } = options
  const value = typeof policy === 'string' ? parsed(policy) : policy
  if (!isDoc(value) || typeof value.Statement !== 'object' || value.Statement === null) {
    findings.error(
      'Invalid policy document. Please check the policy syntax and ensure that Principals are valid.',
      at('#', X.policy),
    )
    return undefined
  }
  const text = JSON.stringify(value)
  const arn = `arn:${partitionOf(region)}:execute-api:${region}:${accountId}:${restApiId}/`
  return text.replaceAll('"execute-api:/', `"${arn}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function tagsOf(root: Doc): Strings | undefined {
  const tags = listOf(root.tags)
    .map(docOf)
    .filter((tag) => tag[X.tagValue] !== undefined && typeof tag.name === 'string')
    .map((tag): [string, string] => [tag.name as string, textOf(tag[X.tagValue]) ?? ''])
  return tags.length ? Object.fromEntries(tags) : undefined
}

export function readValidators(root: Doc, options: ReadOptions): RequestValidator[] {
  return entriesOf(root[X.requestValidators]).map(([name, validator]) => ({
    id: options.newId(6),
    name,
    validateRequestBody: docOf(validator).validateRequestBody === true,
    validateRequestParameters: docOf(validator).validateRequestParameters === true,
  }))
}

export function readGatewayResponses(root: Doc, findings: Findings): GatewayResponse[] {
  const strings = (value: unknown): Strings | undefined => {
    const entries = entriesOf(value).map(([key, part]): [string, string] => [
      key,
      textOf(part) ?? JSON.stringify(part),
    ])
    return entries.length ? Object.fromEntries(entries) : undefined
  }
  return entriesOf(root[X.gatewayResponses])
    .filter(([type, response]) => {
      const known = Object.hasOwn(GATEWAY_RESPONSES, type)
      if (!known && !type.startsWith('x-'))
        findings.warn(`Unsupported gateway response type '${type}'. Ignoring.`)
      const statusCode = textOf(docOf(response).statusCode)
      if (statusCode !== undefined && !/^[1-5]\d\d$/.test(statusCode))
        findings.error('Invalid status code specified', at('#', X.gatewayResponses, type, 'statusCode'))
      return known && isDoc(response)
    })
    .map(([responseType, response]) => {
      const responseParameters = strings(docOf(response).responseParameters)
      findings.hold(
        () => checkResponseParameters(responseParameters),
        `Unable to put gateway response '${responseType}'`,
        at('#', X.gatewayResponses, responseType, 'responseParameters'),
      )
      return defined<GatewayResponse>({
        responseType,
        statusCode: textOf(docOf(response).statusCode),
        responseParameters,
        responseTemplates: strings(docOf(response).responseTemplates),
      })
    })
}
