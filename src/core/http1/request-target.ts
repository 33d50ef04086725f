/**
 * What a request asks for (RFC 9112, 3.2). Dot segments are resolved and characters that no URL may have are encoded as the URL
 * standard says, so that a request is the same here as where a platform hands over a `Request`.
 */
export interface RequestTarget {
  /** host and port: the target's own where it is a URL, else the Host header's */
  authority: string
  rawPath: string
  rawQuery: string
}

/** What the URL standard leaves as it is. */
const PLAIN = /^\/[\w\-.~!$&'()*+,;=:@%/|[\]]*(?:\?[\w\-.~!$&()*+,;=:@%/?|[\]{}^`]*)?$/
const DOT_SEGMENT = /\/(?:\.|%2e)/i
const ABSOLUTE = /^https?:\/\/([^/?#:][^/?#]*)(.*)$/i
const BEYOND_ASCII = /[\x80-\xff]/g

/** Null for what is neither a path nor a URL. A fragment, which no request may have, stays where it stands: calls of APIs refuse it. */
export function requestTarget(target: string, host: string): RequestTarget | null {
  if (target.charCodeAt(0) !== 47) {
    const [, authority, rest = ''] = ABSOLUTE.exec(target) ?? []
    if (!authority) return null
    return requestTarget(rest.startsWith('/') ? rest : `/${rest}`, authority)
  }
  // a URL parser would drop a tab, others might end the target there
  if (!PLAIN.test(target))
    return target.includes('\t') ? null : target.includes('#') ? cut(target, host) : normal(target, host)
  // one look that is cheap says that most have no dot segment
  return (target.includes('/.') || target.includes('%2')) && DOT_SEGMENT.test(target)
    ? normal(target, host)
    : cut(target, host)
}

function cut(target: string, authority: string): RequestTarget {
  const mark = target.indexOf('?')
  return mark < 0
    ? { authority, rawPath: target, rawQuery: '' }
    : { authority, rawPath: target.slice(0, mark), rawQuery: target.slice(mark + 1) }
}

function normal(target: string, authority: string): RequestTarget {
  const ascii = target.replace(BEYOND_ASCII, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
  const { pathname, search } = new URL(`http://host${ascii}`)
  return { authority, rawPath: pathname, rawQuery: search.slice(1) }
}
