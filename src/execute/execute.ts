/**
 * A deployed API answers a call. This page is the whole path of a request; each step is one file, which the imports name (most are
 * named as they are called here; `cached` is in cache.ts, `journalRequest` in journal.ts). What a step returns is what the next one
 * takes, but for `validate` and the journal, which only look on. A step that ends the call throws a Fault; the one catch is below.
 */
import type { Arrival } from '../core/arrival.ts'
import type { Admitted, Answer, Call } from '../core/call.ts'
import { after, type Later } from '../core/later.ts'
import type { Target } from '../core/target.ts'
import type { TestInvoker } from '../core/test-invoker.ts'
import type { Platform } from '../platform.ts'
import type { Deployments } from '../store/deployments.ts'
import type { Keys } from '../store/keys.ts'
import type { Usage } from '../store/usage.ts'
import { admit } from './admit.ts'
import { authorize } from './authorize.ts'
import { cached } from './cache.ts'
import { conclude } from './conclude.ts'
import { Counts } from './counts.ts'
import { finish } from './finish.ts'
import type { Gateway } from './gateway.ts'
import { gatewayResponse } from './gateway-response.ts'
import { identifiers } from './identifiers.ts'
import { integrate } from './integrate.ts'
import { journalRequest } from './journal.ts'
import { locate } from './locate.ts'
import { match } from './match.ts'
import { nowhere } from './nowhere.ts'
import { prepare } from './prepare.ts'
import { receive } from './receive.ts'
import { createTestInvoker } from './test-invoke.ts'
import { validate } from './validate.ts'

export interface Execute {
  /** Answers one request of a client, whatever becomes of it. Never throws and never rejects. */
  handle(arrival: Arrival, target: Target): Later<Answer>
  testInvoker: TestInvoker
  /** what was counted so far, for Prometheus */
  metrics(): string
}

export function createExecute({
  platform,
  deployments,
  keys,
  usage,
}: {
  platform: Platform
  deployments: Deployments
  keys: Pick<Keys, 'find'>
  usage: Usage
}): Execute {
  const counts = new Counts(platform)
  const on: Gateway = {
    platform,
    deployments,
    keys,
    usage,
    counts,
    identifiers: identifiers(platform.random),
  }
  return {
    handle(arrival, target) {
      const call = receive(arrival, target, on)
      const failed = (error: unknown) => finish(gatewayResponse(error, call, on), call, on)
      const done = (answer: Answer) => {
        try {
          return finish(answer, call, on)
        } catch (error) {
          return failed(error)
        }
      }
      try {
        const answer = answerTo(call, target, on)
        return answer instanceof Promise ? answer.then(done, failed) : done(answer)
      } catch (error) {
        return failed(error)
      }
    },
    testInvoker: createTestInvoker(on, perform),
    metrics: () => counts.text(),
  }
}

/** From a request to a response, in Amazon's order. */
function answerTo(call: Call, target: Target, on: Gateway): Later<Answer> {
  return after(locate(call, target, on), (located) => {
    const matched = match(located, on)
    if (!matched) return nowhere(located, on)
    return after(authorize(matched, on), (caller) =>
      after(admit(matched, caller, on), (admitted) => cached(admitted, on, () => perform(admitted, on))),
    )
  })
}

/** What a test invocation runs, too: method request, integration request, integration, integration response. */
function perform(admitted: Admitted, on: Gateway): Later<Answer> {
  return after(journalRequest(admitted), () =>
    after(validate(admitted, on), () =>
      after(prepare(admitted), (prepared) =>
        after(integrate(prepared, on), (reply) => conclude(prepared, reply)),
      ),
    ),
  )
}
