/**
 * Ids as Amazon's look: lower-case letters and digits. A new id lies a random distance behind the greatest of its
 * collection, so that lists come in the order of creation, and ids can neither be guessed nor come back.
 */
import type { Random } from '../platform.ts'
import type { Documents } from '../store/documents.ts'

/** a random number of [0, 1) */
function fraction(random: Random): number {
  const bytes = random.bytes(6)
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 48
}

/** An id behind `last`, if that is an id of this length with room behind it; else any. */
export function idAfter(last: string | undefined, length: number, random: Random): string {
  const space = 36 ** length
  const gap = Math.max(1, Math.floor(space / 2 ** 17))
  const ordered = last?.length === length && /^[0-9a-z]+$/.test(last)
  const next = ordered ? Number.parseInt(last, 36) + 1 + Math.floor(fraction(random) * gap) : space
  // the first of a collection lies in the lower half, above those that would begin with a zero
  const first = Math.floor(space / 36 + fraction(random) * (space / 2 - space / 36))
  return (next < space ? next : first).toString(36).padStart(length, '0')
}

/** As many ids as are asked for, ascending. */
export function idsInOrder(count: number, length: number, random: Random, last?: string): string[] {
  const ids: string[] = []
  for (let i = 0; i < count; i++) ids.push(idAfter(ids.at(-1) ?? last, length, random))
  return ids
}

export async function freshId(
  documents: Documents,
  region: string,
  parent: string,
  length: number,
  random: Random,
): Promise<string> {
  const last = await documents.last(region, parent)
  return idAfter(last?.slice(parent.length + 1), length, random)
}

/** An id among so few that a chance collision matters to nobody: it names nothing by itself. */
export const freshRandomId = (length: number, random: Random): string => idAfter(undefined, length, random)
