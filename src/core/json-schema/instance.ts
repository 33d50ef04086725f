/**
 * A body as its validator sees it. Amazon's tells `1.0` and `1e2` from integers by how they are written, which JSON.parse does not: a
 * body that has such numbers is read once more, by the parser of mapping templates, for them alone.
 */
import { parseJson } from '../java/json.ts'
import { JList, JMap, type Value } from '../java/values.ts'
import { Fraction, isObject } from './terms.ts'

/**
 * A number with a fraction of zeros, one that is lost to a double's precision, or an exponent; also inside a text, which costs a second
 * reading and nothing else.
 */
const WRITTEN_AS_FRACTION = /\d(?:\.0+(?!\d)|\.\d{15}|(?:\.\d+)?e)|\d{16}\./i

/** Throws SyntaxError for what is no JSON. */
export function parseInstance(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return WRITTEN_AS_FRACTION.test(text) ? marked(value, parseJson(text)) : value
}

/** The same value, with a Fraction where the other reading has no integer. */
function marked(value: unknown, read: Value | undefined): unknown {
  if (typeof value === 'number') {
    const { type } = read as { type?: string }
    return type === 'java.lang.Double' || type === 'java.math.BigDecimal' ? new Fraction(value) : value
  }
  if (Array.isArray(value) && read instanceof JList) return value.map((item, at) => marked(item, read.a[at]))
  if (isObject(value) && read instanceof JMap)
    for (const name of Object.keys(value))
      Object.defineProperty(value, name, { value: marked(value[name], read.get(name)) })
  return value
}
