/** Text on the wire of HTTP/1.1, where a character is a byte. */
const PIECE = 8192
const encoder = new TextEncoder()

/** The UTF-8 of a text, a character a byte. A surrogate without its other half becomes U+FFFD. */
export function utf8InLatin1(text: string): string {
  const bytes = encoder.encode(text)
  let latin1 = ''
  // in pieces: a call takes some ten thousand arguments, and a value can have been mapped from a body of megabytes
  for (let at = 0; at < bytes.length; at += PIECE)
    latin1 += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  return latin1
}
