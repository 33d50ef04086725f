/**
 * What is counted: Amazon's CacheHitCount and CacheMissCount, refusals, and stores that failed. Since the process started, for
 * each API and stage; `text` is what Prometheus reads at /_edgeway/metrics.
 */
import type { Platform } from '../platform.ts'

const METRICS = {
  CacheHitCount: ['edgeway_cache_hit_count', 'Calls answered from a stage cache'],
  CacheMissCount: ['edgeway_cache_miss_count', 'Calls of cached methods that went to the back end'],
  ThrottleCount: ['edgeway_throttle_count', 'Calls refused by a rate or burst limit'],
  QuotaExceededCount: ['edgeway_quota_exceeded_count', 'Calls refused by a usage plan quota'],
  SegmentLostCount: ['edgeway_segment_lost_count', 'X-Ray segments that were not delivered'],
  StoreFailureCount: [
    'edgeway_store_failure_count',
    'Calls during which a meter or cache store did not answer',
  ],
} as const

export type Metric = keyof typeof METRICS

/** How often a store that keeps failing is said in the log, in milliseconds. */
const SAY_AGAIN_MS = 1000

interface Count {
  readonly metric: Metric
  readonly apiId: string
  readonly stageName: string
  calls: number
}

export class Counts {
  readonly #counts = new Map<Metric, Map<string, Count>>()
  /** mostly the next call counts where the last one did */
  #last: Count | null = null
  readonly #said = new Map<string, number>()
  readonly #parts: Pick<Platform, 'log' | 'clock'>

  constructor(parts: Pick<Platform, 'log' | 'clock'>) {
    this.#parts = parts
  }

  add(metric: Metric, apiId: string, stageName: string): void {
    let count = this.#last
    if (count?.metric !== metric || count.apiId !== apiId || count.stageName !== stageName) {
      count = this.#countOf(metric, apiId, stageName)
      this.#last = count
    }
    count.calls++
  }

  #countOf(metric: Metric, apiId: string, stageName: string): Count {
    let byStage = this.#counts.get(metric)
    if (!byStage) {
      byStage = new Map()
      this.#counts.set(metric, byStage)
    }
    const stage = `${apiId}/${stageName}`
    let count = byStage.get(stage)
    if (!count) {
      count = { metric, apiId, stageName, calls: 0 }
      byStage.set(stage, count)
    }
    return count
  }

  of(metric: Metric, apiId: string, stageName: string): number {
    return this.#counts.get(metric)?.get(`${apiId}/${stageName}`)?.calls ?? 0
  }

  /** A store failed a call: counted, and said in the log once a second. */
  storeFailed(store: string, error: unknown, apiId: string, stageName: string, consequence: string): void {
    this.add('StoreFailureCount', apiId, stageName)
    const now = this.#parts.clock.now()
    const said = this.#said.get(store) ?? Number.NEGATIVE_INFINITY
    if (Math.abs(now - said) < SAY_AGAIN_MS) return
    this.#said.set(store, now)
    this.#parts.log('error', `${store} does not answer`, {
      consequence,
      api: apiId,
      stage: stageName,
      error: error instanceof Error ? error.message : String(error),
    })
  }

  /** Prometheus text exposition format, version 0.0.4. */
  text(): string {
    const lines: string[] = []
    for (const [metric, [name, help]] of Object.entries(METRICS)) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`)
      for (const { apiId, stageName, calls } of this.#counts.get(metric as Metric)?.values() ?? [])
        lines.push(`${name}{api="${apiId}",stage="${stageName}"} ${calls}`)
    }
    return `${lines.join('\n')}\n`
  }
}
