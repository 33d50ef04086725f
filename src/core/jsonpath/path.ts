import { LimitError, type Value } from '../java/values.ts'
import { compileTokens, type PathToken } from './compile.ts'
import { evaluate, MISSING, type Visit } from './evaluate.ts'

/**
 * `classic` is Jayway JsonPath 2.0.0, whose answers agree with everything recorded from API Gateway. `extended` adds what
 * later versions brought: negative indexes, double quotes, functions such as length() at the end of a path, and an index
 * into something that is no list counts as missing instead of an error.
 */
export type PathDialect = 'classic' | 'extended'

export interface CompiledPath {
  /** Does the path name at most one value? Indefinite paths always give a list. */
  readonly definite: boolean
  /**
   * The value (for an indefinite path a list, perhaps empty), or undefined where a definite path finds nothing.
   * Errors: JavaError "InvalidPathException" where the path does not fit the document. `visit` is called with the
   * number of values looked at, so that a caller can bound the work.
   */
  read(json: Value, visit?: Visit): Value | undefined
}

const MAX_LENGTH = 10_000

/** Compiles a path; the caller keeps it. Errors: JavaError "InvalidPathException" or "IllegalArgumentException". */
export function compilePath(path: string, dialect: PathDialect = 'classic'): CompiledPath {
  if (path.length > MAX_LENGTH) throw new LimitError('JSONPath too long')
  const tokens = compileTokens(path, dialect)
  const definite = tokens.every((t) => t.definite)
  return {
    definite,
    read(json, visit) {
      try {
        return evaluate(tokens, definite, json, json, visit)
      } catch (e) {
        if (e === MISSING) return undefined
        throw e
      }
    },
  }
}

export type { PathToken }

const cache = new Map<string, CompiledPath>()
const CACHE_SIZE = 400

/** compilePath with a small cache, for paths that templates put together while rendering. */
export function pathOf(path: string, dialect: PathDialect = 'classic'): CompiledPath {
  const key = dialect === 'classic' ? path : `x${path}`
  let p = cache.get(key)
  if (!p) {
    p = compilePath(path, dialect)
    if (cache.size >= CACHE_SIZE) cache.clear()
    cache.set(key, p)
  }
  return p
}
