/**
 * What was worked out of texts that recur: header names, hosts, status lines. Strangers write those texts, so what they can make
 * stay in memory has an end: a number of texts, and none that is long.
 */
const LONGEST = 128

/** `work`, which asks nothing but its argument and gives something, and is asked once for a text that keeps coming back. */
export function memo<T extends object | string | null>(
  most: number,
  work: (text: string) => T,
  longest = LONGEST,
): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    return text.length > longest ? work(text) : learn(known, most, text, work)
  }
}

function learn<T>(known: Map<string, T>, most: number, text: string, work: (text: string) => T): T {
  const own = ownText(text)
  const found = work(own)
  if (known.size >= most) known.clear()
  known.set(own, found)
  return found
}

/**
 * The same text in one piece. V8's slice of a text keeps all of the text alive, a whole head for one name; and to compare such a
 * slice, or a text that was put together, takes several looks into memory.
 */
export const ownText = (text: string): string => JSON.parse(JSON.stringify(text))

/**
 * The same object for equal texts that many APIs have: names of regions, of path segments. It stays in the processor's caches,
 * and comparing it with itself looks at no letter.
 */
export const sharedText = memo(10_000, (text) => text)
