/** From the rows of a path range to the nested documents of Amazon's answers: methods in resources, responses in methods. */
import type { Values } from '../core/shape.ts'
import type { Row } from '../store/documents.ts'
import type { Kind, Sight } from './kind.ts'
import { depthBelow, up } from './paths.ts'

export interface Kinds {
  get(name: string): Kind | undefined
  /** the kinds whose path begins this one's, outermost first */
  above(kind: Kind): readonly Kind[]
}

/**
 * Every row's document by path, with the documents below it where their kinds say that they hang.
 * Rows come in path order, so that from the last to the first all children are complete before their parent.
 * With `sight` each document is shown as Amazon answers it.
 */
export function nest(rows: readonly Row[], kinds: Kinds, sight?: Sight): Map<string, Values> {
  const documents = new Map<string, Values>()
  const hanging = new Map<string, (document: Values) => void>()
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!
    const kind = kinds.get(row.kind)
    if (!kind) continue
    const document = { ...(row.body as Values) }
    hanging.get(row.path)?.(document)
    const shown = sight && kind.view ? kind.view(document, sight) : document
    documents.set(row.path, shown)
    const { inside } = kind
    const parent = kinds.above(kind).at(-1)
    if (!inside || !parent) continue
    const parentPath = up(row.path, depthBelow(kind.path, parent.path))
    const later = hanging.get(parentPath)
    hanging.set(parentPath, (holder) => {
      if (inside.as === 'value') holder[inside.member] = shown
      else
        holder[inside.member] = { ...(holder[inside.member] as Values), [String(document[kind.key])]: shown }
      later?.(holder)
    })
  }
  return documents
}
