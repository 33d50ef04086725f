/**
 * TestInvokeMethod and TestInvokeAuthorizer: the same pipeline from the method request on, over the API as it is now, with its
 * whole execution log. Authorization, keys and throttles are left out, as Amazon leaves them out.
 */
import { API_FORMAT, type CompiledApi } from '../core/api.ts'
import type { Admitted, Answer, Call, Caller, Journal, Located, Matched, Pair } from '../core/call.ts'
import { textOf } from '../core/content.ts'
import type { ApiDefinition, Stage } from '../core/documents.ts'
import { headerMaps, headerOf } from '../core/headers.ts'
import type { Later } from '../core/later.ts'
import { methodRules } from '../core/method-settings.ts'
import { MethodProgram, programOf } from '../core/program.ts'
import { Router } from '../core/route.ts'
import type { TestInvokeMethodInput, TestInvokeMethodResponse, TestInvoker } from '../core/test-invoker.ts'
import type { Gateway } from './gateway.ts'
import { gatewayResponse } from './gateway-response.ts'
import { cut } from './journal.ts'
import { collect, payloadOf, tooLarge } from './payload.ts'
import { testInvokeAuthorizer } from './test-authorizer.ts'

const encoder = new TextEncoder()

export type Perform = (admitted: Admitted, on: Gateway) => Later<Answer>

export function createTestInvoker(on: Gateway, perform: Perform): TestInvoker {
  return {
    testInvokeMethod: (input) => testInvokeMethod(input, on, perform),
    testInvokeAuthorizer: (input) => testInvokeAuthorizer(input, on),
  }
}

async function testInvokeMethod(
  input: TestInvokeMethodInput,
  on: Gateway,
  perform: Perform,
): Promise<TestInvokeMethodResponse> {
  const log = new TestJournal(on)
  const started = on.platform.clock.now()
  const { admitted, call } = testCall(input, log, on)
  let answer: Answer
  try {
    if (!admitted) throw new Error('the method is gone')
    answer = await perform(admitted, on)
  } catch (error) {
    const { headers, ...rest } = gatewayResponse(error, call, on)
    answer = { ...rest, headers: headers.filter(([name]) => name !== 'Content-Type') }
  }
  const bytes = await bytesOf(answer, on)
  const { single, multi } = headerMaps(answer.headers)
  return {
    status: answer.status,
    body: textOf({ bytes }),
    headers: single,
    multiValueHeaders: multi,
    log: `Execution log for request ${call.requestId}\n${log.text()}`,
    latency: on.platform.clock.now() - started,
  }
}

async function bytesOf({ body }: Answer, on: Gateway): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0)
  if (body instanceof Uint8Array) return body
  const limit = on.platform.settings.maxPayloadBytes
  return collect(body, limit, () => tooLarge(limit))
}

/** The log as Amazon returns it: each line with its date. */
export class TestJournal implements Journal {
  readonly dataTrace = true
  readonly ofStage = false
  readonly #lines: string[] = []
  readonly #on: Gateway

  constructor(on: Gateway) {
    this.#on = on
  }

  info(line: string): void {
    this.#lines.push(`${logDate(this.#on.platform.clock.now())} : ${cut(line)}`)
  }

  error(line: string): void {
    this.info(line)
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }
}

/** `Mon Nov 23 21:44:12 UTC 2026` */
function logDate(epochMs: number): string {
  const [day, date, month, year, time] = new Date(epochMs).toUTCString().replace(',', '').split(' ')
  return `${day} ${month} ${date} ${time} UTC ${year}`
}

function testCall(
  input: TestInvokeMethodInput,
  journal: TestJournal,
  on: Gateway,
): { admitted: Admitted | null; call: Call } {
  const { definition, httpMethod, resourceId } = input
  const resource = definition.resources.find(({ id }) => id === resourceId)
  const method = resource?.resourceMethods?.[httpMethod] ?? resource?.resourceMethods?.ANY
  const call = callOf(input, resource?.path ?? '/', journal, on)
  const located = locatedOf(
    call,
    definition,
    input.region,
    splitPath(input, resource?.path ?? '/').path,
    input.stageVariables ?? {},
    on,
  )
  if (!resource || !method) return { admitted: null, call }
  const program = new MethodProgram(resource, method)
  const router = new Router<true>()
  router.add(resource.path, 'ANY', true)
  const matched = {
    located,
    resource,
    method,
    program,
    pathParameters: router.match(located.path, 'GET')?.parameters ?? {},
    settings: { ...methodRules(located.stage, resource.path, method.httpMethod), cachingEnabled: false },
  }
  const known = testCaller(on, matched)
  Object.assign(call.reached, { matched, ...known })
  return { admitted: known.admitted, call }
}

/** Who calls in a test, and with which API key. */
export function testCaller(on: Gateway, matched: Matched): { caller: Caller; admitted: Admitted } {
  const caller = { identity: testIdentity(on), authorizer: null }
  const apiKey = { id: 'test-invoke-api-key-id', value: 'test-invoke-api-key' }
  return { caller, admitted: { matched, caller, apiKey } }
}

/** What `$context.identity` shows in a test: names that Amazon uses in the console. */
const testIdentity = (on: Gateway) => ({
  accountId: on.platform.settings.accountId,
  accessKey: 'test-invoke-access-key',
  caller: on.platform.settings.accountId,
  user: on.platform.settings.accountId,
  userArn: `arn:aws:iam::${on.platform.settings.accountId}:root`,
})

export interface TestCallInput {
  pathWithQueryString?: string
  body?: string
  headers?: Record<string, string>
  multiValueHeaders?: Record<string, string[]>
  httpMethod?: string
}

const splitPath = (
  { pathWithQueryString }: TestCallInput,
  resourcePath: string,
): { path: string; query: string } => {
  const given = pathWithQueryString || resourcePath
  const mark = given.indexOf('?')
  const path = mark < 0 ? given : given.slice(0, mark)
  return { path: path.startsWith('/') ? path : `/${path}`, query: mark < 0 ? '' : given.slice(mark + 1) }
}

/** A call that nobody sent. */
export function callOf(input: TestCallInput, resourcePath: string, journal: Journal, on: Gateway): Call {
  const headers: Pair[] = []
  for (const [name, values] of Object.entries(input.multiValueHeaders ?? {}))
    for (const value of values) headers.push([name, value])
  for (const [name, value] of Object.entries(input.headers ?? {}))
    if (!headers.some(([given]) => given.toLowerCase() === name.toLowerCase())) headers.push([name, value])
  const now = on.platform.clock.now()
  const ids = on.identifiers.ofCall()
  return {
    requestId: ids.requestId,
    extendedRequestId: ids.extendedRequestId,
    traceId: ids.trace(now),
    integrationTraceId: ids.root(now),
    receivedAt: now,
    method: input.httpMethod ?? 'GET',
    protocol: 'HTTP/1.1',
    scheme: 'https',
    host: 'testPrefix.testDomainName',
    port: '443',
    headers,
    header: (name) => headerOf(headers, name),
    headerBytes: 0,
    rawQuery: splitPath(input, resourcePath).query,
    payload: payloadOf(encoder.encode(input.body ?? '')),
    wire: () => ({ path: '', query: '', headers: [] }),
    sourceIp: 'test-invoke-source-ip',
    reached: { measured: {} },
    journal,
  }
}

/** The API as it is now, on a stage of its own. */
export function locatedOf(
  call: Call,
  definition: ApiDefinition,
  region: string,
  path: string,
  stageVariables: Record<string, string>,
  on: Gateway,
): Located {
  const api: CompiledApi = {
    format: API_FORMAT,
    deploymentId: '',
    apiId: definition.restApi.id,
    region,
    definition,
    warnings: [],
  }
  const stage: Stage = {
    deploymentId: '',
    stageName: 'test-invoke-stage',
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    methodSettings: {},
    tracingEnabled: false,
    createdDate: 0,
    lastUpdatedDate: 0,
  }
  const located: Located = {
    call,
    accountId: on.platform.settings.accountId,
    api,
    program: programOf(api, on.platform.settings.limits.templateSteps),
    stage,
    stageVariables,
    path,
    fullPath: path,
  }
  call.reached.located = located
  return located
}
