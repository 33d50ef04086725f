/** Binary media types and content handling: Amazon's two conversion tables (guide: api-gateway-payload-encodings-workflow). */
import { configurationFault } from './fault.ts'
import { memo } from './memo.ts'

/** Tells whether a media type is one of an API's binaryMediaTypes. */
export type BinaryTypes = (mediaType: string | undefined) => boolean

const NONE: BinaryTypes = () => false

/** `type/*` and `*` + `/*` stand for many. Parameters do not count. */
export function binaryTypes(list: readonly string[] | undefined): BinaryTypes {
  if (!list?.length) return NONE
  const types = new Set(list.map(essence))
  if (types.has('*/*')) return () => true
  return (mediaType) => {
    if (mediaType === undefined) return false
    const type = essence(mediaType)
    return types.has(type) || types.has(`${type.slice(0, type.indexOf('/'))}/*`)
  }
}

/** Media types recur. */
const MAX_HEADERS = 1000

/** The first media type of a Content-Type or Accept header: without parameters, in lower case. */
export const essence = memo(MAX_HEADERS, (header) => header.split(/[,;]/, 1)[0]!.trim().toLowerCase())

/** One media type with its parameters, whose values have commas in quotes only: with one outside it is a list (RFC 9110, 8.3). */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;(?:[^",]|"(?:[^"\\]|\\.)*")*)?$/

export const isMediaType = (header: string): boolean => MEDIA_TYPE.test(header.trim())

export type Content = { text: string } | { bytes: Uint8Array }

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })
const encoder = new TextEncoder()

/** Most that is mocked has no payload: a decoder takes its time over nothing, too. */
const decode = (bytes: Uint8Array): string => (bytes.length === 0 ? '' : utf8.decode(bytes))

export const textOf = (content: Content): string => ('text' in content ? content.text : decode(content.bytes))
export const bytesOf = (content: Content): Uint8Array =>
  'bytes' in content ? content.bytes : encoder.encode(content.text)

/** What a mapping template reads: text. A binary payload passes without a template, or is converted to text first (guide). */
export function templateText(content: Content, of: 'request' | 'response'): string {
  if ('text' in content) return content.text
  try {
    return strict.decode(content.bytes)
  } catch (cause) {
    throw configurationFault(`Unable to transform ${of}`, cause)
  }
}

/** The request's payload as the integration request gets it. `binary`: its Content-Type is a binary media type. */
export function requestContent(bytes: Uint8Array, binary: boolean, handling: string | undefined): Content {
  if (binary) return handling === 'CONVERT_TO_TEXT' ? { text: base64Encode(bytes) } : { bytes }
  return handling === 'CONVERT_TO_BINARY' ? { bytes: base64Decode(decode(bytes)) } : { text: decode(bytes) }
}

/** The integration's payload as the method response gets it. `accepted`: the first Accept type is a binary media type. */
export function responseContent(
  bytes: Uint8Array,
  binary: boolean,
  accepted: boolean,
  handling: string | undefined,
): Content {
  const toText = handling === 'CONVERT_TO_TEXT' || (!handling && !accepted)
  if (binary) return toText ? { text: base64Encode(bytes) } : { bytes }
  return toText ? { text: decode(bytes) } : { bytes: base64Decode(decode(bytes)) }
}

export function base64Encode(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}

/**
 * Characters that are none of base64's are passed over: a function that returns a string answers it with quotes, and Amazon's
 * binary image tutorial decodes that. Throws an API_CONFIGURATION_ERROR where what is left is no base64, which text without
 * the padding that its length asks for is not (recorded).
 */
export function base64Decode(text: string): Uint8Array {
  try {
    const clean = text
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .replace(/[^A-Za-z0-9+/]/g, '')
    const padding = -clean.length & 3
    if (padding > 0 && text.split('=', padding + 1).length <= padding) throw new Error('incorrect padding')
    return Uint8Array.from(atob(clean), (char) => char.charCodeAt(0))
  } catch (error) {
    throw configurationFault('Unable to base64 decode the body.', error)
  }
}
