/** The call's API key (guide: api-gateway-api-key-source): from the client's header, or from the authorizer's answer. */
import type { ApiKeyFacts, Caller, Matched } from '../core/call.ts'
import { Fault } from '../core/fault.ts'
import { after, type Later } from '../core/later.ts'
import type { Gateway } from './gateway.ts'
import type { PlanClient } from './throttle.ts'

export interface Subscriber {
  apiKey: ApiKeyFacts
  holder: PlanClient
}

/** Null where the method asks for no key. Throws INVALID_API_KEY, which never says what is wrong with a key. */
export function subscriberOf(matched: Matched, caller: Caller, on: Gateway): Later<Subscriber> | null {
  return matched.method.apiKeyRequired ? find(matched, caller, on) : null
}

function find({ located }: Matched, caller: Caller, on: Gateway): Later<Subscriber> {
  const { call, api, stage } = located
  const isHeader = api.definition.restApi.apiKeySource !== 'AUTHORIZER'
  const value = isHeader ? call.header('x-api-key') : caller.usageIdentifierKey
  if (!value)
    throw new Fault('INVALID_API_KEY', { reason: `no API key in the ${isHeader ? 'header' : 'authorizer'}` })
  return after(on.keys.find(value, api.region, api.apiId, stage.stageName), (found) => {
    if (!found)
      throw new Fault('INVALID_API_KEY', {
        reason: `the API key is not enabled in a usage plan of ${api.apiId}/${stage.stageName}`,
      })
    const { id, name, customerId, plan } = found
    return {
      apiKey: { id, value, name, customerId, usagePlanId: plan.id },
      holder: { plan, keyId: id },
    }
  })
}
