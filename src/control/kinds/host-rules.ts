/**
 * Names that may be custom domain names. Amazon takes what a certificate can be issued for (ACM, RequestCertificate: labels of
 * letters, digits and inner hyphens, `*` as the first; guide: how-to-custom-domains); a gateway of one's own also knows hosts of one
 * label. Refused is whatever a call could name without reaching it.
 */
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i

/** A last label that is a number makes the whole an IPv4 address, or no host at all (WHATWG URL, "ends in a number"). */
const NUMBER = /^(?:\d+|0x[\da-f]*)$/i

const MAX_NAME = 253

/** Why calls would never be served by this name, or null. */
export function unservable(name: string): string | null {
  const labels = name.split('.')
  const last = labels.at(-1)!
  if (name.length > MAX_NAME) return `it has more than ${MAX_NAME} characters`
  if (NUMBER.test(last)) return 'it is an IP address, or ends in a number'
  const odd = (labels[0] === '*' && labels.length > 1 ? labels.slice(1) : labels).find(
    (label) => !LABEL.test(label),
  )
  if (odd !== undefined)
    return 'labels have 1 to 63 letters, digits and hyphens, no hyphen first or last, and only the first may be *'
  if (name.toLowerCase() === 'localhost') return 'localhost is the gateway itself'
  if (labels.slice(1).some((label) => label.toLowerCase() === 'execute-api'))
    return "names below execute-api are those of APIs, and of domain names' endpoints"
  return null
}
