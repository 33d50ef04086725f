/** Query strings as Amazon reads them: `+` is a space, `&` and `;` split (guide: api-gateway-known-issues). */
export type Query = [name: string, value: string][]

export function decodeQuery(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  return decodePercent(spaced)
}

/** Percent-decoding that keeps what is no valid UTF-8 escape as it stands. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run)
      } catch {
        return run
      }
    })
  }
}

/** A query as it is sent on: split as it is read. */
export const splitQuery = (raw: string): string => (raw.includes(';') ? raw.replaceAll(';', '&') : raw)

/** All parameters in order. A name without `=` has the empty value. */
export function parseQuery(raw: string): Query {
  const query: Query = []
  if (raw === '') return query
  for (const part of raw.split(/[&;]/)) {
    if (part === '') continue
    const equals = part.indexOf('=')
    query.push(
      equals < 0
        ? [decodeQuery(part), '']
        : [decodeQuery(part.slice(0, equals)), decodeQuery(part.slice(equals + 1))],
    )
  }
  return query
}

/** The two maps that Lambda events and templates show: the last value, and all values. */
export function queryMaps(query: Query): { single: Record<string, string>; multi: Record<string, string[]> } {
  const single: Record<string, string> = Object.create(null)
  const multi: Record<string, string[]> = Object.create(null)
  for (const [name, value] of query) {
    single[name] = value
    const values = multi[name]
    if (values) values.push(value)
    else multi[name] = [value]
  }
  return { single, multi }
}

/** RFC 3986 encoding of a query name or value: a space is `%20`, `/` and `:` stay readable. */
export const encodeQuery = (text: string): string =>
  encodeURIComponent(wellFormed(text)).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** Encodes a value for the path of a URI; slashes stay slashes, since `{proxy+}` values have them. */
export const encodePath = (text: string): string =>
  encodeURIComponent(wellFormed(text)).replace(/%(?:2F|3A|40|24|2C|3B|2B|3D|26)/g, (code) =>
    decodeURIComponent(code),
  )

/** Half of a surrogate pair cannot be encoded. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

export const formatQuery = (query: readonly (readonly [string, string])[]): string =>
  query.map(([name, value]) => `${encodeQuery(name)}=${encodeQuery(value)}`).join('&')

/** What `more` says of names that `query` does not have; as it is, where that is all. */
export function beyond(query: string, more: string): string {
  if (query === '' || more === '') return more
  const names = new Set(parseQuery(query).map(([name]) => name))
  const parts = more.split(/[&;]/)
  const others = parts.filter((part) => !names.has(decodeQuery(part.split('=', 1)[0]!)))
  return others.length === parts.length ? more : others.join('&')
}

export const joinQueries = (...queries: string[]): string => queries.filter(Boolean).join('&')
