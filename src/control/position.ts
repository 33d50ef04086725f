/**
 * Where a page of a list ends: the path of its last document, in base64. What does not lie in the collection was never given
 * out.
 */
import { badRequest } from '../core/problem.ts'

export const positionOf = (path: string): string => btoa(path).replace(/=+$/, '')

/** The path that a position stands for; undefined without one. */
export function pathAt(position: string | undefined, collection: string): string | undefined {
  if (!position) return undefined
  try {
    const path = atob(position)
    if (path.startsWith(`${collection}/`)) return path
  } catch {
    // no base64
  }
  throw badRequest('Invalid position parameter specified')
}
