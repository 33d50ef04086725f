/** Where documents lie: from a path with labels in braces to a document's path, and back up. */
import { label } from '../store/documents.ts'

const LABEL = /\{(\w+)\}/g

/** `/restapis/{restApiId}` with its labels filled in. */
export const fill = (path: string, labels: Readonly<Record<string, string>>): string =>
  path.replace(LABEL, (_, name: string) => label(labels[name] ?? ''))

/** The name of a path's last label, or the empty string. */
export const lastLabel = (path: string): string => /\{(\w+)\}$/.exec(path)?.[1] ?? ''

/** The path of the collection that a path's documents are listed in. */
export const collection = (path: string): string => path.replace(/\/\{\w+\}$/, '')

/** How many segments a path lies below another that begins it. */
export const depthBelow = (path: string, above: string): number =>
  path.slice(above.length).split('/').length - 1

/** `path` without its last `count` segments. */
export const up = (path: string, count: number): string => path.split('/').slice(0, -count).join('/')
