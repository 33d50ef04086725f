/** The outbound contract in workerd: POST {where, except}, results as JSON. */
import { workersOutbound } from '../../../src/adapters/outbound-workers.ts'
import { runCases } from '../outbound.ts'

export default {
  async fetch(request: Request): Promise<Response> {
    const { where, except } = (await request.json()) as Parameters<typeof Object> & {
      where: Parameters<typeof runCases>[1]
      except: Parameters<typeof runCases>[2]
    }
    return Response.json(await runCases(workersOutbound, where, except))
  },
}
