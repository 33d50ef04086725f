import { X } from './extensions.ts'

/** A path item's keys that are methods -> the method. */
export const VERBS: ReadonlyMap<string, string> = new Map([
  ...['get', 'put', 'post', 'delete', 'options', 'head', 'patch'].map(
    (verb) => [verb, verb.toUpperCase()] as const,
  ),
  [X.anyMethod, 'ANY'],
])
