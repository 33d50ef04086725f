/** `x-amazon-apigateway-integration` to an integration with its responses. Defaults and what is refused, as recorded. */
import type { Integration, IntegrationResponse, Strings } from '../documents.ts'
import { X } from './extensions.ts'
import type { Reading } from './reading.ts'
import { at, defined, docOf, entriesOf, isDoc, textOf, upper } from './value.ts'

const CONTENT_HANDLING = ['CONVERT_TO_BINARY', 'CONVERT_TO_TEXT']
const TYPES = ['HTTP', 'HTTP_PROXY', 'AWS', 'AWS_PROXY', 'MOCK']

/** Members that Amazon reads, and those that only HTTP APIs have: `payloadFormatVersion` 1.0 means nothing here (recorded). */
const MEMBERS = new Set(
  (
    '$ref type httpMethod uri connectionType connectionId credentials requestParameters requestTemplates ' +
    'passthroughBehavior contentHandling timeoutInMillis cacheNamespace cacheKeyParameters tlsConfig ' +
    'responseTransferMode integrationTarget responses payloadFormatVersion description'
  ).split(' '),
)

export function readIntegration(
  extension: unknown,
  method: string,
  path: string,
  resourceId: string,
  pointer: string,
  reading: Reading,
): Integration | undefined {
  const { findings, refs } = reading
  if (extension === undefined || extension === null) return undefined
  const found = refs.follow(extension, pointer)
  if (!found) return undefined
  const value = found.value
  // shared by reference, an integration is written out for each method
  if (found.pointer !== pointer) reading.spend(sizeOf(value))
  const unable = (why: string) =>
    findings.warn(`Unable to put integration on '${method}' for resource at path '${path}': ${why}`)
  const type = upper(value.type)
  if (!type || !TYPES.includes(type)) {
    unable(type ? `Unsupported integration type '${type}'` : 'Enumeration value for Type must be non-empty')
    return undefined
  }
  for (const [key, part] of entriesOf(value))
    if (!MEMBERS.has(key) || (key === 'payloadFormatVersion' && Number(part) !== 1))
      findings.note(`'${key}' of an integration is for HTTP APIs only`, at(pointer, key))
  const isHttp = type.startsWith('HTTP')
  const timeout = value.timeoutInMillis === undefined ? 29000 : Number(value.timeoutInMillis)
  const timely = timeout >= 50 && timeout <= 300_000
  if (!timely) unable('Timeout should be between 50 ms and 29000 ms')
  const chosen = (name: string, options: string[]): string | undefined => {
    const given = upper(value[name])
    if (given === undefined || options.includes(given)) return given
    unable(`Invalid ${name} '${given}'. Valid options are ${options.join(', ')}`)
    return undefined
  }
  const strings = (name: string): Strings | undefined => readStrings(value[name], name, method, path, reading)
  return defined<Integration>({
    type,
    // a mock calls nothing (recorded); Lambda is only ever called with POST
    httpMethod: type === 'MOCK' ? undefined : (upper(value.httpMethod) ?? (isHttp ? method : 'POST')),
    uri: type === 'MOCK' ? undefined : textOf(value.uri),
    connectionType: chosen('connectionType', ['INTERNET', 'VPC_LINK']) ?? (isHttp ? 'INTERNET' : undefined),
    connectionId: textOf(value.connectionId),
    credentials: textOf(value.credentials),
    requestParameters: strings('requestParameters'),
    requestTemplates: readTemplates(value.requestTemplates),
    passthroughBehavior:
      chosen('passthroughBehavior', ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER']) ?? 'WHEN_NO_MATCH',
    contentHandling: chosen('contentHandling', CONTENT_HANDLING),
    timeoutInMillis: timely ? timeout : 29000,
    cacheNamespace: textOf(value.cacheNamespace) ?? resourceId,
    cacheKeyParameters: (Array.isArray(value.cacheKeyParameters) ? value.cacheKeyParameters : []).map(
      (p) => textOf(p) ?? '',
    ),
    tlsConfig: isDoc(value.tlsConfig)
      ? { insecureSkipVerification: value.tlsConfig.insecureSkipVerification === true }
      : undefined,
    responseTransferMode: upper(value.responseTransferMode),
    integrationTarget: textOf(value.integrationTarget),
    integrationResponses: readResponses(value.responses, method, path, at(pointer, 'responses'), reading),
  })
}

function readResponses(
  responses: unknown,
  method: string,
  path: string,
  pointer: string,
  reading: Reading,
): Record<string, IntegrationResponse> | undefined {
  const out: Record<string, IntegrationResponse> = {}
  for (const [pattern, response] of entriesOf(responses)) {
    if (!isDoc(response)) continue
    const statusCode = textOf(response.statusCode) ?? (/^\d{3}$/.test(pattern) ? pattern : '200')
    if (!/^[1-5]\d\d$/.test(statusCode)) {
      reading.findings.warn(
        `Unable to put integration response on '${method}' for resource at path '${path}': Invalid status code specified`,
      )
      continue
    }
    if (Object.hasOwn(out, statusCode))
      reading.findings.note(
        `Two integration responses give one status code: only the last one is kept`,
        at(pointer, pattern),
      )
    out[statusCode] = defined<IntegrationResponse>({
      statusCode,
      selectionPattern: pattern === 'default' ? undefined : pattern,
      responseParameters: readStrings(
        response.responseParameters,
        'responseParameters',
        method,
        path,
        reading,
      ),
      responseTemplates: readTemplates(response.responseTemplates),
      contentHandling: CONTENT_HANDLING.find((option) => option === upper(response.contentHandling)),
    })
  }
  return Object.keys(out).length ? out : undefined
}

/** Mappings are strings; what YAML made of an unquoted one is dropped with a warning in Amazon's words (recorded). */
function readStrings(
  value: unknown,
  name: string,
  method: string,
  path: string,
  { findings }: Reading,
): Strings | undefined {
  const out: Strings = {}
  for (const [key, part] of entriesOf(value)) {
    if (typeof part === 'string') out[key] = part
    else
      findings.warn(
        `Invalid format for '${name}'. Expected type string for property '${key}' of resource '${path}' and method ` +
          `'${method}' but got '${textOf(part) ?? JSON.stringify(part)}'`,
      )
  }
  return Object.keys(out).length ? out : undefined
}

/** A template written as an object, which YAML invites to, is the JSON that it stands for. */
function readTemplates(value: unknown): Record<string, string | null> | undefined {
  const entries = entriesOf(value).map(([type, template]): [string, string | null] => [
    type,
    template === null ? null : (textOf(template) ?? JSON.stringify(template)),
  ])
  return entries.length ? Object.fromEntries(entries) : undefined
}

/** What an operation's integration is, under either spelling of where it stands. */
export const integrationOf = (operation: unknown): unknown => docOf(operation)[X.integration]

/** How much there is in a value, in parts of 64 characters. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + (value.length >> 6)
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, part) => sum + sizeOf(part), 1)
}
