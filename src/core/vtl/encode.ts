import { Escaper } from '../java/escape.ts'
import { JArray, JavaError, JSmall } from '../java/values.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

function decodeUtf8(b: Uint8Array): string {
  try {
    return decoder.decode(b)
  } catch {
    return decodeMalformed(b)
  }
}

/** Half a surrogate pair becomes "?", as Java's encoder has it (TextEncoder would write U+FFFD). */
function utf8(s: string): Uint8Array {
  return encoder.encode(
    s.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '?'),
  )
}

/** Bytes that are not UTF-8: where Java's decoder (up to 17) puts its U+FFFD, which is not always where WHATWG's does. */
function decodeMalformed(b: Uint8Array): string {
  const at = (i: number): number => b[i] ?? 0
  const cont = (i: number): boolean => (at(i) & 0xc0) === 0x80
  let s = ''
  let i = 0
  while (i < b.length) {
    const c = at(i++)
    const left = b.length - i
    if (c < 0x80) s += String.fromCharCode(c)
    else if (c >= 0xc2 && c <= 0xdf && cont(i)) s += String.fromCharCode(((c & 31) << 6) | (at(i++) & 63))
    else if (c >= 0xe0 && c <= 0xef) {
      const bad2 = left > 0 && ((c === 0xe0 && (at(i) & 0xe0) === 0x80) || !cont(i))
      const point = ((c & 15) << 12) | ((at(i) & 63) << 6) | (at(i + 1) & 63)
      const whole = left > 1 && !bad2 && cont(i + 1)
      s += whole && (point & 0xf800) !== 0xd800 ? String.fromCharCode(point) : '\ufffd'
      if (whole) i += 2
      else if (!bad2) i += Math.min(left, 1)
    } else if (c >= 0xf0 && c <= 0xf7) {
      const bad2 =
        left > 0 && (c > 0xf4 || (c === 0xf0 && at(i) < 0x90) || (c === 0xf4 && at(i) > 0x8f) || !cont(i))
      const bad3 = left > 1 && !cont(i + 1)
      const whole = left > 2 && !bad2 && !bad3 && cont(i + 2)
      const point = ((c & 7) << 18) | ((at(i) & 63) << 12) | ((at(i + 1) & 63) << 6) | (at(i + 2) & 63)
      s += whole ? String.fromCodePoint(point) : '\ufffd'
      if (whole) i += 3
      else if (!bad2) i += bad3 ? 1 : Math.min(left, 2)
    } else s += '\ufffd'
  }
  return s
}

export function encodeUtf8(s: string): JArray {
  return new JArray(
    [...utf8(s)].map((b) => new JSmall(b > 127 ? b - 256 : b, 'Byte')),
    'B',
  )
}

const HEX = '0123456789ABCDEF'

/** java.net.URLEncoder, UTF-8. */
export function urlEncode(s: string): string {
  if (!/[^A-Za-z0-9.\-*_]/.test(s)) return s
  let out = ''
  for (const part of s.split(/([^A-Za-z0-9.\-*_ ]+)/)) {
    if (/^[A-Za-z0-9.\-*_ ]*$/.test(part)) out += part.replaceAll(' ', '+')
    else for (const b of utf8(part)) out += `%${HEX[b >> 4]}${HEX[b & 15]}`
  }
  return out
}

/** java.net.URLDecoder, UTF-8. Errors: IllegalArgumentException for a bad escape. */
export function urlDecode(s: string): string {
  return s.replaceAll('+', ' ').replace(/(?:%[^%]{0,2})+/g, (run) => {
    const bytes: number[] = []
    let rest = ''
    for (const m of run.matchAll(/%([^%]{0,2})/g)) {
      const hex = m[1] as string
      if (hex.length < 2)
        throw new JavaError('IllegalArgumentException', 'URLDecoder: Incomplete trailing escape (%) pattern')
      if (!/^[0-9a-fA-F]{2}$/.test(hex)) {
        throw new JavaError(
          'IllegalArgumentException',
          `URLDecoder: Illegal hex characters in escape (%) pattern - ${hex}`,
        )
      }
      bytes.push(Number.parseInt(hex, 16))
      rest = m[0]
    }
    return rest && decodeUtf8(new Uint8Array(bytes))
  })
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CHUNK = 0x8000

export function base64Encode(v: string | JArray): string {
  const bytes = typeof v === 'string' ? utf8(v) : Uint8Array.from(v.a, (b) => (b as JSmall).v & 255)
  let s = ''
  for (let i = 0; i < bytes.length; i += CHUNK) s += String.fromCharCode(...bytes.subarray(i, i + CHUNK))
  return btoa(s)
}

const VALUES = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i

/** java.util.Base64's MIME decoder, then UTF-8: characters outside the alphabet are passed over. */
export function base64Decode(s: string): string {
  const out = new Uint8Array(Math.ceil((s.length * 3) / 4))
  let n = 0
  let bits = 0
  let count = 0
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i)
    if (c === 61) {
      const ends = count === 3 || (count === 2 && s[i + 1] === '=')
      if (!ends)
        throw new JavaError('IllegalArgumentException', 'Input byte array has wrong 4-byte ending unit')
      const at = i + (count === 2 ? 2 : 1)
      const rest = /[A-Za-z0-9+/]/.exec(s.slice(at))
      if (rest)
        throw new JavaError(
          'IllegalArgumentException',
          `Input byte array has incorrect ending byte at ${at + rest.index + 1}`,
        )
      break
    }
    const v = c < 128 ? (VALUES[c] as number) : -1
    if (v < 0) continue
    bits = (bits << 6) | v
    if (++count === 4) {
      out[n++] = bits >> 16
      out[n++] = bits >> 8
      out[n++] = bits
      bits = 0
      count = 0
    }
  }
  if (count === 1)
    throw new JavaError('IllegalArgumentException', 'Last unit does not have enough valid bits')
  if (count >= 2) out[n++] = bits >> (count === 2 ? 4 : 10)
  if (count === 3) out[n++] = bits >> 2
  return decodeUtf8(out.subarray(0, n))
}

const ESCAPES: Record<string, string> = { '\b': '\\b', '\n': '\\n', '\t': '\\t', '\f': '\\f', '\r': '\\r' }

const javaScript = new Escaper(
  (c) => c > 31 && c < 128 && c !== 34 && c !== 39 && c !== 47 && c !== 92,
  escaped,
  /[\0-\x1f"'/\\\x80-\uffff]/,
)

/** commons-lang 2.6 StringEscapeUtils.escapeJavaScript. */
export function escapeJavaScript(s: string): string {
  return javaScript.run(s)
}

function escaped(c: number): string {
  const s = String.fromCharCode(c)
  if (c > 32 && c < 128) return `\\${s}`
  return ESCAPES[s] ?? `\\u${c.toString(16).toUpperCase().padStart(4, '0')}`
}
