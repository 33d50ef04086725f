/** TestInvokeAuthorizer: one question to an authorizer, past its cache, with what it answered. */
import type { Matched } from '../core/call.ts'
import type { Authorizer, Method, Resource } from '../core/documents.ts'
import { Fault } from '../core/fault.ts'
import { methodArns } from '../core/method-arn.ts'
import { methodRules } from '../core/method-settings.ts'
import { MethodProgram } from '../core/program.ts'
import type { TestInvokeAuthorizerInput, TestInvokeAuthorizerResponse } from '../core/test-invoker.ts'
import { authorizeByUserPool } from './authorizers/cognito.ts'
import { askFunction } from './authorizers/lambda.ts'
import { authorizeByJwt } from './authorizers/oidc.ts'
import type { Gateway } from './gateway.ts'
import { callOf, locatedOf, TestJournal, testCaller } from './test-invoke.ts'

type Answer = Omit<TestInvokeAuthorizerResponse, 'clientStatus' | 'log' | 'latency'>

export async function testInvokeAuthorizer(
  input: TestInvokeAuthorizerInput,
  on: Gateway,
): Promise<TestInvokeAuthorizerResponse> {
  const journal = new TestJournal(on)
  const started = on.platform.clock.now()
  const authorizer = input.definition.authorizers.find(({ id }) => id === input.authorizerId)
  const matched = matchedOf(input, journal, on)
  const { requestId } = matched.located.call
  journal.info(`Starting authorizer: ${input.authorizerId} for request: ${requestId}`)
  let clientStatus = 200
  let answer: Answer = {}
  try {
    if (!authorizer) throw new Error('the authorizer is gone')
    answer = await ask({ ...authorizer, authorizerResultTtlInSeconds: 0 }, matched, on)
  } catch (error) {
    clientStatus = error instanceof Fault ? error.status : 500
    if (error instanceof Fault && error.type === 'UNAUTHORIZED') {
      journal.error(`Unauthorized request: ${requestId}`)
      journal.error('Unauthorized')
    } else journal.error((error as Error).message)
    if (error instanceof Fault && error.type === 'AUTHORIZER_CONFIGURATION_ERROR')
      journal.error(error.errorType)
  }
  const latency = on.platform.clock.now() - started
  return {
    clientStatus,
    log: `Execution log for request ${requestId}\n${journal.text()}`,
    latency,
    ...answer,
  }
}

async function ask(authorizer: Authorizer, matched: Matched, on: Gateway): Promise<Answer> {
  if (authorizer.jwt || authorizer.type === 'COGNITO_USER_POOLS') {
    const caller = await (authorizer.jwt ? authorizeByJwt : authorizeByUserPool)(authorizer, matched, on)
    matched.located.call.journal?.info('Successfully completed authorizer execution')
    return { claims: caller.authorizer!.claims as Record<string, string> }
  }
  const { result } = await askFunction(authorizer, matched, testArn(matched), on)
  return {
    principalId: result.principalId,
    policy: result.document,
    authorization: Object.fromEntries(
      Object.entries(result.context).map(([name, value]) => [name, [String(value)]]),
    ),
  }
}

/** Amazon asks about a method of a stage of this name (guide: apigateway-use-lambda-authorizer). */
const testArn = (matched: Matched): string =>
  methodArns(matched)[0]!.replace('/test-invoke-stage/', '/ESTestInvoke-stage/')

/** The call is to no method of the API: it stands for any. */
function matchedOf(input: TestInvokeAuthorizerInput, journal: TestJournal, on: Gateway): Matched {
  const call = callOf(input, '/', journal, on)
  const path = input.pathWithQueryString?.split('?')[0] || '/'
  const located = locatedOf(call, input.definition, input.region, path, input.stageVariables ?? {}, on)
  const method: Method = { httpMethod: call.method, authorizationType: 'CUSTOM', apiKeyRequired: false }
  const resource: Resource = { id: 'test-invoke-resource-id', path: '/' }
  const matched: Matched = {
    located,
    resource,
    method,
    program: new MethodProgram(resource, method),
    pathParameters: {},
    settings: methodRules(located.stage, '/', call.method),
  }
  Object.assign(call.reached, { matched, ...testCaller(on, matched) })
  return matched
}
