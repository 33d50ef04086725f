/** TestInvokeMethod and TestInvokeAuthorizer: the API as it stands is run once by the execution service, undeployed. */
import type { ApiDefinition, Resource } from '../../core/documents.ts'
import { notFound, Problem } from '../../core/problem.ts'
import { list, map, text, textMap } from '../../core/shape.ts'
import type { TestInvoker } from '../../core/test-invoker.ts'
import { loadDefinition } from '../definition.ts'
import type { Call, Desk, Operation } from '../desk.ts'
import { kinds } from '../kinds/registry.ts'

const REQUEST = {
  pathWithQueryString: text,
  body: text,
  headers: textMap,
  multiValueHeaders: map(list(text)),
  stageVariables: textMap,
}

const definitionOf = ({ region, labels }: Call, { store }: Desk): Promise<ApiDefinition | undefined> =>
  loadDefinition(kinds, { range: (path) => store.documents.range(region, path) }, labels.restApiId!)

function invoker({ tests }: Desk, operation: string): TestInvoker {
  if (tests) return tests
  throw new Problem(
    'ServiceUnavailableException',
    `${operation} is not available: nothing here executes APIs`,
  )
}

export const TEST_INVOKE: Operation[] = [
  {
    name: 'TestInvokeMethod',
    method: 'POST',
    path: '/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}',
    status: 200,
    input: { body: { ...REQUEST, clientCertificateId: text } },
    async run(call, desk) {
      const { resourceId = '', httpMethod = '' } = call.labels
      const definition = await definitionOf(call, desk)
      const resource = definition?.resources.find(({ id }: Resource) => id === resourceId)
      if (!definition || !resource) throw notFound('Invalid Resource identifier specified')
      const methods = resource.resourceMethods ?? {}
      if (!methods[httpMethod] && !methods.ANY) throw notFound('Invalid Method identifier specified')
      return invoker(desk, call.operation).testInvokeMethod({
        ...call.body,
        definition,
        region: call.region,
        resourceId,
        httpMethod,
      })
    },
  },
  {
    name: 'TestInvokeAuthorizer',
    method: 'POST',
    path: '/restapis/{restApiId}/authorizers/{authorizerId}',
    status: 200,
    input: { body: { ...REQUEST, additionalContext: textMap } },
    async run(call, desk) {
      const { authorizerId = '' } = call.labels
      const definition = await definitionOf(call, desk)
      if (!definition?.authorizers.some(({ id }) => id === authorizerId))
        throw notFound('Invalid Authorizer identifier specified')
      return invoker(desk, call.operation).testInvokeAuthorizer({
        ...call.body,
        definition,
        region: call.region,
        authorizerId,
      })
    },
  },
]
