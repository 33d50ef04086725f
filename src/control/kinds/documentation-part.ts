import type { DocumentationPart } from '../../core/documents.ts'
import { asText, listedPaths, member } from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { matching, oneOf, record, text } from '../../core/shape.ts'
import { parentOf } from '../../store/documents.ts'
import { loadDefinition } from '../definition.ts'
import { kind } from '../kind.ts'
import { undocumented } from './undocumented.ts'

type Location = DocumentationPart['location']

const EMPTY = 'Documentation part properties must be non-empty'

/** in the order in which Amazon lists the enumeration (recorded) */
const TYPES = [
  'RESPONSE_BODY',
  'RESPONSE',
  'METHOD',
  'MODEL',
  'AUTHORIZER',
  'RESPONSE_HEADER',
  'RESOURCE',
  'PATH_PARAMETER',
  'REQUEST_BODY',
  'QUERY_PARAMETER',
  'API',
  'REQUEST_HEADER',
]

/** Which parts of a location a type takes beside its name. */
const onPath = (type: string) => !['API', 'AUTHORIZER', 'MODEL'].includes(type)
const onMethod = (type: string) => onPath(type) && type !== 'RESOURCE'

/** Amazon fills in what a location leaves open: the root path, any method, any status. */
function wholeLocation(location: Location): Location {
  const { type } = location
  return {
    type,
    ...(onPath(type) ? { path: location.path ?? '/' } : {}),
    ...(onMethod(type) ? { method: location.method ?? '*' } : {}),
    ...(type.startsWith('RESPONSE') ? { statusCode: location.statusCode ?? '*' } : {}),
    ...(location.name === undefined ? {} : { name: location.name }),
  }
}

const sameLocation = (a: Location, b: Location) =>
  (['type', 'path', 'method', 'statusCode', 'name'] as const).every((name) => a[name] === b[name])

export const documentationPart = kind<DocumentationPart>({
  name: 'DocumentationPart',
  path: '/restapis/{restApiId}/documentation/parts/{documentationPartId}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  query: {
    list: {
      type: oneOf(...TYPES),
      name: text,
      path: text,
      locationStatus: oneOf('DOCUMENTED', 'UNDOCUMENTED'),
    },
  },
  fields: {
    'location!': record({
      'type!': oneOf(...TYPES),
      path: text,
      method: text,
      statusCode: matching('^([1-5]\\d\\d|\\*|\\s*)$'),
      name: text,
    }),
    'properties!': text,
  },
  key: 'id',
  idLength: 6,
  limit: 'documentationParts',
  absent: () => notFound('Invalid Documentation part identifier specified'),
  within: { create: ['RestApi'], list: ['RestApi'], delete: ['RestApi'] },
  born: (sent) => ({
    ...(sent as object as DocumentationPart),
    location: wholeLocation(sent.location as Location),
  }),
  patch: { refusal: listedPaths, rules: { '/properties': member(asText, { empty: EMPTY }) } },
  async check(part, { tx, path }, before) {
    if (!part.properties) throw badRequest(EMPTY)
    try {
      JSON.parse(part.properties)
    } catch {
      throw badRequest('Documentation part properties must be a valid JSON')
    }
    if (before) return
    for (const { body } of await tx.list<DocumentationPart>(parentOf(path)))
      if (sameLocation(body.location, part.location))
        throw conflict('Documentation part already exists for the specified location')
  },
  async unstored({ query, labels }, range, kinds) {
    if (query.locationStatus !== 'UNDOCUMENTED') return undefined
    const api = await loadDefinition(kinds, { range }, labels.restApiId!)
    return api && undocumented(api).map((location) => ({ location }))
  },
  matches: ({ location }, { type, name, path }) =>
    (type === undefined || location.type === type) &&
    (name === undefined || location.name === name) &&
    (path === undefined || location.path === path),
})
