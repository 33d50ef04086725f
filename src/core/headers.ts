/**
 * Which headers Amazon drops, renames or adds on the way to an integration and back (guide: api-gateway-known-issues;
 * where recorded calls differ from its table, the recorded ones are followed).
 */
import type { Pair } from './call.ts'
import { TOKEN } from './http1/fields.ts'
import { memo } from './memo.ts'

const names = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** Taken off every request: neither mappings nor templates nor proxy integrations see them. */
const DROPPED_ON_ARRIVAL = names(
  'connection content-length content-md5 expect keep-alive max-forwards proxy-authenticate proxy-connection server te trailer transfer-encoding upgrade www-authenticate',
)

/** Sent by nobody, whatever a mapping or template says; the outbound client writes its own. */
const DROPPED_ON_DEPARTURE = names(
  'connection content-length expect keep-alive proxy-authenticate te transfer-encoding',
)

/** Not sent on by HTTP_PROXY unless a mapping names them. */
const NOT_PROXIED = names('host content-encoding via')

/** A parameter mapping that sets one of these makes the call fail: recorded, also for AWS_PROXY, which does not apply it. */
const REFUSED_MAPPINGS = names('content-length transfer-encoding x-amzn-trace-id x-amzn-apigateway-api-id')
const REFUSED_AWS_MAPPINGS = names('authorization connection expect proxy-authenticate te')

/** Whose answer a header is in: HTTP and AWS rename more than the proxy types, those more than MOCK. */
export const OF_MOCK = 0
export const OF_PROXY = 1
export const OF_CUSTOM = 2
const NOBODY = 3
export type Answering = typeof OF_MOCK | typeof OF_PROXY | typeof OF_CUSTOM

const REMAPPED = names('connection content-length date server')
const REMAPPED_PROXY = names('www-authenticate')
const REMAPPED_CUSTOM = names(
  'authorization content-md5 expect host max-forwards proxy-authenticate trailer upgrade user-agent',
)
const SPELLINGS = new Map(
  'Accept Accept-Encoding Accept-Language Authorization Cache-Control Content-Encoding Content-Type Cookie Host Origin Referer User-Agent'
    .split(' ')
    .map((name) => [name.toLowerCase(), name] as const),
)

/** Hop by hop, or set by the gateway itself: they end here. */
const DROPPED_ON_RETURN = names(
  'transfer-encoding keep-alive proxy-connection te x-amzn-requestid x-amz-apigw-id',
)

/** The server frames the answer by itself: a length that is not the body's would split it for the client. */
const FRAMING = names('connection content-length keep-alive trailer transfer-encoding upgrade')

/** What the gateway does with a header of a name. */
export interface HeaderName {
  /** as it was given */
  readonly name: string
  readonly lower: string
  /** as HTTP/1.1 clients spell it, where the runtime shows lower case only: Lambda functions look for these */
  readonly spelt: string
  readonly droppedOnArrival: boolean
  readonly droppedOnDeparture: boolean
  /** HTTP_PROXY sends it on */
  readonly proxied: boolean
  /** the first of the three that renames it; the others behind it do so too */
  readonly remappedFrom: number
  readonly droppedOnReturn: boolean
  /** the name that it is renamed to */
  readonly remappedTo: string
  /** in lower case, as Workers send it; '' where it is not for us to send */
  readonly wire: string
}

/** Names recur: what holds for one is worked out once. */
const MAX_NAMES = 2000

export const headerName = memo(MAX_NAMES, (name): HeaderName => {
  const lower = name.toLowerCase()
  return {
    name,
    lower,
    spelt: name === lower ? (SPELLINGS.get(lower) ?? name) : name,
    droppedOnArrival: DROPPED_ON_ARRIVAL.has(lower),
    droppedOnDeparture: DROPPED_ON_DEPARTURE.has(lower),
    proxied: !NOT_PROXIED.has(lower) && !DROPPED_ON_DEPARTURE.has(lower),
    remappedFrom: remappedFrom(lower),
    droppedOnReturn: DROPPED_ON_RETURN.has(lower),
    remappedTo: `x-amzn-Remapped-${name}`,
    wire: TOKEN.test(name) && !FRAMING.has(lower) ? lower : '',
  }
})

function remappedFrom(lower: string): number {
  if (REMAPPED.has(lower)) return OF_MOCK
  if (REMAPPED_PROXY.has(lower)) return OF_PROXY
  return REMAPPED_CUSTOM.has(lower) ? OF_CUSTOM : NOBODY
}

export const isDroppedOnArrival = (name: string): boolean => headerName(name).droppedOnArrival
export const isDroppedOnDeparture = (name: string): boolean => headerName(name).droppedOnDeparture
export const isRefusedMapping = (name: string, aws: boolean): boolean => {
  const { lower } = headerName(name)
  return REFUSED_MAPPINGS.has(lower) || (aws && REFUSED_AWS_MAPPINGS.has(lower))
}

/** The value of a header, by its name in lower case; the last one wins, as Amazon's single-value maps have it. */
export function headerOf(headers: readonly Pair[], lowerName: string): string | undefined {
  for (let at = headers.length - 1; at >= 0; at--) {
    const name = headers[at]![0]
    if (name.length === lowerName.length && (name === lowerName || name.toLowerCase() === lowerName))
      return headers[at]![1]
  }
  return undefined
}

/** All values of a header, in order. */
export const headersOf = (headers: readonly Pair[], lowerName: string): string[] =>
  headers
    .filter(([name]) => name.length === lowerName.length && name.toLowerCase() === lowerName)
    .map(([, value]) => value)

/** Sets a header in place: one value, the others of that name go. */
export function setHeader(headers: Pair[], name: string, value: string): void {
  const { lower } = headerName(name)
  let at = 0
  for (const pair of headers) if (headerName(pair[0]).lower !== lower) headers[at++] = pair
  headers.length = at
  headers.push([name, value])
}

/** Renames and drops what an integration answered. */
export function returnHeaders(headers: readonly Pair[], answering: Answering, into: Pair[] = []): Pair[] {
  for (const pair of headers) {
    const { remappedFrom, droppedOnReturn, remappedTo } = headerName(pair[0])
    if (remappedFrom <= answering) into.push([remappedTo, pair[1]])
    else if (!droppedOnReturn) into.push(pair)
  }
  return into
}

/** Lists to the two maps that Lambda events and logs show: last value, and all values. */
export function headerMaps(headers: readonly Pair[]): {
  single: Record<string, string>
  multi: Record<string, string[]>
} {
  const single: Record<string, string> = Object.create(null)
  const multi: Record<string, string[]> = Object.create(null)
  const spelling = new Map<string, string>()
  for (const [given, value] of headers) {
    const lower = given.toLowerCase()
    const name = spelling.get(lower) ?? given
    spelling.set(lower, name)
    single[name] = value
    const values = multi[name]
    if (values) values.push(value)
    else multi[name] = [value]
  }
  return { single, multi }
}
