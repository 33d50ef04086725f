import type { EndpointConfiguration, Model, Resource, RestApi, Strings } from '../../core/documents.ts'
import {
  asFlag,
  asOneOf,
  asText,
  asWhole,
  element,
  listed,
  member,
  namedPath,
  type PatchRule,
} from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { checkAccessMode } from '../../core/rules/security-policy.ts'
import { flag, oneOf, record, text, textMap, texts, type Values, whole } from '../../core/shape.ts'
import { idAfter, idsInOrder } from '../ids.ts'
import { kind, type Scope, type Sight, without } from '../kind.ts'
import { checkPolicyLength, expandPolicy, shownPolicy } from '../policy-text.ts'
import { domainsAmong, referrers } from '../references.ts'
import { leavePlan } from '../subscriptions.ts'
import { SECURITY_POLICIES } from './security-policies.ts'

const COMPRESSION = 'Invalid minimum compression size, must be between 0 and 10485760'
const NO_ENDPOINT = 'REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.'
/** guide: apigateway-api-migration */
const PRIVATE_TO_EDGE = 'Cannot change a private API into an edge-optimized API.'
const PRIVATE_IPV4 = 'Only dualstack ipAddressType is supported for Private APIs.'

/** Amazon lists the enumeration in this order (recorded). */
export const endpointConfiguration = record({
  types: { is: 'list', of: oneOf('PRIVATE', 'EDGE', 'REGIONAL') },
  ipAddressType: oneOf('ipv4', 'dualstack'),
  vpcEndpointIds: texts,
})

/** `/endpointConfiguration/types/0`, or the type itself for the index: there is only ever one. */
const endpointType: PatchRule = {
  ops: ['add', 'remove', 'move', 'test', 'replace', 'copy'],
  apply(draft, { op, value = '' }) {
    if (op !== 'replace')
      throw badRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
    if (!['REGIONAL', 'EDGE', 'PRIVATE'].includes(value))
      throw badRequest('Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE')
    const configuration = draft.endpointConfiguration as EndpointConfiguration
    const [before] = configuration.types
    if (before === 'PRIVATE' && value === 'EDGE') throw badRequest(PRIVATE_TO_EDGE)
    configuration.types = [value]
    if (value === 'PRIVATE') configuration.ipAddressType = 'dualstack'
  },
}

export const restApi = kind<RestApi>({
  name: 'RestApi',
  path: '/restapis/{restApiId}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  fields: {
    'name!': text,
    description: text,
    version: text,
    cloneFrom: text,
    binaryMediaTypes: texts,
    minimumCompressionSize: whole,
    apiKeySource: oneOf('AUTHORIZER', 'HEADER'),
    endpointConfiguration,
    policy: text,
    tags: textMap,
    disableExecuteApiEndpoint: flag,
    securityPolicy: oneOf(...SECURITY_POLICIES),
    endpointAccessMode: oneOf('BASIC', 'STRICT'),
  },
  key: 'id',
  idLength: 10,
  limit: 'restApis',
  taken: ({ id }) => conflict(`The RestApiId '${id}' is already in use`),
  absent: (id, { accountId }) => notFound(`Invalid API identifier specified ${accountId}:${id}`),

  born: (sent, { now, platform }) => newRestApi(sent, now, rootId(platform)),
  patch: {
    refusal: namedPath,
    rules: {
      '/name': member(asText, { empty: 'API name must be non-empty' }),
      '/description': member(asText, { ops: ['add', 'replace', 'remove'] }),
      '/version': member(asText, { ops: ['replace', 'remove'] }),
      '/policy': member(asText, { ops: ['replace', 'remove'] }),
      '/apiKeySource': member(
        asOneOf(
          'Invalid API Key Source specified. Valid options are HEADER,AUTHORIZER',
          'HEADER',
          'AUTHORIZER',
        ),
        { empty: 'Invalid API Key Source specified. Valid options are HEADER,AUTHORIZER' },
      ),
      '/binaryMediaTypes/*': element,
      '/minimumCompressionSize': member(asWhole(COMPRESSION)),
      '/disableExecuteApiEndpoint': member(asFlag),
      '/endpointConfiguration/types': endpointType,
      '/endpointConfiguration/types/*': endpointType,
      '/endpointConfiguration/ipAddressType': member(
        asOneOf('ipAddressType must be either ipv4 or dualstack.', 'ipv4', 'dualstack'),
        { empty: 'ipAddressType must be either ipv4 or dualstack.' },
      ),
      '/endpointConfiguration/vpcEndpointIds': listed,
      '/endpointConfiguration/vpcEndpointIds/*': element,
      '/securityPolicy': member(asOneOf('Invalid security policy specified.', ...SECURITY_POLICIES)),
      '/endpointAccessMode': member(asOneOf('Invalid endpoint access mode specified.', 'BASIC', 'STRICT')),
    },
  },

  check(api, { region, accountId, platform }, before) {
    const { types, ipAddressType, vpcEndpointIds } = api.endpointConfiguration
    if (types.length === 0) throw badRequest(NO_ENDPOINT)
    if (types.length > 1) throw badRequest('Cannot create an api with multiple Endpoint Types.')
    if (!before && api.name === '') throw badRequest('API name must be non-empty')
    checkAccessMode(api)
    if (api.description === '') throw badRequest('Description cannot be an empty string')
    if (types[0] === 'PRIVATE' && ipAddressType === 'ipv4') throw badRequest(PRIVATE_IPV4)
    if (types[0] !== 'PRIVATE' && vpcEndpointIds?.length)
      throw badRequest('VPCEndpoints can only be specified with PRIVATE apis.')
    const size = api.minimumCompressionSize
    if (size !== undefined && !(size >= 0 && size <= 10_485_760)) throw badRequest(COMPRESSION)
    if (/[A-Z]/.test(api.id))
      throw badRequest(`The RestApiId '${api.id}' cannot contain uppercase characters`)
    if (!/^[a-z0-9._-]+$/.test(api.id))
      throw badRequest(`The RestApiId '${api.id}' is not a valid identifier`)
    if (api.policy && api.policy !== before?.policy) {
      api.policy = expandPolicy(api.policy, region, accountId, api.id)
      checkPolicyLength(api.policy, platform.settings.limits)
    }
  },

  async made(api, scope, { cloneFrom }) {
    const { tx, path } = scope
    tx.claimConflict = `The RestApiId '${api.id}' is already in use`
    tx.claim('restapi', api.id, path)
    if (cloneFrom) {
      await cloneInto(api, cloneFrom as string, scope)
      tx.put(path, 'RestApi', api)
    } else {
      const root: Resource = { id: api.rootResourceId, path: '/' }
      tx.put(`${path}/resources/${root.id}`, 'Resource', root)
      for (const model of defaultModels(scope)) tx.put(`${path}/models/${model.name}`, 'Model', model)
    }
  },

  async leaving(api, { tx, path }) {
    const users = await referrers(tx, path)
    const domains = domainsAmong(users)
    if (domains.length > 0)
      throw badRequest(
        `Deleting RestApi ${api.id} failed. Please remove all base path mappings related to the RestApi in your domains: ${domains.join(', ')}`,
      )
    for (const plan of users) await leavePlan(tx, plan, api.id)
  },

  view: showRestApi,
})

/** The document of a new API, from what CreateRestApi or an import sets. `_custom_id_` among the tags is taken as the id. */
export function newRestApi(sent: Values, now: number, rootResourceId: string): RestApi {
  const { cloneFrom: _, ...set } = sent
  const tags = (sent.tags ?? {}) as Strings
  const { types = ['EDGE'], ...given } = (sent.endpointConfiguration ?? {}) as Partial<EndpointConfiguration>
  return {
    ...(set as object as RestApi),
    id: tags._custom_id_ ?? String(sent.id),
    createdDate: now,
    apiKeySource: (sent.apiKeySource as string | undefined) ?? 'HEADER',
    endpointConfiguration: {
      types,
      ipAddressType: types[0] === 'PRIVATE' ? 'dualstack' : 'ipv4',
      ...given,
    },
    disableExecuteApiEndpoint: sent.disableExecuteApiEndpoint === true,
    rootResourceId,
  }
}

/** Sorts before all others, whose first character is not zero: the root comes first in every list. */
export const rootId = (platform: Scope['platform']): string => `0${idAfter(undefined, 9, platform.random)}`

export function showRestApi(api: RestApi, { verb }: Pick<Sight, 'verb'>): Values {
  const shown = without(api, 'binaryMediaTypes', 'description', 'version', 'tags', 'warnings')
  if (api.policy) shown.policy = shownPolicy(api.policy)
  // an update answers with empty tags, the others leave them out (recorded)
  if (verb === 'update' || verb === 'put') shown.tags ??= {}
  return shown as object as Values
}

const SCHEMA = 'http://json-schema.org/draft-04/schema#'

/** The two models that every API has which was not imported. */
function defaultModels({ platform }: Scope): Model[] {
  const [first, second] = idsInOrder(2, 6, platform.random)
  const about = (name: string, members: object) => ({
    name,
    contentType: 'application/json',
    description: `This is a default ${name.toLowerCase()} schema model`,
    schema: JSON.stringify({ $schema: SCHEMA, title: `${name} Schema`, type: 'object', ...members }, null, 2),
  })
  return [
    { id: first!, ...about('Empty', {}) },
    { id: second!, ...about('Error', { properties: { message: { type: 'string' } } }) },
  ]
}

/** Copies all that can be deployed of another API: ids are unique within an API only, so they stay. */
async function cloneInto(api: RestApi, source: string, { tx, path }: Scope): Promise<void> {
  const from = `/restapis/${encodeURIComponent(source)}`
  const rows = await tx.range(from)
  const original = rows.find((row) => row.path === from)?.body as RestApi | undefined
  if (!original) throw badRequest('Invalid Rest API identifier specified')
  api.rootResourceId = original.rootResourceId
  for (const row of rows)
    if (
      row.path !== from &&
      !/^\/(?:stages|deployments|documentation\/versions|references)\//.test(row.path.slice(from.length))
    )
      tx.put(path + row.path.slice(from.length), row.kind, row.body)
}
