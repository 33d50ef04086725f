/** GetTags, TagResource and UntagResource, by ARN on every kind that can be created with tags. */
import type { Strings } from '../../core/documents.ts'
import { badRequest } from '../../core/problem.ts'
import { text, textMap, texts, type Values, whole } from '../../core/shape.ts'
import { rootOf } from '../../store/documents.ts'
import { parseArn } from '../arn.ts'
import type { Call, Desk, Operation } from '../desk.ts'
import type { Kind } from '../kind.ts'
import { KINDS } from '../kinds/registry.ts'
import { fill, lastLabel } from '../paths.ts'
import { pathAt } from '../position.ts'
import { checkTags } from '../tags.ts'

/** The labels of a path of this pattern, or undefined. */
function labelsOf(pattern: string, path: string): Strings | undefined {
  const names = pattern.split('/')
  const values = path.split('/')
  if (names.length !== values.length) return undefined
  const labels: Strings = {}
  for (const [i, name] of names.entries())
    if (name.startsWith('{')) labels[name.slice(1, -1)] = values[i]!
    else if (name !== values[i]) return undefined
  return labels
}

/** The kind and place of the document that an ARN names. */
function locate({ region, labels: { resourceArn = '' } }: Call): { kind: Kind; labels: Strings } {
  const arn = parseArn(resourceArn)
  if (!arn || (arn.region ?? region) !== region) throw badRequest('Invalid ARN specified in the request')
  for (const kind of KINDS) {
    if (!kind.fields?.tags) continue
    // an access association is named by its whole ARN
    const labels = lastLabel(kind.path).endsWith('Arn')
      ? labelsOf(kind.path, `${arn.resource.split('/', 2).join('/')}/${encodeURIComponent(resourceArn)}`)
      : labelsOf(kind.path, arn.resource)
    if (labels) return { kind, labels: mapValues(labels, decodeURIComponent) }
  }
  throw badRequest('Invalid ARN specified in the request')
}

const mapValues = (record: Strings, change: (value: string) => string): Strings =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))

function absent({ kind, labels }: ReturnType<typeof locate>, call: Call, { platform }: Desk) {
  const { accountId } = platform.settings
  const sight = { verb: 'get', region: call.region, accountId, labels, query: {}, platform } as const
  return kind.absent(labels[lastLabel(kind.path)] ?? '', sight)
}

/** Changes the tags of what the ARN names. */
async function change(call: Call, desk: Desk, next: (tags: Strings) => Strings): Promise<void> {
  const place = locate(call)
  const path = fill(place.kind.path, place.labels)
  await desk.store.documents.write(call.region, rootOf(path), async (tx) => {
    const document = await tx.get<Values>(path)
    if (!document) throw absent(place, call, desk)
    const tags = next((document.tags ?? {}) as Strings)
    checkTags(tags)
    tx.put(path, place.kind.name, { ...document, tags })
  })
}

const PATH = '/tags/{resourceArn}'

export const TAGS: readonly Operation[] = [
  {
    name: 'GetTags',
    method: 'GET',
    path: PATH,
    status: 200,
    input: { query: { position: text, limit: whole } },
    async run(call, desk) {
      // all of them are answered at once
      pathAt(call.query.position as string | undefined, PATH)
      const place = locate(call)
      const document = await desk.store.documents.get<Values>(
        call.region,
        fill(place.kind.path, place.labels),
      )
      if (!document) throw absent(place, call, desk)
      return { tags: document.tags ?? {} }
    },
  },
  {
    name: 'TagResource',
    method: 'PUT',
    path: PATH,
    status: 204,
    input: { body: { 'tags!': textMap } },
    run: (call, desk) => change(call, desk, (tags) => ({ ...tags, ...(call.body.tags as Strings) })),
  },
  {
    name: 'UntagResource',
    method: 'DELETE',
    path: PATH,
    status: 204,
    input: { query: { 'tagKeys!': texts } },
    run: (call, desk) =>
      change(call, desk, (tags) => {
        const gone = call.query.tagKeys as string[]
        return Object.fromEntries(Object.entries(tags).filter(([name]) => !gone.includes(name)))
      }),
  },
]
