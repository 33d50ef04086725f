/**
 * Active tracing of a stage: whether this call is recorded is decided as soon as its stage is known, and the decision goes to the
 * integration in X-Amzn-Trace-Id (guide: apigateway-enabling-xray). Where the runtime has no tracer, the control service refuses
 * such stages.
 */
import type { Body, Located, Recording } from '../core/call.ts'
import { Fault } from '../core/fault.ts'
import type { Gateway } from './gateway.ts'
import { bounded } from './payload.ts'

export function beginTrace({ call, api, stage }: Located, on: Gateway): void {
  const { tracer } = on.platform
  if (!tracer) return
  const trace = tracer.begin(call, () => on.counts.add('SegmentLostCount', api.apiId, stage.stageName))
  if (trace) {
    call.reached.trace = trace
    // the segment names the client, and may be written when the connection is gone
    void call.sourceIp
  }
  const value = trace?.traceId ?? call.traceId
  for (const pair of call.headers) if (pair[1] === call.integrationTraceId) pair[1] = value
  // nothing has been told of the id yet, and from here on it is this one
  Object.defineProperties(call, { traceId: { value }, integrationTraceId: { value } })
}

/** The body to send; a stream is counted on its way. */
export function endTrace(trace: Recording, status: number, body: Body): Body {
  if (body instanceof ReadableStream)
    return bounded(
      body,
      Number.POSITIVE_INFINITY,
      () => new Fault('DEFAULT_5XX'),
      (length) => trace.ends(status, length),
    )
  trace.ends(status, body?.length ?? 0)
  return body
}
