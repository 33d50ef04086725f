/** YAML by the library, bounded in what a hostile text can cost, with CloudFormation's tags. */
import {
  CORE_SCHEMA,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  load,
  mergeTag,
  YAMLException,
} from 'js-yaml'

/** Nobody writes more; nor so deep, nor copies so many keys by `<<`. */
const MOST_ALIASES = 5_000
const MOST_DEPTH = 1_000
const MOST_MERGED_KEYS = 1_000_000

/** A text that is no YAML. `line` and `column` count from 1; `detail` is set where a bound is passed. */
export class YamlError extends Error {
  readonly line: number
  readonly column: number
  readonly detail: string | undefined

  constructor({ reason, mark }: YAMLException) {
    super(reason)
    this.line = (mark?.line ?? 0) + 1
    this.column = (mark?.column ?? 0) + 1
    if (reason.startsWith('aliases exceeded')) this.detail = `More than ${MOST_ALIASES} aliases`
    else if (reason.startsWith('nesting exceeded')) this.detail = 'It is nested too deeply'
  }
}

/** @throws YamlError */
export function libraryYaml(text: string): unknown {
  try {
    return load(text, {
      schema: SCHEMA,
      json: true,
      maxAliases: MOST_ALIASES,
      maxDepth: MOST_DEPTH,
      maxTotalMergeKeys: MOST_MERGED_KEYS,
    })
  } catch (error) {
    throw error instanceof YAMLException ? new YamlError(error) : error
  }
}

interface Tagged<T> {
  tag: string
  value: T
}

/**
 * CloudFormation's short forms, `!Sub x` and its like, become the long ones, `{"Fn::Sub": x}`, which are resolved later. Any
 * other tag that is not YAML's own changes nothing.
 */
function spelledOut({ tag, value }: Tagged<unknown>): unknown {
  const name = /^!([A-Za-z].*)/.exec(tag)?.[1]
  if (!name) return value
  return { [name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`]: value }
}

const never = { identify: () => false, matchByTagPrefix: true }

const tagsUnder = (prefix: string) => [
  defineScalarTag(prefix, {
    ...never,
    resolve: (value, _explicit, tag) => spelledOut({ tag, value }),
  }),
  defineSequenceTag<Tagged<unknown[]>, unknown>(prefix, {
    ...never,
    create: (tag) => ({ tag, value: [] }),
    addItem: ({ value }, item) => void value.push(item),
    finalize: spelledOut,
  }),
  defineMappingTag<Tagged<Map<string, unknown>>, unknown>(prefix, {
    ...never,
    create: (tag) => ({ tag, value: new Map() }),
    addPair: ({ value }, key, item) => {
      value.set(String(key), item)
      return ''
    },
    has: ({ value }, key) => value.has(String(key)),
    // what is merged from a tagged mapping is merged from the object that it became
    keys: (result) => Object.keys(result as object),
    get: (result, key) => (result as Record<string, unknown>)[String(key)],
    finalize: ({ tag, value }) => spelledOut({ tag, value: Object.fromEntries(value) }),
  }),
]

const SCHEMA = CORE_SCHEMA.withTags(mergeTag, tagsUnder('!'), tagsUnder('tag:'))
