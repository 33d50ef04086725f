/** What a stage's execution log says of usage plans, before anything of the request itself. */
import type { Caller, Journal, Matched } from '../core/call.ts'
import { apiKeyOf } from './api-key.ts'
import { masked } from './journal.ts'

/** The key that the call came with, asked for or not, as logs may show it. */
const shownKey = (matched: Matched, caller: Caller): string => masked(apiKeyOf(matched.located, caller) ?? '')

const stageText = ({ located }: Matched): string => `${located.api.apiId}/${located.stage.stageName}`

export function journalPlanAsked(journal: Journal, matched: Matched, caller: Caller): void {
  const { method, resource, located } = matched
  const { call } = located
  const key = shownKey(matched, caller)
  journal.info(
    `Verifying Usage Plan for request: ${call.requestId}. API Key: ${key} API Stage: ${stageText(matched)}`,
  )
  if (!method.apiKeyRequired)
    journal.info(
      `API Key ${key} authorized because method '${call.method} ${resource.path}' does not require API Key. Request will not contribute to throttle or quota limits`,
    )
}

export const journalPlanMet = (journal: Journal, matched: Matched, caller: Caller): void =>
  journal.info(
    `Usage Plan check succeeded for API Key ${shownKey(matched, caller)} and API Stage ${stageText(matched)}`,
  )
