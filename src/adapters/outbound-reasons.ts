/**
 * What the error codes and words of Node, undici, Bun and workerd mean, in the terms of the Outbound port.
 * (workerd says `internal error; reference = …` of names and certificates alike.)
 */
import type { OutboundReason } from '../core/outbound-failure.ts'

const REASONS: [RegExp, OutboundReason][] = [
  [/ENOTFOUND|EAI_|ERR_INVALID_URL|Invalid URL|FailedToOpenSocket|lookup/i, 'name'],
  [
    /ECONNREFUSED|ConnectionRefused|EHOST|ENET|EADDR|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|internal error; reference/,
    'connect',
  ],
  [/CERT|ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO|TLS peer/, 'tls'],
  [
    /UND_ERR_INVALID_ARG|UND_ERR_REQ_|UND_ERR_NOT_SUPPORTED|ERR_INVALID_ARG|invalid (?:header )?value|header.*invalid/i,
    'request',
  ],
  [/HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES|InvalidHTTP|Malformed|HeadersTooLarge|protocol/, 'protocol'],
]

/** The first code or message that says something decides; a connection that just ended says nothing. */
export function reasonOf(...signs: (string | undefined)[]): OutboundReason {
  for (const sign of signs) {
    const known = sign && REASONS.find(([pattern]) => pattern.test(sign))
    if (known) return known[1]
  }
  return 'reset'
}
