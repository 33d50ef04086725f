/** One access log line for each call, in the stage's format, when the last byte has gone. */

import { formatAccessLog } from '../core/access-log.ts'
import type { Body, Call } from '../core/call.ts'
import type { Stage } from '../core/documents.ts'
import { Fault } from '../core/fault.ts'
import { logContextOf } from '../core/variables.ts'
import type { Gateway } from './gateway.ts'
import { logGroup } from './journal.ts'
import { bounded } from './payload.ts'

/** The body to send; a stream is counted on its way. */
export function accessLog(status: number, body: Body, call: Call, stage: Stage, on: Gateway): Body {
  const { format, destinationArn } = stage.accessLogSettings!
  const write = (responseLength: number): void => {
    const context = logContextOf(call, {
      status,
      responseLength,
      responseLatency: on.platform.clock.now() - call.receivedAt,
    })
    on.platform.log('info', formatAccessLog(format!, context), {
      log: 'access',
      destination: destinationArn && logGroup(destinationArn, call.reached.located ?? {}),
    })
  }
  if (!(body instanceof ReadableStream)) {
    write(body?.length ?? 0)
    return body
  }
  // the connection may be gone when the stream has ended
  void call.sourceIp
  return bounded(body, Number.POSITIVE_INFINITY, () => new Fault('DEFAULT_5XX'), write)
}
