/**
 * Who points at a document from another root: a base path mapping at a stage, a usage plan at a stage. The pointer's row
 * lies below the document that is pointed at, so that what may not go is known without a search.
 */
import type { Transaction } from '../store/documents.ts'
import type { RangeReader } from './definition.ts'

const KIND = 'Reference'

const rowOf = (target: string, from: string) => `${target}/references/${encodeURIComponent(from)}`

export function refer(tx: Transaction, target: string, from: string): void {
  tx.put(rowOf(target, from), KIND, { from })
}

export function unrefer(tx: Transaction, target: string, from: string): void {
  tx.delete(rowOf(target, from))
}

/** The paths of the documents that point at one, or at anything below it. */
export async function referrers(reader: RangeReader, target: string): Promise<string[]> {
  const rows = await reader.range(target)
  return rows.filter((row) => row.kind === KIND).map((row) => (row.body as { from: string }).from)
}

/** The domain names among them. */
export const domainsAmong = (paths: readonly string[]): string[] => [
  ...new Set(
    paths.flatMap((path) => /^\/domainnames\/([^/]+)/.exec(path)?.[1] ?? []).map(decodeURIComponent),
  ),
]
