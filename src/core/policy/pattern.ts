/**
 * Texts of a policy that are matched: wildcards (`*` any run of characters, `?` one character) and policy variables
 * (`${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`). What a variable brings in is literal, never a wildcard.
 * Source: IAM user guide, "Policy variables" and "Resource". Matching takes at most pattern times text steps.
 */

/** A condition key's value in this request; the key in lower case. Undefined when the request has none. */
export type Lookup = (key: string) => string | readonly string[] | undefined

export type Matcher = (text: string, look: Lookup) => boolean

const ANY = -1
const ONE = -2

interface Options {
  wildcards: boolean
  /** policy variables are a matter of Version 2012-10-17 */
  variables: boolean
}

type Part = readonly number[] | { key: string; otherwise: string | undefined }

export function matcher(text: string, options: Options): Matcher {
  const parts = parse(text, options)
  if (parts.every((part): part is readonly number[] => Array.isArray(part))) return glob(parts.flat())
  return (subject, look) => {
    const codes: number[] = []
    for (const part of parts) {
      if (!('key' in part)) {
        for (const code of part) codes.push(code)
        continue
      }
      const value = look(part.key) ?? part.otherwise
      if (typeof value !== 'string') return false // a variable without a value matches nothing
      for (let i = 0; i < value.length; i++) codes.push(value.charCodeAt(i))
    }
    return glob(codes)(subject, look)
  }
}

function parse(text: string, { wildcards, variables }: Options): Part[] {
  const parts: Part[] = []
  let literal: number[] = []
  for (let i = 0; i < text.length; i++) {
    const end = variables && text.startsWith('${', i) ? text.indexOf('}', i) : -1
    if (end > 0) {
      const name = text.slice(i + 2, end)
      i = end
      if (name === '*' || name === '?' || name === '$') {
        literal.push(name.charCodeAt(0))
        continue
      }
      const [, key, otherwise] = /^([^,]*?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(name) ?? []
      parts.push(literal, { key: (key ?? name).trim().toLowerCase(), otherwise })
      literal = []
      continue
    }
    const char = text[i]!
    literal.push(wildcards && char === '*' ? ANY : wildcards && char === '?' ? ONE : text.charCodeAt(i))
  }
  parts.push(literal)
  return parts
}

/** What stands between two `*`: found by the engine's own search where it has no `?`. */
interface Chunk {
  literal: string
  /** the codes, where some are `?` */
  codes: readonly number[] | null
}

function chunksOf(codes: readonly number[]): Chunk[] {
  const chunks: Chunk[] = []
  let from = 0
  for (let i = 0; i <= codes.length; i++) {
    if (i < codes.length && codes[i] !== ANY) continue
    const run = codes.slice(from, i)
    const plain = !run.includes(ONE)
    chunks.push({
      literal: plain ? run.map((code) => String.fromCharCode(code)).join('') : '\0'.repeat(run.length),
      codes: plain ? null : run,
    })
    from = i + 1
  }
  return chunks
}

function standsAt({ literal, codes }: Chunk, text: string, at: number): boolean {
  if (!codes) return text.slice(at, at + literal.length) === literal // several times faster than startsWith in V8
  if (at + codes.length > text.length) return false
  for (let i = 0; i < codes.length; i++)
    if (codes[i] !== ONE && codes[i] !== text.charCodeAt(at + i)) return false
  return true
}

function find(chunk: Chunk, text: string, from: number): number {
  for (let at = from; at + chunk.literal.length <= text.length; at++) if (standsAt(chunk, text, at)) return at
  return -1
}

/** The first chunk at the start, the last at the end, those between at the first place that is left: no going back. */
function glob(codes: readonly number[]): Matcher {
  const chunks = chunksOf(codes)
  const first = chunks[0]!
  if (chunks.length === 1)
    return first.codes
      ? (text) => text.length === first.literal.length && standsAt(first, text, 0)
      : (text) => text === first.literal
  const last = chunks.at(-1)!
  const middle = chunks.slice(1, -1).filter(({ literal }) => literal !== '')
  return (text) => {
    const end = text.length - last.literal.length
    let at = first.literal.length
    if (at > end || !standsAt(first, text, 0)) return false
    if (last.literal !== '' && !standsAt(last, text, end)) return false
    for (let i = 0; i < middle.length; i++) {
      const chunk = middle[i]!
      const found = chunk.codes ? find(chunk, text, at) : text.indexOf(chunk.literal, at)
      if (found < 0) return false
      at = found + chunk.literal.length
      if (at > end) return false
    }
    return true
  }
}

/** The five colons that structure an ARN, made different from the colons of its resource part. */
export function structured(arn: string): string {
  let out = ''
  let from = 0
  for (let colon = 0; colon < 5; colon++) {
    const at = arn.indexOf(':', from)
    if (at < 0) break
    out += `${arn.slice(from, at)}\u0000`
    from = at + 1
  }
  return out + arn.slice(from)
}
