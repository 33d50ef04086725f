/**
 * What the error codes and words of Node, Deno, Bun and workerd mean, in the terms of the Outbound port.
 * (workerd says `internal error; reference = …` of names and certificates alike.)
 */
import type { OutboundReason } from '../core/outbound-failure.ts'

const REASONS: [RegExp, OutboundReason][] = [
  [/ENOTFOUND|EAI_|ERR_INVALID_URL|Invalid URL|FailedToOpenSocket|getaddrinfo|lookup/i, 'name'],
  [/ECONNREFUSED|EHOST|ENET|EADDR|ETIMEDOUT|internal error; reference/, 'connect'],
  [/CERT|ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO|TLS peer/, 'tls'],
  [/ERR_INVALID_ARG|invalid (?:header )?value|header.*invalid/i, 'request'],
  [/protocol/, 'protocol'],
]

/** The first code or message that says something decides; a connection that just ended says nothing. */
export function reasonOf(...signs: (string | undefined)[]): OutboundReason {
  for (const sign of signs) {
    const known = sign && REASONS.find(([pattern]) => pattern.test(sign))
    if (known) return known[1]
  }
  return 'reset'
}
