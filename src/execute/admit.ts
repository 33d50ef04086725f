/** May this call go on now: API key, throttles, quota. */
import type { Admitted, Caller, Matched } from '../core/call.ts'
import { after, type Later } from '../core/later.ts'
import { type Subscriber, subscriberOf } from './api-key.ts'
import type { Gateway } from './gateway.ts'
import { journalPlanAsked, journalPlanMet } from './journal-plan.ts'
import { throttle } from './throttle.ts'

export function admit(matched: Matched, caller: Caller, on: Gateway): Later<Admitted> {
  const { journal } = matched.located.call
  if (journal) journalPlanAsked(journal, matched, caller)
  const subscriber = subscriberOf(matched, caller, on)
  return subscriber
    ? after(subscriber, (known) => within(matched, caller, known, on))
    : within(matched, caller, null, on)
}

function within(
  matched: Matched,
  caller: Caller,
  subscriber: Subscriber | null,
  on: Gateway,
): Later<Admitted> {
  const admitted: Admitted = { matched, caller, apiKey: subscriber?.apiKey ?? null }
  const waiting = throttle(matched, subscriber?.holder ?? null, on)
  if (waiting) return waiting.then(() => reached(admitted))
  return reached(admitted)
}

function reached(admitted: Admitted): Admitted {
  const { matched, caller } = admitted
  const { call } = matched.located
  call.reached.admitted = admitted
  if (call.journal) journalPlanMet(call.journal, matched, caller)
  return admitted
}
