/** Messages that are nearly HTTP/1.1: what stands in them is cut, replaced and put in again. */
import fc from 'fast-check'

/** What tends to be read in two ways. */
const NASTY = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  '\x0b',
  '\x7f',
  '\xa0',
  '\xff',
  ':',
  ';',
  ',',
  '=',
  '"',
  '+',
  '-',
  '0',
  '5',
  'f',
  '\\',
  '\r\n ',
  '\r\n\t',
  '\r\n\r\n',
  '\n\n',
  '\r\r\n',
  ' :',
  'chunked',
  'identity',
  'gzip, ',
  'close',
  'keep-alive',
  '1',
  'Content-Length: 5\r\n',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: x\r\n',
  'Connection: close\r\n',
  'Connection: keep-alive\r\n',
  'Trailer: x\r\n',
  'Content-Length : 5\r\n',
  ' Content-Length: 5\r\n',
  'content-length:\t5\r\n',
  'HTTP/1.0',
  '0\r\n\r\n',
]

/** The seeds with up to three changes; `more` is what is put in besides. */
export const mutated = (seeds: readonly string[], more: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(220), fc.nat(3), fc.constantFrom(...NASTY, ...more), fc.boolean()), {
        maxLength: 3,
      }),
    )
    .map(([seed, changes]) => changes.reduce(changed, seed))

function changed(
  text: string,
  [where, length, what, atLine]: [where: number, length: number, what: string, atLine: boolean],
): string {
  let at = where % (text.length + 1)
  // whole lines are put between lines
  if (atLine) at = text.indexOf('\r\n', at) < 0 ? at : text.indexOf('\r\n', at) + 2
  return text.slice(0, at) + what + text.slice(at + (atLine ? 0 : length))
}
