/** TestInvokeAuthorizer. Whatever is not built is refused. */
import { configurationFault } from '../core/fault.ts'
import type { TestInvokeAuthorizerInput, TestInvokeAuthorizerResponse } from '../core/test-invoker.ts'
import type { Gateway } from './gateway.ts'

export async function testInvokeAuthorizer(
  input: TestInvokeAuthorizerInput,
  _on: Gateway,
): Promise<TestInvokeAuthorizerResponse> {
  throw configurationFault(`authorizers are not served by this gateway: ${input.authorizerId}`)
}
