/** The execution log: what a stage's logging level lets through goes to the platform's log; a test invocation keeps it all. */
import { serviceUrl } from '../core/aws-service.ts'
import type { Admitted, Call, Journal, Located, Matched, Pair, Prepared } from '../core/call.ts'
import { textOf } from '../core/content.ts'
import { headerMaps } from '../core/headers.ts'
import { after, type Later } from '../core/later.ts'
import { decodePercent, parseQuery, queryMaps } from '../core/query.ts'
import type { Gateway } from './gateway.ts'

/** Amazon cuts log events (guide: api-gateway-known-issues), and the lines of a test's log (recorded). */
const MAX_LINE = 1024

export function stageJournal(matched: Matched, on: Gateway): Journal | null {
  const { loggingLevel, dataTraceEnabled } = matched.settings
  if (loggingLevel === 'OFF') return null
  const { call, api, stage } = matched.located
  const log = logGroup(`API-Gateway-Execution-Logs_${api.apiId}/${stage.stageName}`, matched.located)
  const write = (level: 'info' | 'error') => (line: string) =>
    on.platform.log(level, `(${call.requestId}) ${cut(line)}`, { log })
  const journal: Journal = {
    info: loggingLevel === 'INFO' ? write('info') : () => {},
    error: write('error'),
    dataTrace: loggingLevel === 'INFO' && dataTraceEnabled,
    ofStage: true,
  }
  journal.info(`Extended Request Id: ${call.extendedRequestId}`)
  return journal
}

/** A canary's calls are told from the others by the group that their lines are in (guide: canary-release). */
export const logGroup = (group: string, { canary }: Pick<Located, 'canary'>): string =>
  canary ? `${group}/Canary` : group

/** The last lines of a call's log; a stage's tells what other logs may be searched for. */
export function journalEnd({ journal, reached, traceId }: Call, status: number): void {
  if (!journal) return
  journal.info(`Method completed with status: ${status}`)
  if (!journal.ofStage) return
  const { measured, located } = reached
  if (measured.awsEndpointRequestId)
    journal.info(`AWS Integration Endpoint RequestId : ${measured.awsEndpointRequestId}`)
  const [root] = /Root=[^;]+/.exec(traceId) ?? []
  if (located?.stage.tracingEnabled) journal.info(`X-ray Tracing ID : ${root}`)
}

export const cut = (line: string): string =>
  line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)} [TRUNCATED]` : line

/** The first lines of a call's log, if it has one: what came in. */
export function journalRequest({ matched, apiKey }: Admitted): Later<void> {
  const { call } = matched.located
  const { journal } = call
  if (!journal) return
  journal.info(`Starting execution for request: ${call.requestId}`)
  journal.info(`HTTP Method: ${call.method}, Resource Path: ${matched.located.path}`)
  if (apiKey && journal.ofStage) {
    journal.info(`API Key: ${masked(apiKey.value)}`)
    journal.info(`API Key ID: ${apiKey.id}`)
  }
  if (!journal.dataTrace) return
  const path = Object.entries(matched.pathParameters).map(
    ([name, value]): Pair => [name, decodePercent(value)],
  )
  journal.info(`Method request path: ${mapText(path)}`)
  journal.info(
    `Method request query string: ${mapText(Object.entries(queryMaps(parseQuery(call.rawQuery)).single))}`,
  )
  journal.info(`Method request headers: ${requestHeadersText(call.headers)}`)
  const binary = matched.located.program.binary(call.header('content-type'))
  return after(call.payload.bytes(), (bytes) =>
    journal.info(
      `Method request body before transformations: ${binary ? '[Binary Data]' : textOf({ bytes })}`,
    ),
  )
}

/** Where the integration request goes, as Amazon's log has it: a URL, of AWS services too. */
export function endpointText({ uri, query }: Prepared): string {
  const url = serviceUrl(uri) ?? uri
  return query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`
}

/** The integration request, or an authorizer's, as it is sent now. */
export function journalSent(journal: Journal, url: string, headers: readonly Pair[], body: unknown): void {
  if (journal.dataTrace) {
    journal.info(`Endpoint request URI: ${url}`)
    journal.info(`Endpoint request headers: ${requestHeadersText(headers)}`)
    journal.info(`Endpoint request body after transformations: ${bodyText(body)}`)
  }
  journal.info(`Sending request to ${url}`)
}

/** What came back, before anything is made of it: of a function, what Lambda's Invoke answered. */
export function journalReceived(
  journal: Journal,
  { status, headers, body }: { status: number; headers: readonly Pair[]; body: unknown },
  latency: number,
): void {
  journal.info(`Received response. Status: ${status}, Integration latency: ${latency} ms`)
  if (!journal.dataTrace) return
  journal.info(`Endpoint response headers: ${headersText(headers)}`)
  journal.info(`Endpoint response body before transformations: ${bodyText(body)}`)
}

/** A map as Java prints it: `{a=1, b=2}`. */
export const mapText = (pairs: Iterable<readonly [string, string]>): string =>
  `{${Array.from(pairs, ([name, value]) => `${name}=${value}`).join(', ')}}`

export const headersText = (headers: readonly Pair[], shown = (_: string, value: string) => value): string =>
  mapText(
    Object.entries(headerMaps(headers).multi).map(([name, values]): [string, string] => [
      name,
      shown(name.toLowerCase(), values.join(',')),
    ]),
  )

/** A log must not be the place where credentials are found. */
const CREDENTIALS = new Set(['authorization', 'x-amz-security-token', 'x-api-key'])

const requestHeadersText = (headers: readonly Pair[]): string =>
  headersText(headers, (name, value) => (CREDENTIALS.has(name) ? masked(value) : value))

/** A secret for the log: its last six characters, where it has more. */
export const masked = (secret: string): string =>
  '*'.repeat(secret.length > 6 ? secret.length - 6 : secret.length) +
  (secret.length > 6 ? secret.slice(-6) : '')

/** A body for the log; a stream is not read for it. */
export const bodyText = (body: unknown): string =>
  body === null ? '' : body instanceof Uint8Array ? textOf({ bytes: body }) : '[streamed]'
