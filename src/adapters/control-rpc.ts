/**
 * The control service in a Worker of its own, over a service binding. What it needs of the gateway it is handed with each
 * call, as a stub: a binding back would be a circle, and neither Worker could be deployed first.
 */
import { RpcTarget } from 'cloudflare:workers'
import type { TestInvoker } from '../core/test-invoker.ts'
import type { Peer } from '../platform.ts'

/** What the control Worker's entry point offers. */
export interface ControlService {
  handle(request: Request, peer: Peer, tests: Tests): Promise<Response>
}

/** Definitions and answers go as JSON text: they hold objects without a prototype, which a service binding does not pass. */
interface Tests {
  run(operation: keyof TestInvoker, input: string): Promise<string>
}

/** The gateway's side: the control service behind a binding. */
export const controlOver =
  (binding: ControlService) =>
  (request: Request, { address, tls }: Peer, tests: TestInvoker): Promise<Response> =>
    // a binding passes plain objects; certificates of clients are no matter of the control service's
    binding.handle(request, { address, tls }, new GatewayTests(tests))

/** The control service's side: the gateway's test invocations behind a stub. */
export function testsOver(stub: Tests): TestInvoker {
  const run = async (operation: keyof TestInvoker, input: unknown) =>
    JSON.parse(await stub.run(operation, JSON.stringify(input)))
  return {
    testInvokeMethod: (input) => run('testInvokeMethod', input),
    testInvokeAuthorizer: (input) => run('testInvokeAuthorizer', input),
  }
}

class GatewayTests extends RpcTarget implements Tests {
  readonly #tests: TestInvoker

  constructor(tests: TestInvoker) {
    super()
    this.#tests = tests
  }

  async run(operation: keyof TestInvoker, input: string): Promise<string> {
    return JSON.stringify(await this.#tests[operation](JSON.parse(input)))
  }
}
