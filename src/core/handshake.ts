/** The TLS that an API or a domain name asks for (guide: apigateway-security-policies): its version, and the host that it was for. */

export interface HandshakeRules {
  /** TLS 1.3 and nothing older */
  readonly onlyTls13: boolean
  /** the handshake must be for the host that is called */
  readonly strict: boolean
}

const ONLY_TLS_1_3 = /^SecurityPolicy_TLS13_(?:1_3|2025)_/

/** Null where any handshake will do: nobody need look at it then. */
export function handshakeRules(asked: {
  securityPolicy?: string
  endpointAccessMode?: string
}): HandshakeRules | null {
  const onlyTls13 = ONLY_TLS_1_3.test(asked.securityPolicy ?? '')
  const strict = asked.endpointAccessMode === 'STRICT'
  return onlyTls13 || strict ? { onlyTls13, strict } : null
}

/** Why a call is refused, as far as its handshake is known, or null. `host` is the one called; `plain`: there was no TLS. */
export function handshakeFault(
  { onlyTls13, strict }: HandshakeRules,
  { version, serverName }: { version?: string; serverName?: string } = {},
  host: string,
  plain: boolean,
): string | null {
  if (plain) return 'the security policy does not allow calls without TLS'
  if (onlyTls13 && version && version !== 'TLSv1.3') return `the security policy does not allow ${version}`
  if (strict && serverName !== undefined && serverName !== host)
    return `the handshake was for ${serverName || 'no name'}, the call is for ${host}`
  return null
}
