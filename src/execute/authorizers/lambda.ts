/**
 * Lambda authorizers, TOKEN and REQUEST (guide: apigateway-use-lambda-authorizer): the function answers with a policy, which is
 * kept by the identity sources' values and evaluated for each method that is called.
 */
import { type AuthorizerResult, MAX_RESULT, readAuthorizerResult } from '../../core/authorizer-result.ts'
import type { Journal, Matched } from '../../core/call.ts'
import { textOf } from '../../core/content.ts'
import type { Authorizer } from '../../core/documents.ts'
import { Fault } from '../../core/fault.ts'
import { Pattern } from '../../core/java/regex/matcher.ts'
import { lambdaEvent } from '../../core/lambda-event.ts'
import { after, type Later } from '../../core/later.ts'
import { withStageVariables } from '../../core/uri.ts'
import type { Context } from '../../core/variables.ts'
import { headerKeyOf } from '../api-key.ts'
import { authorizerArn, authorizerFault, unauthorized } from '../denied.ts'
import type { Gateway } from '../gateway.ts'
import { functionOf, type InvokeResponse, invokeLambda, wholeBody } from '../integrations/invoke-lambda.ts'
import { mapText, masked } from '../journal.ts'
import { sourcesOf, tokenOf, valuesOf } from './identity.ts'
import { memoryFor } from './memory.ts'

/** Amazon: 10 seconds (guide: limits). */
const TIMEOUT_MS = 10_000
const DEFAULT_TTL = 300

const encoder = new TextEncoder()
const EMPTY = new Uint8Array(0)
const results = memoryFor<AuthorizerResult>()

export interface FunctionAnswer {
  result: AuthorizerResult
  /** milliseconds that the function took; 0 from the cache */
  latency: number
}

/** The function's answer, from the cache if it is there. Throws or rejects with UNAUTHORIZED and the AUTHORIZER_… faults. */
export function askFunction(
  authorizer: Authorizer,
  matched: Matched,
  methodArn: string,
  on: Gateway,
): Later<FunctionAnswer> {
  const { journal } = matched.located.call
  const token = authorizer.type === 'TOKEN' ? validToken(authorizer, matched) : undefined
  const values = token === undefined ? identityValues(authorizer, matched) : [[token]]
  if (journal)
    journalIdentity(journal, token === undefined ? sourcesOf(authorizer.identitySource) : null, values)
  const key = cacheKey(authorizer, matched, values)
  const now = on.platform.clock.now()
  const known = key === null ? undefined : results(on.platform).get(key, now)
  if (known) return completed({ result: known, latency: 0 }, journal)
  const event: Later<object> =
    token === undefined
      ? requestEvent(matched, methodArn, on)
      : { type: 'TOKEN', methodArn, authorizationToken: token }
  return after(event, (event) =>
    after(invoke(authorizer, event, matched, on), ({ text, latency }) => {
      const result = read(text)
      const expiresAt = now + ttlOf(authorizer) * 1000
      if (key !== null) results(on.platform).put(key, result, expiresAt, text.length)
      return completed({ result, latency }, journal)
    }),
  )
}

function journalIdentity(journal: Journal, sources: readonly string[] | null, values: string[][]): void {
  const shown = values.map((all) => masked(all.at(-1)!))
  journal.info(`Incoming identity: ${sources ? mapText(zip(sources, shown)) : shown[0]}`)
}

function completed(answer: FunctionAnswer, journal: Journal | null): FunctionAnswer {
  journal?.info(`Using valid authorizer policy for principal: ${masked(answer.result.principalId)}`)
  journal?.info('Successfully completed authorizer execution')
  return answer
}

const ttlOf = ({ authorizerResultTtlInSeconds: ttl }: Authorizer): number => ttl ?? DEFAULT_TTL

const patterns = new Map<string, Pattern>()

/** The token, once the validation expression has matched the whole of it. */
function validToken(
  { identitySource, identityValidationExpression: expression }: Authorizer,
  matched: Matched,
): string {
  const token = tokenOf(identitySource, matched)
  if (!token) throw unauthorized('the identity source of the authorizer is missing')
  if (expression && !matches(expression, token))
    throw unauthorized('the token does not match the validation expression')
  return token
}

export function matches(expression: string, text: string): boolean {
  try {
    let pattern = patterns.get(expression)
    if (!pattern) {
      pattern = new Pattern(expression)
      if (patterns.size > 500) patterns.clear()
      patterns.set(expression, pattern)
    }
    return pattern.matches(text)
  } catch (cause) {
    throw authorizerFault(`identity validation expression: ${(cause as Error).message}`, cause)
  }
}

/** Every value of every identity source. Amazon refuses a call that lacks a source, and asks no function. */
function identityValues(authorizer: Authorizer, matched: Matched): string[][] {
  const sources = sourcesOf(authorizer.identitySource)
  let values: string[][]
  try {
    values = sources.map((source) => valuesOf(source, matched))
  } catch (cause) {
    throw authorizerFault((cause as Error).message, cause)
  }
  for (const [at, all] of values.entries())
    if (!all.at(-1)) throw unauthorized(`the identity source ${sources[at]} is missing`)
  return values
}

const zip = (names: readonly string[], values: readonly string[]): [string, string][] =>
  names.map((name, at) => [name, values[at]!])

/**
 * What a result is kept under: the API, its stage and deployment, the authorizer, the flush generation, and every value of
 * every identity source. Null where nothing is kept.
 */
function cacheKey(authorizer: Authorizer, matched: Matched, values: string[][]): string | null {
  const { api, stage, stageVariables } = matched.located
  if (values.length === 0 || ttlOf(authorizer) <= 0) return null
  const { stageName, authorizersGeneration = 0 } = stage
  return JSON.stringify([
    api.apiId,
    stageName,
    api.deploymentId,
    authorizersGeneration,
    authorizer.id,
    // a canary's variables may lead to another function
    withStageVariables(authorizer.authorizerUri ?? '', stageVariables),
    values,
  ])
}

/** A proxy integration's event without its body; what is not there is an empty map here (guide: api-gateway-lambda-authorizer-input). */
function requestEvent(matched: Matched, methodArn: string, on: Gateway): Later<object> {
  const {
    body: _body,
    isBase64Encoded: _encoded,
    ...rest
  } = lambdaEvent(matched, matched.located.call.headers, EMPTY, false)
  const filled = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value ?? {}]))
  const event = { type: 'REQUEST', methodArn, ...filled }
  return after(keyIdentity(matched, on), (known) => {
    const { requestContext } = rest
    if (known) requestContext.identity = { ...(requestContext.identity as Context), ...known }
    return event
  })
}

/** The key that the client sent, which is looked at after the authorizer; its id where the method asks for one. */
function keyIdentity({ located, method }: Matched, on: Gateway): Later<Context | null> {
  const apiKey = headerKeyOf(located)
  if (apiKey === undefined) return null
  if (!method.apiKeyRequired) return { apiKey }
  const { api, stage } = located
  return after(on.keys.find(apiKey, api.region, api.apiId, stage.stageName), (found) =>
    found ? { apiKey, apiKeyId: found.id } : { apiKey },
  )
}

interface Answered {
  text: string
  latency: number
}

async function invoke(
  { id, authorizerUri, authorizerCredentials }: Authorizer,
  event: object,
  matched: Matched,
  on: Gateway,
): Promise<Answered> {
  const { clock, settings } = on.platform
  const { call, stageVariables } = matched.located
  const { measured } = call.reached
  const started = clock.now()
  const outcome = { latency: 0, integrationLatency: 0 }
  measured.authorizer = outcome
  try {
    const uri = withStageVariables(authorizerUri ?? '', stageVariables)
    const response = await invokeLambda(
      functionOf(uri),
      {
        payload: encoder.encode(JSON.stringify(event)),
        headers: [['X-Amz-Source-Arn', authorizerArn(matched, id)]],
        credentials: authorizerCredentials,
        stageVariables,
        signal: AbortSignal.timeout(settings.limits.authorizerTimeoutMs ?? TIMEOUT_MS),
        journal: call.journal,
      },
      on,
    )
    const text = await answerOf(response)
    const latency = clock.now() - started
    measured.authorizer = {
      status: 200,
      latency,
      integrationLatency: latency,
      integrationStatus: response.status,
      requestId: response.requestId,
    }
    if (call.journal?.dataTrace) call.journal.info(`Authorizer result body before parsing: ${text}`)
    return { text, latency }
  } catch (error) {
    const fault =
      error instanceof Fault && OWN.has(error.type) ? error : authorizerFault(reasonOf(error), error)
    const latency = clock.now() - started
    measured.authorizer = { ...outcome, latency, status: fault.status, error: fault.message }
    throw fault
  }
}

const OWN = new Set(['UNAUTHORIZED', 'AUTHORIZER_CONFIGURATION_ERROR'])
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A function that ends with the error `Unauthorized` says 401; with any other it is one that is not fit for an authorizer. */
async function answerOf(response: InvokeResponse): Promise<string> {
  const text = textOf({ bytes: await wholeBody(response.body, 64 * MAX_RESULT) })
  if (response.status >= 300)
    throw authorizerFault(`Lambda answered ${response.status} to the authorizer's call`)
  if (response.functionError !== undefined) {
    if (errorMessageIn(text) === 'Unauthorized') throw unauthorized('the authorizer said Unauthorized')
    throw authorizerFault(`the authorizer function failed: ${text.slice(0, 500)}`)
  }
  if (text.length > MAX_RESULT)
    throw authorizerFault(`the authorizer's result is larger than ${MAX_RESULT} bytes`)
  return text
}

function errorMessageIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { errorMessage?: unknown } | null)?.errorMessage
  } catch {
    return undefined
  }
}

function read(text: string): AuthorizerResult {
  try {
    return readAuthorizerResult(text)
  } catch (cause) {
    throw authorizerFault(`Invalid JSON in response: ${(cause as Error).message}`, cause)
  }
}
