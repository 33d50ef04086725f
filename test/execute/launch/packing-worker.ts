/** An execution service in workerd over one API that compresses: what leaves it must be packed once. */
import { arrivalOf, responseOf } from '../../../src/adapters/inbound-fetch.ts'
import { memoryMeter } from '../../../src/adapters/meter-memory.ts'
import { workersOutbound } from '../../../src/adapters/outbound-workers.ts'
import { webcryptoRandom } from '../../../src/adapters/random-webcrypto.ts'
import { memoryResponses } from '../../../src/adapters/responses-memory.ts'
import { settingsOf } from '../../../src/config.ts'
import { compile } from '../../../src/core/compile.ts'
import type { ApiDefinition, Stage } from '../../../src/core/documents.ts'
import { createExecute } from '../../../src/execute/execute.ts'
import type { Platform } from '../../../src/platform.ts'

export default {
  async fetch(request: Request, env: { DEFINITION: ApiDefinition }): Promise<Response> {
    const api = compile(env.DEFINITION, 'dep1', 'us-east-1')
    const stage = { deploymentId: 'dep1', stageName: 'dev', methodSettings: {} } as unknown as Stage
    const platform = {
      outbound: workersOutbound,
      meter: memoryMeter(),
      responses: memoryResponses(),
      credentials: async () => null,
      clock: { now: () => Date.now() },
      random: webcryptoRandom,
      defer: () => {},
      join: <T>(work: Promise<T>) => work,
      log: () => {},
      settings: settingsOf({}, 'open'),
      env: {},
    } as unknown as Platform
    const deployments = {
      stage: () => ({ apiId: 'abc123', region: 'us-east-1', stage }),
      domain: () => null,
      deployed: () => ({ api }),
    }
    const execute = createExecute({ platform, deployments } as unknown as Parameters<typeof createExecute>[0])
    const { pathname } = new URL(request.url)
    const target = { by: 'api', apiId: 'abc123', stage: 'dev', rawPath: pathname, rawQuery: '' } as const
    const arrival = arrivalOf(request, { address: '127.0.0.1', tls: false })
    return responseOf(await execute.handle(arrival, target))
  },
}
