/** Which security policies go with which endpoint access modes, of APIs and of domain names (guide: apigateway-security-policies). */
import { badRequest } from '../problem.ts'

export function checkAccessMode(asked: { securityPolicy?: string; endpointAccessMode?: string }): void {
  const enhanced = asked.securityPolicy?.startsWith('SecurityPolicy_') ?? false
  if (enhanced && !asked.endpointAccessMode)
    throw badRequest('Endpoint access mode is required for the specified security policy')
  if (!enhanced && asked.endpointAccessMode === 'STRICT')
    throw badRequest(
      'Endpoint access mode STRICT is only supported for security policies that start with SecurityPolicy_',
    )
}
