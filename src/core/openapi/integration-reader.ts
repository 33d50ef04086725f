/** `x-amazon-apigateway-integration` to an integration with its responses. Defaults and what is refused, as recorded. */
import type { Integration, IntegrationResponse, Strings } from '../documents.ts'
import {
  CONNECTION_TYPES,
  CONTENT_HANDLING,
  DEFAULT_TIMEOUT_MS,
  INVALID,
  TRANSFER_MODES,
} from '../rules/integration.ts'
import { X } from './extensions.ts'
import type { Reading } from './reading.ts'
import { at, type Doc, defined, docOf, entriesOf, isDoc, textOf, upper } from './value.ts'

const TYPES = ['HTTP', 'HTTP_PROXY', 'AWS', 'AWS_PROXY', 'MOCK']

/** Members that Amazon reads, and those that only HTTP APIs have: `payloadFormatVersion` 1.0 means nothing here (recorded). */
const MEMBERS = new Set(
  (
    '$ref type httpMethod uri connectionType connectionId credentials requestParameters requestTemplates ' +
    'passthroughBehavior contentHandling timeoutInMillis cacheNamespace cacheKeyParameters tlsConfig ' +
    'responseTransferMode integrationTarget responses payloadFormatVersion description'
  ).split(' '),
)

/** What Amazon says of one part of a method that it cannot make. */
export const unableToPut = (what: string, method: string, path: string): string =>
  `Unable to put ${what} on '${method}' for resource at path '${path}'`

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
    findings.error(`${unableToPut('integration', method, path)}: ${why}`, pointer)
  const type = upper(value.type)
  if (!type || !TYPES.includes(type)) {
    unable(type ? `Unsupported integration type '${type}'` : 'Enumeration value for Type must be non-empty')
    return undefined
  }
  for (const [key, part] of entriesOf(value))
    if (!MEMBERS.has(key) || (key === 'payloadFormatVersion' && Number(part) !== 1))
      findings.note(`'${key}' of an integration is for HTTP APIs only`, at(pointer, key))
  const isHttp = type.startsWith('HTTP')
  const chosen = (name: 'connectionType' | 'contentHandling' | 'responseTransferMode', options: string[]) => {
    const given = upper(value[name])
    if (given === undefined || options.includes(given)) return given
    unable(INVALID[name])
    return undefined
  }
  const strings = (name: string): Strings | undefined => readStrings(value[name], name, method, path, reading)
  return defined<Integration>({
    type,
    // a mock calls nothing (recorded)
    httpMethod: type === 'MOCK' ? undefined : upper(value.httpMethod),
    uri: type === 'MOCK' ? undefined : textOf(value.uri),
    connectionType: chosen('connectionType', CONNECTION_TYPES) ?? (isHttp ? 'INTERNET' : undefined),
    connectionId: textOf(value.connectionId),
    credentials: textOf(value.credentials),
    requestParameters: strings('requestParameters'),
    requestTemplates: readTemplates(value.requestTemplates),
    passthroughBehavior: upper(value.passthroughBehavior) ?? 'WHEN_NO_MATCH',
    contentHandling: chosen('contentHandling', CONTENT_HANDLING),
    timeoutInMillis: value.timeoutInMillis === undefined ? DEFAULT_TIMEOUT_MS : Number(value.timeoutInMillis),
    cacheNamespace: textOf(value.cacheNamespace) ?? resourceId,
    cacheKeyParameters: (Array.isArray(value.cacheKeyParameters) ? value.cacheKeyParameters : []).map(
      (p) => textOf(p) ?? '',
    ),
    tlsConfig: isDoc(value.tlsConfig)
      ? { insecureSkipVerification: value.tlsConfig.insecureSkipVerification === true }
      : undefined,
    responseTransferMode: chosen('responseTransferMode', TRANSFER_MODES),
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
      reading.findings.error(
        `${unableToPut('integration response', method, path)}: Invalid status code specified`,
        at(pointer, pattern),
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
      contentHandling: contentHandlingOf(response, method, path, at(pointer, pattern), reading),
    })
  }
  return Object.keys(out).length ? out : undefined
}

function contentHandlingOf(
  response: Doc,
  method: string,
  path: string,
  pointer: string,
  { findings }: Reading,
) {
  const given = upper(response.contentHandling)
  if (given === undefined || CONTENT_HANDLING.includes(given)) return given
  findings.error(`${unableToPut('integration response', method, path)}: ${INVALID.contentHandling}`, pointer)
  return undefined
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
