/** Runs the store contracts inside workerd, on Durable Objects, KV and the Cache API. */
import type { DurableObjectNamespace, KVNamespace } from '@cloudflare/workers-types'
import { kvCache } from '../../../src/adapters/cache-kv.ts'
import { durableObjectMeter } from '../../../src/adapters/meter-durable-object.ts'
import { cacheApiResponses } from '../../../src/adapters/responses-cache-api.ts'
import type { BucketSpec, QuotaSpec } from '../../../src/platform.ts'
import { runCases } from '../case.ts'
import { configCache } from '../config-cache.ts'
import { exactMeter, leasedMeter } from '../meter.ts'
import { responseCache } from '../responses.ts'

export { MeterObject } from '../../../src/adapters/meter-durable-object.ts'

interface Bindings {
  CONFIG: KVNamespace
  METER: DurableObjectNamespace
}

const meters: Partial<Record<string, ReturnType<typeof durableObjectMeter>>> = {}

export default {
  async fetch(request: Request, { CONFIG, METER }: Bindings): Promise<Response> {
    const { pathname } = new URL(request.url)
    const meter = (mode: 'exact' | 'leased') => {
      meters[mode] ??= durableObjectMeter(METER, { mode })
      return meters[mode]
    }
    if (pathname === '/meter/exact') return Response.json(await runCases(exactMeter, meter('exact')))
    if (pathname === '/meter/leased') return Response.json(await runCases(leasedMeter, meter('leased')))
    if (pathname === '/config') return Response.json(await runCases(configCache, kvCache(CONFIG)))
    if (pathname === '/responses') return Response.json(await runCases(responseCache, cacheApiResponses()))
    if (pathname.startsWith('/take/')) {
      const { buckets, quotas, now } = (await request.json()) as {
        buckets: BucketSpec[]
        quotas: QuotaSpec[]
        now: number
      }
      return Response.json(
        await meter(pathname === '/take/exact' ? 'exact' : 'leased').take(buckets, quotas, now),
      )
    }
    return new Response('no such contract', { status: 404 })
  },
}
