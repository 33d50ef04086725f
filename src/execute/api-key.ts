/** The call's API key (guide: api-gateway-api-key-source): from the client's header, or from the authorizer's answer. */
import type { ApiKeyFacts, Caller, Located, Matched } from '../core/call.ts'
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

const inHeader = ({ api }: Located): boolean => api.definition.restApi.apiKeySource !== 'AUTHORIZER'

/** The key in the client's header, where that is where keys are. */
export const headerKeyOf = (located: Located): string | undefined =>
  inHeader(located) ? located.call.header('x-api-key') : undefined

/** The key that a call came with, whoever it is of. */
export const apiKeyOf = (located: Located, caller: Caller): string | undefined =>
  inHeader(located) ? headerKeyOf(located) : caller.usageIdentifierKey

function find({ located }: Matched, caller: Caller, on: Gateway): Later<Subscriber> {
  const { api, stage } = located
  const value = apiKeyOf(located, caller)
  if (!value)
    throw new Fault('INVALID_API_KEY', {
      reason: `no API key in the ${inHeader(located) ? 'header' : 'authorizer'}`,
    })
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
