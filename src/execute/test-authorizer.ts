/** TestInvokeAuthorizer: one question to an authorizer, past its cache, with what it answered. */
import type { Matched } from '../core/call.ts'
import type { Authorizer, Method, Resource } from '../core/documents.ts'
import { Fault } from '../core/fault.ts'
import { methodArns } from '../core/method-arn.ts'
import { methodRules } from '../core/method-settings.ts'
import { methodProgram } from '../core/program.ts'
import type { TestInvokeAuthorizerInput, TestInvokeAuthorizerResponse } from '../core/test-invoker.ts'
import { authorizeByUserPool } from './authorizers/cognito.ts'
import { askFunction } from './authorizers/lambda.ts'
import { authorizeByJwt } from './authorizers/oidc.ts'
import type { Gateway } from './gateway.ts'
import { callOf, locatedOf, TestJournal } from './test-invoke.ts'

type Answer = Omit<TestInvokeAuthorizerResponse, 'clientStatus' | 'log' | 'latency'>

export async function testInvokeAuthorizer(
  input: TestInvokeAuthorizerInput,
  on: Gateway,
): Promise<TestInvokeAuthorizerResponse> {
  const journal = new TestJournal(on)
  const started = on.platform.clock.now()
  const authorizer = input.definition.authorizers.find(({ id }) => id === input.authorizerId)
  journal.info(`Starting authorizer: ${input.authorizerId}`)
  let clientStatus = 200
  let answer: Answer = {}
  try {
    if (!authorizer) throw new Error('the authorizer is gone')
    answer = await ask({ ...authorizer, authorizerResultTtlInSeconds: 0 }, matchedOf(input, journal, on), on)
    if (answer.policy)
      journal.info(`Using valid authorizer policy for principal: ${mask(answer.principalId!)}`)
    journal.info('Successfully completed authorizer execution')
  } catch (error) {
    clientStatus = error instanceof Fault ? error.status : 500
    journal.error(
      error instanceof Fault && error.type === 'UNAUTHORIZED' ? 'Unauthorized request' : String(error),
    )
  }
  const latency = on.platform.clock.now() - started
  return {
    clientStatus,
    log: `Execution log for request ${on.identifiers.request()}\n${journal.text()}`,
    latency,
    ...answer,
  }
}

async function ask(authorizer: Authorizer, matched: Matched, on: Gateway): Promise<Answer> {
  if (authorizer.jwt || authorizer.type === 'COGNITO_USER_POOLS') {
    const caller = await (authorizer.jwt ? authorizeByJwt : authorizeByUserPool)(authorizer, matched, on)
    return { claims: caller.authorizer!.claims as Record<string, string> }
  }
  const result = await askFunction(authorizer, matched, methodArns(matched)[0]!, on)
  return {
    principalId: result.principalId,
    policy: result.document,
    authorization: Object.fromEntries(
      Object.entries(result.context).map(([name, value]) => [name, [String(value)]]),
    ),
  }
}

const mask = (principal: string): string =>
  principal.length > 4 ? '*'.repeat(principal.length - 4) + principal.slice(-4) : '*'.repeat(principal.length)

/** The call is to no method of the API: it stands for any. */
function matchedOf(input: TestInvokeAuthorizerInput, journal: TestJournal, on: Gateway): Matched {
  const call = callOf(input, '/', journal, on)
  const path = input.pathWithQueryString?.split('?')[0] || '/'
  const located = locatedOf(call, input.definition, input.region, path, input.stageVariables ?? {}, on)
  const method: Method = { httpMethod: call.method, authorizationType: 'CUSTOM', apiKeyRequired: false }
  const resource: Resource = { id: input.definition.restApi.rootResourceId, path: '/' }
  const matched: Matched = {
    located,
    resource,
    method,
    program: methodProgram(resource, method),
    pathParameters: {},
    settings: methodRules(located.stage, '/', call.method),
  }
  call.reached.matched = matched
  return matched
}
